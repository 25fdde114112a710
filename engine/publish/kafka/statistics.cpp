#include "publish/kafka/statistics.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace hark::publish {

namespace {

double number_of(const rapidjson::Value& from, const char* name) {
    const auto found = from.FindMember(name);
    return found != from.MemberEnd() && found->value.IsNumber() ? found->value.GetDouble() : 0;
}

}  // namespace

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
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError() || !document.IsObject()) return false;
    queue_messages_.set(number_of(document, "msg_cnt"));
    queue_bytes_.set(number_of(document, "msg_size"));
    double slowest = 0;
    unsigned up = 0;
    const auto brokers = document.FindMember("brokers");
    if (brokers != document.MemberEnd() && brokers->value.IsObject()) {
        for (const auto& broker : brokers->value.GetObject()) {
            const auto state = broker.value.FindMember("state");
            if (state == broker.value.MemberEnd() || !state->value.IsString()) continue;
            if (std::strcmp(state->value.GetString(), "UP") != 0) continue;
            ++up;
            const auto rtt = broker.value.FindMember("rtt");
            if (rtt != broker.value.MemberEnd()) {
                slowest = std::max(slowest, number_of(rtt->value, "avg"));
            }
        }
    }
    round_trip_.set(slowest / 1e6);
    brokers_up_.set(up);
    return up > 0;
}

}  // namespace hark::publish
