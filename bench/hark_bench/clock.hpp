#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace hark::bench {

/// Set by SIGINT and SIGTERM: nothing more is sent, what was sent is waited for and judged.
extern std::atomic<bool> g_stop;

/// Nanoseconds since one beginning that sender, consumer and sampler share.
class RunClock {
public:
    using Clock = std::chrono::steady_clock;
    explicit RunClock(Clock::time_point start) : start_(start) {}
    [[nodiscard]] std::uint64_t now() const noexcept {
        const auto since = Clock::now() - start_;
        return since.count() > 0 ? static_cast<std::uint64_t>(since.count()) : 0;
    }
    [[nodiscard]] Clock::time_point at(std::uint64_t ns) const noexcept {
        return start_ + std::chrono::nanoseconds(ns);
    }

private:
    Clock::time_point start_;
};

}  // namespace hark::bench
