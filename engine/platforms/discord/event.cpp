#include "platforms/discord/event.hpp"

#include <array>

#include "core/limits.hpp"

namespace hark::platforms::discord {

namespace {

constexpr Names kFrame({"d", "event", "t", "op", "s", "application_id"});
constexpr Names kMessage({"id", "type", "channel_id", "guild_id", "lobby_id", "content",
                          "timestamp", "edited_timestamp", "author", "message_reference",
                          "attachments", "sticker_items", "mentions", "ids", "user",
                          "heartbeat_interval", "session_id", "resume_gateway_url"});
constexpr Members<Message, 3> kAuthorTokens = {{
    {"id", &Message::user_id},
    {"username", &Message::username},
    {"global_name", &Message::display_name},
}};
constexpr Members<Message, 2> kReferenceTokens = {{
    {"type", &Message::reference_type},
    {"message_id", &Message::referenced_id},
}};

constexpr Members<Control, 1> kUserTokens = {{{"id", &Control::user_id}}};

/// The types of messages that a person wrote: plain, reply, command, command of a menu.
constexpr std::array<std::string_view, 5> kSpoken = {"", "0", "19", "20", "23"};

bool is_spoken(std::string_view type) noexcept {
    for (const auto spoken : kSpoken) {
        if (type == spoken) return true;
    }
    return false;
}

class FrameReader {
public:
    FrameReader(EventReader& reader, Event& event) noexcept : reader_(&reader), event_(&event) {}

    Errc read_member(std::string_view key, JsonValue value) {
        switch (kFrame.of(key)) {
            case kFrame["d"]: return read_message(value);
            case kFrame["event"]: return read_event(value);
            case kFrame["t"]: reader_->token(value, event_->name); break;
            case kFrame["s"]: reader_->token(value, event_->control.sequence); break;
            case kFrame["op"]:
                reader_->token(value, event_->control.op);
                event_->enveloped = true;
                break;
            case kFrame["application_id"]: event_->enveloped = true; break;
            default: break;
        }
        return Errc::ok;
    }

private:
    Errc read_event(JsonValue value) {
        return reader_->object(value, [this](std::string_view name, JsonValue member) {
            if (name == "data") return read_message(member);
            if (name == "type") reader_->token(member, event_->name);
            return Errc::ok;
        });
    }

    /// Control messages have numbers and booleans in the place of a message.
    Errc read_message(JsonValue value) {
        event_->control.resumable = json_raw(value) == "true";
        if (value.first() != '{') return Errc::ok;
        return json_members(value, [this](std::string_view key, JsonValue member) {
            return read_message_member(key, member);
        });
    }

    Errc read_message_member(std::string_view key, JsonValue value) {
        auto& message = event_->message;
        auto& control = event_->control;
        switch (kMessage.of(key)) {
            case kMessage["id"]: reader_->token(value, message.id); break;
            case kMessage["type"]: reader_->token(value, message.type); break;
            case kMessage["channel_id"]: reader_->token(value, message.channel_id); break;
            case kMessage["guild_id"]: reader_->token(value, message.guild_id); break;
            case kMessage["lobby_id"]: reader_->token(value, message.lobby_id); break;
            case kMessage["content"]: reader_->text(value, message.content); break;
            case kMessage["timestamp"]: reader_->time(value, message.created_at); break;
            case kMessage["edited_timestamp"]: reader_->text(value, message.edited_at); break;
            case kMessage["author"]: return read_fields(kAuthorTokens, value, *reader_, message);
            case kMessage["message_reference"]:
                return read_fields(kReferenceTokens, value, *reader_, message);
            case kMessage["attachments"]:
            case kMessage["sticker_items"]: return count(value);
            case kMessage["mentions"]: return read_names(value);
            case kMessage["ids"]: return read_ids(value);
            case kMessage["user"]: return read_fields(kUserTokens, value, *reader_, control);
            case kMessage["heartbeat_interval"]: reader_->token(value, control.heartbeat_ms); break;
            case kMessage["session_id"]: reader_->token(value, control.session_id); break;
            case kMessage["resume_gateway_url"]: reader_->token(value, control.resume_url); break;
            default: break;
        }
        return Errc::ok;
    }

    Errc count(JsonValue value) {
        return reader_->array(value, [this](JsonValue) {
            count_media(event_->message.media);
            return Errc::ok;
        });
    }

    Errc read_names(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            Name name;
            const auto broken = reader_->object(item, [&](std::string_view key, JsonValue member) {
                if (key == "id") reader_->token(member, name.id);
                else if (key == "username") reader_->text(member, name.name);
                return Errc::ok;
            });
            if (event_->names.size() < limits::kNamesPerFrame) event_->names.push_back(name);
            return broken;
        });
    }

    Errc read_ids(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            std::string_view id;
            reader_->token(item, id);
            if (event_->deleted_ids.size() <= limits::kMentionsPerFrame)
                event_->deleted_ids.push_back(id);
            return Errc::ok;
        });
    }

    EventReader* reader_;
    Event* event_;
};

Mention begin_mention(const Message& message, std::string_view id, Action action, Arena& arena) {
    Mention mention;
    mention.platform = "discord";
    mention.kind = Kind::message;
    mention.action = action;
    mention.id = join_id("discord:", id, arena);
    const auto place = message.channel_id.empty() ? message.lobby_id : message.channel_id;
    mention.thread = join_id("discord:channel:", place, arena);
    return mention;
}

Mention to_mention(const Event& event, Action action, std::string_view bot_id, Arena& arena) {
    const auto& message = event.message;
    auto mention = begin_mention(message, message.id, action, arena);
    if (action == Action::edited) mention.event_id = message.edited_at;
    mention.created_at = message.created_at;
    mention.author = {message.user_id, message.username, message.display_name,
                      !bot_id.empty() && message.user_id == bot_id};
    constexpr std::string_view kForward = "1";
    if (message.reference_type != kForward)
        mention.parent = join_id("discord:", message.referenced_id, arena);
    if (!message.channel_id.empty() && message.lobby_id.empty()) {
        const auto guild = message.guild_id.empty() ? "@me" : message.guild_id;
        mention.url = arena.join("https://discord.com/channels/", guild, "/", message.channel_id,
                                 "/", message.id);
    }
    mention.text = plain_text(message.content, event.names, arena);
    mention.media = message.media;
    return mention;
}

}  // namespace

void Event::clear() {
    auto kept_names = std::move(names);
    auto kept_ids = std::move(deleted_ids);
    kept_names.clear();
    kept_ids.clear();
    *this = Event{};
    names = std::move(kept_names);
    deleted_ids = std::move(kept_ids);
}

Errc read_event(JsonObject& root, EventReader& reader, Event& event) {
    FrameReader frame(reader, event);
    const auto broken = json_members(
        root, [&](std::string_view key, JsonValue value) { return frame.read_member(key, value); });
    // Voice channels have sessions too, and many events have users.
    auto& control = event.control;
    if (event.name != "READY") control.session_id = control.resume_url = control.user_id = {};
    return broken;
}

void finish_event(const Event& event, std::string_view bot_id, EventReader& reader,
                  const Batch& batch) {
    auto& arena = *batch.arena;
    const auto& message = event.message;
    const auto is = [&](std::string_view what) { return event.name.ends_with(what); };
    if (!event.enveloped) return reader.note(Errc::missing_member);
    if (is("MESSAGE_DELETE_BULK")) {
        for (const auto id : event.deleted_ids)
            batch.add(begin_mention(message, id, Action::deleted, arena), reader);
        return;
    }
    if (is("MESSAGE_DELETE"))
        return batch.add(begin_mention(message, message.id, Action::deleted, arena), reader);
    const bool created = is("MESSAGE_CREATE");
    // A link's preview, too, makes an update; nobody has edited anything then.
    const bool edited = is("MESSAGE_UPDATE") && !message.edited_at.empty();
    const bool words = !message.content.empty() || message.media > 0;
    if (!(created || edited) || !is_spoken(message.type) || !(words || reader.fault() != Errc::ok))
        return batch.ignore(reader);
    batch.add(to_mention(event, created ? Action::created : Action::edited, bot_id, arena), reader);
}

}  // namespace hark::platforms::discord
