#include "hark_bench/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace hark::bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::size_t due_within(const std::vector<std::uint64_t>& due, double from_s, double to_s) {
    return static_cast<std::size_t>(std::count_if(due.begin(), due.end(), [&](std::uint64_t at) {
        return static_cast<double>(at) >= from_s * 1e9 && static_cast<double>(at) < to_s * 1e9;
    }));
}

TEST(Schedule, AConstantRateIsKeptToTheLastSend) {
    const auto due = due_times({Profile::constant, 3000, 20});
    ASSERT_EQ(due.size(), 60'000U);
    EXPECT_EQ(due[0], 0U);
    EXPECT_EQ(due[3000], kSecond);
    EXPECT_EQ(due[57'000], 19 * kSecond);
    for (int second = 0; second < 20; ++second)
        EXPECT_NEAR(static_cast<double>(due_within(due, second, second + 1)), 3000, 1) << second;
}

TEST(Schedule, EveryProfileNeverGoesBack) {
    for (const auto profile :
         {Profile::constant, Profile::poisson, Profile::ramp, Profile::burst, Profile::soak}) {
        const auto due = due_times({profile, 500, 12});
        EXPECT_TRUE(std::is_sorted(due.begin(), due.end())) << to_string(profile);
        EXPECT_LE(due.back(), 12 * kSecond) << to_string(profile);
    }
}

TEST(Schedule, PoissonGapsHaveTheirMeanAndTheirSpread) {
    const auto due = due_times({Profile::poisson, 2000, 50, 4, 11});
    double mean = 0;
    double square = 0;
    for (std::size_t i = 1; i < due.size(); ++i) {
        const auto gap = static_cast<double>(due[i] - due[i - 1]) / 1e9;
        mean += gap;
        square += gap * gap;
    }
    const auto gaps = static_cast<double>(due.size() - 1);
    mean /= gaps;
    // An exponential's deviation is its mean.
    EXPECT_NEAR(mean * 2000, 1, 0.02);
    EXPECT_NEAR(std::sqrt(square / gaps - mean * mean) / mean, 1, 0.03);
}

TEST(Schedule, TheSeedChoosesThePoissonArrivals) {
    const ScheduleOptions one{Profile::poisson, 100, 10, 4, 1};
    auto other = one;
    other.seed = 2;
    EXPECT_EQ(due_times(one), due_times(one));
    EXPECT_NE(due_times(one), due_times(other));
}

TEST(Schedule, ARampGrowsFromATenth) {
    const auto due = due_times({Profile::ramp, 1000, 10});
    EXPECT_NEAR(static_cast<double>(due_within(due, 0, 1)), 145, 8);
    EXPECT_NEAR(static_cast<double>(due_within(due, 9, 10)), 955, 8);
}

TEST(Schedule, ABurstIsOneSecondInTen) {
    const auto due = due_times({Profile::burst, 100, 20, 5});
    EXPECT_NEAR(static_cast<double>(due_within(due, 0, 9)), 900, 2);
    EXPECT_NEAR(static_cast<double>(due_within(due, 9, 10)), 500, 6);
    EXPECT_NEAR(static_cast<double>(due_within(due, 10, 19)), 900, 2);
    EXPECT_NEAR(static_cast<double>(due_within(due, 19, 20)), 500, 6);
}

TEST(Schedule, RefusesWhatMakesNoSense) {
    EXPECT_THROW((void)due_times({Profile::constant, 0, 10}), std::invalid_argument);
    EXPECT_THROW((void)due_times({Profile::constant, 10, -1}), std::invalid_argument);
    EXPECT_THROW((void)due_times({Profile::constant, 1e9, 1e6}), std::invalid_argument);
    EXPECT_THROW((void)due_times({Profile::burst, 10, 10, 0.5}), std::invalid_argument);
    EXPECT_THROW((void)profile_of("sine"), std::invalid_argument);
    EXPECT_EQ(profile_of("burst"), Profile::burst);
}

TEST(Schedule, SeededChoicesAreEven) {
    double sum = 0;
    std::size_t low = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        const auto value = unit(i, 5);
        ASSERT_GE(value, 0);
        ASSERT_LT(value, 1);
        sum += value;
        low += value < 0.1 ? 1 : 0;
    }
    EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
    EXPECT_NEAR(static_cast<double>(low), 1000, 100);
}

}  // namespace
}  // namespace hark::bench
