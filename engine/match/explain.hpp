#pragma once

#include <optional>
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

/// How a pattern is folded and compiled and, with a folded text, which of its words stand in it; in
/// lines for people. Faults when it cannot be read.
[[nodiscard]] std::string explain(const std::string& pattern, const FoldFunction& fold,
                                  std::vector<Fault>& faults, const ExplainOptions& options = {},
                                  std::optional<std::string_view> folded = std::nullopt);

}  // namespace hark::match
