// Runs the benchmarks and prints what decoders cost beside naked reads: a benchmark is called
// `what/who`, and `what/naked` is what the others of that name are held against. With
// --benchmark_repetitions the fastest of each counts.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

class Ratios : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const auto& run : runs) {
            if (run.run_type != Run::RT_Iteration || run.iterations == 0) continue;
            const auto& name = run.run_name.function_name;
            const auto [place, is_new] = fastest_.try_emplace(name, run.GetAdjustedCPUTime());
            if (is_new) names_.push_back(name);
            place->second = std::min(place->second, run.GetAdjustedCPUTime());
        }
    }

    void Finalize() override {
        std::printf("\n%-36s %10s %10s %6s\n", "decoder, ns", "naked", "Hark", "ratio");
        for (const auto& name : names_) {
            const auto slash = name.find('/');
            const auto naked = fastest_.find(name.substr(0, slash) + "/naked");
            if (naked == fastest_.end() || naked->first == name) continue;
            const double cost = fastest_.at(name);
            std::printf("%-36s %10.0f %10.0f %6.2f\n", name.c_str(), naked->second, cost,
                        cost / naked->second);
        }
    }

private:
    std::vector<std::string> names_;  ///< in the order in which they ran
    std::map<std::string, double> fastest_;
};

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    Ratios ratios;
    benchmark::RunSpecifiedBenchmarks(&ratios);
    benchmark::Shutdown();
}
