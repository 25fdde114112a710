#include <gtest/gtest.h>

#include <cmath>

#include "hark_bench/process.hpp"

namespace hark::bench {
namespace {

constexpr const char* kText =
    "# TYPE hark_handed_over_seconds histogram\n"
    "hark_handed_over_seconds_count 1000\n"
    "hark_handed_over_seconds_sum 0.09\n"
    "hark_handed_over_seconds_bucket{le=\"5e-05\"} 900\n"
    "hark_handed_over_seconds_bucket{le=\"0.0002\"} 999\n"
    "hark_handed_over_seconds_bucket{le=\"+Inf\"} 1000\n"
    "hark_handed_over_seconds_other_bucket{le=\"1\"} 5\n";

TEST(Metrics, ReadsTheBucketsOfAHistogram) {
    const auto buckets = metric_buckets(kText, "hark_handed_over_seconds");
    ASSERT_EQ(buckets.size(), 3U);
    EXPECT_EQ(buckets[0], (std::pair<double, double>{5e-05, 900}));
    EXPECT_EQ(buckets[1], (std::pair<double, double>{0.0002, 999}));
    EXPECT_TRUE(std::isinf(buckets[2].first));
    EXPECT_TRUE(metric_buckets(kText, "hark_handed_over").empty());
}

TEST(Metrics, TellsTheBoundThatAShareIsWithin) {
    const auto all = metric_buckets(kText, "hark_handed_over_seconds");
    EXPECT_EQ(bound_of({}, all, 0.9), 5e-05);
    EXPECT_EQ(bound_of({}, all, 0.999), 0.0002);
    EXPECT_TRUE(std::isinf(bound_of({}, all, 0.9999)));
    const Buckets before = {{5e-05, 890}, {0.0002, 890}, {1, 890}};
    EXPECT_EQ(bound_of(before, all, 0.5), 0.0002);  // 10, 109 and 110 came since
    EXPECT_EQ(bound_of(all, all, 0.5), 0);
    EXPECT_EQ(bound_of({}, {}, 0.5), 0);
}

}  // namespace
}  // namespace hark::bench
