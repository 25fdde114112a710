#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "platforms/event.hpp"

namespace hark::platforms::bluesky {

/// What one Jetstream message holds, v1 or v2, or one operation of a relay's; empty views where it
/// holds nothing of the kind.
struct Event {
    std::string_view type;  ///< v1 `kind`; v2 the part of `$type` behind the `#`
    std::string_view did;
    std::string_view position;  ///< v1 `time_us`, v2 `seq`: digits
    Timestamp time{};           ///< when the server saw it
    std::string_view rev;
    std::string_view operation;
    std::string_view collection;
    std::string_view rkey;
    std::string_view status;  ///< of an account that is not active
    bool is_active = true;
    std::string_view notice;  ///< what the server says of the stream itself
    bool is_error = false;    ///< the server reports an error of its own

    // of the post record
    std::string_view text;
    std::string_view created_at;  ///< the author's clock: any value
    std::string_view lang;
    std::string_view root;
    std::string_view parent;
    std::string_view quoted;  ///< a record that the post shows below itself
    std::string_view card;    ///< the address of the link card
    std::uint16_t media = 0;
};

/// An address behind a part of the text, in bytes. Nobody validates the range: see is_shown().
struct FacetLink {
    std::string_view uri;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Whether readers see the link: clients leave out a range that is empty or beyond the text.
[[nodiscard]] inline bool is_shown(const FacetLink& link, std::string_view text) noexcept {
    return link.begin < link.end && link.end <= text.size();
}

/// Reads the whole message; links of facets are added to `links`. Not ok: the JSON is broken.
[[nodiscard]] Errc read_event(JsonValue root, EventReader& reader, std::vector<FacetLink>& links,
                              Event& event);

/// The only collection that holds posts.
inline constexpr std::string_view kPosts = "app.bsky.feed.post";

}  // namespace hark::platforms::bluesky
