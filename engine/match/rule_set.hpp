#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"
#include "match/database.hpp"
#include "match/pattern.hpp"
#include "match/respeller.hpp"
#include "match/vocabulary.hpp"

namespace hark::match {

/// All packs and brands, compiled. Immutable: any number of matchers on any threads share one.
class RuleSet {
public:
    [[nodiscard]] const RuleBook& book() const noexcept { return book_; }
    /// 16 hexadecimal digits that change with anything in the packs or brands.
    [[nodiscard]] std::string_view hash() const noexcept { return hash_; }

private:
    friend class Compiler;
    friend class Matcher;

    RuleBook book_;
    std::string hash_;
    std::vector<Pattern> patterns_;  ///< by rule: what of its pattern the vocabulary did not take
    Vocabulary vocabulary_;
    Respeller respeller_;
    Database folded_;    ///< over folded text; ids are targets
    Database original_;  ///< raw expressions over the original bytes; ids are rules
    Database places_;    ///< the `re:` rules once more, telling where they begin; ids are rules
};

}  // namespace hark::match
