#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hark::bench {

/// A histogram of high dynamic range: values from 1 to an hour in nanoseconds, three significant
/// digits, so that a percentile is off by a thousandth of its value at most. Layout and encoding
/// are those of HdrHistogram (hdrhistogram.org) with a lowest value of 1, so that its tools read
/// what encode() and log_line() write. 264 KiB each. Not thread-safe.
class Histogram {
public:
    static constexpr std::uint64_t kHighest = 3'600'000'000'000;

    Histogram();

    /// Zero counts as 1, what is above the highest value as that value.
    void record(std::uint64_t value) noexcept { record(value, 1); }
    void record(std::uint64_t value, std::uint64_t count) noexcept;
    void add(const Histogram& other) noexcept;
    void clear() noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// The lowest value that at least this share of all values does not exceed, to three digits:
    /// the end of its step, as HdrHistogram has it. 0 when empty; `percent` from 0 to 100.
    [[nodiscard]] std::uint64_t percentile(double percent) const noexcept;
    [[nodiscard]] std::uint64_t max() const noexcept;
    [[nodiscard]] double mean() const noexcept;
    [[nodiscard]] bool operator==(const Histogram& other) const noexcept;

    /// HdrHistogram's V2 format before compression, and compressed in base64 as in its logs.
    [[nodiscard]] std::string encode_plain() const;
    [[nodiscard]] std::string encode() const;
    /// Throws std::runtime_error for what is not such a histogram: another range or number of
    /// digits is none.
    [[nodiscard]] static Histogram decode(std::string_view base64);

private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
};

/// The head of an HdrHistogram log (version 1.3), and a line of it: seconds since the log's start,
/// the interval's length in seconds, and the histogram with its maximum in milliseconds.
[[nodiscard]] std::string log_head(double start_seconds_since_1970);
[[nodiscard]] std::string log_line(double start_s, double length_s, const Histogram& histogram);

}  // namespace hark::bench
