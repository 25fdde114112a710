#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "core/rule.hpp"

namespace hark {

/// How sure a finding of personal data is: `pattern` looks like one, `context` has a keyword within
/// 300 characters, `checksum` passed its arithmetic.
enum class Tier : std::uint8_t { pattern, context, checksum };

[[nodiscard]] std::string_view to_string(Tier tier) noexcept;

struct PiiFinding {
    RuleIndex rule = 0;
    Tier tier = Tier::pattern;
    Span span;  ///< bytes of the original text
};

/// What a mention is known by.
enum class Member : std::uint8_t {
    id,
    url,
    thread,
    parent,
    author_id,
    author_handle,
    author_name,
};

/// What others tell it apart by.
[[nodiscard]] constexpr bool is_id(Member member) noexcept {
    return member == Member::id || member == Member::thread || member == Member::parent ||
           member == Member::author_id;
}

/// Personal data in it.
struct Exposed {
    Member member{};
    std::string_view type;  ///< `PHONE`, `EMAIL`; `ID`: an id that holds such
    Span span;              ///< bytes of the member
};

struct LabelScore {
    LabelId label = 0;
    PackIndex pack = 0;
    float log_odds = 0;     ///< bias + the sum of the weights of the evidence
    float probability = 0;  ///< calibrated
};

struct Evidence {
    RuleIndex rule = 0;
    LabelId label = 0;
    float weight = 0;
    Span span;  ///< bytes of the original text; empty (0,0) for a rule of conditions only
};

/// Labels given, and every reason. Reused from post to post: clear() keeps the memory. Views live
/// as long as the rule set.
struct Verdict {
    std::string_view lang;           ///< `en`, `ru`, `pl`, …; empty: undetermined
    std::vector<LabelScore> labels;  ///< only labels given
    std::vector<Evidence> evidence;  ///< every live rule that counted for a label given
    std::vector<Evidence> shadow;    ///< shadow rules that fired; they count for nothing
    std::vector<PiiFinding> pii;     ///< in text order, not overlapping
    /// What the same data might be as well: of another type, with the span of one of `pii`, in its
    /// order.
    std::vector<PiiFinding> pii_also;
    std::vector<Exposed> exposed;  ///< by member and place, not overlapping
    std::string_view advice;  ///< of the most pressing label; empty: none
    std::vector<BrandIndex> brands;

    void clear() noexcept {
        lang = {};
        labels.clear();
        evidence.clear();
        shadow.clear();
        pii.clear();
        pii_also.clear();
        exposed.clear();
        advice = {};
        brands.clear();
    }
};

}  // namespace hark
