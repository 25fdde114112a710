#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "publish/sink.hpp"

namespace hark::publish {

struct KafkaOptions {
    std::string brokers;  ///< `host:port,host:port`
    std::vector<std::string> topics;
    std::chrono::milliseconds linger{5};
    /// What is not acknowledged for so long, at most twice so long, is called back and offered
    /// anew.
    std::chrono::milliseconds message_timeout{300'000};
    std::string compression = "lz4";  ///< none, gzip, snappy, lz4, zstd
    bool create_topics = true;        ///< those that are missing at start
    int partitions = 6;               ///< of topics that the sink creates
    int replication = 1;              ///< of topics that the sink creates
    /// Handed to librdkafka as they are (SASL, TLS, …). Those on which the delivery promise rests
    /// are refused.
    std::vector<std::pair<std::string, std::string>> properties;
    /// How long the start waits for a broker's answer before it goes on without.
    std::chrono::milliseconds start_timeout{10'000};
};

/// Topics of a Kafka cluster. One idempotent producer a shard, whose events are taken on that
/// shard. Keys are spread as Java's default partitioner does. At least once: a message is
/// acknowledged when all in-sync replicas have it; one that timed out, and everything behind a
/// producer's fatal error, is offered again by a new producer, in the order of its first offer.
class KafkaSink final : public Sink {
public:
    /// Checks the options, and the topics when a broker answers within start_timeout: else the sink
    /// starts all the same, not ready, and sees to the topics when the broker is there. Throws
    /// std::runtime_error for options that librdkafka or the delivery promise refuses, for
    /// credentials that the broker refuses, and for topics that are missing and cannot be created.
    KafkaSink(KafkaOptions options, telemetry::Metrics& metrics);
    ~KafkaSink() override;
    KafkaSink(const KafkaSink&) = delete;
    KafkaSink& operator=(const KafkaSink&) = delete;

    /// The port's destructor waits at most two seconds for what a broker is about to acknowledge,
    /// and tells nobody.
    [[nodiscard]] std::unique_ptr<SinkPort> open(runtime::Shard& shard,
                                                 DeliveryListener& listener) override;
    [[nodiscard]] std::string not_ready() const override;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace hark::publish
