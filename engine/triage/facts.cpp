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
    FactValues values;
    values.read(input);
    return values.of(fact);
}

void FactValues::read(const JudgeInput& input) noexcept {
    const auto& text = input.folded.facts;
    const auto& mention = input.mention;
    const auto set = [this](Fact fact, std::int64_t value) {
        values_[static_cast<std::size_t>(fact)] = value;
    };
    set(Fact::code_points, text.code_points);
    set(Fact::words, text.words);
    set(Fact::capitals_percent,
        text.capitals == 0 ? 0 : std::int64_t{text.capitals} * 100 / text.letters);
    set(Fact::digits, text.digits);
    set(Fact::emoji, text.emoji);
    set(Fact::exclamations, text.exclamations);
    set(Fact::questions, text.questions);
    set(Fact::links, std::max(text.links, mention.links_count));
    set(Fact::mentions, text.mentions);
    set(Fact::hashtags, text.hashtags);
    set(Fact::stretched, text.stretched);
    set(Fact::disguised, text.disguised);
    set(Fact::mixed_script, text.mixed_script);
    set(Fact::media, mention.media);
    set(Fact::is_reply, mention.parent.empty() ? 0 : 1);
    set(Fact::author_is_brand, mention.author.is_brand ? 1 : 0);
    set(Fact::names_brand, input.matches.brands.empty() ? 0 : 1);
    set(Fact::kind, static_cast<std::int64_t>(mention.kind));
    set(Fact::account_age_days, account_age_days(mention).value_or(kUnknown));
}

}  // namespace hark::triage
