#include "platforms/vk/event.hpp"

#include <array>

#include "platforms/members.hpp"

namespace hark::platforms::vk {

namespace {

constexpr Members<Event, 9> kRoot = {{
    {"type", &Event::type, Form::text},
    {"event_id", &Event::event_id, Form::text},
    {"secret", &Event::secret, Form::text},
    {"group_id", &Event::group_id},
    {"object"},
    {"code", &Event::code},
    {"event"},
    {"ts", &Event::ts},
    {"service_message"},
}};
constexpr Members<Event, 1> kNotice = {{{"service_code", &Event::service_code}}};

constexpr Members<Object, 25> kObject = {{
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
    {"text", &Object::text, Form::text},
    {"date", &Object::date, Form::seconds},
    {"attachments"},
    {"message"},  // the shape of message_new from API 5.103 on
    {"reply_message"},
    {"parents_stack"},
    {"copy_history"},
    {"action"},
}};
constexpr Members<Object, 1> kReplied = {{{"conversation_message_id", &Object::replied_message}}};
constexpr Members<Object, 2> kCopied = {{
    {"owner_id", &Object::copied_owner},
    {"id", &Object::copied_id},
}};

constexpr Members<Streamed, 11> kStreamedIds = {{
    {"post_owner_id", &Streamed::owner},
    {"post_id", &Streamed::post_id},
    {"comment_id", &Streamed::comment_id},
    {"shared_post_id", &Streamed::shared_id},
    {"topic_owner_id", &Streamed::topic_owner},
    {"topic_id", &Streamed::topic_id},
    {"topic_post_id", &Streamed::topic_post_id},
    {"id", &Streamed::author_id},
    {"author_url", Form::none},
    {"platform", Form::none},
    {"shared_post_author_id", &Streamed::shared_author_id},
}};
constexpr Members<Streamed, 11> kStreamed = {{
    {"event_type", &Streamed::type, Form::text},
    {"event_id"},
    {"event_url", &Streamed::url, Form::text},
    {"text", &Streamed::text, Form::text},
    {"action", &Streamed::action, Form::text},
    {"action_time", &Streamed::action_time},
    {"creation_time", &Streamed::created_at, Form::seconds},
    {"tags", Form::none},
    {"author"},
    {"attachments"},
    {"shared_post_text", &Streamed::shared_text, Form::text},
}};

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
        return kObject.read_each(value, *reader_, *object_, [this](auto place, JsonValue member) {
            return read_member(place, member);
        });
    }

private:
    Errc read_member(std::size_t place, JsonValue value) {
        switch (place) {
            case kObject["attachments"]:
                return read_attachments(value, *reader_, *out_, object_->media);
            case kObject["message"]: return read(value);
            case kObject["reply_message"]: return kReplied.read_all(value, *reader_, *object_);
            case kObject["parents_stack"]: return read_parents(value);
            case kObject["copy_history"]: return read_copied(value);
            case kObject["action"]: object_->service = true; break;
            default: break;
        }
        return Errc::ok;
    }

    Errc read_parents(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            object_->last_parent = {};
            reader_->token(item, object_->last_parent);
            return Errc::ok;
        });
    }

    /// The first entry is what was reposted; the others are what that one reposted.
    Errc read_copied(JsonValue value) {
        return reader_->array(
            value, [this](JsonValue item) { return kCopied.read_all(item, *reader_, *object_); });
    }

    EventReader* reader_;
    Mentions* out_;
    Object* object_;
};

/// `event_id` and `author` are objects of ids.
Errc read_streamed(JsonValue value, EventReader& reader, Mentions& out, Streamed& streamed) {
    return kStreamed.read_each(value, reader, streamed, [&](auto place, JsonValue member) {
        switch (place) {
            case kStreamed["event_id"]:
            case kStreamed["author"]: return kStreamedIds.read_all(member, reader, streamed);
            case kStreamed["attachments"]:
                return read_attachments(member, reader, out, streamed.media);
            default: return Errc::ok;
        }
    });
}

}  // namespace

Errc read_envelope(JsonValue root, EventReader& reader, Event& event) {
    return kRoot.read_all(root, reader, event);
}

Errc read_member(std::string_view key, JsonValue value, EventReader& reader, Mentions& out,
                 Event& event) {
    switch (kRoot.read(key, value, reader, event)) {
        case kRoot["object"]: return ObjectReader(reader, out, event.object).read(value);
        case kRoot["event"]: return read_streamed(value, reader, out, event.streamed);
        case kRoot["service_message"]: return kNotice.read_all(value, reader, event);
        default: return Errc::ok;
    }
}

}  // namespace hark::platforms::vk
