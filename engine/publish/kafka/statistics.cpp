#include "publish/kafka/statistics.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>

namespace hark::publish {

KafkaStatistics::KafkaStatistics(telemetry::Metrics& metrics, std::size_t shard)
    : queue_messages_(metrics.gauge("hark_kafka_queue_messages",
                                    "Messages that wait for a broker's acknowledgement")),
      queue_bytes_(metrics.gauge("hark_kafka_queue_bytes",
                                 "Bytes that wait for a broker's acknowledgement")),
      round_trip_(metrics.gauge("hark_kafka_round_trip_seconds",
                                "Mean answer time of the slowest broker over five seconds",
                                {{"shard", std::to_string(shard)}})),
      brokers_up_(metrics.gauge("hark_kafka_brokers_up", "Brokers that this shard is connected to",
                                {{"shard", std::to_string(shard)}})) {}

bool KafkaStatistics::read(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::object document;
    if (parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS) return false;
    const auto number = [](const simdjson::simdjson_result<simdjson::dom::element>& found) {
        double value = 0;
        return found.get(value) == simdjson::SUCCESS ? value : 0;
    };
    queue_messages_.set(number(document["msg_cnt"]));
    queue_bytes_.set(number(document["msg_size"]));
    double slowest = 0;
    unsigned up = 0;
    simdjson::dom::object brokers;
    if (document["brokers"].get(brokers) == simdjson::SUCCESS) {
        for (const auto& [name, broker] : brokers) {
            std::string_view state;
            if (broker["state"].get(state) != simdjson::SUCCESS || state != "UP") continue;
            ++up;
            slowest = std::max(slowest, number(broker["rtt"]["avg"]));
        }
    }
    round_trip_.set(slowest / 1e6);
    brokers_up_.set(up);
    return up > 0;
}

}  // namespace hark::publish
