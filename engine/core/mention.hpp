#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/cursor.hpp"
#include "core/errc.hpp"
#include "core/timestamp.hpp"

namespace hark {

enum class Kind : std::uint8_t { post, comment, mention, message, review, reaction };
enum class Action : std::uint8_t { created, edited, deleted };

[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
[[nodiscard]] std::string_view to_string(Action action) noexcept;

struct Author {
    std::string_view id;
    std::string_view handle;
    std::string_view name;
    bool is_brand = false;   ///< the brand's own account wrote it: never trolled, never complaining
    Timestamp created_at{};  ///< when the account was opened
};

/// A post, comment, message or review that arrived. All views point into the frame's bytes, the
/// arena or static storage; they are valid until the arena is reset. Empty views and zero times
/// mean "unknown".
struct Mention {
    std::string_view platform;  ///< `vk`, `facebook`, `bluesky`, …
    /// Stable across redeliveries of the same thing, unique over all platforms:
    /// `vk:wall_reply:-123_456`.
    std::string_view id;
    /// What tells this delivery from a redelivery: the platform's event id or revision. Empty: id
    /// and action do.
    std::string_view event_id;
    Kind kind = Kind::post;
    Action action = Action::created;
    bool restored = false;  ///< it had been deleted and is there again; `action` is edited
    /// A deletion of everything that `author.id` ever posted; `id` is the account's.
    bool all_of_author = false;
    Timestamp created_at{};
    std::string_view url;
    std::string_view lang;  ///< declared by the platform or its client, BCP 47; weak
    Author author;
    std::string_view thread;  ///< the conversation; the Kafka key. Empty: the mention stands alone
    std::string_view parent;  ///< what it answers
    /// The telephone number that the platform knows the person by, digits alone: ids may be made of
    /// it.
    std::string_view phone;
    std::string_view
        text;  ///< UTF-8 as the author wrote it; empty for deletions, photos without a caption
    std::uint32_t links_begin = 0;  ///< this mention's part of Mentions::links
    std::uint32_t links_count = 0;
    std::uint16_t media = 0;  ///< photos, videos, files attached
};

/// A part of a frame that could not be decoded while the rest could.
struct Refusal {
    Errc reason = Errc::ok;
    std::string_view bytes;  ///< the part, for the dead letter; valid as long as the frame
};

/// What one frame gave. Reused from frame to frame: clear() keeps the memory.
struct Mentions {
    std::vector<Mention> list;
    std::vector<std::string_view>
        links;  ///< addresses that are not in the text: facets, embeds, attachments
    std::vector<Refusal> refused;
    Cursor cursor;  ///< a stream's position after this frame; empty when the frame has none
    /// When the platform had the newest event of the frame, by its own clock; zero: the newest
    /// `created_at` of a created mention counts. For the source's lag.
    Timestamp event_time{};
    std::uint32_t ignored =
        0;  ///< events that carry no person's words: likes, delivery reports, typing

    void clear() noexcept {
        list.clear();
        links.clear();
        refused.clear();
        cursor = Cursor{};
        event_time = Timestamp{};
        ignored = 0;
    }

    [[nodiscard]] std::span<const std::string_view> links_of(
        const Mention& mention) const noexcept {
        return std::span(links).subspan(mention.links_begin, mention.links_count);
    }
};

}  // namespace hark
