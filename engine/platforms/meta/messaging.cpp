#include "platforms/meta/batch.hpp"

namespace hark::platforms::meta {

namespace {

enum class Happening { other, message, edit, reaction, postback };

struct Messaging {
    std::string_view sender;
    std::string_view recipient;
    std::string_view timestamp;  ///< milliseconds, digits
    Happening happening = Happening::other;
    std::string_view mid;
    std::string_view text;
    std::string_view num_edit;
    std::string_view action;
    std::string_view emoji;
    std::string_view replied_mid;
    std::string_view story_id;
    bool is_echo = false;
    bool is_deleted = false;
    bool is_story_mention = false;
    std::uint16_t media = 0;
};

class MessagingReader {
public:
    MessagingReader(EventReader& reader, Mentions& out, Messaging& event) noexcept
        : reader_(&reader), out_(&out), event_(&event) {}

    Errc read_member(std::string_view key, JsonValue value) {
        if (key == "sender") return read_id(value, "id", event_->sender);
        if (key == "recipient") return read_id(value, "id", event_->recipient);
        if (key == "timestamp") reader_->token(value, event_->timestamp);
        else if (key == "message") return read_body(value, Happening::message);
        else if (key == "message_edit") return read_body(value, Happening::edit);
        else if (key == "reaction") return read_body(value, Happening::reaction);
        else if (key == "postback") return read_body(value, Happening::postback);
        return Errc::ok;
    }

private:
    Errc read_id(JsonValue value, std::string_view name, std::string_view& id) {
        return reader_->object(value, [&, this](std::string_view key, JsonValue member) {
            if (key == name) reader_->token(member, id);
            return Errc::ok;
        });
    }

    Errc read_body(JsonValue value, Happening happening) {
        if (event_->happening != Happening::other) return Errc::ok;
        event_->happening = happening;
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            return read_body_member(key, member);
        });
    }

    Errc read_body_member(std::string_view key, JsonValue value) {
        if (key == "mid") reader_->text(value, event_->mid);
        else if (key == "text") reader_->text(value, event_->text);
        else if (key == "title") reader_->text(value, event_->text);  // what the button said
        else if (key == "num_edit") reader_->token(value, event_->num_edit);
        else if (key == "action") reader_->text(value, event_->action);
        else if (key == "emoji") reader_->text(value, event_->emoji);
        else if (key == "is_echo") reader_->flag(value, event_->is_echo);
        else if (key == "is_deleted") reader_->flag(value, event_->is_deleted);
        else if (key == "reply_to") return read_replied(value);
        else if (key == "attachments") {
            return reader_->array(value, [this](JsonValue item) { return read_attachment(item); });
        }
        return Errc::ok;
    }

    Errc read_replied(JsonValue value) {
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            if (key == "mid") reader_->text(member, event_->replied_mid);
            else if (key == "story") return read_id(member, "id", event_->story_id);
            return Errc::ok;
        });
    }

    Errc read_attachment(JsonValue value) {
        std::string_view type;
        std::string_view url;
        const auto broken =
            reader_->object(value, [&, this](std::string_view key, JsonValue member) {
                if (key == "type") reader_->text(member, type);
                else if (key == "payload") {
                    return reader_->object(member, [&](std::string_view name, JsonValue inner) {
                        if (name == "url") reader_->text(inner, url);
                        return Errc::ok;
                    });
                }
                return Errc::ok;
            });
        // What was shared has an address worth keeping; an upload's expires.
        const bool is_link = type == "fallback" || type == "share";
        if (is_link && !url.empty()) out_->links.push_back(url);
        if (!is_link && type != "location" && type != "template") count_media(event_->media);
        event_->is_story_mention |= type == "story_mention";
        return broken;
    }

    EventReader* reader_;
    Mentions* out_;
    Messaging* event_;
};

std::string_view event_id_of(const Messaging& event, Arena& arena) {
    if (event.happening == Happening::edit) return join_id("edit:", event.num_edit, arena);
    if (event.happening == Happening::reaction) return event.timestamp;
    return {};
}

Mention to_mention(const Messaging& event, const Entry& entry, std::string_view platform,
                   Arena& arena) {
    const auto message_id = [&](std::string_view mid) {
        return mid.empty() ? mid : arena.join(platform, ":message:", mid);
    };
    Mention mention;
    mention.platform = platform;
    mention.id = message_id(event.mid);
    mention.event_id = event_id_of(event, arena);
    mention.kind = event.is_story_mention ? Kind::mention : Kind::message;
    if (event.happening == Happening::edit) mention.action = Action::edited;
    if (event.is_deleted) mention.action = Action::deleted;
    mention.created_at = from_epoch(event.timestamp, 1000).value_or(Timestamp{});
    mention.author.id = event.sender;
    mention.author.is_brand = event.is_echo || (!entry.id.empty() && event.sender == entry.id);
    const auto customer = mention.author.is_brand ? event.recipient : event.sender;
    mention.thread = arena.join(platform, ":", entry.id, ":", customer);
    mention.parent = event.story_id.empty() ? message_id(event.replied_mid)
                                            : arena.join(platform, ":story:", event.story_id);
    mention.text = event.is_deleted ? std::string_view() : event.text;
    mention.media = event.media;
    if (event.happening == Happening::reaction && !event.mid.empty()) {
        mention.kind = Kind::reaction;
        mention.parent = mention.id;
        mention.id = arena.join(platform, ":reaction:", event.mid, ":", event.sender);
        mention.action = event.action == "unreact" ? Action::deleted : Action::created;
        mention.text = mention.action == Action::deleted ? std::string_view() : event.emoji;
    }
    return mention;
}

}  // namespace

Errc add_messaging(JsonValue item, const Entry& entry, Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Messaging event;
        MessagingReader members(reader, *batch.out, event);
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            return members.read_member(key, value);
        });
        if (broken != Errc::ok) return broken;
        const auto platform = batch.object == "instagram" ? "instagram" : "messenger";
        if (event.happening == Happening::other) {
            ++batch.out->ignored;
            reader.forgive();
        } else if (event.sender.empty() || event.recipient.empty()) {
            reader.note(Errc::missing_member);
        } else {
            batch.add(to_mention(event, entry, platform, *batch.arena), reader);
        }
        return Errc::ok;
    });
}

}  // namespace hark::platforms::meta
