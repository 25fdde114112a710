#include "ingest/link_board.hpp"

#include <algorithm>
#include <chrono>

namespace hark::ingest {

using telemetry::Level;

std::string_view to_string(LinkState state) noexcept {
    switch (state) {
        case LinkState::starting: return "starting";
        case LinkState::up: return "up";
        case LinkState::failing: return "failing";
        case LinkState::refused: return "refused";
        case LinkState::stopped: break;
    }
    return "stopped";
}

LinkBoard::LinkBoard(std::string source, telemetry::Metrics& metrics)
    : source_(std::move(source)),
      connected_(metrics.gauge("hark_stream_connected",
                               "1 while the stream is open, or the last call went well",
                               {{"source", source_}})),
      reconnects_(metrics.counter("hark_stream_reconnects_total",
                                  "Times the stream was opened anew", {{"source", source_}})),
      messages_(metrics.counter("hark_stream_messages_total", "Messages of the stream",
                                {{"source", source_}})),
      mute_(metrics.counter("hark_stream_idle_total", "Times the stream was open and mute",
                            {{"source", source_}})),
      failures_(metrics.counter("hark_source_failures_total",
                                "Calls and streams that failed or broke", {{"source", source_}})),
      last_event_(metrics.gauge("hark_source_last_event_timestamp_seconds",
                                "When the source last gave something", {{"source", source_}})),
      lag_(metrics.gauge("hark_source_lag_seconds", "How far the source is behind what it hears",
                         {{"source", source_}})) {}

void LinkBoard::up() {
    set(LinkState::up, {});
}

void LinkBoard::down(bool lasting, std::string_view event, const std::string& problem) {
    failures_.add();
    note(lasting ? Level::error : Level::warn, event, problem);
    set(lasting ? LinkState::refused : LinkState::failing, problem);
}

void LinkBoard::stopped() {
    set(LinkState::stopped, {});
}

void LinkBoard::heard(Timestamp received_at, Timestamp event_time) {
    using Seconds = std::chrono::duration<double>;
    last_event_.set(Seconds(received_at.time_since_epoch()).count());
    // A platform's clock may be ahead of ours.
    if (event_time != Timestamp{})
        set_lag(std::max(0.0, Seconds(received_at - event_time).count()));
}

void LinkBoard::note(Level level, std::string_view event, const std::string& reason) const {
    telemetry::log(level, event, {{"source", source_}, {"reason", reason}});
}

void LinkBoard::tick(Timestamp last_heard) {
    if (is_up_ || last_heard == Timestamp{}) return;
    set_lag(std::chrono::duration<double>(now() - last_heard).count());
}

void LinkBoard::set_lag(double seconds) {
    lag_.set(seconds);
    knows_lag_ = true;
}

LinkStatus LinkBoard::status() const {
    const std::lock_guard lock(mutex_);
    auto status = status_;
    if (knows_lag_) status.lag = lag_.value();
    return status;
}

void LinkBoard::set(LinkState state, std::string problem) {
    is_up_ = state == LinkState::up;
    connected_.set(is_up_ ? 1 : 0);
    const std::lock_guard lock(mutex_);
    status_ = {state, std::move(problem), {}};
}

}  // namespace hark::ingest
