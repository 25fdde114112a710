#include "publish/kafka/topic_reader.hpp"

#include <map>
#include <stdexcept>

#include "publish/kafka/properties.hpp"

namespace hark::publish {

namespace {

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<&rd_kafka_metadata_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   Destroyer<&rd_kafka_topic_partition_list_destroy>>;
using Received = std::unique_ptr<rd_kafka_message_t, Destroyer<&rd_kafka_message_destroy>>;

[[noreturn]] void fail(const std::string& topic, rd_kafka_resp_err_t error) {
    throw std::runtime_error("kafka: topic " + topic + ": " + rd_kafka_err2str(error));
}

int partitions_of(rd_kafka_t* consumer, const std::string& topic, int timeout_ms) {
    const KafkaTopic handle(rd_kafka_topic_new(consumer, topic.c_str(), nullptr));
    if (handle == nullptr) throw std::runtime_error("kafka: bad topic name " + topic);
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(consumer, 0, handle.get(), &found, timeout_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(topic, error);
    const Metadata owner(found);
    if (found->topic_cnt != 1) fail(topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    if (found->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) fail(topic, found->topics[0].err);
    return found->topics[0].partition_cnt;
}

}  // namespace

void read_whole_topic(const KafkaOptions& options, const std::string& topic,
                      const TakeMessage& take) {
    const auto consumer = make_consumer(options);
    rd_kafka_poll_set_consumer(consumer.get());
    const auto start_ms = static_cast<int>(options.start_timeout.count());
    const int partitions = partitions_of(consumer.get(), topic, start_ms);
    const Partitions all(rd_kafka_topic_partition_list_new(partitions));
    std::map<std::int32_t, std::int64_t> ends;  ///< of the partitions that are not read whole
    for (std::int32_t i = 0; i < partitions; ++i) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        const auto error = rd_kafka_query_watermark_offsets(consumer.get(), topic.c_str(), i, &low,
                                                            &high, start_ms);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(topic, error);
        if (low >= high) continue;
        rd_kafka_topic_partition_list_add(all.get(), topic.c_str(), i)->offset = low;
        ends[i] = high;
    }
    if (const auto error = rd_kafka_assign(consumer.get(), all.get());
        error != RD_KAFKA_RESP_ERR_NO_ERROR)
        fail(topic, error);
    const auto silence_ms = static_cast<int>(options.message_timeout.count());
    while (!ends.empty()) {
        const Received message(rd_kafka_consumer_poll(consumer.get(), silence_ms));
        if (message == nullptr) fail(topic, RD_KAFKA_RESP_ERR__TIMED_OUT);
        const auto end = ends.find(message->partition);
        if (end == ends.end()) continue;  // written after the call began
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            ends.erase(end);
            continue;
        }
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) fail(topic, message->err);
        if (message->offset < end->second) {
            take({static_cast<const char*>(message->payload), message->len}, message->partition,
                 message->offset);
        }
        if (message->offset + 1 >= end->second) ends.erase(end);
    }
}

}  // namespace hark::publish
