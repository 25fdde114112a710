#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "core/timestamp.hpp"
#include "ingest/stream_client.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace hark::ingest {

/// What a source that Hark goes to shows of itself: its metrics, its log, its status. Written on
/// one shard; is_up() and status() from any thread.
class LinkBoard {
public:
    LinkBoard(std::string source, telemetry::Metrics& metrics);

    void up();
    void down(bool lasting, std::string_view event, const std::string& problem);
    void stopped();
    void message() { messages_.add(); }
    void reconnects() { reconnects_.add(); }
    void was_mute() { mute_.add(); }
    /// Something came: when, and when the platform had it (zero: unknown).
    void heard(Timestamp received_at, Timestamp event_time);
    void note(telemetry::Level level, std::string_view event, const std::string& reason) const;
    /// The lag of a source that is not up is the time since it was last heard.
    void tick(Timestamp last_heard);

    [[nodiscard]] bool is_up() const noexcept { return is_up_; }
    [[nodiscard]] LinkStatus status() const;

private:
    void set(LinkState state, std::string problem);
    void set_lag(double seconds);

    std::string source_;
    std::atomic<bool> is_up_{false};
    std::atomic<bool> knows_lag_{false};
    mutable std::mutex mutex_;
    LinkStatus status_;
    telemetry::Gauge& connected_;
    telemetry::Counter& reconnects_;
    telemetry::Counter& messages_;
    telemetry::Counter& mute_;
    telemetry::Counter& failures_;
    telemetry::Gauge& last_event_;
    telemetry::Gauge& lag_;
};

}  // namespace hark::ingest
