#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/folded_text.hpp"
#include "core/match.hpp"
#include "core/rule.hpp"
#include "core/verdict.hpp"
#include "triage/digit_groups.hpp"
#include "triage/keywords.hpp"

namespace hark::triage {

/// Whether a validated expression can find its datum in this text; else the raw scan for them is
/// not worth its time. Beside digits and an @ that is no name's, a few words tell: disguised
/// addresses of mail, passwords and banks may have neither.
inline constexpr std::uint32_t kLeastDigits = 5;
[[nodiscard]] bool may_hold_pii(const FoldedText& folded) noexcept;

/// What a datum asks for beyond its own form before it counts.
enum class Need : std::uint8_t {
    nothing,  ///< the form or the arithmetic says enough
    keyword,  ///< one of the rule's keywords within kKeywordReach, or a text of this number alone
    close,    ///< a keyword that names this very number
    label,    ///< a keyword directly before it, as a label of a form: "account number: …"
};

/// What a validator makes of a candidate.
struct Valid {
    Span span;              ///< exactly the datum: the candidate may be cut too long or too short
    bool checksum = false;  ///< its arithmetic holds
    Need need = Need::nothing;
};

/// Looks at the text around a candidate, at most some hundred bytes. nullopt: a look-alike.
using Validator = std::optional<Valid> (*)(std::string_view text, Span candidate) noexcept;

/// Looks at a stretch of a number and at the text around it.
using NumberValidator = std::optional<Valid> (*)(std::string_view text,
                                                 const Stretch& stretch) noexcept;

/// A datum made of digits, which needs no expression to find it: every number of the text is tried.
struct NumberKind {
    std::string_view name;
    std::uint64_t lengths;  ///< bit n: n digits
    NumberValidator validate;
    /// Letters may touch the digits: the validator sees to the datum's ends itself.
    bool glued = false;
};

/// What is wrong with a rule's validator: no such name, or a `raw` expression too many or missing.
/// Empty: nothing.
[[nodiscard]] std::string fault_of(const Rule& rule);

/// Decides which candidates and numbers are personal data. Not thread-safe; no allocation once
/// warm.
class PiiFinder {
public:
    /// The book must outlive the finder or the next use().
    void use(const RuleBook& book);

    /// Appends the findings to `out` in text order. Of overlapping ones the higher tier stays, then
    /// the longer; what a brand publishes itself is none.
    void find(std::string_view text, std::span<const Candidate> candidates,
              std::vector<PiiFinding>& out) noexcept;

    /// Of the last text: a finding for each other type that a datum passes as, by their spans.
    [[nodiscard]] const std::vector<PiiFinding>& also() const noexcept { return also_; }

private:
    struct ActiveKind {
        RuleIndex rule;
        NumberValidator validate;
        bool glued;
    };

    void find_numbers(std::string_view text) noexcept;
    void try_stretch(std::string_view text, const Stretch& stretch) noexcept;
    void add(std::string_view text, RuleIndex rule, const Valid& valid) noexcept;
    [[nodiscard]] bool is_published(std::string_view datum) noexcept;
    void resolve_overlaps(std::size_t text_size, std::vector<PiiFinding>& out) noexcept;

    const RuleBook* book_ = nullptr;
    std::vector<Validator> validators_;                                       ///< by rule
    std::array<std::vector<ActiveKind>, DigitGroups::kMaxDigits + 1> kinds_;  ///< by digits
    bool seeks_numbers_ = false;
    Keywords keywords_;
    std::unordered_set<std::string> published_;
    std::string datum_;
    Span whole_;  ///< the text without blanks and full stops at its ends
    [[nodiscard]] bool is_other_type(const PiiFinding& lost,
                                     std::span<const PiiFinding> kept) const noexcept;

    std::vector<PiiFinding> found_;
    std::vector<PiiFinding> also_;
    std::vector<bool> taken_;  ///< by byte of the text
};

}  // namespace hark::triage
