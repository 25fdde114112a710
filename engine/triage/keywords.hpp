#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "core/rule.hpp"

namespace hark::triage {

/// Distance, in code points, at which a word still says what a number is.
inline constexpr std::size_t kKeywordReach = 300;

/// Whether a word that says what a number is ("card", "телефон") stands near it. Words are compared
/// in lower case, without the marks of Polish letters and of ё; one that ends in `*` is a
/// beginning. Not thread-safe; no allocation once warm.
class Keywords {
public:
    /// The book must outlive this or the next use().
    void use(const RuleBook& book);

    /// A new text, which must stay until the next call.
    void start(std::string_view text) noexcept;

    /// True when a keyword of the rule stands within kKeywordReach code points before or after.
    [[nodiscard]] bool near(RuleIndex rule, Span span) noexcept;

private:
    /// The places of one rule's keywords in the present text, sought when first asked for.
    struct Places {
        std::vector<std::string> words;        ///< folded, with a space before, one after if whole
        std::vector<std::uint32_t> positions;  ///< ascending, bytes of the text
        bool sought = false;
    };

    void seek(Places& places) noexcept;

    std::vector<std::uint32_t> places_of_rule_;  ///< by rule, into places_; 0: no keywords
    std::vector<Places> places_;
    std::string_view text_;
    bool folded_ = false;
    std::string folded_text_;
    std::vector<std::uint32_t> origin_;  ///< by folded byte: its place in the text
};

}  // namespace hark::triage
