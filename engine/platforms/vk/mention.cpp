#include <array>
#include <optional>

#include "platforms/vk/event.hpp"

namespace hark::platforms::vk {

namespace {

/// Comments hang on something that has an owner and a number of its own.
struct CommentType {
    std::string_view stem;  ///< of the event's type
    std::string_view host;  ///< what it hangs on, as it stands in our ids
    std::string_view Object::*host_id;
    std::string_view page;   ///< vk.com/<page><owner>_<host id>; empty: no public address is known
    std::string_view query;  ///< what leads to the comment itself
};

constexpr std::array<CommentType, 5> kCommentTypes = {{
    {"wall_reply", "wall_post", &Object::post_id, "wall", "?reply="},
    {"photo_comment", "photo", &Object::photo_id, "photo", ""},
    {"video_comment", "video", &Object::video_id, "video", ""},
    {"market_comment", "market", &Object::item_id, "", ""},
    {"board_post", "board_topic", &Object::topic_id, "topic", "?post="},
}};

std::string_view stem_of(std::string_view type) {
    return type.substr(0, type.rfind('_'));
}

std::optional<Action> action_of(std::string_view type) {
    const auto verb = type.substr(type.rfind('_') + 1);
    if (verb == "new" || verb == "reply") return Action::created;
    if (verb == "edit" || verb == "restore") return Action::edited;
    if (verb == "delete") return Action::deleted;
    return std::nullopt;
}

const CommentType* comment_type(std::string_view type) {
    for (const auto& candidate : kCommentTypes) {
        if (stem_of(type) == candidate.stem && action_of(type)) return &candidate;
    }
    return nullptr;
}

bool is_post(std::string_view type) {
    return type == "wall_post_new" || type == "wall_repost";
}

bool is_message(std::string_view type) {
    return type == "message_new" || type == "message_edit" || type == "message_reply";
}

bool is_group(std::string_view from_id, std::string_view group_id) {
    return from_id.starts_with('-') && from_id.substr(1) == group_id;
}

void fill_post(const Object& object, Arena& arena, Mention& mention) {
    mention.kind = Kind::post;
    mention.id = pair_id("wall_post", object.owner, object.id, arena);
    mention.thread = mention.id;
    mention.parent = pair_id("wall_post", object.copied_owner, object.copied_id, arena);
    mention.url = arena.join("https://vk.com/wall", object.owner, "_", object.id);
}

void fill_comment(const CommentType& type, const Object& object, Arena& arena, Mention& mention) {
    const auto host_id = object.*type.host_id;
    mention.kind = Kind::comment;
    mention.id = pair_id(type.stem, object.owner, object.id, arena);
    mention.thread = pair_id(type.host, object.owner, host_id, arena);
    const auto answered =
        object.reply_to_comment.empty() ? object.last_parent : object.reply_to_comment;
    mention.parent =
        answered.empty() ? mention.thread : pair_id(type.stem, object.owner, answered, arena);
    if (!type.page.empty() && !host_id.empty()) {
        mention.url = arena.join("https://vk.com/", type.page, object.owner, "_", host_id,
                                 type.query, type.query.empty() ? "" : object.id);
    }
}

/// Peers and their messages are numbered anew in each community.
void fill_message(const Event& event, Arena& arena, Mention& mention) {
    const auto& object = event.object;
    mention.kind = Kind::message;
    mention.author.is_brand |= event.type == "message_reply";
    if (event.group_id.empty() || object.peer_id.empty()) return;
    const auto peer = arena.join(event.group_id, "_", object.peer_id);
    mention.id = pair_id("message", peer, object.conversation_message_id, arena);
    mention.thread = arena.join("vk:peer:", peer);
    mention.parent = pair_id("message", peer, object.replied_message, arena);
}

}  // namespace

std::string_view pair_id(std::string_view type, std::string_view owner, std::string_view id,
                         Arena& arena) {
    if (owner.empty() || id.empty()) return {};
    return arena.join("vk:", type, ":", owner, "_", id);
}

bool carries_words(const Event& event) noexcept {
    if (is_message(event.type)) return !event.object.service;
    return is_post(event.type) || comment_type(event.type) != nullptr;
}

Mention to_mention(const Event& event, Arena& arena) {
    const auto& object = event.object;
    Mention mention;
    mention.platform = "vk";
    mention.event_id = event.event_id;
    mention.action = is_post(event.type) ? Action::created : *action_of(event.type);
    mention.restored = event.type.ends_with("_restore");
    mention.created_at = object.date;
    mention.author.id = object.from_id.empty() ? object.user_id : object.from_id;
    mention.author.is_brand = is_group(mention.author.id, event.group_id);
    mention.text = object.text;
    mention.media = object.media;
    if (is_message(event.type)) fill_message(event, arena, mention);
    else if (is_post(event.type)) fill_post(object, arena, mention);
    else fill_comment(*comment_type(event.type), object, arena, mention);
    return mention;
}

}  // namespace hark::platforms::vk
