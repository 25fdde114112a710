#include "publish/kafka/kafka_sink.hpp"

#include <deque>

#include "publish/kafka/health.hpp"
#include "publish/kafka/port.hpp"
#include "publish/kafka/topics.hpp"
#include "telemetry/log.hpp"

namespace hark::publish {

struct KafkaSink::Inside {
    KafkaOptions options;
    telemetry::Metrics& metrics;
    TopicsState topics;
    std::deque<KafkaHealth> health;  ///< one a port; addresses stay
};

KafkaSink::KafkaSink(KafkaOptions options, telemetry::Metrics& metrics)
    : inside_(new Inside{std::move(options), metrics, TopicsState::there, {}}) {
    telemetry::log(telemetry::Level::info, "kafka_connecting",
                   {{"brokers", inside_->options.brokers}});
    inside_->topics = ensure_topics(inside_->options);
    if (inside_->topics == TopicsState::broker_away) {
        telemetry::log(telemetry::Level::warn, "kafka_away",
                       {{"brokers", inside_->options.brokers},
                        {"what", "no broker answers; the start goes on and tries for ever"}});
    }
}
KafkaSink::~KafkaSink() = default;

std::unique_ptr<SinkPort> KafkaSink::open(runtime::Shard& shard, DeliveryListener& listener) {
    const bool connected = inside_->topics == TopicsState::there;
    const bool first = inside_->health.empty();
    auto& health = inside_->health.emplace_back();
    return std::make_unique<KafkaPort>(inside_->options, health, connected, !connected && first,
                                       shard, listener, inside_->metrics);
}

std::string KafkaSink::not_ready() const {
    for (const auto& health : inside_->health) {
        auto trouble = health.trouble();
        if (!trouble.empty()) return trouble;
    }
    return {};
}

}  // namespace hark::publish
