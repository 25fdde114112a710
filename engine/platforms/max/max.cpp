#include "platforms/max/max.hpp"

#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view type;
    std::string_view timestamp;
    std::string_view locale;
    std::string_view removed_id;  ///< of a removal, whose chat stands beside it
    std::string_view chat_id;
    std::string_view user_id;
    std::string_view handle;
    std::string_view name;
    std::string_view mid;
    std::string_view link_type;
    std::string_view linked_id;
    std::string_view text;
    Timestamp sent_at{};
    std::uint16_t media = 0;
};

constexpr Members<Event, 6> kRoot = {{
    {"update_type", &Event::type},
    {"timestamp", &Event::timestamp},
    {"user_locale", &Event::locale},
    {"message_id", &Event::removed_id},
    {"chat_id", &Event::chat_id},
    {"message"},
}};
constexpr Members<Event, 5> kMessage = {{
    {"timestamp", &Event::sent_at, Form::milliseconds},
    {"sender"},
    {"recipient"},
    {"body"},
    {"link"},
}};
constexpr Members<Event, 3> kSender = {{
    {"user_id", &Event::user_id},
    {"username", &Event::handle},
    {"name", &Event::name, Form::text},
}};
constexpr Members<Event, 1> kRecipient = {{{"chat_id", &Event::chat_id}}};
constexpr Members<Event, 3> kBody = {{
    {"mid", &Event::mid},
    {"text", &Event::text, Form::text},
    {"attachments"},
}};
constexpr Members<Event, 2> kLink = {{
    {"type", &Event::link_type},
    {"message"},
}};
constexpr Members<Event, 1> kLinked = {{{"mid", &Event::linked_id}}};

Errc read_body(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        const bool attached = kBody.read(key, member, reader, event) == kBody["attachments"];
        return attached ? count_items(member, reader, event.media) : Errc::ok;
    });
}

/// The message that is answered or passed on.
Errc read_link(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        const bool linked = kLink.read(key, member, reader, event) == kLink["message"];
        return linked ? kLinked.read_all(member, reader, event) : Errc::ok;
    });
}

Errc read_message(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        switch (kMessage.read(key, member, reader, event)) {
            case kMessage["sender"]: return kSender.read_all(member, reader, event);
            case kMessage["recipient"]: return kRecipient.read_all(member, reader, event);
            case kMessage["body"]: return read_body(member, reader, event);
            case kMessage["link"]: return read_link(member, reader, event);
            default: return Errc::ok;
        }
    });
}

Mention to_mention(const Event& event, Action action, Arena& arena) {
    Mention mention;
    mention.platform = "max";
    mention.kind = Kind::message;
    mention.action = action;
    mention.thread = join_id("max:", event.chat_id, arena);
    if (action == Action::deleted) {
        mention.id = join_id("max:", event.removed_id, arena);
        return mention;
    }
    if (action == Action::edited) mention.event_id = event.timestamp;
    mention.id = join_id("max:", event.mid, arena);
    mention.created_at = event.sent_at;
    mention.lang = event.locale;
    mention.author.id = event.user_id;
    mention.author.handle = event.handle;
    mention.author.name = event.name;
    if (event.link_type == "reply") mention.parent = join_id("max:", event.linked_id, arena);
    mention.text = event.text;
    mention.media = event.media;
    return mention;
}

class Max final : public JsonPlatform {
public:
    explicit Max(Settings& source)
        : secrets_(
              required_secrets(source, "secret", "the secret that you give to /subscriptions")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = check_secret(secrets_, request.header("X-Max-Bot-Api-Secret"));
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            const bool message = kRoot.read(key, value, reader, event) == kRoot["message"];
            return message ? read_message(value, reader, event) : Errc::ok;
        });
        if (broken != Errc::ok) return broken;
        const auto add = [&](Action action) {
            batch.add(to_mention(event, action, *batch.arena), reader);
        };
        if (event.type.empty()) reader.note(Errc::missing_member);
        else if (event.type == "message_created") add(Action::created);
        else if (event.type == "message_edited") add(Action::edited);
        else if (event.type == "message_removed") add(Action::deleted);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    std::vector<std::string> secrets_;
};

}  // namespace

std::unique_ptr<Platform> make_max(Settings& source) {
    return std::make_unique<Max>(source);
}

}  // namespace hark::platforms
