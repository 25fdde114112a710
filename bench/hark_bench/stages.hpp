#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <vector>

namespace hark::bench {

/// What a stage costs a post in process, of Google Benchmark's repetitions.
struct Stage {
    std::string name;
    double ns = 0;  ///< CPU time, median
    double low_ns = 0;
    double high_ns = 0;
    double limit_ns = 0;  ///< of the benchmark `naked_<name>` in the same run; 0: there is none
    std::map<std::string, double> counters;  ///< instructions and misses a post, where permitted
};

/// Of a file that --benchmark_out wrote as JSON. Throws std::runtime_error.
[[nodiscard]] std::vector<Stage> stages_of(const rapidjson::Document& google_benchmark);

}  // namespace hark::bench
