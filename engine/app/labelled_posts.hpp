#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/mention.hpp"
#include "learn/labelled.hpp"

namespace hark::app {

/// The posts of all files. Faults are printed and set `faulty`; what is good is kept.
[[nodiscard]] std::vector<learn::LabelledPost> read_posts(const std::vector<std::string>& files,
                                                          bool& faulty);

/// Posts are parted by a hash of the folded text, so that near-twins stay together. `part` is
/// `2/5`, the second of five, or empty: no post is of it.
[[nodiscard]] bool is_of_part(const learn::LabelledPost& post, const std::string& part);
/// What is wrong with the name of a part; empty: nothing.
[[nodiscard]] std::string fault_of_part(const std::string& part);

/// How often the posts of a source count, of `SOURCE=N`; the number is 0 when it is none from 0.1
/// to 100.
[[nodiscard]] std::pair<std::string, float> weight_of_source(const std::string& text);
/// What is wrong with it; empty: nothing.
[[nodiscard]] std::string fault_of_weight(const std::string& text);

/// Views into the post.
[[nodiscard]] Mention mention_of(const learn::LabelledPost& post);

/// Of the folded text; the same everywhere and always.
[[nodiscard]] std::uint64_t hash_of(const std::string& text);

}  // namespace hark::app
