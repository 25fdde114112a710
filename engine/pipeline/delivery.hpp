#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/check.hpp"
#include "core/frame.hpp"
#include "pipeline/fingerprint.hpp"

namespace hark::pipeline {

/// Which messages a frame became, and which of them the sink has. A frame is acknowledged when its
/// last message was; a mention is remembered as seen at its own last message. Slots are reused: no
/// allocation once warm. One shard only.
class DeliveryTracker {
public:
    using Slot = std::uint32_t;

    struct FrameState {
        Acknowledger* acknowledger = nullptr;
        std::uint64_t token = 0;
        Timestamp received_at{};
        std::uint32_t pending =
            0;  ///< messages' parcels, and one for the frame itself while it is handled
    };

    /// What one mention (or one dead letter) became: some messages that are settled together.
    struct Parcel {
        Slot frame = 0;
        std::uint32_t pending = 0;
        std::uint32_t bytes = 0;  ///< taken from the budget
        std::uint16_t source = 0;
        bool is_mention = true;  ///< else a dead letter or a gap
        Fingerprint remember{};  ///< once the sink has it; all-zero: nothing
    };

    Slot open_frame(const Frame& frame) {
        const Slot slot = frames_.take();
        frames_[slot] = {frame.acknowledger, frame.token, frame.received_at, 1};
        return slot;
    }

    Slot open_parcel(Slot frame) {
        const Slot slot = parcels_.take();
        parcels_[slot] = {};
        parcels_[slot].frame = frame;
        ++frames_[frame].pending;
        ++in_flight_;
        return slot;
    }

    [[nodiscard]] Parcel& parcel(Slot slot) noexcept { return parcels_[slot]; }
    [[nodiscard]] const FrameState& frame(Slot slot) noexcept { return frames_[slot]; }

    void close_parcel(Slot slot) {
        parcels_.give_back(slot);
        --in_flight_;
    }

    /// One parcel, or the handling itself, is done. True when the frame is: the caller then tells
    /// its acknowledger and calls close_frame().
    [[nodiscard]] bool settle(Slot frame) noexcept {
        HARK_CHECK(frames_[frame].pending > 0);
        return --frames_[frame].pending == 0;
    }
    void close_frame(Slot slot) { frames_.give_back(slot); }

    /// Parcels that the sink does not have yet.
    [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }

private:
    template <class Item>
    class Pool {
    public:
        Slot take() {
            if (free_.empty()) {
                items_.emplace_back();
                return static_cast<Slot>(items_.size() - 1);
            }
            const Slot slot = free_.back();
            free_.pop_back();
            return slot;
        }
        void give_back(Slot slot) { free_.push_back(slot); }
        Item& operator[](Slot slot) noexcept { return items_[slot]; }

    private:
        std::deque<Item> items_;
        std::vector<Slot> free_;
    };

    Pool<FrameState> frames_;
    Pool<Parcel> parcels_;
    std::size_t in_flight_ = 0;
};

}  // namespace hark::pipeline
