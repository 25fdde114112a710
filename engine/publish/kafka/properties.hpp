#pragma once

#include "publish/kafka/handles.hpp"
#include "publish/kafka/kafka_sink.hpp"

namespace hark::publish {

enum class Batching : std::uint8_t {
    many,  ///< as linger says
    one,   ///< each message in a request's batch of its own, so that a refusal is of this message
};

/// A producer's configuration with the delivery promise in it. Throws std::runtime_error that names
/// the property.
[[nodiscard]] KafkaConf make_conf(const KafkaOptions& options, Batching batching);

/// A producer that reports by events only. Throws std::runtime_error.
[[nodiscard]] KafkaHandle make_producer(const KafkaOptions& options, Batching batching);

/// A consumer that joins no group and commits nothing. Throws std::runtime_error.
[[nodiscard]] KafkaHandle make_consumer(const KafkaOptions& options);

}  // namespace hark::publish
