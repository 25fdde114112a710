#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace hark::publish {

/// Owners of librdkafka's objects.
template <auto Destroy>
struct Destroyer {
    template <class Object>
    void operator()(Object* object) const noexcept {
        Destroy(object);
    }
};

using KafkaConf = std::unique_ptr<rd_kafka_conf_t, Destroyer<&rd_kafka_conf_destroy>>;
using KafkaHandle = std::unique_ptr<rd_kafka_t, Destroyer<&rd_kafka_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, Destroyer<&rd_kafka_queue_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, Destroyer<&rd_kafka_topic_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, Destroyer<&rd_kafka_event_destroy>>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, Destroyer<&rd_kafka_headers_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, Destroyer<&rd_kafka_error_destroy>>;

}  // namespace hark::publish
