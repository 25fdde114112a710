#pragma once

#include "platforms/meta/batch.hpp"

namespace hark::platforms::meta {

/// `field` and `value` of a change, in either order: every member of `value` that any field of
/// Facebook pages and of Instagram has.
struct Change {
    std::string_view field;
    bool has_value = false;

    // feed, mention, ratings
    std::string_view item;
    std::string_view verb;
    std::string_view comment_id;
    std::string_view post_id;
    std::string_view parent_id;
    std::string_view message;
    std::string_view link;
    std::string_view permalink_url;
    std::string_view sender_id;  ///< of old versions, instead of `from`
    std::string_view sender_name;
    std::string_view reviewer_id;
    std::string_view reviewer_name;
    std::string_view review_text;
    std::string_view story_id;  ///< of the review
    Timestamp created_time{};
    std::uint16_t media = 0;

    // comments, live_comments, mentions
    std::string_view id;
    std::string_view text;
    std::string_view media_id;

    std::string_view from_id;
    std::string_view from_name;
    std::string_view from_username;
};

/// Reads `field` or `value`; other keys are let pass. Not ok: the JSON is broken.
[[nodiscard]] Errc read_change_member(std::string_view key, JsonValue value, EventReader& reader,
                                      Change& change);

/// Adds the mention of a change, or counts it as ignored. Faults of fields that nobody reads are
/// forgotten.
void finish_change(const Change& change, const Entry& entry, EventReader& reader, Batch& batch);

}  // namespace hark::platforms::meta
