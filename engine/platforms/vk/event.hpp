#pragma once

#include <vector>

#include "platforms/event.hpp"

namespace hark::platforms::vk {

/// The `object` of an event, whatever its type: VK may send it before the type, so every member
/// that any type has is read. Ids are digits with an optional sign.
struct Object {
    std::string_view id;
    std::string_view owner;    ///< of the wall, photo, video, product or discussion
    std::string_view from_id;  ///< negative: a community
    std::string_view user_id;  ///< the author, in deletions
    std::string_view text;
    std::string_view post_id;
    std::string_view photo_id;
    std::string_view video_id;
    std::string_view item_id;
    std::string_view topic_id;
    std::string_view peer_id;
    std::string_view conversation_message_id;
    std::string_view reply_to_comment;
    std::string_view last_parent;  ///< of parents_stack
    std::string_view copied_owner;
    std::string_view copied_id;
    std::string_view replied_message;  ///< conversation_message_id of reply_message
    Timestamp date{};
    std::uint16_t media = 0;
    bool service = false;  ///< somebody joined a chat, changed its picture, …
};

/// What a frame of the Streaming API tells of, whatever its type.
struct Streamed {
    std::string_view type;    ///< `post`, `comment`, `share`, `topic_post`
    std::string_view action;  ///< `new`, `update`, `delete`, `restore`
    std::string_view action_time;
    std::string_view url;
    std::string_view text;         ///< with character references and `<br>`
    std::string_view shared_text;  ///< the same of what is shared
    std::string_view owner;
    std::string_view post_id;
    std::string_view comment_id;
    std::string_view shared_id;
    std::string_view topic_owner;
    std::string_view topic_id;
    std::string_view topic_post_id;
    std::string_view author_id;
    std::string_view shared_author_id;
    Timestamp created_at{};
    std::uint16_t media = 0;
};

/// One event: a request's body, one of a long poll's updates, or a frame of the Streaming API.
struct Event {
    std::string_view type;
    std::string_view event_id;
    std::string_view secret;
    std::string_view group_id;
    std::string_view code;          ///< of a frame of the Streaming API
    std::string_view service_code;  ///< of a notice in one
    std::string_view ts;            ///< of a long poll's reply
    Object object;
    Streamed streamed;
};

/// Reads one member, links of attachments into `out.links`. Not ok: the JSON is broken. What is
/// wrong with single members is in `reader.fault()`.
[[nodiscard]] Errc read_member(std::string_view key, JsonValue value, EventReader& reader,
                               Mentions& out, Event& event);

/// Reads all members but `object`.
[[nodiscard]] Errc read_envelope(JsonValue root, EventReader& reader, Event& event);

/// `vk:<type>:<owner>_<id>`; empty when a number is missing.
[[nodiscard]] std::string_view pair_id(std::string_view type, std::string_view owner,
                                       std::string_view id, Arena& arena);

/// True when the type is one whose object is a mention.
[[nodiscard]] bool carries_words(const Event& event) noexcept;

/// The mention of an event that carries words; its id is empty when members are missing.
[[nodiscard]] Mention to_mention(const Event& event, Arena& arena);

/// The same of the Streaming API: Streamed::type and action are those of a mention.
[[nodiscard]] bool carries_words(const Streamed& streamed) noexcept;
[[nodiscard]] Mention to_mention(const Streamed& streamed, Arena& arena,
                                 std::vector<std::string_view>& links);

}  // namespace hark::platforms::vk
