#include "triage/judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "triage/advice.hpp"
#include "triage/facts.hpp"

namespace hark::triage {

namespace {

constexpr std::string_view kAny = "any";
constexpr std::string_view kPii = "pii";
constexpr std::string_view kUnknown = "unknown";
constexpr auto kNoUnit = std::numeric_limits<std::uint16_t>::max();

// The first two scopes are of no one language.
constexpr std::size_t kOtherLanguages = 0;
constexpr std::size_t kUndetermined = 1;

// What the rules for a label must weigh together, besides what is against it: a post's shortness or
// the lack of a link is no reason that anybody would accept.
constexpr float kSpeaksFor = 0.5F;

float probability_of(float log_odds) noexcept {
    return 1.0F / (1.0F + std::exp(-log_odds));
}

bool is_patternless(const Rule& rule) noexcept {
    return rule.pattern.empty() && rule.pii_type.empty();
}

/// Capitals, signs, links to anywhere.
bool is_of_facts(const Rule& rule) noexcept {
    return is_patternless(rule) && rule.when.rules.empty() && rule.when.domains.empty();
}

/// Where a post falls among kEveryPost shares; the first without an id.
std::uint16_t share_of(std::string_view id) noexcept {
    if (id.empty()) return 0;
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    hash ^= hash >> 32U;
    return static_cast<std::uint16_t>(hash * 0x9E3779B97F4A7C15 % kEveryPost);
}

}  // namespace

void Judge::use(const RuleBook& book) {
    book_ = &book;
    const auto pii = std::find(book.labels.begin(), book.labels.end(), kPii);
    has_pii_label_ = pii != book.labels.end();
    has_shadow_ = std::any_of(book.rules.begin(), book.rules.end(),
                              [](const Rule& rule) { return rule.mode == Mode::shadow; });
    has_samples_ = std::any_of(book.rules.begin(), book.rules.end(),
                               [](const Rule& rule) { return rule.sample < kEveryPost; });
    pii_label_ = static_cast<LabelId>(pii - book.labels.begin());
    make_units();
    make_briefs();
    scopes_.clear();
    scopes_.push_back(make_scope({}));
    scopes_.push_back({});
    for (std::size_t i = 0; i < units_.size(); ++i) {
        scopes_[kUndetermined].units.push_back(static_cast<UnitIndex>(i));
    }
    scopes_[kUndetermined].has_unit.assign(units_.size(), true);
    for (const auto& pack : book.packs) {
        const auto known = std::any_of(scopes_.begin(), scopes_.end(),
                                       [&](const Scope& scope) { return scope.lang == pack.lang; });
        if (pack.lang != kAny && !known) scopes_.push_back(make_scope(pack.lang));
    }
    for (auto& scope : scopes_) {
        add_rivals(scope);
        add_patternless(scope);
    }
    post_ = 0;
    pii_.use(book);
}

void Judge::make_units() {
    units_.clear();
    unit_of_pack_.clear();
    any_unit_of_label_.assign(book_->labels.size(), kNoUnit);
    for (std::size_t i = 0; i < book_->packs.size(); ++i) {
        const auto& pack = book_->packs[i];
        auto unit = std::find_if(units_.begin(), units_.end(), [&](const Unit& other) {
            return other.label == pack.label && other.lang == pack.lang;
        });
        if (unit == units_.end()) {
            units_.push_back({pack.label, pack.lang, pack.lang == kAny, static_cast<PackIndex>(i),
                              pack.bias, pack.threshold});
            unit = units_.end() - 1;
        }
        const auto index = static_cast<UnitIndex>(unit - units_.begin());
        unit_of_pack_.push_back(index);
        if (pack.lang == kAny) any_unit_of_label_[pack.label] = index;
    }
}

Judge::Scope Judge::make_scope(std::string_view lang) const {
    Scope scope;
    scope.lang = lang;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const bool belongs = units_[i].lang == lang || units_[i].lang == kAny;
        if (belongs) scope.units.push_back(static_cast<UnitIndex>(i));
        scope.has_unit.push_back(belongs);
    }
    return scope;
}

void Judge::make_briefs() {
    briefs_.clear();
    fired_.resize(book_->rules.size());
    counted_.resize(book_->rules.size() + 1);
    fired_count_ = 0;
    for (const auto& rule : book_->rules) {
        Brief brief;
        brief.weight = rule.weight;
        brief.unit = unit_of_pack_[rule.pack];
        const auto& when = rule.when;
        const bool conditional = rule.sample < kEveryPost || !when.facts.empty() ||
                                 !when.langs.empty() || !when.domains.empty();
        brief.kind = rule.mode != Mode::live ? Brief::Kind::not_live
                     : !when.rules.empty()   ? Brief::Kind::waiting
                     : conditional           ? Brief::Kind::conditional
                                             : Brief::Kind::plain;
        briefs_.push_back(brief);
    }
    for (const auto& rule : book_->rules) {
        for (const auto& test : rule.when.rules) {
            for (const auto named : test.rules) briefs_[named].named = true;
        }
    }
}

void Judge::add_rivals(Scope& scope) const {
    scope.rivals.resize(book_->labels.size());
    for (const bool any : {false, true}) {
        for (const auto index : scope.units) {
            auto& rivals = scope.rivals[units_[index].label];
            const bool counts = rivals.empty() || units_[rivals.front()].is_any == any;
            if (units_[index].is_any == any && counts) rivals.push_back(index);
        }
    }
}

/// Of one fact asked in one direction, from the easiest to the hardest; other tests each alone.
void Judge::add_step(const FactTest& test, RuleIndex rule, std::vector<Ladder>& ladders) {
    const auto rises = test.compare == Compare::at_least;
    const auto goes_on = [&](const Ladder& ladder) {
        const auto& first = ladder.front().first;
        return (rises || test.compare == Compare::at_most) && first.fact == test.fact &&
               first.compare == test.compare;
    };
    auto ladder = std::find_if(ladders.begin(), ladders.end(), goes_on);
    if (ladder == ladders.end()) ladder = ladders.insert(ladder, Ladder{});
    const auto harder = [&](const auto& step) {
        return rises ? step.first.value > test.value : step.first.value < test.value;
    };
    ladder->insert(std::find_if(ladder->begin(), ladder->end(), harder), {test, rule});
}

void Judge::add_patternless(Scope& scope) const {
    std::vector<bool> wanted(book_->rules.size());
    const auto in_scope = [&](const Rule& rule) {
        return std::find(scope.units.begin(), scope.units.end(), unit_of_pack_[rule.pack]) !=
               scope.units.end();
    };
    for (std::size_t i = 0; i < book_->rules.size(); ++i) {
        const auto& rule = book_->rules[i];
        if (!in_scope(rule)) continue;
        wanted[i] = true;
        for (const auto& test : rule.when.rules) {
            for (const auto named : test.rules) wanted[named] = true;
        }
    }
    for (std::size_t i = 0; i < book_->rules.size(); ++i) {
        const auto& rule = book_->rules[i];
        if (!wanted[i] || !is_patternless(rule)) continue;
        if (rule.mode == Mode::shadow) {
            scope.shadow.push_back(static_cast<RuleIndex>(i));
            continue;
        }
        const auto& when = rule.when;
        const bool one_fact = when.facts.size() == 1 && when.rules.empty() && when.langs.empty() &&
                              when.domains.empty() && rule.sample == kEveryPost;
        if (one_fact) add_step(when.facts[0], static_cast<RuleIndex>(i), scope.ladders);
        else
            (when.rules.empty() ? scope.facts_only : scope.composite)
                .push_back(static_cast<RuleIndex>(i));
    }
}

const Judge::Scope& Judge::scope_of(std::string_view lang) const noexcept {
    if (lang.empty()) return scopes_[kUndetermined];
    for (std::size_t i = kUndetermined + 1; i < scopes_.size(); ++i) {
        if (scopes_[i].lang == lang) return scopes_[i];
    }
    return scopes_[kOtherLanguages];
}

void Judge::judge(const JudgeInput& input, Verdict& out) noexcept {
    HARK_CHECK(book_ != nullptr);
    out.clear();
    if (input.mention.action == Action::deleted) return;
    out.lang = input.lang;
    out.brands.assign(input.matches.brands.begin(), input.matches.brands.end());
    std::sort(out.brands.begin(), out.brands.end());
    if (++post_ == 0) {
        for (auto& brief : briefs_) brief.post = 0;
        post_ = 1;
    }
    fired_count_ = 0;
    counted_count_ = 0;
    shadow_fired_.clear();
    waiting_.clear();
    knows_hosts_ = false;
    if (has_samples_) share_ = share_of(input.mention.id);
    const auto& scope = scope_of(input.lang);
    scope_ = &scope;
    facts_.read(input);
    find_pii(input, out);
    fire(input, scope);
    if (has_shadow_) fire_shadow(input, scope, out);
    score(scope);
    give_labels(scope, input.mention.author.is_brand, out);
    give_spans(out);
}

bool Judge::fired(RuleIndex rule) const noexcept {
    return has_fired(rule) ||
           std::find(shadow_fired_.begin(), shadow_fired_.end(), rule) != shadow_fired_.end();
}

void Judge::find_pii(const JudgeInput& input, Verdict& out) noexcept {
    if (input.matches.candidates.empty() && input.folded.facts.digits == 0) return;
    pii_.find(input.original, input.matches.candidates, out.pii);
    out.pii_also.assign(pii_.also().begin(), pii_.also().end());
    for (const auto& finding : out.pii) {
        if (holds(book_->rules[finding.rule].when, input)) mark(finding.rule);
    }
}

/// Two rounds: a rule that others name has no rule tests of its own, so that after the first round
/// all rule tests can be decided.
void Judge::fire(const JudgeInput& input, const Scope& scope) noexcept {
    for (const auto index : input.matches.rules) __builtin_prefetch(&briefs_[index], 1);
    for (const auto index : input.matches.rules) {
        const auto& brief = briefs_[index];
        if (!scope.has_unit[brief.unit] && !brief.named) continue;
        if (brief.kind == Brief::Kind::plain) {
            mark(index);
            continue;
        }
        const auto& rule = book_->rules[index];
        if (brief.kind == Brief::Kind::not_live || !in_sample(rule)) continue;
        if (brief.kind == Brief::Kind::waiting) waiting_.push_back(index);
        else if (holds(rule.when, input)) mark(index);
    }
    const auto try_all = [&](const std::vector<RuleIndex>& rules) {
        for (const auto index : rules) {
            const auto& rule = book_->rules[index];
            if (in_sample(rule) && holds(rule.when, input)) mark(index);
        }
    };
    for (const auto& ladder : scope.ladders) {
        for (const auto& [test, index] : ladder) {
            if (!facts_.hold(test)) break;
            mark(index);
        }
    }
    try_all(scope.facts_only);
    try_all(waiting_);
    try_all(scope.composite);
}

/// After all live rules, of which their conditions may speak, and of other shadow rules: what would
/// be if they were live.
void Judge::fire_shadow(const JudgeInput& input, const Scope& scope, Verdict& out) noexcept {
    const auto try_one = [&](RuleIndex index, bool composite) {
        const auto& rule = book_->rules[index];
        const auto unit = unit_of_pack_[rule.pack];
        const bool counts =
            rule.mode == Mode::shadow && rule.when.rules.empty() != composite && in_sample(rule) &&
            std::find(scope.units.begin(), scope.units.end(), unit) != scope.units.end() &&
            holds(rule.when, input);
        if (!counts) return;
        shadow_fired_.push_back(index);
        if (!input.mention.author.is_brand && rule.weight != 0)
            out.shadow.push_back({index, book_->packs[rule.pack].label, rule.weight, {}});
    };
    for (const bool composite : {false, true}) {
        for (const auto index : input.matches.rules) try_one(index, composite);
        for (const auto index : scope.shadow) try_one(index, composite);
    }
    std::sort(out.shadow.begin(), out.shadow.end(),
              [](const Evidence& a, const Evidence& b) { return a.rule < b.rule; });
}

bool Judge::in_sample(const Rule& rule) const noexcept {
    return share_ < rule.sample;
}

bool Judge::holds(const Condition& when, const JudgeInput& input) noexcept {
    for (const auto& test : when.facts) {
        if (!facts_.hold(test)) return false;
    }
    for (const auto& test : when.rules) {
        std::uint32_t count = 0;
        for (const auto rule : test.rules) count += fired(rule) ? 1 : 0;
        if (count < test.at_least || count > test.at_most) return false;
    }
    if (!when.langs.empty()) {
        const auto lang = input.lang.empty() ? kUnknown : input.lang;
        if (std::find(when.langs.begin(), when.langs.end(), lang) == when.langs.end()) return false;
    }
    if (when.domains.empty()) return true;
    if (!knows_hosts_) hosts_.find(input.original, input.links);
    knows_hosts_ = true;
    return hosts_.lead_to(when.domains);
}

void Judge::score(const Scope& scope) noexcept {
    for (const auto index : scope.units) units_[index].log_odds = units_[index].bias;
    for (const auto& [rule, weight, of] : counted()) {
        auto& unit = units_[of];
        if (!unit.is_any) {
            unit.log_odds += weight;
            continue;
        }
        for (const auto index : scope.rivals[unit.label]) units_[index].log_odds += weight;
    }
}

const Judge::Unit* Judge::best_unit(const Scope& scope, LabelId label) const noexcept {
    const Unit* best = nullptr;
    for (const auto index : scope.rivals[label]) {
        const auto& unit = units_[index];
        if (best == nullptr || unit.log_odds > best->log_odds) best = &unit;
    }
    return best;
}

float Judge::probability(LabelId label) const noexcept {
    if (scope_ == nullptr) return 0;
    const auto* const unit = best_unit(*scope_, label);
    return unit == nullptr ? 0 : probability_of(unit->log_odds);
}

void Judge::give_labels(const Scope& scope, bool only_pii, Verdict& out) noexcept {
    for (std::size_t label = 0; label < book_->labels.size(); ++label) {
        if (only_pii && !(has_pii_label_ && label == pii_label_)) continue;
        const auto* const best = best_unit(scope, static_cast<LabelId>(label));
        if (best == nullptr) continue;
        const auto probability = probability_of(best->log_odds);
        if (probability < best->threshold || !has_reason(*best)) continue;
        out.labels.push_back(
            {static_cast<LabelId>(label), best->pack, best->log_odds, probability});
    }
    AdviceChoice advice;
    for (const auto& given : out.labels) {
        const auto first = out.evidence.size();
        give_evidence(given, out);
        bool by_rule = false;
        for (auto i = first; i < out.evidence.size(); ++i) {
            const auto& rule = book_->rules[out.evidence[i].rule];
            if (rule.weight <= 0 || rule.advice.empty()) continue;
            advice.add(rule.advice);
            by_rule = true;
        }
        if (by_rule) continue;
        const auto& unit = units_[unit_of_pack_[given.pack]];
        advice.add(book_->packs[given.pack].advice, !out.pii.empty() && hangs_on_digits(unit));
    }
    out.advice = advice.best();
}

/// Of a text whose language is unclear, so that any pack may judge it, capitals or signs alone say
/// nothing: a pack has to know some word of it.
bool Judge::has_reason(const Unit& unit) const noexcept {
    const auto own = unit_of_pack_[unit.pack];
    const auto any = any_unit_of_label_[unit.label];
    const bool unclear = scope_ == &scopes_[kUndetermined] && !unit.is_any;
    float sum = 0;
    for (const auto& [rule, weight, of] : counted()) {
        const bool counts = weight > 0 && (of == own || of == any);
        if (counts && !(unclear && is_of_facts(book_->rules[rule]))) sum += weight;
    }
    return sum >= kSpeaksFor;
}

bool Judge::hangs_on_digits(const Unit& unit) const noexcept {
    const auto own = unit_of_pack_[unit.pack];
    const auto any = any_unit_of_label_[unit.label];
    auto log_odds = unit.log_odds;
    for (const auto& [rule, weight, of] : counted()) {
        if (weight <= 0 || (of != own && of != any)) continue;
        const auto& facts = book_->rules[rule].when.facts;
        const bool counts_digits = std::any_of(facts.begin(), facts.end(), [](const FactTest& it) {
            return it.fact == Fact::digits && it.compare == Compare::at_least;
        });
        if (counts_digits) log_odds -= weight;
    }
    return probability_of(log_odds) < unit.threshold;
}

void Judge::give_evidence(const LabelScore& given, Verdict& out) noexcept {
    const auto own = unit_of_pack_[given.pack];
    const auto any = any_unit_of_label_[given.label];
    const auto first = static_cast<std::ptrdiff_t>(out.evidence.size());
    for (const auto& [rule, weight, of] : counted()) {
        if (of == own || of == any) out.evidence.push_back({rule, given.label, weight, {}});
    }
    std::sort(out.evidence.begin() + first, out.evidence.end(),
              [](const Evidence& a, const Evidence& b) { return a.rule < b.rule; });
}

/// A rule of personal data stands where its first finding is.
void Judge::give_spans(Verdict& out) const noexcept {
    for (auto& evidence : out.evidence) {
        for (const auto& finding : out.pii) {
            if (finding.rule != evidence.rule) continue;
            evidence.span = finding.span;
            break;
        }
    }
}

}  // namespace hark::triage
