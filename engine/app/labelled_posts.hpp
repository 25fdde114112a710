#pragma once

#include <string>
#include <vector>

#include "core/mention.hpp"
#include "learn/labelled.hpp"

namespace hark::app {

/// The posts of all files. Faults are printed and set `faulty`; what is good is kept. `part` 0 or
/// 1: only posts of that half, by a hash of the folded text, so that near-twins stay together.
[[nodiscard]] std::vector<learn::LabelledPost> read_posts(const std::vector<std::string>& files,
                                                          int part, bool& faulty);

/// Views into the post.
[[nodiscard]] Mention mention_of(const learn::LabelledPost& post);

/// Of the folded text; the same everywhere and always.
[[nodiscard]] std::uint64_t hash_of(const std::string& text);

}  // namespace hark::app
