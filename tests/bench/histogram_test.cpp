#include "hark_bench/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "platforms/signature.hpp"

namespace hark::bench {
namespace {

/// The value of a sorted sample that so many percent do not exceed.
std::uint64_t exact(const std::vector<std::uint64_t>& sorted, double percent) {
    const auto wanted = std::ceil(percent / 100 * static_cast<double>(sorted.size()));
    return sorted[static_cast<std::size_t>(std::max(1.0, wanted)) - 1];
}

void expect_like_sorted(std::vector<std::uint64_t> values) {
    Histogram histogram;
    for (const auto value : values) histogram.record(value);
    std::sort(values.begin(), values.end());
    for (const double percent : {0.0, 1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        const auto right = static_cast<double>(exact(values, percent));
        const auto told = static_cast<double>(histogram.percentile(percent));
        EXPECT_GE(told, right) << percent;
        EXPECT_LE(told, right * 1.001) << percent;
    }
    EXPECT_EQ(histogram.count(), values.size());
    double sum = 0;
    for (const auto value : values) sum += static_cast<double>(value);
    const double mean = sum / static_cast<double>(values.size());
    EXPECT_NEAR(histogram.mean(), mean, mean / 1000);
}

TEST(Histogram, TellsPercentilesToThreeDigitsOverTheWholeRange) {
    std::mt19937_64 random(3);
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 50'000; ++i) {
        const auto bits = random() % 41;
        values.push_back(1 + random() % (1ULL << bits));
    }
    expect_like_sorted(values);
}

TEST(Histogram, TellsPercentilesOfLatenciesThatLookLikeLatencies) {
    std::mt19937_64 random(4);
    std::lognormal_distribution<double> usual(13.5, 0.8);  // around 0.7 ms
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        const auto slow = i % 1000 == 0 ? 250'000'000.0 : 0.0;
        values.push_back(static_cast<std::uint64_t>(usual(random) + slow) + 1);
    }
    expect_like_sorted(values);
}

TEST(Histogram, SmallValuesAreExact) {
    Histogram histogram;
    for (std::uint64_t value = 1; value < 2048; ++value) {
        histogram.clear();
        histogram.record(value);
        ASSERT_EQ(histogram.percentile(50), value);
    }
}

TEST(Histogram, ClampsWhatIsOutsideItsRange) {
    Histogram histogram;
    histogram.record(0);
    histogram.record(Histogram::kHighest * 10);
    EXPECT_EQ(histogram.percentile(50), 1U);
    EXPECT_GE(histogram.max(), Histogram::kHighest);
    EXPECT_EQ(histogram.count(), 2U);
}

TEST(Histogram, AnEmptyOneHasNoValues) {
    const Histogram histogram;
    EXPECT_EQ(histogram.percentile(99), 0U);
    EXPECT_EQ(histogram.max(), 0U);
    EXPECT_TRUE(Histogram::decode(histogram.encode()) == histogram);
}

TEST(Histogram, AddsAnother) {
    Histogram one;
    Histogram other;
    Histogram both;
    for (std::uint64_t i = 1; i < 10'000; ++i) {
        (i % 3 == 0 ? one : other).record(i * i);
        both.record(i * i);
    }
    EXPECT_FALSE(one == both);
    one.add(other);
    EXPECT_TRUE(one == both);
    EXPECT_EQ(one.count(), both.count());
}

TEST(Histogram, IsTheSameAfterEncodingAndDecoding) {
    std::mt19937_64 random(5);
    Histogram histogram;
    for (int i = 0; i < 5000; ++i) histogram.record(1 + random() % (1ULL << (random() % 42)));
    histogram.record(7'000'000, 3'000'000'000'000);  // a count of many bytes
    const auto again = Histogram::decode(histogram.encode());
    EXPECT_TRUE(again == histogram);
    EXPECT_EQ(again.count(), histogram.count());
}

// The head by the published format (cookie, payload's length, offset, digits, lowest, highest,
// ratio 1.0), then ZigZag numbers of seven bits: one zero, a count of 1 at value 1, 8 zeros, a
// count of 300 at value 10.
TEST(Histogram, ItsBytesAreThoseOfTheFormat) {
    Histogram histogram;
    histogram.record(1);
    histogram.record(10, 300);
    EXPECT_EQ(platforms::encode_hex(histogram.encode_plain()),
              "1c849313"
              "00000005"
              "00000000"
              "00000003"
              "0000000000000001"
              "0000034630b8a000"
              "3ff0000000000000"
              "00"
              "02"
              "0f"
              "d804");
}

// What the reader and writer of PyPI's hdrhistogram 0.10.8 makes of a histogram from 1 to an hour
// in nanoseconds with three digits, which recorded 1000, 2500 twice, 123456789 and 3599999999999.
TEST(Histogram, ReadsWhatAnotherWriterWrote) {
    Histogram wanted;
    wanted.record(1000);
    wanted.record(2500, 2);
    wanted.record(123'456'789);
    wanted.record(3'599'999'999'999);
    EXPECT_TRUE(
        Histogram::decode(
            "HISTFAAAADB4nJNpmSzMwMDAxwABzFCaEch0M9ixgMH+A0TgPD/TR2GW9z8Zme6/YWQCALjqCfo=") ==
        wanted);
}

TEST(Histogram, RefusesWhatIsNotOne) {
    Histogram histogram;
    histogram.record(5);
    const auto good = histogram.encode();
    EXPECT_THROW((void)Histogram::decode(""), std::runtime_error);
    EXPECT_THROW((void)Histogram::decode("no base64!"), std::runtime_error);
    EXPECT_THROW((void)Histogram::decode(good.substr(0, good.size() - 4)), std::runtime_error);
    auto other = good;
    other[3] = other[3] == 'A' ? 'B' : 'A';
    EXPECT_THROW((void)Histogram::decode(other), std::runtime_error);
}

TEST(Histogram, ALineOfALogHasItsParts) {
    Histogram histogram;
    histogram.record(2'000'000);
    const auto line = log_line(1.5, 1, histogram);
    EXPECT_EQ(line, "1.500,1.000,2.001," + histogram.encode() + "\n");
    EXPECT_TRUE(log_head(0).starts_with("#[Histogram log format version 1.3]\n"));
}

}  // namespace
}  // namespace hark::bench
