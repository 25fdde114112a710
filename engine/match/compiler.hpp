#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/rule.hpp"
#include "match/pattern.hpp"
#include "match/rule_set.hpp"

namespace hark::match {

struct CompileOptions {
    std::string cache_folder = {};  ///< empty: no cache
    /// Of Hunspell, for forms of words.
    std::string dictionary_folder = "/usr/share/hunspell";
};

/// Folds, parses and compiles every pattern, off the data path; any thread. nullptr when anything
/// is wrong: every fault is named, none stops the search for more.
[[nodiscard]] std::shared_ptr<const RuleSet> compile(RuleBook book, const FoldFunction& fold,
                                                     const CompileOptions& options,
                                                     std::vector<Fault>& faults);

}  // namespace hark::match
