#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "hark_bench/commands.hpp"
#include "hark_bench/results.hpp"

namespace hark::bench {

namespace {

void write_log(const std::string& path, const TrialResult& result) {
    std::ofstream out(path);
    out << log_head(0);
    double begin = 0;
    for (const auto& second : result.seconds) {
        out << log_line(begin, second.at_s - begin, Histogram::decode(second.histogram));
        begin = second.at_s;
    }
    out.close();
    if (!out) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace

int run(RunOptions options) {
    options.trial.keep_histograms = !options.histograms.empty();
    const Corpus corpus(options.corpus);
    Results results("run", "", options.trial.hark);
    results.set_load(options.trial, corpus, options.seed);
    bool good = true;
    for (std::size_t i = 0; i < options.repeats && !g_stop; ++i) {
        const auto result = run_trial(options.trial, corpus);
        std::fputs(summary(result).c_str(), stdout);
        std::fflush(stdout);
        results.add(result);
        // Of something it has done nothing when nothing arrived: that is no success.
        good = good && result.nothing_lost() && result.status == 0 && result.findings.arrived > 0;
        if (!options.histograms.empty()) write_log(options.histograms, result);
    }
    if (!options.output.empty()) results.write(options.output);
    return good ? kFine : kFailed;
}

}  // namespace hark::bench
