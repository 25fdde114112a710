#pragma once

#include <string>
#include <vector>

#include "hark_bench/corpus.hpp"
#include "hark_bench/trial.hpp"

namespace hark::bench {

/// Exit statuses: 0 fine, 1 lost, missed or worse, 2 usage or a machine that does not do it.
inline constexpr int kFine = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

struct RunOptions {
    TrialOptions trial;
    CorpusOptions corpus;
    std::uint64_t seed = 1;
    std::size_t repeats = 1;
    std::string output;      ///< JSON; empty: none
    std::string histograms;  ///< an HdrHistogram log of the last run's seconds; empty: none
};

struct SweepOptions {
    RunOptions run;
    double from = 1000;
    double to = 1e6;
    double factor = 1.5;     ///< between rates, until the bound is passed
    double bound_ms = 50;    ///< of p99 in the topic
    std::size_t refine = 3;  ///< bisections of the last gap
};

struct GoalOptions {
    std::string name;
    RunOptions run;
    std::vector<double> rates = {1000, 10'000, 50'000};  ///< of `receipt`
    std::size_t idle = 10'000;                           ///< connections
};

struct CompareOptions {
    std::string before;
    std::string after;
    std::string thresholds;  ///< JSON; empty: the built-in ones
    bool json = false;
};

struct ReportOptions {
    std::vector<std::string> files;
    std::string html;
    std::string markdown;
};

struct StagesOptions {
    std::vector<std::string> files;  ///< of Google Benchmark, --benchmark_out_format=json
    std::string output;
    std::string hark = "hark";  ///< whose versions are noted
};

int run(RunOptions options);
int sweep(SweepOptions options);
int goal(GoalOptions options);
int compare(const CompareOptions& options);
int report(const ReportOptions& options);
int stages(const StagesOptions& options);

}  // namespace hark::bench
