#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"
#include "triage/judge.hpp"

namespace hark::triage::testing {

/// A rule book in the making, by the ids and names of its parts.
class Book {
public:
    PackIndex pack(const std::string& label, const std::string& lang, float bias,
                   float threshold = 0.5F, const std::string& advice = {}) {
        Pack pack;
        pack.label = label_of(label);
        pack.lang = lang;
        pack.bias = bias;
        pack.threshold = threshold;
        pack.advice = advice;
        book.packs.push_back(pack);
        return static_cast<PackIndex>(book.packs.size() - 1);
    }

    /// A pack of one rule that fires in every post: the label's log-odds are `log_odds` at least.
    PackIndex spoken_for(const std::string& label, const std::string& lang, float log_odds,
                         float threshold = 0.5F, const std::string& advice = {}) {
        const auto made = pack(label, lang, log_odds - 1, threshold, advice);
        patternless(made, 1, {{{Fact::words, Compare::at_least, 0}}, {}});
        return made;
    }

    RuleIndex rule(PackIndex pack, float weight, const std::string& pattern = "word") {
        Rule rule;
        rule.id = "rule." + std::to_string(book.rules.size());
        rule.pack = pack;
        rule.pattern = pattern;
        rule.weight = weight;
        book.rules.push_back(rule);
        return static_cast<RuleIndex>(book.rules.size() - 1);
    }

    RuleIndex patternless(PackIndex pack, float weight, Condition when) {
        const auto index = rule(pack, weight, "");
        book.rules[index].when = std::move(when);
        return index;
    }

    RuleIndex pii(PackIndex pack, float weight, const std::string& type,
                  const std::string& validator, std::vector<std::string> keywords = {},
                  bool needs_keyword = false) {
        const auto index = rule(pack, weight, "raw");
        auto& made = book.rules[index];
        made.pii_type = type;
        made.validator = validator;
        made.keywords = std::move(keywords);
        made.needs_keyword = needs_keyword;
        return index;
    }

    LabelId label_of(const std::string& label) {
        for (std::size_t i = 0; i < book.labels.size(); ++i) {
            if (book.labels[i] == label) return static_cast<LabelId>(i);
        }
        book.labels.push_back(label);
        return static_cast<LabelId>(book.labels.size() - 1);
    }

    RuleBook book;
};

/// A post as the judge sees it.
struct Post {
    Mention mention;
    FoldedText folded;
    Matches matches;
    std::string_view lang = "en";

    [[nodiscard]] JudgeInput input() const {
        return {mention, folded, mention.text, lang, matches};
    }
};

inline const LabelScore* label_in(const Verdict& verdict, LabelId label) {
    for (const auto& given : verdict.labels) {
        if (given.label == label) return &given;
    }
    return nullptr;
}

}  // namespace hark::triage::testing
