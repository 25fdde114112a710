#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/cursor.hpp"
#include "core/frame.hpp"
#include "core/limits.hpp"

namespace hark::ingest {

/// How far one source is acknowledged: frames are opened in order, acknowledged in any, and the
/// cursor is that of the last frame before which nothing is missing. One shard only; must outlive
/// every frame that it opened. No allocation once warm.
class AckWindow final : public Acknowledger {
public:
    explicit AckWindow(std::size_t frames = limits::kOpenFrames) : frames_(frames), slots_(64) {}

    /// False: as many frames are open as may be. A frame that is long in coming holds back all
    /// that follow it, so the byte budget alone does not bound them. Hand over nothing more.
    [[nodiscard]] bool has_room() const noexcept { return open_frames() < frames_; }

    /// The token for a frame that is about to be handed over.
    [[nodiscard]] std::uint64_t open() {
        if (open_frames() == slots_.size()) grow();
        slot(next_) = {};
        return next_++;
    }

    /// Where the source stands after this frame, once handle() has told; to be called once for
    /// every frame. Empty: the frame has no position of its own.
    void set_cursor(std::uint64_t token, const Cursor& cursor) {
        HARK_CHECK(is_open(token) && !slot(token).placed);
        slot(token).cursor = cursor;
        slot(token).placed = true;
        advance();
    }

    void acknowledged(std::uint64_t token) noexcept override {
        HARK_CHECK(is_open(token) && !slot(token).acknowledged);
        slot(token).acknowledged = true;
        advance();
    }

    [[nodiscard]] const Cursor& cursor() const noexcept { return cursor_; }
    [[nodiscard]] bool empty() const noexcept { return open_frames() == 0; }

    /// Runs `wake` once, as soon as half of the room is free. Only while has_room() is false. A
    /// source waits for one thing at a time: a later wake takes the place of an earlier one.
    void when_room(std::function<void()> wake) { wait(frames_ / 2, std::move(wake)); }
    /// Runs `wake` once, as soon as no frame is open. Only while empty() is false.
    void when_empty(std::function<void()> wake) { wait(0, std::move(wake)); }

private:
    struct Slot {
        Cursor cursor;
        bool placed = false;
        bool acknowledged = false;
    };

    [[nodiscard]] std::size_t open_frames() const noexcept { return next_ - first_; }
    [[nodiscard]] bool is_open(std::uint64_t token) const noexcept {
        return token >= first_ && token < next_;
    }
    Slot& slot(std::uint64_t token) noexcept { return slots_[token & (slots_.size() - 1)]; }

    void wait(std::size_t until, std::function<void()> wake) {
        wake_at_ = until;
        wake_ = std::move(wake);
    }

    void advance() noexcept {
        while (first_ != next_ && slot(first_).placed && slot(first_).acknowledged) {
            if (!slot(first_).cursor.empty()) cursor_ = slot(first_).cursor;
            ++first_;
        }
        if (wake_ && open_frames() <= wake_at_) std::exchange(wake_, nullptr)();
    }

    void grow() {
        std::vector<Slot> larger(slots_.size() * 2);
        for (auto token = first_; token != next_; ++token)
            larger[token & (larger.size() - 1)] = slot(token);
        slots_ = std::move(larger);
    }

    std::size_t frames_;
    std::vector<Slot> slots_;  ///< a ring; its size is a power of two
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0;
    Cursor cursor_;
    std::size_t wake_at_ = 0;
    std::function<void()> wake_;
};

}  // namespace hark::ingest
