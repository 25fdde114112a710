#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "core/match.hpp"
#include "core/rule.hpp"
#include "core/verdict.hpp"
#include "triage/keywords.hpp"

namespace hark::triage {

/// Whether any validator can find its datum in a text of these facts; else the raw scan for them is
/// not worth its time. The shortest number that one takes has kLeastDigits.
inline constexpr std::uint32_t kLeastDigits = 7;
[[nodiscard]] constexpr bool may_hold_pii(const TextFacts& facts) noexcept {
    return facts.digits >= kLeastDigits || facts.at_signs > 0;
}

/// What a validator makes of a candidate.
struct Valid {
    Span span;              ///< exactly the datum: the candidate may be cut too long or too short
    bool checksum = false;  ///< its arithmetic holds
};

/// Looks at the text around a candidate, at most some hundred bytes. nullopt: a look-alike.
using Validator = std::optional<Valid> (*)(std::string_view text, Span candidate) noexcept;

inline constexpr std::string_view kValidatorNames =
    "email, phone, phone_national, card, iban, pesel, snils";
/// One of kValidatorNames; nullptr for other names.
[[nodiscard]] Validator find_validator(std::string_view name) noexcept;

/// Decides which candidates are personal data. Not thread-safe; no allocation once warm.
class PiiFinder {
public:
    /// The book must outlive the finder or the next use().
    void use(const RuleBook& book);

    /// Appends the findings to `out` in text order. Of overlapping ones the higher tier stays, then
    /// the longer.
    void find(std::string_view text, std::span<const Candidate> candidates,
              std::vector<PiiFinding>& out) noexcept;

private:
    [[nodiscard]] std::optional<PiiFinding> decide(std::string_view text,
                                                   const Candidate& candidate) noexcept;
    void resolve_overlaps(std::size_t text_size, std::vector<PiiFinding>& out) noexcept;

    const RuleBook* book_ = nullptr;
    std::vector<Validator> validators_;  ///< by rule
    Keywords keywords_;
    std::vector<PiiFinding> found_;
    std::vector<bool> taken_;  ///< by byte of the text
};

}  // namespace hark::triage
