#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "publish/kafka/handles.hpp"
#include "publish/kafka/kafka_sink.hpp"

namespace hark::publish {

enum class TopicsState : std::uint8_t { there, broker_away };

/// Looks for the topics and creates the missing ones, waiting for the broker's answers. Throws
/// std::runtime_error that names a topic that is missing and cannot be created, or says that the
/// broker refuses the credentials.
[[nodiscard]] TopicsState ensure_topics(const KafkaOptions& options);

/// Asks for all topics to be created; the answer comes as an event of `queue`.
void request_topics(const KafkaOptions& options, rd_kafka_t* producer, rd_kafka_queue_t* queue);

/// What the answer says of topics that neither existed nor could be created: their names and why.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> refused_topics(
    rd_kafka_event_t* answer);

}  // namespace hark::publish
