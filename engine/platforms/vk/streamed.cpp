#include <array>
#include <optional>

#include "platforms/markup.hpp"
#include "platforms/vk/event.hpp"

namespace hark::platforms::vk {

namespace {

std::optional<Action> action_of(std::string_view action) noexcept {
    if (action == "new") return Action::created;
    if (action == "update" || action == "restore") return Action::edited;
    if (action == "delete") return Action::deleted;
    return std::nullopt;
}

/// Where things stand, in the ids that the Callback API's events have too.
void place(const Streamed& streamed, Arena& arena, Mention& mention) {
    const auto post = pair_id("wall_post", streamed.owner, streamed.post_id, arena);
    if (streamed.type == "comment") {
        mention.kind = Kind::comment;
        mention.id = pair_id("wall_reply", streamed.owner, streamed.comment_id, arena);
        mention.thread = mention.parent = post;
    } else if (streamed.type == "topic_post") {
        mention.kind = Kind::comment;
        mention.id = pair_id("board_post", streamed.topic_owner, streamed.topic_post_id, arena);
        mention.thread = mention.parent =
            pair_id("board_topic", streamed.topic_owner, streamed.topic_id, arena);
    } else {
        mention.kind = Kind::post;
        mention.id = mention.thread = post;
        mention.parent = pair_id("wall_post", streamed.shared_author_id, streamed.shared_id, arena);
    }
}

}  // namespace

bool carries_words(const Streamed& streamed) noexcept {
    for (const auto* type : {"post", "comment", "share", "topic_post"}) {
        if (streamed.type == type) return action_of(streamed.action).has_value();
    }
    return false;
}

Mention to_mention(const Streamed& streamed, Arena& arena, std::vector<std::string_view>& links) {
    Mention mention;
    mention.platform = "vk";
    mention.action = *action_of(streamed.action);
    mention.restored = streamed.action == "restore";
    mention.event_id = arena.join(streamed.action, ":", streamed.action_time);
    mention.created_at = streamed.created_at;
    mention.url = streamed.url;
    mention.author.id = streamed.author_id;
    place(streamed, arena, mention);
    if (mention.action == Action::deleted) return mention;
    // Who shares without a word says what is shared.
    const auto said = streamed.text.empty() ? streamed.shared_text : streamed.text;
    mention.text = html_text(said, arena, links);
    mention.media = streamed.media;
    return mention;
}

}  // namespace hark::platforms::vk
