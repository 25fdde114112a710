#pragma once

#include <chrono>
#include <memory>
#include <string>

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
    /// After 420 or 429 without a word how long.
    std::chrono::milliseconds rate_limit_wait = limits::kRateLimitWait;
    /// After 400, 401 or 403: asking again soon would not help.
    std::chrono::milliseconds refused_wait = limits::kRefusedWait;
};

/// A WebSocket (RFC 6455) or an endless HTTP response that is kept open: TLS verified against the
/// system's authorities, pings of its own, opened anew with back-off when it breaks or goes mute,
/// resumed where the last run was acknowledged. When the pipeline is full the socket is not read. A
/// message that is too large, or does not decompress, becomes a dead letter, and the next one is
/// read. One shard only.
class StreamClient {
public:
    /// `platform` says where the stream is (Platform::stream). Throws std::runtime_error when
    /// `ca_file` cannot be used.
    StreamClient(runtime::Shard& shard, const StreamOptions& options, platforms::Platform& platform,
                 FrameHandler& handler, CursorStore& cursors, telemetry::Metrics& metrics);
    ~StreamClient();  ///< after the shard has stopped

    void start();
    void stop();  ///< closes politely, or after a second without asking; what was read is still
                  ///< acknowledged
    /// Hands the acknowledged position to the cursor store.
    void store_cursor();
    [[nodiscard]] bool connected() const noexcept;           ///< any thread
    [[nodiscard]] const std::string& name() const noexcept;  ///< of the source
    /// Closed, and nothing of it waits for its acknowledgement.
    [[nodiscard]] bool drained() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hark::ingest
