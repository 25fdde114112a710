#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hark_bench/results.hpp"

namespace hark::bench {

/// How many times as large the second sample is as the first, and between which factors that lies
/// with at least 95 % confidence: the median of all quotients of a value of the one by a value of
/// the other, and those quotients that the Mann-Whitney test cannot refuse. No distribution is
/// assumed.
struct Shift {
    double ratio = 1;
    double low = 1;
    double high = 1;
    bool known = false;  ///< enough values for an interval: four on each side
};
[[nodiscard]] Shift shift_between(const std::vector<double>& before,
                                  const std::vector<double>& after);

[[nodiscard]] double median_of(std::vector<double> values);

/// What is compared, and how much worse is too much.
struct Threshold {
    std::string metric;  ///< members' names with dots, in a run
    bool higher_is_better = false;
    double worse_by = 1.3;  ///< this factor or more, and surely worse, is a regression
};
[[nodiscard]] std::vector<Threshold> default_thresholds();
/// `{"latency_ms.topic.p99": {"worse_by": 1.2, "better": "lower"}, …}`. Throws std::runtime_error.
[[nodiscard]] std::vector<Threshold> read_thresholds(const std::string& path);

enum class Change : std::uint8_t { none, noise, better, worse, regression, unknown };
[[nodiscard]] const char* to_string(Change change);

struct Compared {
    std::string group;  ///< side and offered rate
    std::string metric;
    std::size_t runs_before = 0;
    std::size_t runs_after = 0;
    double before = 0;  ///< median
    double after = 0;
    Shift shift;
    Change change = Change::unknown;
};

/// Runs of the same side and offered rate of both documents, metric by metric.
[[nodiscard]] std::vector<Compared> compare_results(const Json& before, const Json& after,
                                                    const std::vector<Threshold>& thresholds);

}  // namespace hark::bench
