#include "platforms/discord/event.hpp"

#include <array>

#include "core/limits.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::discord {

namespace {

constexpr Members<Event, 6> kFrame = {{
    {"t", &Event::name},
    {"s"},
    {"op"},
    {"d"},
    {"application_id"},
    {"event"},
}};
constexpr Members<Event, 2> kWebhook = {{
    {"type", &Event::name},
    {"data"},
}};
constexpr Members<Message, 26> kMessage = {{
    {"type", &Message::type},
    {"tts", Form::none},
    {"timestamp", &Message::sent_at, Form::text},
    {"pinned", Form::none},
    {"mentions"},
    {"mention_roles", Form::none},
    {"mention_everyone", Form::none},
    {"message_reference"},
    {"id", &Message::id},
    {"flags", Form::none},
    {"embeds", Form::none},
    {"edited_timestamp", &Message::edited_at, Form::text},
    {"content", &Message::content, Form::text},
    {"components", Form::none},
    {"channel_id", &Message::channel_id},
    {"author"},
    {"attachments"},
    {"guild_id", &Message::guild_id},
    {"member", Form::none},
    {"lobby_id", &Message::lobby_id},
    {"sticker_items"},
    {"ids"},
    {"user"},
    {"heartbeat_interval"},
    {"session_id"},
    {"resume_gateway_url"},
}};
constexpr Members<Message, 5> kAuthor = {{
    {"username", &Message::username},
    {"id", &Message::user_id},
    {"global_name", &Message::display_name},
    {"discriminator", Form::none},
    {"avatar", Form::none},
}};
constexpr Members<Message, 2> kReference = {{
    {"type", &Message::reference_type},
    {"message_id", &Message::referenced_id},
}};

constexpr Members<Name, 5> kMentioned = {{
    {"username", &Name::name, Form::text},
    {"id", &Name::id},
    {"global_name", Form::none},
    {"discriminator", Form::none},
    {"avatar", Form::none},
}};
constexpr Members<Control, 1> kUser = {{{"id", &Control::user_id}}};

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

    Errc read(JsonValue root) {
        return kFrame.read_each(root, *reader_, *event_,
                                [this](std::size_t place, JsonValue value) {
                                    switch (place) {
                                        case kFrame["d"]: return read_message(value);
                                        case kFrame["event"]: return read_event(value);
                                        case kFrame["s"]:
                                            reader_->token(value, event_->control.sequence);
                                            break;
                                        case kFrame["op"]:
                                            reader_->token(value, event_->control.op);
                                            event_->enveloped = true;
                                            break;
                                        case kFrame["application_id"]:
                                            event_->enveloped = true;
                                            break;
                                        default: break;
                                    }
                                    return Errc::ok;
                                });
    }

private:
    Errc read_event(JsonValue value) {
        return kWebhook.read_each(value, *reader_, *event_, [this](auto place, JsonValue member) {
            return place == kWebhook["data"] ? read_message(member) : Errc::ok;
        });
    }

    /// Control messages have numbers and booleans in the place of a message.
    Errc read_message(JsonValue value) {
        event_->control.resumable = json_raw(value) == "true";
        if (value.first() != '{') return Errc::ok;
        return kMessage.read_each(
            value, *reader_, event_->message,
            [this](auto place, JsonValue member) { return read_message_member(place, member); });
    }

    Errc read_message_member(std::size_t place, JsonValue value) {
        auto& message = event_->message;
        auto& control = event_->control;
        switch (place) {
            case kMessage["author"]: return kAuthor.read_all(value, *reader_, message);
            case kMessage["message_reference"]:
                return kReference.read_all(value, *reader_, message);
            case kMessage["attachments"]:
            case kMessage["sticker_items"]: return count_items(value, *reader_, message.media);
            case kMessage["mentions"]: return read_names(value);
            case kMessage["ids"]: return read_ids(value);
            case kMessage["user"]: return kUser.read_all(value, *reader_, control);
            case kMessage["heartbeat_interval"]: reader_->token(value, control.heartbeat_ms); break;
            case kMessage["session_id"]: reader_->token(value, control.session_id); break;
            case kMessage["resume_gateway_url"]: reader_->token(value, control.resume_url); break;
            default: break;
        }
        return Errc::ok;
    }

    Errc read_names(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            Name name;
            const auto broken = kMentioned.read_all(item, *reader_, name);
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

Mention to_mention(const Event& event, Action action, std::string_view bot_id, EventReader& reader,
                   Arena& arena) {
    const auto& message = event.message;
    auto mention = begin_mention(message, message.id, action, arena);
    if (action == Action::edited) mention.event_id = message.edited_at;
    reader.time(message.sent_at, mention.created_at);
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
    name = {};
    enveloped = false;
    message = {};
    control = {};
    names.clear();
    deleted_ids.clear();
}

Errc read_event(JsonObject& root, EventReader& reader, Event& event) {
    const auto broken = FrameReader(reader, event).read(root);
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
    const bool created = is("MESSAGE_CREATE");
    if (!created && is("MESSAGE_DELETE_BULK")) {
        for (const auto id : event.deleted_ids)
            batch.add(begin_mention(message, id, Action::deleted, arena), reader);
        return;
    }
    if (!created && is("MESSAGE_DELETE"))
        return batch.add(begin_mention(message, message.id, Action::deleted, arena), reader);
    // A link's preview, too, makes an update; nobody has edited anything then.
    const bool edited = !created && is("MESSAGE_UPDATE") && !message.edited_at.empty();
    const bool words = !message.content.empty() || message.media > 0;
    if (!(created || edited) || !is_spoken(message.type) || !(words || reader.fault() != Errc::ok))
        return batch.ignore(reader);
    const auto action = created ? Action::created : Action::edited;
    batch.make([&] { return to_mention(event, action, bot_id, reader, arena); }, reader);
}

}  // namespace hark::platforms::discord
