#include "triage/facts.hpp"

#include <algorithm>
#include <chrono>

#include "triage/judge.hpp"

namespace hark::triage {

namespace {

std::optional<std::int64_t> account_age_days(const Mention& mention) noexcept {
    const auto opened = mention.author.created_at;
    if (opened == Timestamp{} || mention.created_at < opened) return std::nullopt;
    return std::chrono::floor<std::chrono::days>(mention.created_at - opened).count();
}

}  // namespace

std::optional<std::int64_t> value_of(Fact fact, const JudgeInput& input) noexcept {
    const auto& text = input.folded.facts;
    const auto& mention = input.mention;
    switch (fact) {
        case Fact::code_points: return text.code_points;
        case Fact::words: return text.words;
        case Fact::capitals_percent:
            return text.letters == 0 ? 0 : std::int64_t{text.capitals} * 100 / text.letters;
        case Fact::digits: return text.digits;
        case Fact::emoji: return text.emoji;
        case Fact::exclamations: return text.exclamations;
        case Fact::questions: return text.questions;
        case Fact::links: return std::max(text.links, mention.links_count);
        case Fact::mentions: return text.mentions;
        case Fact::hashtags: return text.hashtags;
        case Fact::stretched: return text.stretched;
        case Fact::disguised: return text.disguised;
        case Fact::mixed_script: return text.mixed_script;
        case Fact::media: return mention.media;
        case Fact::is_reply: return mention.parent.empty() ? 0 : 1;
        case Fact::author_is_brand: return mention.author.is_brand ? 1 : 0;
        case Fact::names_brand: return input.matches.brands.empty() ? 0 : 1;
        case Fact::kind: return static_cast<std::int64_t>(mention.kind);
        case Fact::account_age_days: return account_age_days(mention);
    }
    return std::nullopt;
}

void FactValues::read(const JudgeInput& input) noexcept {
    for (std::size_t i = 0; i < kFacts; ++i)
        values_[i] = value_of(static_cast<Fact>(i), input).value_or(kUnknown);
}

}  // namespace hark::triage
