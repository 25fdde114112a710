#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/rule.hpp"
#include "match/rule_set.hpp"

namespace hark::pipeline {

/// Where rules come from.
struct RuleSources {
    std::vector<std::string> folders;
    std::vector<Brand> brands;
    std::string cache_folder;  ///< compiled databases; empty: no cache
};

/// Reads and compiles. nullptr when anything is wrong; every fault is named. Any thread; takes a
/// while for large packs.
[[nodiscard]] std::shared_ptr<const match::RuleSet> load_rules(const RuleSources& sources,
                                                               std::vector<Fault>& faults);

/// Folds an author's words by the very function that folds posts.
[[nodiscard]] std::string fold_words(std::string_view words);

/// Runs the examples of every rule: it must fire in each `hit` and in no `miss`. Returns how many
/// were run.
std::size_t check_examples(const std::shared_ptr<const match::RuleSet>& rules,
                           std::vector<Fault>& faults);

/// Where the rules that came with Hark are; empty: nowhere.
[[nodiscard]] std::string shipped_rules();

/// `FILE:LINE:COLUMN: what`.
[[nodiscard]] std::string to_string(const Fault& fault);

}  // namespace hark::pipeline
