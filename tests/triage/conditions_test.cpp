#include <gmock/gmock.h>

#include "triage/book.hpp"
#include "triage/facts.hpp"

namespace hark::triage::testing {
namespace {

/// Whether a patternless rule with this condition fires for the post.
bool fires(const Post& post, const Condition& when) {
    Book made;
    const auto pack = made.pack("complaint", "en", -1);
    for (int i = 0; i < 3; ++i) made.rule(pack, 0);
    made.patternless(pack, 2, when);
    Judge judge(made.book);
    Verdict verdict;
    judge.judge(post.input(), verdict);
    return !verdict.labels.empty();
}

bool fires(const Post& post, FactTest test) {
    return fires(post, Condition{{test}, {}});
}

Post with_rules(std::vector<RuleIndex> rules) {
    Post post;
    post.matches.rules = std::move(rules);
    return post;
}

TEST(ConditionsTest, ComparesFacts) {
    Post post;
    post.folded.facts.questions = 2;
    const auto test = [&](Compare compare, int value) {
        return fires(post, FactTest{Fact::questions, compare, value});
    };
    EXPECT_TRUE(test(Compare::equal, 2));
    EXPECT_FALSE(test(Compare::equal, 1));
    EXPECT_TRUE(test(Compare::not_equal, 1));
    EXPECT_FALSE(test(Compare::not_equal, 2));
    EXPECT_TRUE(test(Compare::at_least, 2));
    EXPECT_FALSE(test(Compare::at_least, 3));
    EXPECT_TRUE(test(Compare::at_most, 2));
    EXPECT_FALSE(test(Compare::at_most, 1));
}

TEST(ConditionsTest, ReadsEachFactFromItsPlace) {
    Post post;
    post.folded.facts = {.code_points = 101,
                         .words = 102,
                         .letters = 50,
                         .capitals = 20,
                         .digits = 103,
                         .emoji = 104,
                         .exclamations = 105,
                         .questions = 106,
                         .links = 1,
                         .mentions = 108,
                         .hashtags = 109,
                         .at_signs = 0,
                         .stretched = 110,
                         .disguised = 111,
                         .mixed_script = 112};
    post.mention.links_count = 3;
    post.mention.media = 113;
    post.mention.parent = "p";
    post.mention.kind = Kind::review;
    post.mention.author.is_brand = true;
    post.matches.brands = {0};
    const auto input = post.input();
    EXPECT_EQ(value_of(Fact::code_points, input), 101);
    EXPECT_EQ(value_of(Fact::words, input), 102);
    EXPECT_EQ(value_of(Fact::capitals_percent, input), 40);
    EXPECT_EQ(value_of(Fact::digits, input), 103);
    EXPECT_EQ(value_of(Fact::emoji, input), 104);
    EXPECT_EQ(value_of(Fact::exclamations, input), 105);
    EXPECT_EQ(value_of(Fact::questions, input), 106);
    EXPECT_EQ(value_of(Fact::links, input), 3) << "attached links count where the text has fewer";
    EXPECT_EQ(value_of(Fact::mentions, input), 108);
    EXPECT_EQ(value_of(Fact::hashtags, input), 109);
    EXPECT_EQ(value_of(Fact::stretched, input), 110);
    EXPECT_EQ(value_of(Fact::disguised, input), 111);
    EXPECT_EQ(value_of(Fact::mixed_script, input), 112);
    EXPECT_EQ(value_of(Fact::media, input), 113);
    EXPECT_EQ(value_of(Fact::is_reply, input), 1);
    EXPECT_EQ(value_of(Fact::author_is_brand, input), 1);
    EXPECT_EQ(value_of(Fact::names_brand, input), 1);
    EXPECT_EQ(value_of(Fact::kind, input), 4);
}

TEST(ConditionsTest, APostWithoutLettersHasNoCapitals) {
    EXPECT_EQ(value_of(Fact::capitals_percent, Post{}.input()), 0);
}

TEST(ConditionsTest, AllTestsMustHold) {
    Post post;
    post.folded.facts.questions = 1;
    const FactTest asks{Fact::questions, Compare::at_least, 1};
    const FactTest links{Fact::links, Compare::at_least, 1};
    EXPECT_TRUE(fires(post, {{asks}, {}}));
    EXPECT_FALSE(fires(post, {{asks, links}, {}}));
}

TEST(ConditionsTest, AnyAllNoneAndAtLeast) {
    const RuleTest any{{0, 1, 2}, 1, 3};
    const RuleTest all{{0, 1, 2}, 3, 3};
    const RuleTest none{{0, 1, 2}, 0, 0};
    const RuleTest two{{0, 1, 2}, 2, 3};
    const auto tried = [](std::vector<RuleIndex> fired, const RuleTest& test) {
        return fires(with_rules(std::move(fired)), Condition{{}, {test}});
    };
    EXPECT_FALSE(tried({}, any));
    EXPECT_TRUE(tried({2}, any));
    EXPECT_FALSE(tried({0, 1}, all));
    EXPECT_TRUE(tried({2, 0, 1}, all));
    EXPECT_TRUE(tried({}, none));
    EXPECT_FALSE(tried({1}, none));
    EXPECT_FALSE(tried({1}, two));
    EXPECT_TRUE(tried({1, 2}, two));
}

TEST(ConditionsTest, APatternRuleFiresOnlyUnderItsCondition) {
    Book made;
    const auto pack = made.pack("question", "en", -1);
    const auto rule = made.rule(pack, 3);
    made.book.rules[rule].when.facts = {{Fact::questions, Compare::at_least, 1}};
    Judge judge(made.book);
    Verdict verdict;
    auto post = with_rules({rule});
    judge.judge(post.input(), verdict);
    EXPECT_TRUE(verdict.labels.empty());
    post.folded.facts.questions = 1;
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.labels.size(), 1U);
}

TEST(ConditionsTest, ARuleMayNameOthersWhateverTheOrderInTheBook) {
    Book made;
    const auto pack = made.pack("trolling", "en", -1);
    const auto composite = made.rule(pack, 3);
    const auto second_person = made.rule(pack, 0);
    const auto shouts =
        made.patternless(pack, 0, {{{Fact::capitals_percent, Compare::at_least, 60}}, {}});
    made.book.rules[composite].when.rules = {{{second_person, shouts}, 2, 2}};
    Judge judge(made.book);
    Verdict verdict;
    auto post = with_rules({composite, second_person});
    judge.judge(post.input(), verdict);
    EXPECT_TRUE(verdict.labels.empty());
    post.folded.facts.letters = 10;
    post.folded.facts.capitals = 9;
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.labels.size(), 1U);
}

TEST(ConditionsTest, ARuleMayNameAPatternlessRuleOfAnotherLabelAndLanguage) {
    Book made;
    const auto english = made.pack("question", "en", -1);
    const auto russian = made.pack("complaint", "ru", -9);
    const auto asks = made.patternless(russian, 1, {{{Fact::questions, Compare::at_least, 1}}, {}});
    made.patternless(english, 3, {{}, {{{asks}, 1, 1}}});
    Judge judge(made.book);
    Verdict verdict;
    Post post;
    post.folded.facts.questions = 1;
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.labels.size(), 1U);
}

}  // namespace
}  // namespace hark::triage::testing
