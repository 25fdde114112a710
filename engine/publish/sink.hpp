#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/errc.hpp"
#include "core/timestamp.hpp"
#include "runtime/shard.hpp"
#include "telemetry/metrics.hpp"

namespace hark::publish {

using TopicIndex = std::uint16_t;  ///< into the list of topic names that the sink was opened with

/// One message for one topic. Views are valid during offer() only: the sink copies what it keeps.
struct Message {
    TopicIndex topic = 0;
    std::string_view key;    ///< the thread, else the id
    std::string_view value;  ///< one JSON object, no newline at its end
    // CloudEvents attributes, for sinks that have headers.
    std::string_view id;      ///< ce_id
    std::string_view source;  ///< ce_source
    std::string_view type;    ///< ce_type
    Timestamp time{};         ///< ce_time
};

/// Told the fate of each message, on the shard of the port, never from within offer().
class DeliveryListener {
public:
    /// ok: the sink has it for good. sink_refused: it never will (too large). There is no other
    /// end: a sink that is away keeps offering until it is back.
    /// `refused`: the value of a message that was refused, valid during the call; else empty.
    virtual void delivered(std::uint64_t token, Errc outcome,
                           std::string_view refused) noexcept = 0;

protected:
    ~DeliveryListener() = default;
};

/// A shard's way into a sink; used on that shard only.
class SinkPort {
public:
    virtual ~SinkPort() = default;

    /// Takes the message; never full, because the caller bounds what is in flight in bytes
    /// (limits::kInFlightBytesPerShard). The listener is told exactly once for each offer, unless
    /// the port is destroyed first.
    virtual void offer(const Message& message, std::uint64_t token) = 0;
};

/// Where records go. Made and destroyed on the main thread; open() once a shard before the shards
/// start.
class Sink {
public:
    virtual ~Sink() = default;

    [[nodiscard]] virtual std::unique_ptr<SinkPort> open(runtime::Shard& shard,
                                                         DeliveryListener& listener) = 0;
    /// Empty when records can be delivered now, else what is the matter, for /readyz. Thread-safe.
    [[nodiscard]] virtual std::string not_ready() const = 0;
    /// Nothing will ever be delivered again (the reader of a pipe went away): stop. Thread-safe.
    [[nodiscard]] virtual bool ended() const { return false; }
};

}  // namespace hark::publish
