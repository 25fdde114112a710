#pragma once

#include <string_view>
#include <vector>

#include "platforms/bluesky/event.hpp"

namespace hark::platforms::bluesky {

/// One frame of `com.atproto.sync.subscribeRepos`: what of it posts and accounts need. Views point
/// into the frame.
struct RelayMessage {
    struct Operation {
        std::string_view action;
        std::string_view path;  ///< `<collection>/<record key>`
        std::string_view cid;   ///< of the record; empty: there is none any more
    };
    struct Block {
        std::string_view cid;
        std::string_view bytes;
    };

    std::string_view type;   ///< `#commit`, `#account`, …; empty: an error
    std::string_view error;  ///< what the relay calls it
    std::string_view name;   ///< of `#info`
    std::string_view did;
    std::string_view rev;
    std::string_view time;
    std::uint64_t seq = 0;
    bool is_active = true;
    std::string_view status;
    std::string_view car;  ///< the blocks as they came
    std::vector<Operation> operations;
    std::vector<Block> blocks;

    /// Keeps the memory.
    void clear();
    /// The block of this CID; empty when it is not among them.
    [[nodiscard]] std::string_view find(std::string_view cid) const noexcept;
};

/// Reads a frame. Not ok: it is broken, or beyond core/limits.hpp.
[[nodiscard]] Errc read_relay_frame(std::string_view bytes, RelayMessage& message);

/// Reads a post's record, as read_event() does. Not ok: it is broken.
[[nodiscard]] Errc read_relay_record(std::string_view bytes, EventReader& reader,
                                     std::vector<FacetLink>& links, Event& event);

}  // namespace hark::platforms::bluesky
