#include "platforms/telegram/update.hpp"

#include <array>

#include "platforms/members.hpp"

namespace hark::platforms::telegram {

namespace {

constexpr std::array<UpdateType, 8> kTypes = {{
    {"message", Kind::message, Action::created, false},
    {"edited_message", Kind::message, Action::edited, false},
    {"channel_post", Kind::post, Action::created, false},
    {"edited_channel_post", Kind::post, Action::edited, false},
    {"guest_message", Kind::message, Action::created, false},
    {"business_message", Kind::message, Action::created, true},
    {"edited_business_message", Kind::message, Action::edited, true},
    {"deleted_business_messages", Kind::message, Action::deleted, true},
}};

constexpr Members<Party, 7> kParty = {{
    {"id", &Party::id},
    {"username", &Party::username},
    {"first_name", &Party::first_name},
    {"last_name", &Party::last_name},
    {"title", &Party::title},
    {"type", &Party::type},
    {"language_code", &Party::language_code},
}};

constexpr Members<Update, 25> kMessage = {{
    {"message_id", &Update::message_id},
    {"message_thread_id", &Update::message_thread_id},
    {"date", &Update::date, Form::seconds},
    {"text", &Update::text, Form::text},
    {"caption", &Update::caption, Form::text},
    {"is_automatic_forward", &Update::is_automatic_forward},
    {"from"},
    {"sender_chat"},
    {"chat"},
    {"reply_to_message"},
    {"entities"},
    {"caption_entities"},
    {"poll"},
    {"message_ids"},
    {"photo"},
    {"video"},
    {"animation"},
    {"audio"},
    {"voice"},
    {"document"},
    {"story"},
    {"video_note"},
    {"sticker"},
    {"paid_media"},
    {"live_photo"},
}};
constexpr Members<Update, 1> kReplied = {{{"message_id", &Update::replied_id}}};
constexpr Members<Update, 1> kPoll = {{{"question", &Update::question, Form::text}}};

class MessageReader {
public:
    MessageReader(EventReader& reader, Mentions& out, Update& update) noexcept
        : reader_(&reader), out_(&out), update_(&update) {}

    Errc read(JsonValue value) {
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            return read_member(key, member);
        });
    }

private:
    Errc read_member(std::string_view key, JsonValue value) {
        switch (kMessage.read(key, value, *reader_, *update_)) {
            case kMessage.kRead:
            case kMessage.size(): break;
            case kMessage["from"]: return kParty.read_all(value, *reader_, update_->from);
            case kMessage["sender_chat"]:
                return kParty.read_all(value, *reader_, update_->sender_chat);
            case kMessage["chat"]: return kParty.read_all(value, *reader_, update_->chat);
            case kMessage["reply_to_message"]: return kReplied.read_all(value, *reader_, *update_);
            case kMessage["entities"]:
            case kMessage["caption_entities"]:
                return reader_->array(value, [this](JsonValue item) { return read_entity(item); });
            case kMessage["poll"]: return kPoll.read_all(value, *reader_, *update_);
            case kMessage["message_ids"]: return read_ids(value);
            default: update_->has_media = true;
        }
        return Errc::ok;
    }

    Errc read_ids(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            std::string_view id;
            reader_->token(item, id);
            update_->deleted_ids.push_back(id);
            return Errc::ok;
        });
    }

    Errc read_entity(JsonValue value) {
        std::string_view type;
        std::string_view url;
        const auto broken =
            reader_->object(value, [&, this](std::string_view key, JsonValue member) {
                if (key == "type") reader_->text(member, type);
                else if (key == "url") reader_->text(member, url);
                return Errc::ok;
            });
        if (type == "text_link" && !url.empty()) out_->links.push_back(url);
        return broken;
    }

    EventReader* reader_;
    Mentions* out_;
    Update* update_;
};

std::string_view name_of(const Party& party, Arena& arena) {
    if (!party.title.empty()) return party.title;
    if (party.last_name.empty()) return party.first_name;
    return arena.join(party.first_name, " ", party.last_name);
}

std::string_view words_of(const Update& update) {
    if (!update.text.empty()) return update.text;
    return update.caption.empty() ? update.question : update.caption;
}

/// What is common to a message and to the deletion of one.
Mention begin_mention(const Update& update, std::string_view chat, Arena& arena) {
    Mention mention;
    mention.platform = "telegram";
    mention.event_id = update.update_id;
    mention.kind = update.type->kind;
    mention.action = update.type->action;
    mention.thread =
        update.message_thread_id.empty() ? chat : arena.join(chat, ":", update.message_thread_id);
    return mention;
}

Mention to_mention(const Update& update, std::string_view chat, Arena& arena) {
    auto mention = begin_mention(update, chat, arena);
    const auto& author = update.sender_chat.id.empty() ? update.from : update.sender_chat;
    mention.id = arena.join(chat, ":", update.message_id);
    if (update.is_automatic_forward) mention.kind = Kind::post;
    mention.created_at = update.date;
    mention.lang = author.language_code;
    mention.author = {author.id, author.username, name_of(author, arena), false};
    // A business account's private chats bear the customer's id.
    mention.author.is_brand = update.type->business && author.id != update.chat.id;
    if (!update.replied_id.empty()) mention.parent = arena.join(chat, ":", update.replied_id);
    mention.text = words_of(update);
    mention.media = update.has_media ? 1 : 0;
    const bool is_public = !update.chat.username.empty() && update.chat.type != "private";
    if (is_public) {
        mention.url = arena.join("https://t.me/", update.chat.username, "/", update.message_id);
    }
    return mention;
}

}  // namespace

void Update::clear() {
    auto kept = std::move(deleted_ids);
    kept.clear();
    *this = Update{};
    deleted_ids = std::move(kept);
}

Errc read_update(JsonObject& root, EventReader& reader, Mentions& out, Update& update) {
    return json_members(root, [&](std::string_view key, JsonValue value) {
        if (key == "update_id") reader.token(value, update.update_id);
        if (update.type != nullptr) return Errc::ok;
        for (const auto& type : kTypes) {
            if (key != type.name) continue;
            update.type = &type;
            return MessageReader(reader, out, update).read(value);
        }
        return Errc::ok;
    });
}

Errc add_mentions(const Update& update, Arena& arena, Mentions& out) {
    if (update.chat.id.empty()) return Errc::missing_member;
    const auto chat =
        arena.join("telegram:", update.type->business ? "business:" : "", update.chat.id);
    if (update.type->action == Action::deleted) {
        for (const auto id : update.deleted_ids) {
            auto mention = begin_mention(update, chat, arena);
            if (!id.empty()) mention.id = arena.join(chat, ":", id);
            if (const auto error = admit(mention, out); error != Errc::ok) {
                return error;
            }
        }
        return Errc::ok;
    }
    if (update.message_id.empty()) return Errc::missing_member;
    const bool service = words_of(update).empty() && !update.has_media;
    if (service) {
        ++out.ignored;
        return Errc::ok;
    }
    return admit(to_mention(update, chat, arena), out);
}

}  // namespace hark::platforms::telegram
