#pragma once

#include <array>
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
/// in lower case, without marks; one that ends in `*` is a
/// beginning. Not thread-safe; no allocation once warm.
class Keywords {
public:
    /// The book must outlive this or the next use().
    void use(const RuleBook& book);

    /// A new text, which must stay until the next call.
    void start(std::string_view text) noexcept;

    /// True when a keyword of the rule stands within kKeywordReach code points before or after.
    [[nodiscard]] bool near(RuleIndex rule, Span span) noexcept;

    /// True when a keyword of the rule names this very number: some forty code points before it or
    /// sixteen after, with no other number between.
    [[nodiscard]] bool close(RuleIndex rule, Span span) noexcept;

    /// True when a keyword of the rule stands directly before the datum, with nothing between but
    /// signs and words like "number is".
    [[nodiscard]] bool labels(RuleIndex rule, Span span) noexcept;

    /// True when a word before the number says that it is an order's, a parcel's, a ticket's, and
    /// no keyword of the rule stands between the two.
    [[nodiscard]] bool names_other(RuleIndex rule, Span span) noexcept;

private:
    struct Place {
        std::uint32_t begin;  ///< bytes of the text
        std::uint32_t end;
    };

    struct Keyword {
        std::string word;      ///< folded, with a space after it if whole
        std::uint32_t places;  ///< whose it is
    };

    void add(std::string_view keyword, std::uint32_t places);
    void seek() noexcept;
    void take_from(const std::vector<Keyword>& bucket, std::size_t at, std::size_t size) noexcept;
    const std::vector<Place>& places_of(std::uint32_t index) noexcept;

    static constexpr std::size_t kBuckets = 1024;
    [[nodiscard]] static std::size_t bucket_of(const char* word) noexcept;

    std::array<std::vector<Keyword>, kBuckets> keywords_;  ///< by their first letters
    std::vector<Keyword> short_;                           ///< with too few letters for that
    std::vector<std::uint32_t> places_of_rule_;  ///< by rule, into places_; 0: no keywords
    /// By whose they are, in the present text, ascending; the first: words for numbers that are
    /// nobody's. All are sought in one go when the first is asked for.
    std::vector<std::vector<Place>> places_;
    bool sought_ = false;
    std::string_view text_;
    std::string folded_text_;
    std::vector<std::uint32_t> origin_;  ///< by folded byte: its place in the text
    std::string between_;                ///< folded
    std::vector<std::uint32_t> between_origin_;
};

}  // namespace hark::triage
