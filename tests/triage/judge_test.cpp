#include "triage/judge.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "triage/book.hpp"

namespace hark::triage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<RuleIndex> rules_of(const Verdict& verdict) {
    std::vector<RuleIndex> rules;
    for (const auto& evidence : verdict.evidence) rules.push_back(evidence.rule);
    return rules;
}

Verdict judged(const RuleBook& book, const Post& post) {
    Judge judge(book);
    Verdict verdict;
    judge.judge(post.input(), verdict);
    return verdict;
}

TEST(JudgeTest, TheSumOfBiasAndEvidenceIsTheLogOdds) {
    Book made;
    const auto pack = made.pack("complaint", "en", -2.5F);
    made.rule(pack, 1.75F);
    made.rule(pack, 2.25F);
    made.rule(pack, -0.5F);
    made.rule(pack, 9.0F);
    Post post;
    post.matches.rules = {2, 0, 1};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    float sum = made.book.packs[verdict.labels[0].pack].bias;
    for (const auto& evidence : verdict.evidence) sum += evidence.weight;
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, sum);
    EXPECT_FLOAT_EQ(sum, 1.0F);
    EXPECT_FLOAT_EQ(verdict.labels[0].probability, 1.0F / (1.0F + std::exp(-1.0F)));
    EXPECT_THAT(rules_of(verdict), ElementsAre(0U, 1U, 2U));
}

TEST(JudgeTest, ALabelIsGivenFromItsThresholdOn) {
    Book made;
    const auto at = made.spoken_for("complaint", "en", 0, 0.5F);
    made.spoken_for("praise", "en", -0.01F, 0.5F);
    made.spoken_for("question", "en", 1.0F, 0.9F);
    const auto verdict = judged(made.book, {});
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].pack, at);
}

TEST(JudgeTest, ALabelNeedsARuleThatSpeaksForIt) {
    Book made;
    const auto pack = made.pack("complaint", "en", 5);
    made.rule(pack, -1);
    made.rule(pack, 0.5F);
    made.rule(made.pack("praise", "en", -9), 1);
    Post post;
    EXPECT_THAT(judged(made.book, post).labels, IsEmpty());
    post.matches.rules = {0, 2};
    EXPECT_THAT(judged(made.book, post).labels, IsEmpty());
    post.matches.rules = {1};
    EXPECT_EQ(judged(made.book, post).labels.size(), 1U);
}

TEST(JudgeTest, NothingRemainsFromThePostBefore) {
    Book made;
    made.rule(made.pack("complaint", "en", -1), 3);
    Judge judge(made.book);
    Verdict verdict;
    Post loud;
    loud.matches.rules = {0};
    judge.judge(loud.input(), verdict);
    ASSERT_EQ(verdict.labels.size(), 1U);
    judge.judge(Post{}.input(), verdict);
    EXPECT_THAT(verdict.labels, IsEmpty());
    EXPECT_THAT(verdict.evidence, IsEmpty());
}

TEST(JudgeTest, ChoosesThePackOfTheLanguage) {
    Book made;
    const auto english = made.spoken_for("complaint", "en", 2);
    const auto russian = made.spoken_for("complaint", "ru", 3);
    Post post;
    post.lang = "ru";
    EXPECT_EQ(judged(made.book, post).labels.at(0).pack, russian);
    post.lang = "en";
    EXPECT_EQ(judged(made.book, post).labels.at(0).pack, english);
    post.lang = "uk";
    EXPECT_THAT(judged(made.book, post).labels, IsEmpty());
}

TEST(JudgeTest, RulesOfOtherLanguagesDoNotCount) {
    Book made;
    const auto english = made.pack("complaint", "en", -1);
    const auto russian = made.pack("complaint", "ru", -1);
    made.rule(english, 2);
    made.rule(russian, 2);
    Post post;
    post.matches.rules = {0, 1};
    const auto verdict = judged(made.book, post);
    EXPECT_THAT(rules_of(verdict), ElementsAre(0U));
    EXPECT_FLOAT_EQ(verdict.labels.at(0).log_odds, 1);
}

TEST(JudgeTest, RulesForAnyLanguageCountInEachPack) {
    Book made;
    const auto english = made.pack("spam", "en", -3);
    const auto any = made.pack("spam", "any", -9);
    made.rule(english, 2);
    made.rule(any, 4);
    Post post;
    post.matches.rules = {0, 1};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].pack, english);
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, 3);
    EXPECT_THAT(rules_of(verdict), ElementsAre(0U, 1U));
}

TEST(JudgeTest, ALabelWithoutThePostsLanguageIsScoredByItsPackForAny) {
    Book made;
    made.pack("spam", "en", 5);
    const auto any = made.pack("spam", "any", -1);
    made.rule(any, 3);
    Post post;
    post.lang = "uk";
    post.matches.rules = {0};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].pack, any);
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, 2);
}

TEST(JudgeTest, OfAnUndeterminedLanguageTheMostProbablePackCounts) {
    Book made;
    made.pack("complaint", "en", 1);
    const auto polish = made.pack("complaint", "pl", -2);
    made.pack("complaint", "ru", 0.5F);
    made.rule(polish, 4);
    Post post;
    post.lang = "";
    post.matches.rules = {0};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].pack, polish);
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, 2);
    EXPECT_THAT(rules_of(verdict), ElementsAre(0U));
}

TEST(JudgeTest, PacksOfOneLabelAndLanguageCountTogether) {
    Book made;
    const auto shipped = made.pack("complaint", "en", -3);
    const auto own = made.pack("complaint", "en", 50);
    made.rule(shipped, 1);
    made.rule(own, 3);
    Post post;
    post.matches.rules = {0, 1};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].pack, shipped);
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, 1);
}

TEST(JudgeTest, ShadowRulesNeitherCountNorSatisfyConditions) {
    Book made;
    const auto pack = made.pack("complaint", "en", 0);
    made.rule(pack, 5);
    made.book.rules[0].mode = Mode::shadow;
    made.patternless(pack, 7, {{}, {{{0}, 1, 1}}});
    made.patternless(pack, 3, {{{Fact::words, Compare::at_least, 0}}, {}});
    made.book.rules[2].mode = Mode::shadow;
    made.patternless(pack, 0.5F, {{{Fact::words, Compare::at_least, 0}}, {}});
    Post post;
    post.matches.rules = {0};
    const auto verdict = judged(made.book, post);
    EXPECT_THAT(rules_of(verdict), ElementsAre(3U));
    EXPECT_FLOAT_EQ(verdict.labels.at(0).log_odds, 0.5F);
}

TEST(JudgeTest, TheBrandsOwnAccountGetsPersonalDataOnly) {
    Book made;
    made.spoken_for("complaint", "en", 5);
    const auto mail = made.pii(made.pack("pii", "any", -4), 8, "EMAIL", "email");
    Post post;
    post.mention.text = "write to anna.nowak@example.com";
    post.matches.candidates = {{mail, {9, 31}}};
    EXPECT_EQ(judged(made.book, post).labels.size(), 2U);
    post.mention.author.is_brand = true;
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_EQ(verdict.labels[0].label, made.label_of("pii"));
}

TEST(JudgeTest, ADeletionHasNoLabels) {
    Book made;
    made.spoken_for("complaint", "en", 5);
    Post post;
    post.mention.action = Action::deleted;
    const auto verdict = judged(made.book, post);
    EXPECT_THAT(verdict.labels, IsEmpty());
    EXPECT_THAT(verdict.advice, IsEmpty());
}

TEST(JudgeTest, PersonalDataIsALabelLikeOthersWithItsPlaceAsEvidence) {
    Book made;
    const auto pack = made.pack("pii", "any", -4, 0.5F, "move_to_private");
    made.pii(pack, 8, "EMAIL", "email");
    Post post;
    post.mention.text = "a@example.com, b@example.com";
    post.matches.candidates = {{0, {15, 28}}, {0, {0, 13}}};
    const auto verdict = judged(made.book, post);
    ASSERT_EQ(verdict.labels.size(), 1U);
    EXPECT_FLOAT_EQ(verdict.labels[0].log_odds, 4);
    ASSERT_EQ(verdict.evidence.size(), 1U) << "a rule counts once a post";
    EXPECT_EQ(verdict.evidence[0].span, (Span{0, 13}));
    ASSERT_EQ(verdict.pii.size(), 2U);
    EXPECT_EQ(verdict.pii[1].span, (Span{15, 28}));
    EXPECT_EQ(verdict.advice, "move_to_private");
}

TEST(JudgeTest, RulesOfWeightZeroAreBuildingBlocks) {
    Book made;
    const auto pack = made.pack("trolling", "en", -1);
    made.rule(pack, 0);
    made.rule(pack, 0);
    made.patternless(pack, 3, {{}, {{{0, 1}, 2, 2}}});
    Post post;
    post.matches.rules = {0, 1};
    EXPECT_THAT(rules_of(judged(made.book, post)), ElementsAre(2U));
    post.matches.rules = {1};
    EXPECT_THAT(judged(made.book, post).labels, IsEmpty());
}

TEST(JudgeTest, BrandsAreKeptInOrder) {
    Book made;
    made.pack("complaint", "en", 0);
    Post post;
    post.matches.brands = {3, 1};
    EXPECT_THAT(judged(made.book, post).brands, ElementsAre(1, 3));
}

TEST(JudgeTest, AnotherBookMayBeTakenUp) {
    Book first;
    first.spoken_for("complaint", "en", 5);
    Book second;
    second.spoken_for("praise", "en", -5);
    Judge judge(first.book);
    Verdict verdict;
    judge.judge(Post{}.input(), verdict);
    ASSERT_EQ(verdict.labels.size(), 1U);
    judge.use(second.book);
    judge.judge(Post{}.input(), verdict);
    EXPECT_THAT(verdict.labels, IsEmpty());
}

}  // namespace
}  // namespace hark::triage::testing
