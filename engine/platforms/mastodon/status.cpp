#include "platforms/mastodon/status.hpp"

#include <array>
#include <utility>

#include "core/limits.hpp"

namespace hark::platforms::mastodon {

namespace {

constexpr std::array<Member<Status>, 8> kTexts = {{
    {"id", &Status::id},
    {"uri", &Status::uri},
    {"url", &Status::url},
    {"edited_at", &Status::edited_at},
    {"visibility", &Status::visibility},
    {"language", &Status::language},
    {"in_reply_to_id", &Status::in_reply_to_id},
    {"spoiler_text", &Status::spoiler_text},
}};

constexpr std::array<Member<Account>, 5> kAccountTexts = {{
    {"username", &Account::username},
    {"acct", &Account::acct},
    {"display_name", &Account::display_name},
    {"url", &Account::url},
    {"uri", &Account::uri},
}};

Errc read_account(JsonValue value, EventReader& reader, Account& account) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "created_at") reader.time(member, account.created_at);
        else read_token<Account>(kAccountTexts, key, member, reader, account);
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

Errc read_status_member(std::string_view key, JsonValue value, EventReader& reader,
                        Status& status) {
    if (key == "account") return read_account(value, reader, status.account);
    if (key == "quote") return read_quote(value, reader, status);
    if (key == "poll") return read_poll(value, reader, status);
    if (key == "media_attachments")
        return read_spoken(value, "description", reader, status, status.media);
    if (key == "content") reader.text(value, status.content);
    else if (key == "created_at") reader.time(value, status.created_at);
    else read_token<Status>(kTexts, key, value, reader, status);
    return Errc::ok;
}

Errc read_status(JsonValue value, EventReader& reader, Status& status, bool& there) {
    there = json_raw(value).starts_with('{');
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        return read_status_member(key, member, reader, status);
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
    if (key == "event") reader.text(value, event.name);
    else if (key == "type") reader.token(value, event.type);
    else if (key == "error") reader.token(value, event.error);
    else if (key == "reblog") return read_status(value, reader, event.original, event.has_original);
    else if (key == "last_status") return read_status(value, reader, event.inner, event.has_inner);
    else if (key == "status" && json_raw(value).starts_with('{'))
        return read_status(value, reader, event.inner, event.has_inner);
    else if (key == "payload") read_payload(value, reader, arena, event.payload);
    else return read_status_member(key, value, reader, event.status);
    return Errc::ok;
}

}  // namespace hark::platforms::mastodon
