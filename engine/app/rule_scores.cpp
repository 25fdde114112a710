#include "app/rule_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/walk.hpp"

namespace hark::app {

namespace {

/// A label in one language, by the pack that speaks for it.
struct Score {
    const Pack* pack = nullptr;
    float weights = 0;
    [[nodiscard]] float log_odds() const { return pack == nullptr ? 0 : pack->bias + weights; }
};

Score score_of(const Pack& pack, const pipeline::Walk& walk) {
    Score score{&pack};
    const auto& book = walk.rules().book();
    for (const auto index : walk.fired_rules()) {
        const auto& rule = book.rules[index];
        const auto& of = book.packs[rule.pack];
        const bool counts = of.label == pack.label && (of.lang == pack.lang || of.lang == "any");
        if (counts) score.weights += rule.weight;
    }
    return score;
}

/// As the judge chooses: the post's language, each where it is not clear, `any` where a label has
/// no other.
Score best_of(LabelId label, std::string_view lang, const pipeline::Walk& walk) {
    Score best;
    for (const bool any : {false, true}) {
        if (best.pack != nullptr) break;
        for (const auto& pack : walk.rules().book().packs) {
            const bool fits = any ? pack.lang == "any"
                                  : pack.lang != "any" && (lang.empty() || pack.lang == lang);
            if (pack.label != label || !fits) continue;
            const auto score = score_of(pack, walk);
            if (best.pack == nullptr || score.log_odds() > best.log_odds()) best = score;
        }
    }
    return best;
}

}  // namespace

std::string scores_of(const std::shared_ptr<const match::RuleSet>& rules, const std::string& text) {
    pipeline::Walk walk(rules);
    Mention mention;
    mention.platform = "text";
    mention.text = text;
    (void)walk.names_brand(mention);
    const auto& verdict = walk.judge(mention);
    const auto& book = rules->book();
    auto lines = fmt::format("language: {}\n", verdict.lang.empty() ? "not clear" : verdict.lang);
    for (std::size_t i = 0; i < book.labels.size(); ++i) {
        const auto label = static_cast<LabelId>(i);
        const auto best = best_of(label, verdict.lang, walk);
        if (best.pack == nullptr) continue;
        const bool given = std::any_of(verdict.labels.begin(), verdict.labels.end(),
                                       [&](const auto& one) { return one.label == label; });
        const auto probability = walk.probability(label);
        const char* const outcome = given ? "given"
                                    : probability < best.pack->threshold
                                        ? "not given"
                                        : "not given: too little speaks for it";
        lines += fmt::format(
            "{:<10} {:<3} bias {:+.2f}, rules {:+.2f}: probability {:.3f}, threshold {:.3f}: {}\n",
            book.labels[i], best.pack->lang, best.pack->bias, best.weights, probability,
            best.pack->threshold, outcome);
    }
    return lines;
}

}  // namespace hark::app
