#include "platforms/slack/slack.hpp"

#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/slack/text.hpp"

namespace hark::platforms {

namespace {

struct Message {
    std::string_view type;
    std::string_view subtype;
    std::string_view channel;
    std::string_view channel_type;
    std::string_view ts;
    std::string_view thread_ts;
    std::string_view deleted_ts;
    std::string_view user;
    std::string_view bot_id;
    std::string_view username;
    std::string_view text;
    std::string_view edited_ts;
    std::uint16_t media = 0;
};

constexpr Members<Message, 13> kMessage = {{
    {"type", &Message::type},
    {"subtype", &Message::subtype},
    {"channel", &Message::channel},
    {"channel_type", &Message::channel_type},
    {"ts", &Message::ts},
    {"thread_ts", &Message::thread_ts},
    {"deleted_ts", &Message::deleted_ts},
    {"user", &Message::user},
    {"bot_id", &Message::bot_id},
    {"username", &Message::username},
    {"text", &Message::text, Form::text},
    {"files"},
    {"edited"},
}};
constexpr Members<Message, 1> kEdited = {{{"ts", &Message::edited_ts}}};

struct Event {
    std::string_view type;
    std::string_view bot_user;  ///< the app's own user
    Message message;
    Message changed;   ///< `message` of an edit
    Message previous;  ///< what was edited or deleted
};

Errc read_message_member(std::string_view key, JsonValue value, EventReader& reader,
                         Message& message) {
    switch (kMessage.read(key, value, reader, message)) {
        case kMessage["files"]: return count_items(value, reader, message.media);
        case kMessage["edited"]: return kEdited.read_all(value, reader, message);
        default: return Errc::ok;
    }
}

Errc read_message(JsonValue value, EventReader& reader, Message& message) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        return read_message_member(key, member, reader, message);
    });
}

Errc read_event(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "message") return read_message(member, reader, event.changed);
        if (key == "previous_message") return read_message(member, reader, event.previous);
        return read_message_member(key, member, reader, event.message);
    });
}

/// The first authorization is the app's, in the workspace that the event is of.
Errc read_authorization(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "user_id") reader.token(member, event.bot_user);
        return Errc::ok;
    });
}

bool carries_words(const Message& message) {
    if (message.type != "message" && message.type != "app_mention") return false;
    for (const auto* subtype : {"", "file_share", "me_message", "thread_broadcast", "bot_message",
                                "message_changed", "message_deleted"}) {
        if (message.subtype == subtype) return true;
    }
    return false;
}

/// `1772447600.000100`: seconds with microseconds.
Timestamp time_of(std::string_view ts) {
    const auto whole = from_epoch(ts.substr(0, ts.find('.')), 1);
    return whole.value_or(Timestamp{});
}

/// `said` is the message as it is now, `ts` its key in the channel.
Mention to_mention(const Event& event, const Message& said, std::string_view ts, Batch batch) {
    auto& arena = *batch.arena;
    const auto& outer = event.message;
    Mention mention;
    mention.platform = "slack";
    mention.kind = outer.type == "app_mention" ? Kind::mention : Kind::message;
    mention.created_at = time_of(ts);
    const auto channel = arena.join("slack:", outer.channel, ":");
    if (!outer.channel.empty()) mention.id = join_id(channel, ts, arena);
    const bool direct = outer.channel_type == "im";
    const auto root = said.thread_ts.empty() ? ts : said.thread_ts;
    mention.thread = direct ? channel.substr(0, channel.size() - 1) : join_id(channel, root, arena);
    if (root != ts) mention.parent = join_id(channel, root, arena);
    mention.author.id = said.user.empty() ? said.bot_id : said.user;
    mention.author.name = said.username;
    mention.author.is_brand = !event.bot_user.empty() && said.user == event.bot_user;
    return mention;
}

void add_message(const Event& event, EventReader& reader, const Batch& batch) {
    const auto& outer = event.message;
    const bool changed = outer.subtype == "message_changed";
    // What is left of a deleted message that was answered.
    const bool tombstone = changed && event.changed.subtype == "tombstone";
    if (outer.subtype == "message_deleted" || tombstone) {
        const auto ts = tombstone ? event.changed.ts : outer.deleted_ts;
        auto mention = to_mention(event, event.previous, ts, batch);
        mention.action = Action::deleted;
        return batch.add(mention, reader);
    }
    // Slack says of a link's preview, too, that the message has changed.
    if (changed && event.changed.text == event.previous.text) return batch.ignore(reader);
    const auto& said = changed ? event.changed : outer;
    auto mention = to_mention(event, said, said.ts, batch);
    if (changed) {
        mention.action = Action::edited;
        mention.event_id = outer.ts;
    }
    mention.text = slack::plain_text(said.text, *batch.arena, batch.out->links);
    mention.media = said.media;
    batch.add(mention, reader);
}

class Slack final : public JsonPlatform {
public:
    explicit Slack(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "signing_secret",
                                      "the signing secret of your app's basic information")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto time = request.header("X-Slack-Request-Timestamp");
        auto error = check_code(signature_, request.header("X-Slack-Signature"),
                                "v0=", {"v0:", time, ":", request.body}, Encoding::hex);
        const auto signed_at = signed_seconds(time);
        if (error == Errc::ok && !signed_at) error = Errc::bad_signature;
        if (error == Errc::ok) error = check_age(*signed_at, request.received_at);
        if (error != Errc::ok) return refuse(403, error);
        // Commands and buttons come as a form; they speak to the app and to nobody else.
        if (!request.body.starts_with('{')) return answer({});
        if (request.body.find("\"url_verification\"") == std::string_view::npos) return accept();
        return answer_challenge(request.body);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            if (key == "event") return read_event(value, reader, event);
            if (key == "authorizations") {
                return reader.array(
                    value, [&](JsonValue item) { return read_authorization(item, reader, event); });
            }
            if (key == "type") reader.token(value, event.type);
            return Errc::ok;
        });
        if (broken != Errc::ok) return broken;
        if (event.type.empty()) reader.note(Errc::missing_member);
        else if (event.type == "event_callback" && carries_words(event.message))
            add_message(event, reader, batch);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    /// The body is signed; whether it is the challenge or only speaks of one shows when it is read.
    Reception answer_challenge(std::string_view body) {
        arena_.reset();
        EventReader reader(arena_);
        std::string_view type;
        std::string_view challenge;
        const auto broken = json_document(parser_, body, [&](JsonValue root) {
            return json_members(root, [&](std::string_view key, JsonValue value) {
                if (key == "type") reader.token(value, type);
                else if (key == "challenge") reader.token(value, challenge);
                return Errc::ok;
            });
        });
        if (broken != Errc::ok || type != "url_verification") return accept();
        return answer(std::string(challenge));
    }

    Hmac signature_;
    Arena arena_;  ///< for receive() only
};

}  // namespace

std::unique_ptr<Platform> make_slack(Settings& source) {
    return std::make_unique<Slack>(source);
}

}  // namespace hark::platforms
