#include "hark_bench/judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace hark::bench {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

/// A post every millisecond.
std::vector<std::uint64_t> every_ms(std::size_t sends) {
    std::vector<std::uint64_t> due;
    for (std::size_t i = 0; i < sends; ++i) due.push_back(i * kMs);
    return due;
}

std::string record(std::uint64_t number, const std::string& labels = "") {
    return R"({"schema":1,"id":"generic:run7-)" + std::to_string(number) +
           R"(","platform":"generic","text":"he said \"id\":\"run7-9\"","labels":{)" + labels +
           R"(},"ruleset":"00"})";
}

class JudgeTest : public testing::Test {
protected:
    void arrives(std::uint64_t number, const std::string& labels = "", std::uint64_t after = kMs) {
        const auto one = record(number, labels);
        judge.arrived(number_of(one, "run7"), one, judge.due(number) + after);
    }
    /// All of it leaves, is answered, and arrives in order a millisecond later.
    void all_but(const std::vector<std::uint64_t>& missing = {}) {
        for (std::uint64_t i = 0; i < judge.posts(); ++i) {
            judge.sent(i);
            judge.answered(i, judge.due(i) + 2 * kMs);
            if (std::find(missing.begin(), missing.end(), i) == missing.end()) arrives(i);
        }
    }
    std::vector<std::uint64_t> due = every_ms(1000);
    Judge judge{due, {1, 50, 0, 500 * kMs, {"complaint", "urgent", "spam"}}};
};

TEST_F(JudgeTest, FindsNothingWhereNothingIsWrong) {
    all_but();
    const auto found = judge.findings();
    EXPECT_EQ(found.sent, 1000U);
    EXPECT_EQ(found.answered, 1000U);
    EXPECT_EQ(found.arrived, 1000U);
    EXPECT_EQ(found.lost + found.duplicated + found.out_of_order + found.late + found.unknown, 0U);
    EXPECT_NEAR(static_cast<double>(judge.topic_latency().percentile(50)), 1e6, 1e3);
    EXPECT_NEAR(static_cast<double>(judge.answer_latency().percentile(99)), 2e6, 2e3);
}

TEST_F(JudgeTest, FindsALossAndSaysWhich) {
    all_but({17, 999});
    const auto found = judge.findings();
    EXPECT_EQ(found.lost, 2U);
    EXPECT_EQ(found.lost_after_answer, 2U);
    EXPECT_EQ(found.first_lost, (std::vector<std::uint64_t>{17, 999}));
    EXPECT_EQ(found.arrived, 998U);
}

TEST_F(JudgeTest, WhatWasNeverSentIsNotLost) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        judge.sent(i);
        if (i != 4) arrives(i);
    }
    EXPECT_EQ(judge.findings().lost, 1U);
    EXPECT_EQ(judge.findings().lost_after_answer, 0U);
}

TEST_F(JudgeTest, FindsADuplicateAndDoesNotCountItAsAnArrival) {
    all_but();
    arrives(500);
    arrives(500);
    const auto found = judge.findings();
    EXPECT_EQ(found.duplicated, 2U);
    EXPECT_EQ(found.arrived, 1000U);
    EXPECT_EQ(judge.topic_latency().count(), 1000U);
}

TEST_F(JudgeTest, FindsWhatWasOvertakenWithinItsConversation) {
    // 3 and 53 are of one conversation, 4 and 3 are not.
    for (const std::uint64_t number : {4, 3, 53, 153, 103}) {
        judge.sent(number);
        arrives(number);
    }
    const auto found = judge.findings();
    EXPECT_EQ(judge.thread_of(3), judge.thread_of(53));
    EXPECT_EQ(found.out_of_order, 1U);
}

TEST_F(JudgeTest, FindsWhatIsLate) {
    judge.sent(1);
    arrives(1, "", 500 * kMs);
    judge.sent(2);
    arrives(2, "", 501 * kMs);
    EXPECT_EQ(judge.findings().late, 1U);
}

TEST_F(JudgeTest, KnowsIdsThatWereNeverSent) {
    arrives(0);
    judge.arrived(number_of(record(1'000'000), "run7"), "", 0);
    judge.arrived(number_of(record(5), "run8"), "", 0);
    EXPECT_EQ(judge.findings().unknown, 2U);
}

TEST_F(JudgeTest, FindsALabelsRecordThatIsMissingInTheLabelsTopic) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        judge.sent(i);
        arrives(i, R"("complaint":0.97,"urgent":0.81)");
        judge.label_arrived("complaint", i, judge.due(i) + kMs);
        if (i != 6) judge.label_arrived("urgent", i, judge.due(i) + kMs);
    }
    judge.label_arrived("complaint", 3, judge.due(3) + kMs);
    EXPECT_EQ(judge.labels_missing(), 1);
    const auto found = judge.findings();
    EXPECT_EQ(found.labels.at("complaint").promised, 10U);
    EXPECT_EQ(found.labels.at("complaint").lost, 0U);
    EXPECT_EQ(found.labels.at("complaint").duplicated, 1U);
    EXPECT_EQ(found.labels.at("urgent").lost, 1U);
    EXPECT_EQ(found.labels.at("urgent").latency.count(), 9U);
    EXPECT_EQ(found.lost, 0U);
}

TEST_F(JudgeTest, ALabelsTopicMayBeAheadOfTheMainOne) {
    judge.sent(0);
    judge.label_arrived("spam", 0, kMs);
    arrives(0, R"("spam":0.6)");
    EXPECT_EQ(judge.labels_missing(), 0);
    EXPECT_EQ(judge.findings().labels.at("spam").lost, 0U);
}

TEST_F(JudgeTest, LabelsWhoseTopicsAreNotReadAreNotJudged) {
    judge.sent(0);
    arrives(0, R"("praise":0.9)");
    EXPECT_EQ(judge.labels_missing(), 0);
    EXPECT_FALSE(judge.findings().labels.contains("praise"));
    EXPECT_THROW(Judge(due, {1, 1, 0, kMs, std::vector<std::string>(17)}), std::invalid_argument);
}

TEST(Judge, AWholeBodyIsDueTogetherAndOfOneConversation) {
    const auto due = every_ms(10);
    const Judge judge(due, {4, 3, 0, kMs});
    EXPECT_EQ(judge.posts(), 40U);
    EXPECT_EQ(judge.due(7), kMs);
    EXPECT_EQ(judge.thread_of(4), judge.thread_of(7));
    EXPECT_NE(judge.thread_of(3), judge.thread_of(4));
    EXPECT_EQ(judge.thread_of(0), judge.thread_of(12));
}

TEST(Judge, TheWarmUpIsJudgedButNotMeasured) {
    const auto due = every_ms(10);
    Judge judge(due, {1, 1, 5 * kMs, kMs});
    for (std::uint64_t i = 0; i < 10; ++i) {
        judge.sent(i);
        if (i != 2) judge.arrived(i, "", judge.due(i) + kMs);
    }
    EXPECT_EQ(judge.findings().lost, 1U);
    EXPECT_EQ(judge.topic_latency().count(), 5U);
    EXPECT_EQ(judge.take_interval().count(), 9U);
    EXPECT_EQ(judge.take_interval().count(), 0U);
}

TEST(Judge, LatencyCountsFromTheDueTimeHoweverLateItWasSent) {
    const auto due = every_ms(2);
    Judge judge(due, {1, 1, 0, kMs});
    // Sent only 400 ms after it was due: the sender was held up, and that is the post's latency.
    judge.sent(1);
    judge.answered(1, 401 * kMs);
    EXPECT_NEAR(static_cast<double>(judge.answer_latency().max()), 400e6, 400e3);
}

TEST(NumberOf, ReadsTheRecordsIdAndNothingElse) {
    EXPECT_EQ(number_of(record(42), "run7"), 42U);
    EXPECT_EQ(number_of(R"({"id":"bluesky:at://did:plc:x/app.bsky.feed.post/run7-5"})", "run7"),
              5U);
    EXPECT_EQ(number_of(R"({"id":"generic:run7"})", "run7"), kNoNumber);
    EXPECT_EQ(number_of(R"({"id":"generic:run7-"})", "run7"), kNoNumber);
    EXPECT_EQ(number_of(R"({"id":"generic:run7-5x"})", "run7"), kNoNumber);
    EXPECT_EQ(number_of(R"({"id":"generic:run7-5)", "run7"), kNoNumber);
    EXPECT_EQ(number_of("", "run7"), kNoNumber);
}

TEST(LabelsOf, ReadsEachName) {
    std::string names;
    labels_of(record(1, R"("pii":1,"urgent":0.8)"),
              [&](std::string_view name) { names += std::string(name) + " "; });
    EXPECT_EQ(names, "pii urgent ");
    labels_of(record(1), [&](std::string_view) { FAIL() << "there is none"; });
    labels_of(R"({"labels":{"cut)", [&](std::string_view) { FAIL() << "it is cut short"; });
}

}  // namespace
}  // namespace hark::bench
