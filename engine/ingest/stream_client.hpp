#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "ingest/cursor_store.hpp"
#include "ingest/frame_handler.hpp"
#include "platforms/platform.hpp"
#include "runtime/shard.hpp"
#include "telemetry/metrics.hpp"

namespace hark::ingest {

struct StreamOptions {
    std::string name;  ///< of the source
    SourceIndex source = 0;
    std::size_t message_bytes = limits::kStreamMessageBytes;
    std::string ca_file;  ///< authorities beside the system's; empty: none
    std::chrono::milliseconds idle_timeout = limits::kStreamIdleTimeout;
    std::chrono::milliseconds ping_interval = limits::kStreamPingInterval;
    std::chrono::milliseconds connect_timeout = limits::kStreamConnectTimeout;
    std::chrono::milliseconds backoff_first = limits::kBackoffFirst;
    std::chrono::milliseconds backoff_max = limits::kBackoffMax;
    /// A stream that was open for so long was well: its end starts the back-off anew.
    std::chrono::milliseconds healthy_after = std::chrono::seconds(10);
    std::chrono::milliseconds call_spacing = limits::kCallSpacing;
    /// After 420 or 429 without a word how long; doubled while it goes on, up to an hour.
    std::chrono::milliseconds rate_limit_wait = limits::kRateLimitWait;
    /// After what needs somebody's hand (400, 401, 403): asking again soon would not help.
    std::chrono::milliseconds refused_wait = limits::kRefusedWait;
};

/// What a source that Hark goes to is doing.
enum class LinkState : std::uint8_t {
    starting,  ///< on the way to its stream or its first reply
    up,        ///< the stream is open, or the last call went well
    failing,   ///< tried again after a back-off
    refused,   ///< needs somebody's hand, and is tried again seldom
    stopped,
};
[[nodiscard]] std::string_view to_string(LinkState state) noexcept;

struct LinkStatus {
    LinkState state = LinkState::starting;
    std::string problem;        ///< of failing and refused, in plain words
    std::optional<double> lag;  ///< in seconds, once something came
};

/// Drives one platform's next() (platforms/platform.hpp): calls, polls, and a WebSocket (RFC 6455)
/// or an endless HTTP response that is kept open. TLS is verified against the system's authorities;
/// streams are pinged, opened anew with back-off when they break or go mute, and resumed where the
/// last run was acknowledged. When the pipeline is full no socket is read and nothing is polled. A
/// message that is too large, or does not decompress, becomes a dead letter, and the next one is
/// read. What may have been missed is told as a gap. One shard only.
class StreamClient {
public:
    /// Throws std::runtime_error when `ca_file` cannot be used, or the platform has nothing to do
    /// or no address.
    StreamClient(runtime::Shard& shard, const StreamOptions& options, platforms::Platform& platform,
                 FrameHandler& handler, CursorStore& cursors, telemetry::Metrics& metrics);
    ~StreamClient();  ///< after the shard has stopped

    void start();
    void stop();  ///< closes politely, or after a second without asking; what was read is still
                  ///< acknowledged
    /// Hands the acknowledged position to the cursor store. Call it often: the lag of a source that
    /// is not up is reckoned here too.
    void store_cursor();
    [[nodiscard]] bool connected() const noexcept;           ///< any thread: the state is up
    [[nodiscard]] LinkStatus status() const;                 ///< any thread
    [[nodiscard]] const std::string& name() const noexcept;  ///< of the source
    /// Closed, and nothing of it waits for its acknowledgement.
    [[nodiscard]] bool drained() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hark::ingest
