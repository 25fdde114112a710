#include "learn/measures.hpp"

#include <gtest/gtest.h>

namespace hark::learn {
namespace {

TEST(Measures, ByHand) {
    // Two hits, one false alarm, one miss, one right silence.
    const auto m = measure({{0.9, true, true},
                            {0.8, true, false},
                            {0.7, true, true},
                            {0.4, false, true},
                            {0.1, false, false}});
    EXPECT_EQ(m.posts, 5U);
    EXPECT_EQ(m.positives, 3U);
    EXPECT_DOUBLE_EQ(m.precision, 2.0 / 3);
    EXPECT_DOUBLE_EQ(m.recall, 2.0 / 3);
    EXPECT_DOUBLE_EQ(m.f1, 2.0 / 3);
    EXPECT_LT(m.f1_low, m.f1);
    EXPECT_GT(m.f1_high, m.f1);
    EXPECT_DOUBLE_EQ(m.auc, 4.0 / 6);  // of six pairs two are the wrong way round
    EXPECT_DOUBLE_EQ(m.precision_at_recall_90, 3.0 / 4);
    EXPECT_DOUBLE_EQ(m.recall_at_precision_90, 1.0 / 3);
    EXPECT_DOUBLE_EQ(m.best_f1, 6.0 / 7);  // all but the last: three of four, none missed
    EXPECT_DOUBLE_EQ(m.best_threshold, 0.4);
    EXPECT_NEAR(m.calibration_error, (0.1 + 0.8 + 0.3 + 0.6 + 0.1) / 5, 1e-9);
}

TEST(Measures, EqualProbabilitiesShareTheirRank) {
    EXPECT_DOUBLE_EQ(measure({{0.5, true, true}, {0.5, true, false}}).auc, 0.5);
}

TEST(Measures, WhatWasSaidAndWhatWasTrue) {
    const auto bins = reliability({{0.11, false, false}, {0.19, false, true}, {1, true, true}});
    ASSERT_EQ(bins.size(), 2U);
    EXPECT_EQ(bins[0].posts, 2U);
    EXPECT_DOUBLE_EQ(bins[0].said, 0.15);
    EXPECT_DOUBLE_EQ(bins[0].true_share, 0.5);
    EXPECT_DOUBLE_EQ(bins[1].true_share, 1);
}

TEST(Measures, ThresholdsBetweenEqualProbabilitiesAreNone) {
    const auto curve = precision_recall({{0.5, true, true}, {0.5, true, false}, {0.9, true, true}});
    ASSERT_EQ(curve.size(), 2U);
    EXPECT_DOUBLE_EQ(curve[0].threshold, 0.9);
    EXPECT_DOUBLE_EQ(curve[0].recall, 0.5);
    EXPECT_DOUBLE_EQ(curve[1].precision, 2.0 / 3);
    EXPECT_DOUBLE_EQ(curve[1].recall, 1);
}

TEST(Measures, NothingToMeasure) {
    const auto m = measure({});
    EXPECT_EQ(m.f1, 0);
    EXPECT_EQ(m.auc, 0.5);
}

TEST(McNemar, ExactTail) {
    EXPECT_DOUBLE_EQ(mcnemar(0, 0), 1);
    EXPECT_NEAR(mcnemar(10, 0), 2.0 / 1024, 1e-12);
    EXPECT_DOUBLE_EQ(mcnemar(5, 5), 1);
    EXPECT_NEAR(mcnemar(3, 1), 2.0 * 5 / 16, 1e-12);
}

}  // namespace
}  // namespace hark::learn
