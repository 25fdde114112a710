#include "publish/kafka/topics.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "core/check.hpp"
#include "publish/kafka/properties.hpp"
#include "telemetry/log.hpp"

namespace hark::publish {

namespace {

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<&rd_kafka_metadata_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<&rd_kafka_NewTopic_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<&rd_kafka_AdminOptions_destroy>>;

/// The broker is there and says no: waiting would not help. Throws then.
void throw_if_not_let_in(rd_kafka_t* producer) {
    const KafkaQueue queue(rd_kafka_queue_get_main(producer));
    while (auto event = KafkaEvent(rd_kafka_queue_poll(queue.get(), 0))) {
        if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
        const auto error = rd_kafka_event_error(event.get());
        if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL) {
            throw std::runtime_error(std::string("kafka: the broker does not let us in: ") +
                                     rd_kafka_event_error_string(event.get()));
        }
    }
}

std::optional<std::vector<std::string>> missing_topics(const KafkaOptions& options,
                                                       rd_kafka_t* producer) {
    std::vector<KafkaTopic> known;  // a metadata request asks for the topics known to the handle
    for (const auto& name : options.topics) {
        known.emplace_back(rd_kafka_topic_new(producer, name.c_str(), nullptr));
        if (known.back() == nullptr) throw std::runtime_error("kafka: bad topic name " + name);
    }
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(producer, 0, nullptr, &found,
                                         static_cast<int>(options.start_timeout.count()));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw_if_not_let_in(producer);
        return std::nullopt;
    }
    const Metadata owner(found);
    std::vector<std::string> missing = options.topics;
    for (int i = 0; i < found->topic_cnt; ++i) {
        const auto& topic = found->topics[i];
        if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
        if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
            topic.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
            throw std::runtime_error(std::string("kafka: topic ") + topic.topic + ": " +
                                     rd_kafka_err2str(topic.err));
        }
        std::erase(missing, topic.topic);
    }
    return missing;
}

std::string shape(const KafkaOptions& options) {
    return std::to_string(options.partitions) + " partitions and replication " +
           std::to_string(options.replication);
}

void create(const KafkaOptions& options, const std::vector<std::string>& names,
            rd_kafka_t* producer, rd_kafka_queue_t* queue) {
    std::vector<NewTopic> topics;
    std::vector<rd_kafka_NewTopic_t*> raw;
    std::array<char, 512> why{};
    for (const auto& name : names) {
        topics.emplace_back(rd_kafka_NewTopic_new(name.c_str(), options.partitions,
                                                  options.replication, why.data(), why.size()));
        if (topics.back() == nullptr) {
            throw std::runtime_error("kafka: topic " + name + ": " + why.data());
        }
        raw.push_back(topics.back().get());
    }
    const AdminOptions how(rd_kafka_AdminOptions_new(producer, RD_KAFKA_ADMIN_OP_CREATETOPICS));
    const auto timeout = static_cast<int>(options.start_timeout.count());
    rd_kafka_AdminOptions_set_request_timeout(how.get(), timeout, why.data(), why.size());
    rd_kafka_AdminOptions_set_operation_timeout(how.get(), timeout, why.data(), why.size());
    rd_kafka_CreateTopics(producer, raw.data(), raw.size(), how.get(), queue);
}

}  // namespace

TopicsState ensure_topics(const KafkaOptions& options) {
    const auto producer = make_producer(options, Batching::many);
    const auto missing = missing_topics(options, producer.get());
    if (!missing) return TopicsState::broker_away;
    if (missing->empty()) return TopicsState::there;
    if (!options.create_topics) {
        throw std::runtime_error("kafka: topic " + missing->front() +
                                 " does not exist: create it or set `create_topics: true`");
    }
    const KafkaQueue queue(rd_kafka_queue_new(producer.get()));
    create(options, *missing, producer.get(), queue.get());
    const KafkaEvent answer(
        rd_kafka_queue_poll(queue.get(), -1));  // the request's own timeout ends it
    if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return TopicsState::broker_away;
    }
    const auto refused = refused_topics(answer.get());
    if (!refused.empty()) {
        throw std::runtime_error("kafka: cannot create topic " + refused.front().first + " with " +
                                 shape(options) + ": " + refused.front().second);
    }
    telemetry::log(telemetry::Level::info, "topics_created",
                   {{"topics", std::to_string(missing->size())}, {"each", shape(options)}});
    return TopicsState::there;
}

void request_topics(const KafkaOptions& options, rd_kafka_t* producer, rd_kafka_queue_t* queue) {
    create(options, options.topics, producer, queue);
}

std::vector<std::pair<std::string, std::string>> refused_topics(rd_kafka_event_t* answer) {
    const auto* const result = rd_kafka_event_CreateTopics_result(answer);
    HARK_CHECK(result != nullptr);
    std::size_t count = 0;
    const auto* const* const topics = rd_kafka_CreateTopics_result_topics(result, &count);
    std::vector<std::pair<std::string, std::string>> refused;
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(topics[i]);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR ||
            error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            continue;
        }
        const char* const why = rd_kafka_topic_result_error_string(topics[i]);
        refused.emplace_back(rd_kafka_topic_result_name(topics[i]),
                             why != nullptr ? why : rd_kafka_err2str(error));
    }
    return refused;
}

}  // namespace hark::publish
