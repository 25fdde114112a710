#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "telemetry/metrics.hpp"

namespace hark::app {

/// The one line that a terminal shows while `hark run` runs: rate, labels, queue, latency, sources
/// up.
class LiveLine {
public:
    explicit LiveLine(const telemetry::Metrics& metrics) : metrics_(metrics) {}

    /// The line as of now, without a newline; rates are since the last call.
    [[nodiscard]] std::string next(std::size_t sources_up, std::size_t sources);

private:
    const telemetry::Metrics& metrics_;
    std::uint64_t mentions_ = 0;
    std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
};

}  // namespace hark::app
