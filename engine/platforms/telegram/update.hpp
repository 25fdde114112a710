#pragma once

#include <vector>

#include "platforms/event.hpp"

namespace hark::platforms::telegram {

/// A user or a chat.
struct Party {
    std::string_view id;
    std::string_view username;
    std::string_view first_name;
    std::string_view last_name;
    std::string_view title;
    std::string_view type;  ///< of a chat: private, group, supergroup, channel
    std::string_view language_code;
};

/// A kind of update whose words we hear.
struct UpdateType {
    std::string_view name;
    Kind kind;
    Action action;
    bool business;
};

struct Update {
    std::string_view update_id;
    const UpdateType* type = nullptr;  ///< nullptr: carries nobody's words

    Party from;
    Party sender_chat;  ///< the channel or anonymous administrator who speaks instead of `from`
    Party chat;
    std::string_view message_id;
    std::string_view message_thread_id;
    std::string_view replied_id;
    std::string_view text;
    std::string_view caption;
    std::string_view question;  ///< of a poll
    Timestamp date{};
    bool has_media = false;
    bool is_automatic_forward = false;
    std::vector<std::string_view> deleted_ids;

    /// As new, but keeping the memory of `deleted_ids`.
    void clear();
};

/// Reads the whole body, addresses behind words into `out.links`. Not ok: the JSON is broken. What
/// is wrong with single members is in `reader.fault()`.
[[nodiscard]] Errc read_update(JsonObject& root, EventReader& reader, Mentions& out,
                               Update& update);

/// Adds what the update holds: a mention, or one for each deletion.
[[nodiscard]] Errc add_mentions(const Update& update, Arena& arena, Mentions& out);

}  // namespace hark::platforms::telegram
