#pragma once

#include <string_view>

#include "telemetry/metrics.hpp"

namespace hark::publish {

/// The metrics of one producer, from the JSON that librdkafka gives every few seconds.
class KafkaStatistics {
public:
    KafkaStatistics(telemetry::Metrics& metrics, std::size_t shard);

    /// Returns whether a broker is up. `json` is librdkafka's statistics event.
    bool read(std::string_view json);

private:
    telemetry::Gauge& queue_messages_;
    telemetry::Gauge& queue_bytes_;
    telemetry::Gauge& round_trip_;
    telemetry::Gauge& brokers_up_;
};

}  // namespace hark::publish
