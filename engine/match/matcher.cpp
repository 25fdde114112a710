#include "match/matcher.hpp"

#include <algorithm>
#include <new>

#include "core/check.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kLookBack = 32;

}  // namespace

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
    hits_.assign(rules_->book_.rules.size() + rules_->book_.brands.size(), {});
    post_ = 0;
}

void Matcher::hit(Target target, Span place, Matches& out) noexcept {
    auto& hit = hits_[target];
    if (hit.post == post_) return;
    hit = {post_, place};
    const auto rules = rules_->book_.rules.size();
    if (target < rules) out.rules.push_back(target);
    else out.brands.push_back(static_cast<BrandIndex>(target - rules));
}

struct Matcher::Context {
    Matcher* matcher;
    Matches* out;
};

void Matcher::scan(const FoldedText& folded, Matches& out) noexcept {
    out.clear();
    if (++post_ == 0) {  // once in 2^32 posts
        std::fill(hits_.begin(), hits_.end(), Hit{});
        post_ = 1;
    }
    respelled_.segments.clear();
    if (folded.bytes.empty()) return;
    quoted_.clear();
    scan_vocabulary(folded.bytes);
    for (const auto& [target, place] : reported_) hit_or_wait(target, place, folded.quoted, out);
    scan_patterns(folded.bytes, out);
    if (!rules_->respeller_.empty() && rules_->respeller_.respell(folded, respelled_)) {
        scan_vocabulary(respelled_.text);
        for (const auto& [target, place] : reported_)
            hit_or_wait(target, respelled_.original(place), folded.quoted, out);
        scan_patterns(respelled_.text, out);
    }
    // First all, since what tells may be quoted itself.
    std::erase_if(quoted_,
                  [this](const Reported& one) { return hits_[told_by(one.target)].post == post_; });
    for (const auto& [target, place] : quoted_) hit(target, place, out);
}

/// The rule by which this target's quotations are told; kNoRule: whatever it is, they count.
RuleIndex Matcher::told_by(Target target) const noexcept {
    const auto& book = rules_->book_;
    if (target >= book.rules.size()) return kNoRule;
    const auto& rule = book.rules[target];
    // What speaks against the label may well be quoted.
    return rule.weight < 0 ? kNoRule : book.packs[rule.pack].told_by;
}

void Matcher::hit_or_wait(Target target, Span place, std::span<const Span> quoted,
                          Matches& out) noexcept {
    // The last that begins before it; a hostile text may have thousands.
    const auto after =
        std::upper_bound(quoted.begin(), quoted.end(), place.begin,
                         [](std::uint32_t begin, Span one) { return begin < one.begin; });
    const bool inside = after != quoted.begin() && place.end <= std::prev(after)->end;
    if (inside && told_by(target) != kNoRule) quoted_.push_back({target, place});
    else hit(target, place, out);
}

bool Matcher::hit_unquoted(RuleIndex rule) const noexcept {
    return hits_[rule].post == post_ &&
           std::none_of(quoted_.begin(), quoted_.end(),
                        [rule](const Reported& one) { return one.target == rule; });
}

/// Gathers first: what is known of a target comes from memory meanwhile.
void Matcher::scan_vocabulary(std::string_view folded) noexcept {
    reported_.clear();
    rules_->vocabulary_.scan(folded, vocabulary_, [this](Target target, Span place) {
        __builtin_prefetch(&hits_[target], 1);
        reported_.push_back({target, place});
    });
}

std::uint32_t Matcher::disguised() const noexcept {
    return static_cast<std::uint32_t>(std::count_if(respelled_.segments.begin(),
                                                    respelled_.segments.end(),
                                                    [](const auto& one) { return !one.known; }));
}

Matcher::OtherScript Matcher::other_script(const FoldedText& folded,
                                           std::string_view lang) const noexcept {
    OtherScript found;
    for (const auto& [here, there, known, other_script] : respelled_.segments) {
        if (!other_script) continue;
        const auto word =
            std::string_view(folded.bytes).substr(there.begin, there.end - there.begin);
        ++(rules_->respeller_.is_ordinary(word, lang) ? found.ordinary : found.words);
    }
    return found;
}

void Matcher::scan_patterns(std::string_view folded, Matches& out) noexcept {
    if (rules_->folded_ == nullptr) return;
    Context context{this, &out};
    const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                             void* given) {
        const auto* const one = static_cast<Context*>(given);
        one->matcher->hit(id, {}, *one->out);
        return 0;
    };
    const auto result =
        hs_scan(rules_->folded_.get(), folded.data(), static_cast<unsigned>(folded.size()), 0,
                scratch_, on_match, &context);
    HARK_CHECK(result == HS_SUCCESS);
}

void Matcher::scan_raw(std::string_view original, Matches& out) noexcept {
    if (rules_->original_ == nullptr || original.empty()) return;
    const auto on_match = [](unsigned id, unsigned long long from, unsigned long long to, unsigned,
                             void* given) {
        auto& candidates = static_cast<Matches*>(given)->candidates;
        const Span span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
        // Hyperscan tells every end; of one rule and begin they come in rising order and close to
        // one another, so looking far back would only make hostile texts slow.
        const auto far = candidates.size() < kLookBack
                             ? candidates.rend()
                             : candidates.rbegin() + static_cast<std::ptrdiff_t>(kLookBack);
        const auto same = std::find_if(candidates.rbegin(), far, [&](const Candidate& one) {
            return one.rule == id && one.span.begin == span.begin;
        });
        if (same != far) same->span.end = span.end;
        else candidates.push_back({id, span});
        return 0;
    };
    const auto result =
        hs_scan(rules_->original_.get(), original.data(), static_cast<unsigned>(original.size()), 0,
                scratch_, on_match, &out);
    HARK_CHECK(result == HS_SUCCESS);
}

std::optional<Span> Matcher::locate(RuleIndex rule, const FoldedText& folded) {
    const auto& hit = hits_[rule];
    if (hit.post != post_) return std::nullopt;
    if (hit.place.end > 0) return hit.place;
    if (const auto place = find_pattern(rule, folded.bytes)) return place;
    if (respelled_.segments.empty()) return std::nullopt;
    const auto place = find_pattern(rule, respelled_.text);
    return place ? std::optional(respelled_.original(*place)) : std::nullopt;
}

std::optional<Span> Matcher::find_pattern(RuleIndex rule, std::string_view text) {
    const auto& pattern = rules_->patterns_[rule];
    for (const auto& sequence : pattern.sequences) {
        if (const auto place = find_sequence(sequence, text)) return place;
    }
    if (pattern.expression.empty()) return std::nullopt;
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
    const auto result = hs_scan(rules_->places_.get(), text.data(),
                                static_cast<unsigned>(text.size()), 0, scratch_, on_match, &wanted);
    HARK_CHECK(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
    if (wanted.span) {
        auto& [begin, end] = *wanted.span;
        while (begin + 1 < end && text[begin] == ' ') ++begin;
        while (begin + 1 < end && text[end - 1] == ' ') --end;
    }
    return wanted.span;
}

}  // namespace hark::match
