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
    /// The views are valid until the next call, and the map as long as the text too;
    /// limits::kFramePadding readable bytes follow the folded text.
    [[nodiscard]] FoldedText fold(std::string_view utf8);

private:
    std::vector<char> bytes_;
    std::vector<Letter> word_;
    Joints joints_;
};

}  // namespace hark::text
