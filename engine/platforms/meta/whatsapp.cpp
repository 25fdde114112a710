#include <algorithm>
#include <array>

#include "core/limits.hpp"
#include "platforms/members.hpp"
#include "platforms/meta/batch.hpp"

namespace hark::platforms::meta {

namespace {

struct Message {
    std::string_view id;
    std::string_view from;
    std::string_view from_user_id;
    std::string_view to;
    std::string_view to_user_id;
    std::string_view group_id;
    std::string_view type;
    std::string_view text;  ///< body, caption or what a button said
    std::string_view context_id;
    std::string_view target_id;  ///< the message that was edited, revoked or reacted to
    std::string_view emoji;
    Timestamp timestamp{};
    // Of an edit: the message as it is now.
    std::string_view edited_type;
    std::string_view edited_text;
    std::string_view edited_context_id;
};

constexpr Members<Message, 11> kMessage = {{
    {"id", &Message::id},
    {"from", &Message::from},
    {"from_user_id", &Message::from_user_id},
    {"to", &Message::to},
    {"to_user_id", &Message::to_user_id},
    {"group_id", &Message::group_id},
    {"type", &Message::type},
    {"timestamp", &Message::timestamp, Form::seconds},
    {"reaction"},
    {"edit"},
    {"revoke"},
}};
constexpr Members<Message, 2> kReaction = {{
    {"message_id", &Message::target_id, Form::text},
    {"emoji", &Message::emoji, Form::text},
}};
constexpr Members<Message, 1> kRevoke = {
    {{"original_message_id", &Message::target_id, Form::text}}};

constexpr std::array<std::string_view, 6> kMediaTypes = {"image", "video",   "document",
                                                         "audio", "sticker", "voice"};

constexpr std::array<std::string_view, 7> kOtherMessageTypes = {
    "text", "location", "contacts", "interactive", "button", "order", "unsupported"};

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Errc read_text_of(JsonValue value, std::string_view name, EventReader& reader,
                  std::string_view& text) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == name) reader.text(member, text);
        return Errc::ok;
    });
}

/// The members that a message and the message inside an edit have alike.
Errc read_content(std::string_view key, JsonValue value, EventReader& reader,
                  std::string_view& text, std::string_view& context_id) {
    if (key == "text") return read_text_of(value, "body", reader, text);
    if (key == "image" || key == "video" || key == "document") {
        return read_text_of(value, "caption", reader, text);
    }
    if (key == "button" || key == "order") return read_text_of(value, "text", reader, text);
    if (key == "context") return read_text_of(value, "id", reader, context_id);
    if (key != "interactive") return Errc::ok;
    return reader.object(value, [&](std::string_view name, JsonValue reply) {
        if (name != "button_reply" && name != "list_reply") return Errc::ok;
        return read_text_of(reply, "title", reader, text);
    });
}

Errc read_edit(JsonValue value, EventReader& reader, Message& message) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "original_message_id") reader.text(member, message.target_id);
        if (key != "message") return Errc::ok;
        return reader.object(member, [&](std::string_view name, JsonValue inner) {
            if (name == "type") reader.text(inner, message.edited_type);
            return read_content(name, inner, reader, message.edited_text,
                                message.edited_context_id);
        });
    });
}

Errc read_message_member(std::string_view key, JsonValue value, EventReader& reader,
                         Message& message) {
    switch (kMessage.read(key, value, reader, message)) {
        case kMessage.kRead: return Errc::ok;
        case kMessage["reaction"]: return kReaction.read_all(value, reader, message);
        case kMessage["edit"]: return read_edit(value, reader, message);
        case kMessage["revoke"]: return kRevoke.read_all(value, reader, message);
        default: return read_content(key, value, reader, message.text, message.context_id);
    }
}

const Contact* contact_of(const Message& message, const Batch& batch) {
    for (const auto& contact : batch.contacts) {
        const bool same_number = !message.from.empty() && contact.wa_id == message.from;
        const bool same_user =
            !message.from_user_id.empty() && contact.user_id == message.from_user_id;
        if (same_number || same_user) return &contact;
    }
    return nullptr;
}

/// The id that stays when the person hides or changes the number, where there is one.
std::string_view stable(std::string_view user_id, std::string_view number) {
    return user_id.empty() ? number : user_id;
}

struct Account {
    std::string_view number_id;  ///< of the business's phone number
    bool is_echo = false;        ///< written by the business on its phone
};

Mention begin_mention(const Message& message, const Account& account, const Batch& batch) {
    auto& arena = *batch.arena;
    Mention mention;
    mention.platform = "whatsapp";
    mention.created_at = message.timestamp;
    mention.author.id = stable(message.from_user_id, message.from);
    mention.author.is_brand = account.is_echo;
    if (const auto* const contact = contact_of(message, batch)) {
        mention.author.id = stable(contact->user_id, mention.author.id);
        mention.author.name = contact->name;
        mention.author.handle = contact->username;
    }
    const auto customer =
        account.is_echo ? stable(message.to_user_id, message.to) : mention.author.id;
    mention.phone = account.is_echo ? message.to : message.from;
    mention.thread = arena.join("whatsapp:", account.number_id, ":",
                                message.group_id.empty() ? customer : message.group_id);
    mention.kind = Kind::message;
    return mention;
}

/// False when the message carries nobody's words.
bool fill(const Message& message, Arena& arena, Mention& mention) {
    const auto message_id = [&](std::string_view id) {
        return join_id("whatsapp:message:", id, arena);
    };
    if (message.type == "edit" || message.type == "revoke") {
        const bool edited = message.type == "edit";
        mention.id = message_id(message.target_id);
        mention.event_id = message.id;
        mention.action = edited ? Action::edited : Action::deleted;
        mention.parent = message_id(message.edited_context_id);
        mention.text = message.edited_text;
        mention.media = is_one_of(kMediaTypes, message.edited_type) ? 1 : 0;
        return true;
    }
    if (message.type == "reaction") {
        mention.kind = Kind::reaction;
        mention.parent = message_id(message.target_id);
        if (!message.target_id.empty()) {
            mention.id =
                arena.join("whatsapp:reaction:", message.target_id, ":", mention.author.id);
        }
        mention.event_id = message.id;
        mention.action = message.emoji.empty() ? Action::deleted : Action::created;
        mention.text = message.emoji;
        return true;
    }
    const bool media = is_one_of(kMediaTypes, message.type);
    mention.id = message_id(message.id);
    mention.parent = message_id(message.context_id);
    mention.text = message.text;
    mention.media = media ? 1 : 0;
    return media || is_one_of(kOtherMessageTypes, message.type);
}

Errc add_message(JsonValue item, const Account& account, Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Message message;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            return read_message_member(key, value, reader, message);
        });
        if (broken != Errc::ok) return broken;
        auto mention = begin_mention(message, account, batch);
        if (message.type.empty() || mention.author.id.empty()) {
            reader.note(Errc::missing_member);
        } else if (fill(message, *batch.arena, mention)) {
            batch.add(mention, reader);
        } else {
            ++batch.out->ignored;
            reader.forgive();
        }
        return Errc::ok;
    });
}

Errc read_contact(JsonValue item, EventReader& reader, Batch& batch) {
    if (batch.contacts.size() >= limits::kNamesPerFrame) return Errc::ok;
    Contact contact;
    const auto broken = reader.object(item, [&](std::string_view key, JsonValue value) {
        if (key == "wa_id") reader.token(value, contact.wa_id);
        else if (key == "user_id") reader.token(value, contact.user_id);
        else if (key == "profile") {
            return reader.object(value, [&](std::string_view name, JsonValue member) {
                if (name == "name") reader.text(member, contact.name);
                else if (name == "username") reader.text(member, contact.username);
                return Errc::ok;
            });
        }
        return Errc::ok;
    });
    batch.contacts.push_back(contact);
    return broken;
}

Errc ignore_items(JsonValue value, EventReader& reader, Batch& batch) {
    return reader.array(value, [&](JsonValue) {
        ++batch.out->ignored;
        return Errc::ok;
    });
}

/// Walks the `value` of a change: who is in it first, then what they said.
Errc read_value(JsonObject& object, EventReader& reader, Batch& batch) {
    Account account;
    batch.contacts.clear();
    bool broken_peek = false;
    Errc broken = Errc::ok;
    const auto peek = [&](std::string_view key, JsonValue value) {
        if (key == "metadata") {
            broken = reader.object(value, [&](std::string_view name, JsonValue member) {
                if (name == "phone_number_id") reader.token(member, account.number_id);
                return Errc::ok;
            });
        } else if (key == "contacts") {
            broken = reader.array(
                value, [&](JsonValue item) { return read_contact(item, reader, batch); });
        }
        broken_peek = broken != Errc::ok;
        return broken_peek || (!account.number_id.empty() && !batch.contacts.empty());
    };
    const auto use = [&](std::string_view key, JsonValue value) {
        if (broken_peek) return broken;
        account.is_echo = key == "message_echoes";
        if (key == "messages" || account.is_echo) {
            return reader.array(value,
                                [&](JsonValue item) { return add_message(item, account, batch); });
        }
        if (key == "statuses" || key == "errors") return ignore_items(value, reader, batch);
        return Errc::ok;
    };
    return EventReader::members_twice(object, peek, use);
}

Errc add_change_of_account(JsonValue change, Batch& batch) {
    return read_part(change, batch, [&](JsonObject& object, EventReader& reader) {
        const auto before = [&] { return batch.out->list.size() + batch.out->refused.size(); };
        const auto had = before() + batch.out->ignored;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            if (key != "value") return Errc::ok;
            return read_part(value, batch, [&](JsonObject& inner, EventReader& inner_reader) {
                return read_value(inner, inner_reader, batch);
            });
        });
        // A template's approval, a quality rating, a field of tomorrow.
        const bool nothing = before() + batch.out->ignored == had;
        if (broken == Errc::ok && nothing && reader.fault() == Errc::ok) ++batch.out->ignored;
        return broken;
    });
}

}  // namespace

Errc add_whatsapp(JsonValue entry, Batch& batch) {
    return read_part(entry, batch, [&](JsonObject& object, EventReader& reader) {
        return json_members(object, [&](std::string_view key, JsonValue value) {
            if (key != "changes") return Errc::ok;
            return reader.array(value,
                                [&](JsonValue item) { return add_change_of_account(item, batch); });
        });
    });
}

}  // namespace hark::platforms::meta
