#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace hark::runtime {

/// Exponential back-off with full jitter: the n-th wait is uniform in [first, min(max, first *
/// 2^n)]. Not thread-safe.
class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds max,
            std::uint64_t seed = std::random_device{}())
        : first_(first), max_(max), ceiling_(first), random_(seed) {}

    [[nodiscard]] std::chrono::milliseconds next() {
        std::uniform_int_distribution<std::int64_t> pick(first_.count(),
                                                         std::max(first_, ceiling_).count());
        ceiling_ = std::min(max_, ceiling_ * 2);
        return std::chrono::milliseconds(pick(random_));
    }
    void reset() noexcept { ceiling_ = first_; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds max_;
    std::chrono::milliseconds ceiling_;
    std::mt19937_64 random_;
};

}  // namespace hark::runtime
