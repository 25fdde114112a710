#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "text/joints.hpp"
#include "text/word_repair.hpp"

namespace hark::text {

/// Brings text into the form that rules see (engine/text/README.md has the whole of it). Posts and
/// rules pass through the same function. One a shard, not thread-safe; no allocation once warm.
/// Any bytes are safe: what is not UTF-8 separates words. Text up to limits::kTextBytes.
class Folder {
public:
    /// The views are valid until the next call with another text; limits::kFramePadding readable
    /// bytes follow them.
    [[nodiscard]] FoldedText fold(std::string_view utf8);

    /// Folds the same text again and writes down where each byte came from. What fold() gave for
    /// this text stays valid. The map is valid until the next call of map().
    [[nodiscard]] const OffsetMap& map(std::string_view utf8);

private:
    void reserve(std::size_t text_bytes);

    std::vector<char> bytes_;
    std::vector<Letter> word_;
    Joints joints_;
    std::vector<std::uint32_t> map_begin_;
    std::vector<std::uint32_t> map_end_;
    OffsetMap map_;
};

}  // namespace hark::text
