#include "publish/kafka/properties.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "core/limits.hpp"

namespace hark::publish {

namespace {

struct Refused {
    std::string_view name;
    std::string_view instead;
};

constexpr std::string_view kOurs = "the delivery promise rests on it";
constexpr std::string_view kBounded = "what is in flight is bounded in bytes by in_flight_bytes";
constexpr auto kRefused = std::to_array<Refused>({
    {"acks", kOurs},
    {"request.required.acks", kOurs},
    {"enable.idempotence", kOurs},
    {"enable.gapless.guarantee", kOurs},
    {"max.in.flight", kOurs},
    {"max.in.flight.requests.per.connection", kOurs},
    {"retries", kOurs},
    {"message.send.max.retries", kOurs},
    {"queuing.strategy", kOurs},
    {"delivery.report.only.error", kOurs},
    {"partitioner", "keys must go where Java's producers put them"},
    {"transactional.id", "the sink writes outside transactions"},
    {"queue.buffering.max.messages", kBounded},
    {"queue.buffering.max.kbytes", kBounded},
    {"bootstrap.servers", "set `brokers`"},
    {"metadata.broker.list", "set `brokers`"},
    {"message.timeout.ms", "set `message_timeout`"},
    {"delivery.timeout.ms", "set `message_timeout`"},
    {"linger.ms", "set `linger`"},
    {"queue.buffering.max.ms", "set `linger`"},
    {"compression.type", "set `compression`"},
    {"compression.codec", "set `compression`"},
    {"allow.auto.create.topics", "set `create_topics`"},
    {"statistics.interval.ms", "the metrics need it"},
    {"log.queue", "the log needs it"},
    {"batch.num.messages", "set `linger`"},
    {"test.mock.num.brokers", "a mock broker keeps nothing"},
});

/// Values of these never stand in a message.
bool is_secret(std::string_view name) {
    for (const std::string_view part : {"password", "secret", "pem", "oauthbearer", "username"}) {
        if (name.find(part) != std::string_view::npos) return true;
    }
    return false;
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    std::array<char, 512> why{};
    const auto result =
        rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size());
    if (result == RD_KAFKA_CONF_OK) return;
    if (result == RD_KAFKA_CONF_UNKNOWN) {
        throw std::runtime_error("kafka: librdkafka knows no property `" + name + "`");
    }
    throw std::runtime_error("kafka: property `" + name + "`: " +
                             (is_secret(name) ? "librdkafka refuses the value" : why.data()));
}

void refuse(const std::string& name) {
    const auto* const found = std::find_if(kRefused.begin(), kRefused.end(),
                                           [&](const Refused& one) { return one.name == name; });
    if (found == kRefused.end()) return;
    throw std::runtime_error("kafka: property `" + name +
                             "` cannot be set: " + std::string(found->instead));
}

/// What any client of the brokers needs.
KafkaConf make_client_conf(const KafkaOptions& options) {
    KafkaConf conf(rd_kafka_conf_new());
    auto* const to = conf.get();
    set(to, "client.id", "hark");
    // What a broker takes by default, which a dead letter of limits::kRecordBytes fits in.
    set(to, "message.max.bytes", std::to_string(limits::kRecordBytes + 12));
    set(to, "reconnect.backoff.max.ms", "2000");  // a broker that is back is used at once
    for (const auto& [name, value] : options.properties) {
        refuse(name);
        set(to, name, value);
    }
    set(to, "bootstrap.servers", options.brokers);
    return conf;
}

KafkaHandle make_handle(rd_kafka_type_t type, KafkaConf conf) {
    std::array<char, 512> why{};
    KafkaHandle handle(rd_kafka_new(type, conf.get(), why.data(), why.size()));
    if (handle == nullptr) throw std::runtime_error(std::string("kafka: ") + why.data());
    (void)conf.release();  // the handle owns it now
    return handle;
}

}  // namespace

KafkaConf make_conf(const KafkaOptions& options, Batching batching) {
    auto conf = make_client_conf(options);
    auto* const to = conf.get();
    set(to, "enable.idempotence", "true");
    set(to, "acks", "all");
    set(to, "partitioner", "murmur2_random");
    set(to, "queue.buffering.max.messages", "0");
    set(to, "queue.buffering.max.kbytes", "2147483647");
    set(to, "compression.codec", options.compression);
    set(to, "message.timeout.ms", "0");  // the port keeps the time: it keeps the order too
    set(to, "allow.auto.create.topics", "false");
    set(to, "statistics.interval.ms", "5000");
    set(to, "log.queue", "true");
    const bool one = batching == Batching::one;
    set(to, "linger.ms", one ? "0" : std::to_string(options.linger.count()));
    if (one) set(to, "batch.num.messages", "1");
    rd_kafka_conf_set_events(
        to, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_LOG);
    return conf;
}

KafkaHandle make_producer(const KafkaOptions& options, Batching batching) {
    return make_handle(RD_KAFKA_PRODUCER, make_conf(options, batching));
}

KafkaHandle make_consumer(const KafkaOptions& options) {
    auto conf = make_client_conf(options);
    set(conf.get(), "group.id", "hark");  // asked for, though none is joined
    set(conf.get(), "enable.auto.commit", "false");
    set(conf.get(), "enable.partition.eof", "true");
    return make_handle(RD_KAFKA_CONSUMER, std::move(conf));
}

}  // namespace hark::publish
