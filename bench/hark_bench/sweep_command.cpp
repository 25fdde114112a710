#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hark_bench/commands.hpp"
#include "hark_bench/results.hpp"

namespace hark::bench {

namespace {

constexpr double kKept = 0.97;  // of the offered rate must arrive, or the queue only grows

class Sweep {
public:
    explicit Sweep(SweepOptions& options)
        : options_(options),
          corpus_(options.run.corpus),
          results_("sweep", "", options.run.trial.hark) {
        results_.set_load(options.run.trial, corpus_, options.run.seed);
    }

    int run() {
        if (!options_.run.trial.kafka.empty()) warm_up();
        double good = 0;
        double bad = 0;
        for (double rate = options_.from; rate <= options_.to && !g_stop; rate *= options_.factor) {
            if (!holds(rate)) {
                bad = rate;
                break;
            }
            good = rate;
        }
        for (std::size_t i = 0; i < options_.refine && good > 0 && bad > 0 && !g_stop; ++i) {
            const double middle = (good + bad) / 2;
            (holds(middle) ? good : bad) = middle;
        }
        results_.set_knee(good, options_.bound_ms);
        draw();
        if (good == 0) std::printf("\nno knee: not even %.0f/s kept the bound\n", options_.from);
        else
            std::printf("\nknee: %.0f posts a second keep p99 under %g ms%s\n", good,
                        options_.bound_ms, bad == 0 ? " (no rate passed it: try --to higher)" : "");
        if (!options_.run.output.empty()) results_.write(options_.run.output);
        if (lost_) std::printf("posts were lost: see above\n");
        return good > 0 && !lost_ ? kFine : kFailed;
    }

private:
    struct Step {
        double rate;
        double p99_ms;
        bool held;
    };

    /// A trial that does not count: a broker that has just started compiles its code while it
    /// serves.
    void warm_up() {
        auto trial = options_.run.trial;
        trial.schedule.rate = options_.from;
        std::printf("to warm up, not counted: %s", summary(run_trial(trial, corpus_)).c_str());
        std::fflush(stdout);
    }

    /// The bound must hold in most of the repeats.
    bool holds(double rate) {
        auto trial = options_.run.trial;
        trial.schedule.rate = rate;
        std::size_t held = 0;
        std::vector<double> p99;
        for (std::size_t i = 0; i < options_.run.repeats && !g_stop; ++i) {
            const auto result = run_trial(trial, corpus_);
            results_.add(result);
            std::fputs(summary(result).c_str(), stdout);
            std::fflush(stdout);
            p99.push_back(static_cast<double>(result.topic.percentile(99)) / 1e6);
            const bool kept = result.achieved >= kKept * rate && result.nothing_lost();
            held += p99.back() <= options_.bound_ms && kept ? 1 : 0;
            // Under too high a load posts may not arrive in time; answered and gone is a loss.
            lost_ = lost_ || result.findings.lost_after_answer > 0;
        }
        if (p99.empty()) return false;
        std::sort(p99.begin(), p99.end());
        const bool good = 2 * held > options_.run.repeats;
        steps_.push_back({rate, p99[p99.size() / 2], good});
        return good;
    }

    /// The curve in characters: a rate a line, p99 as a bar on a logarithmic scale.
    void draw() {
        std::sort(steps_.begin(), steps_.end(),
                  [](const Step& a, const Step& b) { return a.rate < b.rate; });
        std::printf("\n%12s %12s\n", "posts/s", "p99 ms");
        for (const auto& step : steps_) {
            constexpr double kBarsPerDecade = 12;
            const double decades = std::log10(std::max(step.p99_ms, 0.1) / 0.1);
            const auto bars =
                static_cast<std::size_t>(std::clamp(decades * kBarsPerDecade, 1., 60.));
            std::printf("%12.0f %12.2f %s%s\n", step.rate, step.p99_ms,
                        std::string(bars, '#').c_str(), step.held ? "" : " past the bound");
        }
    }

    SweepOptions& options_;
    Corpus corpus_;
    Results results_;
    std::vector<Step> steps_;
    bool lost_ = false;
};

}  // namespace

int sweep(SweepOptions options) {
    return Sweep(options).run();
}

}  // namespace hark::bench
