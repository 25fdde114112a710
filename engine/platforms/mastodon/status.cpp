#include "platforms/mastodon/status.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::mastodon {

namespace {

constexpr Members<Account, 6> kAccount = {{
    {"username", &Account::username, Form::text},
    {"acct", &Account::acct, Form::text},
    {"display_name", &Account::display_name, Form::text},
    {"url", &Account::url, Form::text},
    {"uri", &Account::uri, Form::text},
    {"created_at", &Account::created_at, Form::time},
}};
constexpr Members<Status, 14> kStatus = {{
    {"id", &Status::id},
    {"uri", &Status::uri},
    {"url", &Status::url},
    {"edited_at", &Status::edited_at},
    {"visibility", &Status::visibility},
    {"language", &Status::language},
    {"in_reply_to_id", &Status::in_reply_to_id},
    {"spoiler_text", &Status::spoiler_text},
    {"content", &Status::content, Form::text},
    {"created_at", &Status::created_at, Form::time},
    {"account"},
    {"quote"},
    {"poll"},
    {"media_attachments"},
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

/// `known`: a Status has a member of this name.
Errc read_status_member(std::string_view key, JsonValue value, EventReader& reader, Status& status,
                        bool& known) {
    known = true;
    switch (kStatus.read(key, value, reader, status)) {
        case kStatus.kRead: break;
        case kStatus["account"]: return kAccount.read_all(value, reader, status.account);
        case kStatus["quote"]: return read_quote(value, reader, status);
        case kStatus["poll"]: return read_poll(value, reader, status);
        case kStatus["media_attachments"]:
            return read_spoken(value, "description", reader, status, status.media);
        default: known = false;
    }
    return Errc::ok;
}

Errc read_status(JsonValue value, EventReader& reader, Status& status, bool& there) {
    there = value.first() == '{';
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        bool known = false;
        return read_status_member(key, member, reader, status, known);
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

Errc read_member(std::string_view key, JsonValue value, EventReader& reader, Arena& arena,
                 Event& event) {
    bool known = false;
    const auto broken = read_status_member(key, value, reader, event.status, known);
    if (known) return broken;
    switch (kEvent.read(key, value, reader, event)) {
        case kEvent["reblog"]:
            return read_status(value, reader, event.original, event.has_original);
        case kEvent["last_status"]: return read_status(value, reader, event.inner, event.has_inner);
        case kEvent["status"]:
            if (value.first() != '{') break;
            return read_status(value, reader, event.inner, event.has_inner);
        case kEvent["payload"]: read_payload(value, reader, arena, event.payload); break;
        default: break;
    }
    return Errc::ok;
}

}  // namespace hark::platforms::mastodon
