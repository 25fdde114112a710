#include "platforms/mastodon/status.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::mastodon {

namespace {

constexpr Members<Account, 21> kAccount = {{
    {"id", Form::none},
    {"username", &Account::username, Form::text},
    {"acct", &Account::acct, Form::text},
    {"display_name", &Account::display_name, Form::text},
    {"locked", Form::none},
    {"bot", Form::none},
    {"discoverable", Form::none},
    {"indexable", Form::none},
    {"group", Form::none},
    {"created_at", &Account::created_at, Form::time},
    {"note", Form::none},
    {"url", &Account::url, Form::text},
    {"uri", &Account::uri, Form::text},
    {"avatar", Form::none},
    {"header", Form::none},
    {"followers_count", Form::none},
    {"following_count", Form::none},
    {"statuses_count", Form::none},
    {"last_status_at", Form::none},
    {"emojis", Form::none},
    {"fields", Form::none},
}};
constexpr Members<Status, 24> kStatus = {{
    {"id", &Status::id},
    {"created_at", &Status::created_at, Form::time},
    {"in_reply_to_id", &Status::in_reply_to_id},
    {"in_reply_to_account_id", Form::none},
    {"sensitive", Form::none},
    {"spoiler_text", &Status::spoiler_text},
    {"visibility", &Status::visibility},
    {"language", &Status::language},
    {"uri", &Status::uri},
    {"url", &Status::url},
    {"replies_count", Form::none},
    {"reblogs_count", Form::none},
    {"favourites_count", Form::none},
    {"quotes_count", Form::none},
    {"edited_at", &Status::edited_at},
    {"content", &Status::content, Form::text},
    {"account"},
    {"media_attachments"},
    {"mentions", Form::none},
    {"tags", Form::none},
    {"emojis", Form::none},
    {"quote"},
    {"card", Form::none},
    {"poll"},
}};
/// Of what has a Status inside.
constexpr Members<Event, 7> kEvent = {{
    {"event", &Event::name, Form::text},
    {"type", &Event::type},
    {"error", &Event::error},
    {"reblog"},
    {"last_status"},
    {"status"},
    {"payload"},
}};

/// Counts the items, and keeps what their author said under `name`.
Errc read_spoken(JsonValue items, std::string_view name, EventReader& reader, Status& status,
                 std::uint16_t& count) {
    return reader.array(items, [&](JsonValue item) {
        count_media(count);
        std::string_view said;
        const auto broken = reader.object(item, [&](std::string_view key, JsonValue member) {
            if (key == name) reader.text(member, said);
            return Errc::ok;
        });
        if (!said.empty()) status.spoken.push_back(said);
        return broken;
    });
}

Errc read_poll(JsonValue value, EventReader& reader, Status& status) {
    std::uint16_t options = 0;
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        return key == "options" ? read_spoken(member, "title", reader, status, options) : Errc::ok;
    });
}

/// `{"state":…, "quoted_status": Status}`, and the Status itself at servers that had quotes before.
Errc read_quote(JsonValue value, EventReader& reader, Status& status) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "uri") reader.text(member, status.quoted_uri);
        if (key != "quoted_status") return Errc::ok;
        return reader.object(member, [&](std::string_view name, JsonValue inside) {
            if (name == "uri") reader.text(inside, status.quoted_uri);
            return Errc::ok;
        });
    });
}

/// A member that kStatus has at this place.
Errc read_status_member(std::size_t place, JsonValue value, EventReader& reader, Status& status) {
    switch (place) {
        case kStatus["account"]: return kAccount.read_all(value, reader, status.account);
        case kStatus["quote"]: return read_quote(value, reader, status);
        case kStatus["poll"]: return read_poll(value, reader, status);
        case kStatus["media_attachments"]:
            return read_spoken(value, "description", reader, status, status.media);
        default: return Errc::ok;
    }
}

Errc read_status(JsonValue value, EventReader& reader, Status& status, bool& there) {
    there = value.first() == '{';
    return kStatus.read_each(value, reader, status, [&](std::size_t place, JsonValue member) {
        return read_status_member(place, member, reader, status);
    });
}

/// A payload is JSON in a string, but for ids; whoever reads it as JSON needs a frame's padding
/// behind it.
void read_payload(JsonValue value, EventReader& reader, Arena& arena, std::string_view& payload) {
    const auto room = json_raw(value).size() + limits::kFramePadding;
    arena.allocate(room);
    arena.shrink(room);
    reader.token(value, payload);
    arena.allocate(limits::kFramePadding);
}

}  // namespace

void Status::clear() {
    auto kept = std::move(spoken);
    kept.clear();
    *this = {};
    spoken = std::move(kept);
}

void Event::clear() {
    name = payload = type = error = {};
    has_inner = has_original = false;
    for (auto* each : {&status, &inner, &original}) each->clear();
}

Errc read_event(JsonValue root, EventReader& reader, Arena& arena, Event& event) {
    const auto use = [&](std::size_t place, JsonValue value, std::string_view key) {
        if (place != kStatus.size()) return read_status_member(place, value, reader, event.status);
        switch (kEvent.read(key, value, reader, event)) {
            case kEvent["reblog"]:
                return read_status(value, reader, event.original, event.has_original);
            case kEvent["last_status"]:
                return read_status(value, reader, event.inner, event.has_inner);
            case kEvent["status"]:
                if (value.first() != '{') break;
                return read_status(value, reader, event.inner, event.has_inner);
            case kEvent["payload"]: read_payload(value, reader, arena, event.payload); break;
            default: break;
        }
        return Errc::ok;
    };
    return kStatus.read_each(root, reader, event.status, use);
}

}  // namespace hark::platforms::mastodon
