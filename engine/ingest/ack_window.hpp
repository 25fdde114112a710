#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/check.hpp"
#include "core/cursor.hpp"
#include "core/frame.hpp"

namespace hark::ingest {

/// How far one source is acknowledged: frames are opened in order, acknowledged in any, and the
/// cursor is that of the last frame before which nothing is missing. One shard only; must outlive
/// every frame that it opened. What is open is bounded by the pipeline's byte budget. No allocation
/// once warm.
class AckWindow final : public Acknowledger {
public:
    AckWindow() : slots_(64) {}

    /// The token for a frame that is about to be handed over.
    [[nodiscard]] std::uint64_t open() {
        if (next_ - first_ == slots_.size()) grow();
        slot(next_) = {};
        return next_++;
    }

    /// Where the source stands after this frame, once handle() has told. Empty: the frame has no
    /// position of its own.
    void set_cursor(std::uint64_t token, const Cursor& cursor) {
        slot(token).cursor = cursor;
        slot(token).placed = true;
        advance();
    }

    void acknowledged(std::uint64_t token) noexcept override {
        slot(token).acknowledged = true;
        advance();
        if (empty() && on_empty_) on_empty_();
    }

    [[nodiscard]] const Cursor& cursor() const noexcept { return cursor_; }
    [[nodiscard]] bool empty() const noexcept { return first_ == next_; }
    /// Called whenever the last open frame was acknowledged.
    void on_empty(std::function<void()> wake) { on_empty_ = std::move(wake); }

private:
    struct Slot {
        Cursor cursor;
        bool placed = false;
        bool acknowledged = false;
    };

    Slot& slot(std::uint64_t token) noexcept { return slots_[token & (slots_.size() - 1)]; }

    void advance() noexcept {
        while (first_ != next_ && slot(first_).placed && slot(first_).acknowledged) {
            if (!slot(first_).cursor.empty()) cursor_ = slot(first_).cursor;
            ++first_;
        }
    }

    void grow() {
        std::vector<Slot> larger(slots_.size() * 2);
        for (auto token = first_; token != next_; ++token)
            larger[token & (larger.size() - 1)] = slot(token);
        slots_ = std::move(larger);
    }

    std::vector<Slot> slots_;  ///< a ring; its size is a power of two
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0;
    Cursor cursor_;
    std::function<void()> on_empty_;
};

}  // namespace hark::ingest
