#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/mention.hpp"
#include "core/verdict.hpp"
#include "match/matcher.hpp"
#include "match/rule_set.hpp"
#include "text/folder.hpp"
#include "text/language.hpp"
#include "triage/identifiers.hpp"
#include "triage/judge.hpp"

namespace hark::pipeline {

/// The pure middle of the walk: Mention -> FoldedText -> Matches -> Verdict. One a shard; no
/// allocation once warm.
class Walk {
public:
    explicit Walk(std::shared_ptr<const match::RuleSet> rules) { use(std::move(rules)); }

    /// Between two posts. Verdicts given before are invalid.
    void use(std::shared_ptr<const match::RuleSet> rules);

    /// Folds and scans. Must come before judge() for the same mention.
    /// True when the mention is by or about a configured brand.
    [[nodiscard]] bool names_brand(const Mention& mention);

    /// The verdict with its evidence in place. `links`: those that the platform attached.
    void judge(const Mention& mention, std::span<const std::string_view> links, Verdict& out);
    /// The same, valid until the next call of any function.
    [[nodiscard]] const Verdict& judge(const Mention& mention,
                                       std::span<const std::string_view> links = {}) {
        judge(mention, links, verdict_);
        return verdict_;
    }

    /// Whether this rule fires for the mention, whatever labels are given; for the examples of
    /// rules.
    [[nodiscard]] bool fires(RuleIndex rule, const Mention& mention);

    /// Of the mention that was judged last: a fact, whether a rule fired, whether its pattern
    /// stands outside quotations, and what came out for a label whether it was given or not.
    [[nodiscard]] std::optional<std::int64_t> fact(Fact fact, const Mention& mention) const;
    [[nodiscard]] bool fired(RuleIndex rule) const noexcept { return judge_.fired(rule); }
    [[nodiscard]] bool hit_unquoted(RuleIndex rule) const noexcept {
        return matcher_.hit_unquoted(rule);
    }
    [[nodiscard]] std::span<const RuleIndex> fired_rules() const noexcept {
        return judge_.fired_rules();
    }
    [[nodiscard]] float probability(LabelId label) const noexcept {
        return judge_.probability(label);
    }

    /// The brand's own account wrote it: by the platform's word, or by the accounts of the
    /// configuration.
    [[nodiscard]] bool is_brand_account(const Mention& mention);

    [[nodiscard]] const match::RuleSet& rules() const noexcept { return *rules_; }

private:
    void judge_scanned(const triage::JudgeInput& input, Verdict& out);
    void scan_without(std::span<const PiiFinding> findings, std::string_view text);
    void place_evidence(std::vector<Evidence>& evidence);

    std::shared_ptr<const match::RuleSet> rules_;
    text::Folder folder_;
    match::Matcher matcher_;
    triage::Judge judge_;
    triage::Identifiers identifiers_;
    FoldedText folded_;
    Matches matches_;
    std::string without_;  ///< the text without its personal data
    Matches whole_;        ///< of the text with it
    Verdict verdict_;
    bool seeks_raw_ = false;  ///< some rule of personal data has an expression
    /// Texts with fewer need no raw scan, unless something else tells that they may hold personal
    /// data; 0 when some expression takes its datum without a validator and without a digit.
    std::uint32_t digits_to_scan_ = 0;
    std::unordered_set<std::string>
        accounts_;  ///< `platform:author id` of the brands' own accounts
    std::string account_;
};

}  // namespace hark::pipeline
