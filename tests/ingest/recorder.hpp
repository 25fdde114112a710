#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ingest/frame_handler.hpp"

namespace hark::ingest {

/// Keeps the frames that it is handed, and acknowledges them at once or when it is told. As a
/// handler it is used on its shard only.
class Recorder final : public FrameHandler {
public:
    struct Seen {
        SourceIndex source = 0;
        std::string text;
        Errc error = Errc::ok;
        std::uint32_t purpose = 0;
        std::size_t whole_bytes = 0;
    };
    struct SeenGap {
        std::string reason;
        Timestamp from{};
        Timestamp to{};
    };

    [[nodiscard]] bool has_room() const noexcept override { return room_; }
    void when_room(std::function<void()> wake) override { wakes_.push_back(std::move(wake)); }
    using FrameHandler::handle;
    void handle(SourceIndex source, std::span<const Frame> frames,
                std::span<Handled> handled) noexcept override {
        for (std::size_t i = 0; i < frames.size(); ++i) handled[i] = take(source, frames[i]);
    }

    void set_room(bool room) {
        room_ = room;
        if (!room) return;
        for (auto& wake : std::exchange(wakes_, {})) wake();
    }
    /// The oldest that are held.
    void acknowledge(std::size_t count) {
        for (; count > 0 && !held_.empty(); --count) {
            const auto frame = held_.front();
            held_.erase(held_.begin());
            frame.acknowledger->acknowledged(frame.token);
        }
    }
    void acknowledge_all() { acknowledge(held_.size()); }
    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }
    [[nodiscard]] std::size_t waiting_for_room() const noexcept { return wakes_.size(); }
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> all;
        for (const auto& one : seen) all.push_back(one.text);
        return all;
    }

    std::vector<Seen> seen;
    std::vector<SeenGap> gaps;
    bool hold = false;
    Errc verdict = Errc::ok;
    std::size_t full_after = 0;  ///< no room any more after so many; 0: never
    std::function<Cursor(std::string_view)> cursor;

private:
    Handled take(SourceIndex source, const Frame& frame) {
        if (frame.gap != nullptr)
            gaps.push_back({std::string(frame.gap->reason), frame.gap->from, frame.gap->to});
        else
            seen.push_back(
                {source, std::string(frame.bytes), frame.error, frame.purpose, frame.whole_bytes});
        if (hold) held_.push_back(frame);
        else if (frame.acknowledger != nullptr) frame.acknowledger->acknowledged(frame.token);
        Handled handled;
        handled.error = frame.error != Errc::ok ? frame.error : verdict;
        if (frame.gap != nullptr) return handled;
        if (cursor) handled.cursor = cursor(frame.bytes);
        if (seen.size() == full_after) room_ = false;
        return handled;
    }

    bool room_ = true;
    std::vector<Frame> held_;
    std::vector<std::function<void()>> wakes_;
};

}  // namespace hark::ingest
