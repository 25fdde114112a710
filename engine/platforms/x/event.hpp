#pragma once

#include <optional>
#include <vector>

#include "platforms/batch.hpp"

namespace hark::platforms::x {

struct User {
    std::string_view id;
    std::string_view username;
    std::string_view name;
    std::string_view created_at;
};

/// A post of API v2, of the payload of an activity, or of v1.1 (Account Activity).
struct Post {
    std::string_view id;
    std::string_view author_id;
    std::string_view text;       ///< cut off when the post is long
    std::string_view full_text;  ///< `note_tweet` of v2, `extended_tweet` of v1.1
    std::string_view lang;
    std::string_view conversation_id;
    std::string_view replied_id;
    std::string_view quoted_id;
    std::string_view retweeted_id;
    std::string_view original_text;  ///< of what was retweeted, where v1.1 brings it along
    std::string_view first_id;       ///< the oldest of its edit history
    std::string_view created_at;
    std::uint16_t media = 0;
};

struct DirectMessage {
    std::string_view id;
    std::string_view type;
    std::string_view sender_id;
    std::string_view recipient_id;
    std::string_view text;
    Timestamp created_at{};
    std::uint16_t media = 0;
};

/// `delete`, `drop`, `user_delete`, … of the compliance streams.
struct Compliance {
    std::string_view name;
    std::string_view post_id;
    std::string_view author_id;
    std::string_view user_id;
    std::string_view first_id;
    std::string_view event_at;
};

/// One frame: a post, an activity, a compliance event, or what the Account Activity API batches.
struct Event {
    Post post;
    Compliance compliance;
    std::string_view event_uuid;
    std::string_view event_type;      ///< of an activity: `post.create`, …
    std::string_view filter_user_id;  ///< of an activity
    std::string_view for_user_id;     ///< of Account Activity: our own account
    bool has_data = false;
    bool has_problem = false;           ///< `errors`, or a problem as a bare object
    bool too_many_connections = false;  ///< said by a problem
    bool has_activity = false;          ///< a member of Account Activity
    std::vector<User> users;            ///< at most limits::kNamesPerFrame
    std::vector<Post> posts;            ///< `includes.tweets`, as many

    /// As new, but keeping the memory.
    void clear();
};

/// Reads a whole frame into `event`, addresses of its post into `batch.out->links`. What Account
/// Activity batches is added right away, without what stands in `users`.
[[nodiscard]] Errc read_event(JsonObject& root, EventReader& reader, const Batch& batch,
                              Event& event);

/// Adds what the frame holds beyond that, and fills in who the authors are.
void finish_event(const Event& event, EventReader& reader, const Batch& batch);

/// Of v1.1 or of RFC 3339; nullopt when it is none.
[[nodiscard]] std::optional<Timestamp> time_of(std::string_view written) noexcept;

/// The mentions of what Account Activity batches; an activity's payload has the same messages.
[[nodiscard]] Mention to_mention(const Post& post, const Event& event, EventReader& reader,
                                 Arena& arena);
[[nodiscard]] Mention to_mention(const DirectMessage& message, Arena& arena);
[[nodiscard]] Mention to_deletion(std::string_view id, std::string_view author_id, Arena& arena);

}  // namespace hark::platforms::x
