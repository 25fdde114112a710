#include "platforms/vk/event.hpp"

#include <array>

namespace hark::platforms::vk {

namespace {

constexpr Members<Event, 3> kEnvelopeTexts = {{
    {"type", &Event::type},
    {"event_id", &Event::event_id},
    {"secret", &Event::secret},
}};

constexpr Members<Object, 17> kIds = {{
    {"id", &Object::id},
    {"owner_id", &Object::owner},
    {"post_owner_id", &Object::owner},
    {"photo_owner_id", &Object::owner},
    {"video_owner_id", &Object::owner},
    {"market_owner_id", &Object::owner},
    {"topic_owner_id", &Object::owner},
    {"from_id", &Object::from_id},
    {"user_id", &Object::user_id},
    {"post_id", &Object::post_id},
    {"photo_id", &Object::photo_id},
    {"video_id", &Object::video_id},
    {"item_id", &Object::item_id},
    {"topic_id", &Object::topic_id},
    {"peer_id", &Object::peer_id},
    {"conversation_message_id", &Object::conversation_message_id},
    {"reply_to_comment", &Object::reply_to_comment},
}};

constexpr Members<Streamed, 9> kStreamedIds = {{
    {"post_owner_id", &Streamed::owner},
    {"post_id", &Streamed::post_id},
    {"comment_id", &Streamed::comment_id},
    {"shared_post_id", &Streamed::shared_id},
    {"topic_owner_id", &Streamed::topic_owner},
    {"topic_id", &Streamed::topic_id},
    {"topic_post_id", &Streamed::topic_post_id},
    {"id", &Streamed::author_id},
    {"shared_post_author_id", &Streamed::shared_author_id},
}};

constexpr Names kStreamed({"event_id", "author", "attachments", "event_type", "action", "event_url",
                           "text", "shared_post_text", "creation_time", "action_time"});
constexpr Names kRoot({"object", "event", "service_message", "code", "ts"});

constexpr std::array<std::string_view, 10> kMediaTypes = {
    "photo", "posted_photo",  "video",    "audio", "doc",
    "album", "audio_message", "graffiti", "story", "sticker",
};

Errc read_url(JsonValue link, EventReader& reader, std::string_view& url) {
    return reader.object(link, [&](std::string_view key, JsonValue member) {
        if (key == "url") reader.text(member, url);
        return Errc::ok;
    });
}

/// Counts what can be seen or heard, and keeps addresses.
Errc read_attachments(JsonValue value, EventReader& reader, Mentions& out, std::uint16_t& count) {
    return reader.array(value, [&](JsonValue item) {
        std::string_view type;
        std::string_view url;
        const auto broken = reader.object(item, [&](std::string_view key, JsonValue member) {
            if (key == "type") reader.text(member, type);
            else if (key == "link") return read_url(member, reader, url);
            return Errc::ok;
        });
        for (const auto media : kMediaTypes) {
            if (type == media) count_media(count);
        }
        if (type == "link" && !url.empty()) out.links.push_back(url);
        return broken;
    });
}

class ObjectReader {
public:
    ObjectReader(EventReader& reader, Mentions& out, Object& object) noexcept
        : reader_(&reader), out_(&out), object_(&object) {}

    Errc read(JsonValue value) {
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            return read_member(key, member);
        });
    }

private:
    Errc read_member(std::string_view key, JsonValue value) {
        if (const auto field = kIds.field_of(key)) {
            reader_->token(value, object_->*field);
        } else if (key == "text") {
            reader_->text(value, object_->text);
        } else if (key == "date") {
            reader_->seconds(value, object_->date);
        } else if (key == "attachments") {
            return read_attachments(value, *reader_, *out_, object_->media);
        } else if (key == "message") {  // the shape of message_new from API 5.103 on
            return read(value);
        } else if (key == "reply_message") {
            return read_id_of(value, "conversation_message_id", object_->replied_message);
        } else if (key == "parents_stack") {
            return reader_->array(value, [this](JsonValue item) {
                object_->last_parent = {};
                reader_->token(item, object_->last_parent);
                return Errc::ok;
            });
        } else if (key == "copy_history") {
            return read_copied(value);
        } else if (key == "action") {
            object_->service = true;
        }
        return Errc::ok;
    }

    Errc read_id_of(JsonValue value, std::string_view name, std::string_view& id) {
        return reader_->object(value, [&, this](std::string_view key, JsonValue member) {
            if (key == name) reader_->token(member, id);
            return Errc::ok;
        });
    }

    /// The first entry is what was reposted; the others are what that one reposted.
    Errc read_copied(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            return reader_->object(item, [this](std::string_view key, JsonValue member) {
                if (key == "owner_id") reader_->token(member, object_->copied_owner);
                else if (key == "id") reader_->token(member, object_->copied_id);
                return Errc::ok;
            });
        });
    }

    EventReader* reader_;
    Mentions* out_;
    Object* object_;
};

/// `event_id` and `author` are objects of ids.
Errc read_streamed(JsonValue value, EventReader& reader, Mentions& out, Streamed& streamed) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        switch (kStreamed.of(key)) {
            case kStreamed["event_id"]:
            case kStreamed["author"]: return read_fields(kStreamedIds, member, reader, streamed);
            case kStreamed["attachments"]:
                return read_attachments(member, reader, out, streamed.media);
            case kStreamed["event_type"]: reader.text(member, streamed.type); break;
            case kStreamed["action"]: reader.text(member, streamed.action); break;
            case kStreamed["event_url"]: reader.text(member, streamed.url); break;
            case kStreamed["text"]: reader.text(member, streamed.text); break;
            case kStreamed["shared_post_text"]: reader.text(member, streamed.shared_text); break;
            case kStreamed["creation_time"]: reader.seconds(member, streamed.created_at); break;
            case kStreamed["action_time"]: reader.token(member, streamed.action_time); break;
            default: break;
        }
        return Errc::ok;
    });
}

void read_envelope_member(std::string_view key, JsonValue value, EventReader& reader,
                          Event& event) {
    if (const auto field = kEnvelopeTexts.field_of(key)) reader.text(value, event.*field);
    else if (key == "group_id") reader.token(value, event.group_id);
}

}  // namespace

Errc read_envelope(JsonValue root, EventReader& reader, Event& event) {
    return json_members(root, [&](std::string_view key, JsonValue value) {
        read_envelope_member(key, value, reader, event);
        return Errc::ok;
    });
}

Errc read_member(std::string_view key, JsonValue value, EventReader& reader, Mentions& out,
                 Event& event) {
    switch (kRoot.of(key)) {
        case kRoot["object"]: return ObjectReader(reader, out, event.object).read(value);
        case kRoot["event"]: return read_streamed(value, reader, out, event.streamed);
        case kRoot["service_message"]:
            return reader.object(value, [&](std::string_view name, JsonValue member) {
                if (name == "service_code") reader.token(member, event.service_code);
                return Errc::ok;
            });
        case kRoot["code"]: reader.token(value, event.code); break;
        case kRoot["ts"]: reader.token(value, event.ts); break;
        default: read_envelope_member(key, value, reader, event);
    }
    return Errc::ok;
}

}  // namespace hark::platforms::vk
