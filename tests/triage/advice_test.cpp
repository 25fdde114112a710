#include "triage/advice.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

#include "triage/book.hpp"

namespace hark::triage::testing {
namespace {

std::string_view best(std::initializer_list<std::string_view> advices) {
    AdviceChoice choice;
    for (const auto advice : advices) choice.add(advice);
    return choice.best();
}

TEST(AdviceTest, CriticismIsNeverHidden) {
    EXPECT_EQ(best({"hide", "answer_first"}), "answer_first");
    EXPECT_EQ(best({"leave", "report", "answer_first", "hide"}), "answer_first");
}

TEST(AdviceTest, ExposedDataOfACriticGoesToPrivateTalk) {
    EXPECT_EQ(best({"answer_first", "move_to_private"}), "move_to_private");
    EXPECT_EQ(best({"move_to_private", "answer_first", "hide"}), "move_to_private");
}

TEST(AdviceTest, WithoutCriticismTheOrderStands) {
    EXPECT_EQ(best({"thank", "answer", "leave", "report", "hide"}), "hide");
    EXPECT_EQ(best({"thank", "leave", "move_to_private", "report", "hide"}), "hide");
    EXPECT_EQ(best({"thank", "answer", "leave", "move_to_private", "report"}), "report");
    EXPECT_EQ(best({"thank", "answer", "leave", "move_to_private"}), "move_to_private");
    EXPECT_EQ(best({"thank", "answer", "leave"}), "leave");
    EXPECT_EQ(best({"thank", "answer"}), "answer");
    EXPECT_EQ(best({"thank"}), "thank");
}

TEST(AdviceTest, WhoAsksWithAnOwnNumberIsNotHidden) {
    EXPECT_EQ(best({"hide", "move_to_private"}), "hide");
    EXPECT_EQ(best({"hide", "answer"}), "hide");
    EXPECT_EQ(best({"hide", "move_to_private", "answer"}), "move_to_private");
    EXPECT_EQ(best({"report", "move_to_private", "answer"}), "report");
    AdviceChoice choice;
    choice.add("hide", true);
    EXPECT_EQ(choice.best(), "hide");
    choice.add("move_to_private");
    EXPECT_EQ(choice.best(), "move_to_private");
    choice.add("hide");
    EXPECT_EQ(choice.best(), "hide");
}

TEST(AdviceTest, SpamThatHangsOnTheExposedDigitsIsNotHidden) {
    Book made;
    const auto spam = made.pack("spam", "en", -3, 0.5F, "hide");
    const auto offer = made.rule(spam, 3.5F);
    made.patternless(spam, 3.5F, {{{Fact::digits, Compare::at_least, 9}}, {}});
    const auto pii = made.pack("pii", "any", -1, 0.5F, "move_to_private");
    const auto number = made.pii(pii, 2, "NUMBER", "");
    Judge judge(made.book);
    Verdict verdict;
    Post post;
    post.mention.text = "mine is 600700800";
    post.folded.facts.digits = 9;
    post.matches.candidates = {{number, {8, 17}}};
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.labels.size(), 2U);
    EXPECT_EQ(verdict.advice, "move_to_private");
    post.matches.rules = {offer};
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.advice, "hide");
}

TEST(AdviceTest, NothingAskedNothingAdvised) {
    EXPECT_EQ(best({}), "");
    EXPECT_EQ(best({"", ""}), "");
}

TEST(AdviceTest, ARuleThatSpokeForTheLabelOverridesItsPack) {
    Book made;
    const auto pack = made.spoken_for("trolling", "en", 1, 0.5F, "leave");
    const auto threat = made.rule(pack, 2);
    made.book.rules[threat].advice = "report";
    const auto against = made.rule(pack, -0.5F);
    made.book.rules[against].advice = "hide";
    Judge judge(made.book);
    Verdict verdict;
    Post post;
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.advice, "leave");
    post.matches.rules = {threat, against};
    judge.judge(post.input(), verdict);
    EXPECT_EQ(verdict.advice, "report");
}

TEST(AdviceTest, OnlyLabelsGivenAdvise) {
    Book made;
    made.spoken_for("spam", "en", -1, 0.5F, "hide");
    made.spoken_for("praise", "en", 1, 0.5F, "thank");
    Judge judge(made.book);
    Verdict verdict;
    judge.judge(Post{}.input(), verdict);
    EXPECT_EQ(verdict.advice, "thank");
}

}  // namespace
}  // namespace hark::triage::testing
