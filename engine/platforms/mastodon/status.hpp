#pragma once

#include <string_view>
#include <vector>

#include "platforms/event.hpp"

namespace hark::platforms::mastodon {

struct Account {
    std::string_view username;
    std::string_view acct;
    std::string_view display_name;
    std::string_view url;
    std::string_view uri;
    Timestamp created_at{};
};

/// One Status; empty views where it holds nothing of the kind.
struct Status {
    std::string_view id;   ///< the instance's own
    std::string_view uri;  ///< the same on all instances
    std::string_view url;
    std::string_view edited_at;  ///< RFC 3339, as written
    std::string_view visibility;
    std::string_view language;
    std::string_view in_reply_to_id;  ///< the instance's own
    std::string_view quoted_uri;
    std::string_view spoiler_text;
    std::string_view content;              ///< HTML
    std::vector<std::string_view> spoken;  ///< what else its author wrote: of media and polls
    Timestamp created_at{};
    Account account;
    std::uint16_t media = 0;

    /// Keeps the memory.
    void clear();
};

/// One frame of a stream, or one object of the REST API.
struct Event {
    std::string_view name;     ///< `update`, `delete`, …; empty: an object of the REST API
    std::string_view payload;  ///< text that has not been read
    std::string_view type;     ///< of a notification
    std::string_view error;
    Status status;    ///< the object itself
    Status inner;     ///< `status` of a notification, `last_status` of a conversation
    Status original;  ///< `reblog` of `status`
    bool has_inner = false;
    bool has_original = false;

    void clear();
};

/// Reads a frame, or an object of the REST API: they have no members in common. Not ok: the JSON is
/// broken.
[[nodiscard]] Errc read_event(JsonValue root, EventReader& reader, Arena& arena, Event& event);

}  // namespace hark::platforms::mastodon
