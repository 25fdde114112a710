#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "publish/kafka/kafka_sink.hpp"

namespace hark::publish {

/// A message's value and where it stands; the view is valid during the call.
using TakeMessage =
    std::function<void(std::string_view value, std::int32_t partition, std::int64_t offset)>;

/// Hands over all that a topic held when the call began, oldest first within each partition. Joins
/// no group and commits nothing. Throws std::runtime_error when the topic is not there, when no
/// broker answers within start_timeout at the start, or for message_timeout later on.
void read_whole_topic(const KafkaOptions& options, const std::string& topic,
                      const TakeMessage& take);

}  // namespace hark::publish
