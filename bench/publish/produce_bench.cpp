// What handing a record over to librdkafka costs: KafkaPort::offer beside the library's own call
// with the same key, value and headers. Both talk to a mock broker in the process, whose time is
// not counted: what is told is the CPU time of the offering thread. `naked_X` is the limit of `X`,
// as `hark-bench stages` reads it.

#include <benchmark/benchmark.h>
#include <librdkafka/rdkafka.h>
// After its base, which it does not include.
#include <librdkafka/rdkafka_mock.h>

#include <stdexcept>

#include "publish/kafka/handles.hpp"
#include "publish/kafka/kafka_sink.hpp"
#include "publish/kafka/properties.hpp"

namespace {

using namespace hark;

constexpr std::size_t kTogether = 1000;  // offered, then all acknowledged, untimed
const std::string kTopic = "bench.mentions";

/// One broker for the whole program.
class Mock {
public:
    Mock() {
        auto* const conf = rd_kafka_conf_new();
        char why[256];
        handle_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why));
        cluster_ = handle_ ? rd_kafka_mock_cluster_new(handle_.get(), 1) : nullptr;
        if (cluster_ == nullptr || rd_kafka_mock_topic_create(cluster_, kTopic.c_str(), 1, 1) !=
                                       RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error("no mock broker");
    }
    ~Mock() { rd_kafka_mock_cluster_destroy(cluster_); }
    Mock(const Mock&) = delete;
    Mock& operator=(const Mock&) = delete;

    [[nodiscard]] publish::KafkaOptions options() const {
        publish::KafkaOptions out;
        out.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
        out.topics = {kTopic};
        return out;
    }

private:
    publish::KafkaHandle handle_;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

const Mock& mock() {
    static const Mock one;
    return one;
}

struct Listener final : publish::DeliveryListener {
    void delivered(std::uint64_t, Errc, std::string_view) noexcept override { ++count; }
    std::size_t count = 0;
};

const publish::Message& message() {
    static const std::string value(900, 'x');
    static const publish::Message one{
        0, "bench:thread:1234", value, "bench:1", "/hark/bench", "hark.mention.created", now()};
    return one;
}

void produce(benchmark::State& state) {
    runtime::ShardPool pool(1);  // not started: its loop is run here
    telemetry::Metrics metrics;
    publish::KafkaSink sink(mock().options(), metrics);
    Listener listener;
    const auto port = sink.open(pool[0], listener);
    std::size_t offered = 0;
    for (auto _ : state) {
        port->offer(message(), offered);
        if (++offered % kTogether != 0) continue;
        state.PauseTiming();
        while (listener.count < offered) pool[0].io().run_one_for(std::chrono::milliseconds(5));
        state.ResumeTiming();
    }
}

void naked_produce(benchmark::State& state) {
    const auto producer = publish::make_producer(mock().options(), publish::Batching::many);
    const publish::KafkaQueue queue(rd_kafka_queue_get_main(producer.get()));
    const publish::KafkaTopic topic(rd_kafka_topic_new(producer.get(), kTopic.c_str(), nullptr));
    const publish::KafkaHeaders headers(rd_kafka_headers_new(6));
    const auto& one = message();
    for (const auto& [name, value] : {std::pair<const char*, std::string_view>{"ce_id", one.id},
                                      {"ce_source", one.source},
                                      {"ce_type", one.type},
                                      {"ce_time", "2026-11-22T10:00:00.000Z"},
                                      {"ce_specversion", "1.0"},
                                      {"content-type", "application/json"}})
        rd_kafka_header_add(headers.get(), name, -1, value.data(),
                            static_cast<ssize_t>(value.size()));
    std::size_t offered = 0;
    std::size_t reported = 0;
    for (auto _ : state) {
        const auto error = rd_kafka_producev(
            producer.get(), RD_KAFKA_V_RKT(topic.get()),
            RD_KAFKA_V_KEY(one.key.data(), one.key.size()),
            RD_KAFKA_V_VALUE(const_cast<char*>(one.value.data()), one.value.size()),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_HEADERS(rd_kafka_headers_copy(headers.get())), RD_KAFKA_V_END);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            state.SkipWithError(rd_kafka_err2str(error));
            break;
        }
        if (++offered % kTogether != 0) continue;
        state.PauseTiming();
        while (reported < offered) {
            const publish::KafkaEvent event(rd_kafka_queue_poll(queue.get(), 5));
            if (event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR)
                reported += rd_kafka_event_message_count(event.get());
        }
        state.ResumeTiming();
    }
}

BENCHMARK(produce);
BENCHMARK(naked_produce);

}  // namespace
