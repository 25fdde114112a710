// The walk of one post: what the verdict may rest on, and where its reasons stand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "match/compiler.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Packs of one label, each of one language, with a rule of a pattern or of capitals.
class Rules {
public:
    Rules& pack(const std::string& lang) {
        Pack pack;
        pack.lang = lang;
        pack.bias = -1;
        pack.threshold = 0.5F;
        book_.packs.push_back(pack);
        return *this;
    }
    Rules& rule(const std::string& pattern, float weight = 3) {
        Rule rule;
        rule.id = pattern;
        rule.pack = static_cast<PackIndex>(book_.packs.size() - 1);
        rule.pattern = pattern;
        rule.weight = weight;
        book_.rules.push_back(rule);
        return *this;
    }
    Rules& capitals(float weight) {
        rule("", weight);
        book_.rules.back().id = "capitals";
        book_.rules.back().when.facts = {{Fact::capitals_percent, Compare::at_least, 10}};
        return *this;
    }
    Rules& password() {
        rule("password: [!-~]");
        book_.rules.back().pii_type = "PASSWORD";
        book_.rules.back().validator = "password";
        return *this;
    }
    Rules& disguised(const std::string& word) {
        book_.lists = {{"disguised", "disguised.txt", {{word, 1}}}};
        return *this;
    }
    [[nodiscard]] Walk walk() const {
        auto book = book_;
        book.labels = {"trolling"};
        std::vector<Fault> faults;
        auto rules = match::compile(std::move(book), fold_words, {}, faults);
        EXPECT_NE(rules, nullptr) << (faults.empty() ? "" : to_string(faults.front()));
        return Walk(std::move(rules));
    }

private:
    RuleBook book_;
};

/// The reasons as `rule: the words that they point to`; a rule without a place stands alone.
std::vector<std::string> reasons(Walk& walk, const std::string& text) {
    Mention mention;
    mention.text = text;
    (void)walk.names_brand(mention);
    const auto& verdict = walk.judge(mention);
    std::vector<std::string> said;
    for (const auto& evidence : verdict.evidence) {
        const auto [begin, end] = evidence.span;
        said.push_back(walk.rules().book().rules[evidence.rule].id +
                       (end > begin ? ": " + text.substr(begin, end - begin) : ""));
    }
    return said;
}

TEST(Walk, WordsInsidePersonalDataAreNoReason) {
    auto walk = Rules().pack("any").rule("fuck*").rule("login").password().walk();
    EXPECT_THAT(reasons(walk, "password: fuckyou99 my login"),
                ElementsAre("login: login", "password: [!-~]: fuckyou99"));
    EXPECT_THAT(reasons(walk, "fucking password: fuckyou99"),
                ElementsAre("fuck*: fucking", "password: [!-~]: fuckyou99"));
    EXPECT_THAT(reasons(walk, "fuckyou99 it is"), ElementsAre("fuck*: fuckyou99"));
}

TEST(Walk, WhatPersonalDataPartsStaysApart) {
    auto walk = Rules().pack("any").rule("call now").password().walk();
    EXPECT_THAT(reasons(walk, "call password: fuckyou99 now"),
                testing::Not(testing::Contains(testing::StartsWith("call now"))));
}

TEST(Walk, CapitalsSayNothingInALanguageThatIsUnclear) {
    auto walk = Rules().pack("es").capitals(3).rule("rofl").walk();
    EXPECT_THAT(reasons(walk, "LOL"), IsEmpty());
    EXPECT_THAT(reasons(walk, "ROFL"), ElementsAre("capitals", "rofl: ROFL"));
    EXPECT_THAT(reasons(walk, "ESTO ES UNA VERGÜENZA, NO SE PUEDE ENTENDER"),
                ElementsAre("capitals"));
}

TEST(Walk, ADisguisedWordLeavesCyrillicTextItsLanguage) {
    auto walk = Rules().disguised("gnoj").pack("pl").rule("gnoj").pack("ru").rule("врачи").walk();
    EXPECT_THAT(reasons(walk, "из раны тёк гной, врачи долго думали"), ElementsAre("врачи: врачи"));
    EXPECT_THAT(reasons(walk, "гной"), IsEmpty());
}

TEST(Walk, EvidenceFoundByReadingADisguisePointsToIt) {
    auto walk = Rules().disguised("пиздец").pack("ru").rule("*пизд*").walk();
    EXPECT_THAT(reasons(walk, "Тут п*здец у вас"), ElementsAre("*пизд*: п*здец"));
}

}  // namespace
}  // namespace hark::pipeline
