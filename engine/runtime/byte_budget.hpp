#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace hark::runtime {

/// How many bytes of a shard are published and not yet acknowledged. This is where credit flows
/// backwards: sources ask has_room() before they take anything from their socket. A frame may
/// overshoot the bound by what it alone gives. One shard only.
class ByteBudget {
public:
    explicit ByteBudget(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] bool has_room() const noexcept { return used_ < limit_; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    void take(std::size_t bytes) noexcept { used_ += bytes; }

    /// Waiters run when a quarter of the bound is free again, so that a full shard does not wake
    /// for every message.
    void give_back(std::size_t bytes) {
        used_ -= bytes;
        if (waiters_.empty() || used_ > limit_ - limit_ / 4) return;
        auto ready = std::exchange(waiters_, {});
        for (auto& wake : ready) wake();
    }

    /// Runs `wake` once, on this shard, when there is room again. Call only while has_room() is
    /// false.
    void when_room(std::function<void()> wake) { waiters_.push_back(std::move(wake)); }

private:
    std::size_t limit_;
    std::size_t used_ = 0;
    std::vector<std::function<void()>> waiters_;
};

}  // namespace hark::runtime
