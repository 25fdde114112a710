#include "match/matcher.hpp"

#include <algorithm>
#include <new>

#include "core/check.hpp"

namespace hark::match {

Matcher::~Matcher() {
    hs_free_scratch(scratch_);
}

void Matcher::use(std::shared_ptr<const RuleSet> rules) {
    for (const auto* database :
         {rules->folded_.get(), rules->original_.get(), rules->places_.get()}) {
        // Grows the scratch when the new database needs more, and leaves it otherwise.
        if (database != nullptr && hs_alloc_scratch(database, &scratch_) != HS_SUCCESS)
            throw std::bad_alloc();
    }
    rules_ = std::move(rules);
    stamp_.assign(rules_->book_.rules.size() + rules_->book_.brands.size(), 0);
    post_ = 0;
}

void Matcher::hit(Target target, Matches& out) noexcept {
    if (stamp_[target] == post_) return;
    stamp_[target] = post_;
    const auto rules = rules_->book_.rules.size();
    if (target < rules) out.rules.push_back(target);
    else out.brands.push_back(static_cast<BrandIndex>(target - rules));
}

struct Matcher::Hit {
    Matcher* matcher;
    Matches* out;
};

void Matcher::scan(const FoldedText& folded, Matches& out) noexcept {
    out.clear();
    if (++post_ == 0) {  // once in 2^32 posts
        std::fill(stamp_.begin(), stamp_.end(), 0);
        post_ = 1;
    }
    if (folded.bytes.empty()) return;
    rules_->vocabulary_.scan(folded.bytes, vocabulary_, [&](Target target) { hit(target, out); });
    if (rules_->folded_ == nullptr) return;
    Hit context{this, &out};
    const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                             void* given) {
        const auto* const hit = static_cast<Hit*>(given);
        hit->matcher->hit(id, *hit->out);
        return 0;
    };
    const auto result =
        hs_scan(rules_->folded_.get(), folded.bytes.data(),
                static_cast<unsigned>(folded.bytes.size()), 0, scratch_, on_match, &context);
    HARK_CHECK(result == HS_SUCCESS);
}

void Matcher::scan_raw(std::string_view original, Matches& out) noexcept {
    if (rules_->original_ == nullptr || original.empty()) return;
    const auto on_match = [](unsigned id, unsigned long long from, unsigned long long to, unsigned,
                             void* given) {
        auto& candidates = static_cast<Matches*>(given)->candidates;
        const Span span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
        // Hyperscan tells every end; of one rule and begin they come in rising order.
        const auto same = std::find_if(
            candidates.rbegin(), candidates.rend(),
            [&](const Candidate& one) { return one.rule == id && one.span.begin == span.begin; });
        if (same != candidates.rend()) same->span.end = std::max(same->span.end, span.end);
        else candidates.push_back({id, span});
        // An expression that begins everywhere must not make a post's scan quadratic.
        return candidates.size() < 1000 ? 0 : 1;
    };
    const auto result =
        hs_scan(rules_->original_.get(), original.data(), static_cast<unsigned>(original.size()), 0,
                scratch_, on_match, &out);
    HARK_CHECK(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
}

std::optional<Span> Matcher::locate(RuleIndex rule, const FoldedText& folded) {
    const auto& pattern = rules_->patterns_[rule];
    std::optional<Span> first;
    for (const auto& sequence : pattern.sequences) {
        const auto place = find_sequence(sequence, folded.bytes);
        if (place && (!first || place->begin < first->begin)) first = place;
    }
    if (pattern.expression.empty()) return first;
    struct Wanted {
        RuleIndex rule;
        std::optional<Span> span;
    } wanted{rule, std::nullopt};
    const auto on_match = [](unsigned id, unsigned long long from, unsigned long long to, unsigned,
                             void* given) {
        auto* const one = static_cast<Wanted*>(given);
        if (id != one->rule || from >= to) return 0;
        one->span = Span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
        return 1;
    };
    const auto result =
        hs_scan(rules_->places_.get(), folded.bytes.data(),
                static_cast<unsigned>(folded.bytes.size()), 0, scratch_, on_match, &wanted);
    HARK_CHECK(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
    if (wanted.span) {
        auto& [begin, end] = *wanted.span;
        while (begin + 1 < end && folded.bytes[begin] == ' ') ++begin;
        while (begin + 1 < end && folded.bytes[end - 1] == ' ') --end;
    }
    return wanted.span;
}

}  // namespace hark::match
