#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"
#include "match/pattern.hpp"

namespace hark::match {

/// What a pattern is to be read with.
struct ExplainOptions {
    std::string lang = "any";     ///< of the pack; tells the dictionary for forms of words
    std::vector<WordList> lists;  ///< what `{name}` stands for
    std::string dictionary_folder = "/usr/share/hunspell";
};

/// How a pattern is folded and compiled and, with readings of a text (folded, and respelled where
/// words are disguised), which of its words stand in one of them; in lines for people. Faults when
/// it cannot be read.
[[nodiscard]] std::string explain(const std::string& pattern, const FoldFunction& fold,
                                  std::vector<Fault>& faults, const ExplainOptions& options = {},
                                  std::span<const std::string> readings = {});

}  // namespace hark::match
