#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/cursor.hpp"
#include "core/errc.hpp"
#include "core/frame.hpp"

namespace hark::ingest {

using SourceIndex = std::uint16_t;  ///< which configured source; the order of the configuration

/// What became of a frame. The frame is answered for in every case: whatever error, its dead letter
/// is on its way and the acknowledger will be told.
struct Handled {
    Errc error = Errc::ok;  ///< not ok: the whole frame could not be decoded
    Cursor cursor;          ///< the stream's position after this frame; empty when it has none
    std::uint32_t mentions = 0;
    /// When the platform had the newest event of the frame; zero: unknown.
    Timestamp event_time{};
};

/// The door from the sources into the pipeline. One object a shard, used on that shard only.
class FrameHandler {
public:
    /// False: more is in flight than the shard may hold. Read no socket, answer 503.
    [[nodiscard]] virtual bool has_room() const noexcept = 0;
    /// Runs `wake` once, on this shard, when there is room again. Call only while has_room() is
    /// false.
    virtual void when_room(std::function<void()> wake) = 0;
    /// Takes frames, at most limits::kFramesAtOnce, through the whole walk, in their order, and
    /// says what became of each in `handled`, which is as long. Each acknowledger is told exactly
    /// once, perhaps before this returns.
    virtual void handle(SourceIndex source, std::span<const Frame> frames,
                        std::span<Handled> handled) noexcept = 0;
    Handled handle(SourceIndex source, const Frame& frame) noexcept {
        Handled handled;
        handle(source, {&frame, 1}, {&handled, 1});
        return handled;
    }

protected:
    ~FrameHandler() = default;
};

}  // namespace hark::ingest
