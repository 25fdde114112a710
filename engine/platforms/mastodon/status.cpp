#include "platforms/mastodon/status.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"

namespace hark::platforms::mastodon {

namespace {

constexpr Names kAccount({"username", "acct", "display_name", "url", "uri", "created_at"});
/// Of a Status, and of what has one inside: they have none in common.
constexpr Names kMembers({"id",
                          "uri",
                          "url",
                          "edited_at",
                          "visibility",
                          "language",
                          "in_reply_to_id",
                          "spoiler_text",
                          "account",
                          "quote",
                          "poll",
                          "media_attachments",
                          "content",
                          "created_at",
                          "event",
                          "type",
                          "error",
                          "reblog",
                          "last_status",
                          "status",
                          "payload"});

Errc read_account(JsonValue value, EventReader& reader, Account& account) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        switch (kAccount.of(key)) {
            case kAccount["username"]: reader.text(member, account.username); break;
            case kAccount["acct"]: reader.text(member, account.acct); break;
            case kAccount["display_name"]: reader.text(member, account.display_name); break;
            case kAccount["url"]: reader.text(member, account.url); break;
            case kAccount["uri"]: reader.text(member, account.uri); break;
            case kAccount["created_at"]: reader.time(member, account.created_at); break;
            default: break;
        }
        return Errc::ok;
    });
}

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

/// `place`: of the member's name in kMembers.
Errc read_status_member(std::size_t place, JsonValue value, EventReader& reader, Status& status) {
    switch (place) {
        case kMembers["id"]: reader.token(value, status.id); break;
        case kMembers["uri"]: reader.token(value, status.uri); break;
        case kMembers["url"]: reader.token(value, status.url); break;
        case kMembers["edited_at"]: reader.token(value, status.edited_at); break;
        case kMembers["visibility"]: reader.token(value, status.visibility); break;
        case kMembers["language"]: reader.token(value, status.language); break;
        case kMembers["in_reply_to_id"]: reader.token(value, status.in_reply_to_id); break;
        case kMembers["spoiler_text"]: reader.token(value, status.spoiler_text); break;
        case kMembers["account"]: return read_account(value, reader, status.account);
        case kMembers["quote"]: return read_quote(value, reader, status);
        case kMembers["poll"]: return read_poll(value, reader, status);
        case kMembers["media_attachments"]:
            return read_spoken(value, "description", reader, status, status.media);
        case kMembers["content"]: reader.text(value, status.content); break;
        case kMembers["created_at"]: reader.time(value, status.created_at); break;
        default: break;
    }
    return Errc::ok;
}

Errc read_status(JsonValue value, EventReader& reader, Status& status, bool& there) {
    there = value.first() == '{';
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        return read_status_member(kMembers.of(key), member, reader, status);
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
    const auto place = kMembers.of(key);
    switch (place) {
        case kMembers["event"]: reader.text(value, event.name); break;
        case kMembers["type"]: reader.token(value, event.type); break;
        case kMembers["error"]: reader.token(value, event.error); break;
        case kMembers["reblog"]:
            return read_status(value, reader, event.original, event.has_original);
        case kMembers["last_status"]:
            return read_status(value, reader, event.inner, event.has_inner);
        case kMembers["status"]:
            if (value.first() == '{')
                return read_status(value, reader, event.inner, event.has_inner);
            break;
        case kMembers["payload"]: read_payload(value, reader, arena, event.payload); break;
        default: return read_status_member(place, value, reader, event.status);
    }
    return Errc::ok;
}

}  // namespace hark::platforms::mastodon
