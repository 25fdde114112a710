#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "core/match.hpp"
#include "core/mention.hpp"
#include "core/rule.hpp"
#include "core/verdict.hpp"
#include "triage/facts.hpp"
#include "triage/link_hosts.hpp"
#include "triage/pii.hpp"

namespace hark::triage {

struct JudgeInput {
    const Mention& mention;
    const FoldedText& folded;
    std::string_view original;  ///< the mention's text, as the candidates' spans count it
    std::string_view lang;      ///< empty: undetermined, then every language's packs are tried
    const Matches& matches;     ///< what fired of this book, candidates included
    std::span<const std::string_view> links = {};  ///< that the platform attached
};

/// Turns what fired into labels with their reasons. One a shard, not thread-safe; no allocation
/// once warm.
///
/// A label is scored by its packs of the post's language together with its `any` packs; by the
/// `any` packs alone where it has none of the language; by each language in turn, the most
/// probable counting, where the language is undetermined. Of several packs with one label and
/// language, the first gives bias, threshold and advice (a pack reader makes them alike). The
/// probability is
/// 1 / (1 + exp(-(bias + sum of weights))). Rules of weight 0 are building blocks for conditions:
/// they are no evidence. Shadow rules neither count nor satisfy a condition; what they would have
/// said is in Verdict::shadow. A sampled rule is tried on the posts whose ids fall into its share,
/// the same for all rules; a post without an id is in every share.
///
/// A label needs rules that speak for it, of weight 0.5 together: bias alone, or the absence of
/// what speaks against it, gives none.
///
/// The brand's own account gets no label but `pii`; a deletion none at all.
class Judge {
public:
    Judge() = default;
    explicit Judge(const RuleBook& book) { use(book); }

    /// Between two posts. The book must outlive the judge or the next use().
    void use(const RuleBook& book);

    /// Clears `out` and fills it. Evidence is in the order of the book; its spans are empty but for
    /// personal data.
    void judge(const JudgeInput& input, Verdict& out) noexcept;

    /// Whether the rule fired in the post that was judged last, its conditions included; shadow
    /// rules too.
    [[nodiscard]] bool fired(RuleIndex rule) const noexcept;

    /// The live rules that fired in it, in no order, valid until the next post.
    [[nodiscard]] std::span<const RuleIndex> fired_rules() const noexcept {
        return std::span(fired_).first(fired_count_);
    }

    /// What came out for a label in the post that was judged last, whether it was given or not; 0
    /// when no pack of its language has the label.
    [[nodiscard]] float probability(LabelId label) const noexcept;

private:
    using UnitIndex = std::uint16_t;

    /// One label in one language: what is scored as one.
    struct Unit {
        LabelId label = 0;
        std::string lang;
        bool is_any = false;
        PackIndex pack = 0;  ///< the first; gives bias and threshold
        float bias = 0;
        float threshold = 0;
        float log_odds = 0;
    };

    /// Patternless rules of one test each, all of one fact: where one does not hold, none after it
    /// does.
    using Ladder = std::vector<std::pair<FactTest, RuleIndex>>;

    /// The units that a language's posts are scored by, and the patternless rules to be tried.
    struct Scope {
        std::string lang;
        std::vector<UnitIndex> units;
        std::vector<bool> has_unit;  ///< by unit
        /// By label: the units that compete for it, those of `any` packs where there is no other.
        std::vector<std::vector<UnitIndex>> rivals;
        std::vector<Ladder> ladders;
        std::vector<RuleIndex> facts_only;  ///< patternless, without rule tests
        std::vector<RuleIndex> composite;   ///< patternless, with rule tests
        std::vector<RuleIndex> shadow;      ///< patternless
    };

    /// What most posts need of a rule, close together: rules are large and many.
    struct Brief {
        enum class Kind : std::uint8_t { plain, conditional, waiting, not_live };
        float weight = 0;
        std::uint32_t post = 0;  ///< in which it last fired
        UnitIndex unit = 0;
        Kind kind = Kind::plain;
        bool named = false;  ///< by another rule's condition
    };

    /// A rule that fired and weighs something.
    struct Counted {
        RuleIndex rule;
        float weight;
        UnitIndex unit;
    };

    void make_units();
    void make_briefs();
    [[nodiscard]] Scope make_scope(std::string_view lang) const;
    void add_rivals(Scope& scope) const;
    void add_patternless(Scope& scope) const;
    static void add_step(const FactTest& test, RuleIndex rule, std::vector<Ladder>& ladders);
    [[nodiscard]] const Scope& scope_of(std::string_view lang) const noexcept;

    void fire(const JudgeInput& input, const Scope& scope) noexcept;
    void fire_shadow(const JudgeInput& input, const Scope& scope, Verdict& out) noexcept;
    void find_pii(const JudgeInput& input, Verdict& out) noexcept;
    [[nodiscard]] bool in_sample(const Rule& rule) const noexcept;
    void mark(RuleIndex rule) noexcept {
        auto& brief = briefs_[rule];
        if (brief.post == post_) return;
        brief.post = post_;
        fired_[fired_count_++] = rule;
        counted_[counted_count_] = {rule, brief.weight, brief.unit};
        counted_count_ += brief.weight != 0 ? 1 : 0;
    }
    [[nodiscard]] std::span<const Counted> counted() const noexcept {
        return std::span(counted_).first(counted_count_);
    }
    [[nodiscard]] bool has_fired(RuleIndex rule) const noexcept {
        return briefs_[rule].post == post_;
    }
    [[nodiscard]] bool holds(const Condition& when, const JudgeInput& input) noexcept;
    void score(const Scope& scope) noexcept;
    [[nodiscard]] const Unit* best_unit(const Scope& scope, LabelId label) const noexcept;
    void give_labels(const Scope& scope, bool only_pii, Verdict& out) noexcept;
    /// Rules speak for the label: a bias alone gives none.
    [[nodiscard]] bool has_reason(const Unit& unit) const noexcept;
    /// Without the rules that count digits the label would not be given.
    [[nodiscard]] bool hangs_on_digits(const Unit& unit) const noexcept;
    void give_evidence(const LabelScore& given, Verdict& out) noexcept;
    void give_spans(Verdict& out) const noexcept;

    const RuleBook* book_ = nullptr;
    PiiFinder pii_;
    std::vector<Unit> units_;
    std::vector<UnitIndex> unit_of_pack_;
    std::vector<Brief> briefs_;  ///< by rule
    std::vector<UnitIndex> any_unit_of_label_;
    std::vector<Scope> scopes_;  ///< by language; first the one of other languages, then all
    LabelId pii_label_ = 0;
    bool has_pii_label_ = false;
    bool has_shadow_ = false;
    bool has_samples_ = false;

    std::uint32_t post_ = 0;
    const Scope* scope_ = nullptr;  ///< of that post
    std::vector<RuleIndex> fired_;  ///< room for every rule, which fires once
    std::vector<Counted> counted_;  ///< and for one more
    std::size_t fired_count_ = 0;
    std::size_t counted_count_ = 0;
    std::vector<RuleIndex> shadow_fired_;
    FactValues facts_;  ///< of this post
    LinkHosts hosts_;   ///< of this post, once a condition asked
    bool knows_hosts_ = false;
    std::uint16_t share_ = 0;         ///< of 10,000, where this post's id falls
    std::vector<RuleIndex> waiting_;  ///< matched, but their conditions name other rules
};

}  // namespace hark::triage
