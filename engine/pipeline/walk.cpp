#include "pipeline/walk.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

#include "triage/facts.hpp"
#include "triage/least_digits.hpp"

namespace hark::pipeline {

namespace {

/// In so many words the language of a text that no platform told is seldom mistaken.
constexpr std::uint32_t kTellingWords = 6;

}  // namespace

void Walk::use(std::shared_ptr<const match::RuleSet> rules) {
    rules_ = std::move(rules);
    matcher_.use(rules_);
    judge_.use(rules_->book());
    identifiers_.use(rules_->book());
    seeks_raw_ = false;
    digits_to_scan_ = std::numeric_limits<std::uint32_t>::max();
    for (const auto& rule : rules_->book().rules) {
        if (rule.pii_type.empty() || rule.pattern.empty()) continue;
        seeks_raw_ = true;
        // What a validated expression finds without a digit, triage::may_hold_pii() tells.
        const auto digits = triage::least_digits(rule.pattern);
        if (digits > 0 || rule.validator.empty())
            digits_to_scan_ = std::min(digits_to_scan_, digits);
    }
    accounts_.clear();
    for (const auto& brand : rules_->book().brands) {
        accounts_.insert(brand.accounts.begin(), brand.accounts.end());
    }
}

bool Walk::is_brand_account(const Mention& mention) {
    if (mention.author.is_brand) return true;
    if (accounts_.empty() || mention.author.id.empty()) return false;
    account_.assign(mention.platform).append(":").append(mention.author.id);
    return accounts_.contains(account_);
}

bool Walk::names_brand(const Mention& mention) {
    folded_ = folder_.fold(mention.text);
    matcher_.scan(folded_, matches_);
    folded_.facts.disguised += matcher_.disguised();
    return !matches_.brands.empty() || mention.author.is_brand;
}

void Walk::judge(const Mention& mention, std::span<const std::string_view> links, Verdict& out) {
    if (seeks_raw_ && (folded_.facts.digits >= digits_to_scan_ || triage::may_hold_pii(folded_)))
        matcher_.scan_raw(mention.text, matches_);
    auto lang = text::detect_language(mention.text, folded_, mention.lang);
    // `ty idiot` looks like any language but its own; between Cyrillic words it is theirs. A word
    // of the language that the text surely has is no disguise.
    const auto& declared = mention.lang;
    const bool sure = declared.empty() ? folded_.facts.words >= kTellingWords
                                       : declared.substr(0, declared.find_first_of("-_")) == lang;
    const auto [words, ordinary] = matcher_.other_script(folded_, sure ? lang : std::string_view{});
    folded_.facts.disguised -= ordinary;
    if (words > 0 && lang != "ru" && lang != "uk") lang = {};
    judge_scanned({mention, folded_, mention.text, lang, matches_, links}, out);
    out.lang = lang;
    out.brands.assign(matches_.brands.begin(), matches_.brands.end());
    std::sort(out.brands.begin(), out.brands.end());
    place_evidence(out.evidence);
    place_evidence(out.shadow);
    identifiers_.find(mention, out.exposed);
}

void Walk::judge_scanned(const triage::JudgeInput& input, Verdict& out) {
    judge_.judge(input, out);
    if (out.pii.empty()) return;
    scan_without(out.pii, input.original);
    judge_.judge(input, out);
}

/// A word inside an address or a password is no reason for a label, and as evidence it would tell
/// what the mask hides. Facts and brands stay those of the whole text.
void Walk::scan_without(std::span<const PiiFinding> findings, std::string_view text) {
    constexpr char kLetter = 'q';  // of a word that no rule has; spaces would join what they part
    without_.assign(text);
    for (const auto& [begin, end] : findings | std::views::transform(&PiiFinding::span))
        std::fill(without_.begin() + begin, without_.begin() + end, kLetter);
    const auto facts = folded_.facts;
    folded_ = folder_.fold(without_);
    folded_.facts = facts;
    std::swap(whole_, matches_);
    matcher_.scan(folded_, matches_);
    std::swap(whole_.brands, matches_.brands);
    std::swap(whole_.candidates, matches_.candidates);
}

bool Walk::fires(RuleIndex rule, const Mention& mention) {
    (void)names_brand(mention);
    matcher_.scan_raw(mention.text, matches_);
    const auto& tried = rules_->book().rules[rule];
    std::string_view lang = rules_->book().packs[tried.pack].lang;
    if (lang == "any") lang = {};
    if (!tried.when.langs.empty()) lang = text::detect_language(mention.text, folded_, "");
    judge_scanned({mention, folded_, mention.text, lang, matches_}, verdict_);
    return judge_.fired(rule);
}

std::optional<std::int64_t> Walk::fact(Fact fact, const Mention& mention) const {
    return triage::value_of(fact, {mention, folded_, mention.text, {}, matches_});
}

/// Places are sought for posts that have evidence to show, and only then: the scan does not pay.
void Walk::place_evidence(std::vector<Evidence>& all) {
    for (auto& evidence : all) {
        if (!rules_->book().rules[evidence.rule].pii_type.empty()) continue;
        const auto place = matcher_.locate(evidence.rule, folded_);
        evidence.span = place ? folded_.map.original(*place) : Span{};
    }
}

}  // namespace hark::pipeline
