#pragma once

#include <sys/types.h>

#include <thread>
#include <vector>

#include "hark_bench/process.hpp"
#include "hark_bench/trial.hpp"

namespace hark::bench {

/// Looks at a process and its metrics four times a second, on a thread of its own.
class Sampler {
public:
    /// `pid` 0: the metrics alone; `admin_port` 0: the process alone.
    /// `warm_up_s`: what is handed over until then is left out of handed_over_bound().
    Sampler(pid_t pid, std::uint16_t admin_port, const RunClock& clock,
            const SenderFigures& figures, double warm_up_s);
    void stop();
    [[nodiscard]] const std::vector<Sample>& samples() const noexcept { return samples_; }
    [[nodiscard]] const Usage& last_usage() const noexcept { return usage_; }
    [[nodiscard]] double dead_letters() const noexcept { return dead_letters_; }
    /// Seconds that 99.9 % of the frames were handed over to the sink within; 0: not known.
    [[nodiscard]] double handed_over_bound() const { return bound_of(warm_, handed_over_, 0.999); }

private:
    void look();
    pid_t pid_;
    std::uint16_t admin_port_;
    const RunClock& clock_;
    const SenderFigures& figures_;
    std::vector<Sample> samples_;
    Usage usage_;
    double warm_up_s_;
    double dead_letters_ = 0;
    Buckets warm_;
    Buckets handed_over_;
    std::jthread thread_;
};

}  // namespace hark::bench
