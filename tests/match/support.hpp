#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/match.hpp"
#include "match/compiler.hpp"

namespace hark::match::testing {

/// Folds by the function that folds posts.
[[nodiscard]] std::string fold(std::string_view text);

/// `FILE:LINE:COLUMN: what`, one a line.
[[nodiscard]] std::string joined(const std::vector<Fault>& faults);

/// A book of live rules with these patterns, in one pack; ids are `r0`, `r1`, …
[[nodiscard]] RuleBook book_of(const std::vector<std::string>& patterns);

/// Compiles what must compile: nullptr fails the test, with the faults.
[[nodiscard]] std::shared_ptr<const RuleSet> compiled(RuleBook book,
                                                      const std::string& cache_folder = {});

/// The rules that fire in a text, in rising order.
[[nodiscard]] std::vector<RuleIndex> fired(const std::shared_ptr<const RuleSet>& rules,
                                           std::string_view text);

/// Whether a pattern of its own fires in a text.
[[nodiscard]] bool fires(const std::string& pattern, std::string_view text);

/// Every place where a sequence stands in folded text, found by trying all words: slow, and too
/// simple to be wrong in the way that an engine is.
[[nodiscard]] std::vector<Span> places_of(const Sequence& sequence, std::string_view folded);

/// An empty folder of this name below a folder of this program.
[[nodiscard]] std::string fresh_folder(const std::string& name);

}  // namespace hark::match::testing
