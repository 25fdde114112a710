#include "hark_bench/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <stdexcept>

namespace hark::bench {
namespace {

/// Results of runs with these p99 and rates.
Json results(const std::vector<double>& p99, const std::vector<double>& achieved) {
    std::string text = R"({"tool":"hark-bench","runs":[)";
    for (std::size_t i = 0; i < p99.size(); ++i) {
        text += std::string(i > 0 ? "," : "") + R"({"side":"webhook","offered":1000,"achieved":)" +
                std::to_string(achieved[i]) + R"(,"latency_ms":{"topic":{"p99":)" +
                std::to_string(p99[i]) + "}}}";
    }
    Json out;
    out.Parse((text + "]}").c_str());
    return out;
}

const std::vector<Threshold> kThresholds = {{"latency_ms.topic.p99", false, 1.3},
                                            {"achieved", true, 1.1}};
const std::vector<double> kSteady = {1000, 1001, 999, 1002, 998};

std::vector<double> noisy(double middle, double spread, std::uint64_t seed, std::size_t n = 5) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> around(0, spread);
    std::vector<double> out;
    for (std::size_t i = 0; i < n; ++i) out.push_back(middle * around(random));
    return out;
}

Change change_of(const std::vector<double>& before, const std::vector<double>& after) {
    return compare_results(results(before, kSteady), results(after, kSteady), kThresholds)
        .front()
        .change;
}

TEST(Compare, FindsAPlantedRegression) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        EXPECT_EQ(change_of(noisy(10, 0.05, seed), noisy(16, 0.05, seed + 100)), Change::regression)
            << seed;
    }
}

TEST(Compare, ASureButSmallChangeIsWorseAndNoRegression) {
    EXPECT_EQ(change_of({10, 10.1, 10.2, 10.3, 10.4}, {11, 11.1, 11.2, 11.3, 11.4}), Change::worse);
}

TEST(Compare, WhatBecameFasterIsBetter) {
    EXPECT_EQ(change_of({10, 10.1, 10.2, 10.3, 10.4}, {5, 5.1, 5.2, 5.3, 5.4}), Change::better);
}

// Two samples of the same machine on a bad day: of a thousand pairs the 95 % interval may leave 1
// out in fifty; calling those regressions needs a large median ratio besides.
TEST(Compare, NoiseIsSeldomTakenForARegression) {
    int regressions = 0;
    int changes = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        const auto change = change_of(noisy(10, 0.2, 2 * seed), noisy(10, 0.2, 2 * seed + 1));
        regressions += change == Change::regression ? 1 : 0;
        changes += change != Change::noise ? 1 : 0;
    }
    EXPECT_LT(regressions, 25);
    EXPECT_LT(changes, 60);
    EXPECT_GT(changes, 5) << "an interval that never excludes 1 tells nothing";
}

TEST(Compare, ALowerRateIsARegressionWhereHigherIsBetter) {
    const std::vector<double> same = {10, 10, 10, 10, 10};
    const auto rows = compare_results(results(same, {1000, 1001, 1002, 1003, 1004}),
                                      results(same, {700, 701, 702, 703, 704}), kThresholds);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].change, Change::none);
    EXPECT_EQ(rows[1].change, Change::regression);
    EXPECT_NEAR(rows[1].shift.ratio, 0.7, 0.001);
}

TEST(Compare, TooFewRunsAreSaidToBeTooFew) {
    EXPECT_EQ(change_of({10, 10, 10}, {20, 20, 20, 20, 20}), Change::unknown);
    EXPECT_EQ(change_of({10, 10, 10, 10}, {20, 20, 20, 20}), Change::regression);
}

// Critical values of the Mann-Whitney test at 5 %, two-sided, from its published table: U of 2 for
// five and five, 0 for four and four, 23 for ten and ten.
TEST(Compare, LeavesOutAsManyQuotientsAsTheTableSays) {
    const auto ends = [](std::size_t n) {
        std::vector<double> ones(n, 1);
        std::vector<double> growing;
        for (std::size_t i = 0; i < n; ++i) growing.push_back(static_cast<double>(i + 1));
        return shift_between(ones, growing);
    };
    EXPECT_DOUBLE_EQ(ends(4).low, 1);
    EXPECT_DOUBLE_EQ(ends(4).high, 4);
    // Each quotient stands five (ten) times: the third of 25 is still the lowest, the 24th of a
    // hundred the third lowest.
    EXPECT_DOUBLE_EQ(ends(5).low, 1);
    EXPECT_DOUBLE_EQ(ends(10).low, 3);
    EXPECT_DOUBLE_EQ(ends(10).high, 8);
}

TEST(Compare, OnlyRunsOfTheSameLoadAreCompared) {
    auto other = results({10, 10, 10, 10}, {1, 1, 1, 1});
    for (auto& run : other["runs"].GetArray()) run["offered"].SetDouble(2000);
    EXPECT_TRUE(
        compare_results(results({10, 10, 10, 10}, {1, 1, 1, 1}), other, kThresholds).empty());
}

TEST(Compare, ReadsThresholdsAndRefusesBadOnes) {
    const auto path = testing::TempDir() + "/thresholds.json";
    std::ofstream(path) << R"({"achieved":{"worse_by":1.05,"better":"higher"}})";
    const auto read = read_thresholds(path);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_TRUE(read[0].higher_is_better);
    EXPECT_DOUBLE_EQ(read[0].worse_by, 1.05);
    std::ofstream(path) << R"({"achieved":{"worse_by":0.5,"better":"higher"}})";
    EXPECT_THROW((void)read_thresholds(path), std::runtime_error);
    std::ofstream(path) << R"({"achieved":{"worse_by":1.5,"better":"larger"}})";
    EXPECT_THROW((void)read_thresholds(path), std::runtime_error);
}

}  // namespace
}  // namespace hark::bench
