#pragma once

#include <cstdint>
#include <vector>

#include "core/folded_text.hpp"
#include "core/rule.hpp"

namespace hark {

/// A personal-data candidate: a raw expression's hit in the original bytes.
struct Candidate {
    RuleIndex rule = 0;
    Span span;  ///< bytes of the original text
};

/// What one scan found. Reused from post to post: clear() keeps the memory.
struct Matches {
    std::vector<RuleIndex> rules;    ///< each rule at most once, any order
    std::vector<BrandIndex> brands;  ///< each brand at most once, any order
    std::vector<Candidate> candidates;

    void clear() noexcept {
        rules.clear();
        brands.clear();
        candidates.clear();
    }
};

}  // namespace hark
