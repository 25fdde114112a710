#include <hark/engine.hpp>
#include <stdexcept>
#include <thread>

#include "hark_bench/sender.hpp"
#include "publish/kafka/properties.hpp"

namespace hark::bench {

namespace {

constexpr std::string_view kId = "@id@";
constexpr std::string_view kThread = "@thread@";
constexpr std::size_t kMostWaiting = 1'000'000;  // in the library; beyond it the sender waits
constexpr int kFlush_ms = 10;

/// A record with the places where a post's id and conversation go.
struct Template {
    std::string before_id;
    std::string before_thread;
    std::string rest;

    void write(std::string& out, const std::string& id, const std::string& thread) const {
        out = before_id + id + before_thread + thread + rest;
    }
};

Template template_of(Engine& engine, const Post& post) {
    const auto record =
        engine.classify({.text = post.text, .id = kId, .lang = post.lang, .thread = kThread})
            .record;
    const auto id = record.find(kId);
    const auto thread = record.find(kThread, id);
    if (thread == std::string::npos) throw std::runtime_error("a record without its thread");
    const auto between = id + kId.size();
    return {record.substr(0, id), record.substr(between, thread - between),
            record.substr(thread + kThread.size())};
}

publish::KafkaOptions kafka_of(const BareTarget& target) {
    publish::KafkaOptions options;
    options.brokers = target.brokers;
    options.compression = target.compression;
    options.linger = std::chrono::milliseconds(static_cast<std::int64_t>(target.linger_ms));
    return options;
}

class BareSender final : public Sender {
public:
    BareSender(const Load& load, const BareTarget& target)
        : load_(load),
          producer_(publish::make_producer(kafka_of(target), publish::Batching::many)),
          queue_(rd_kafka_queue_get_main(producer_.get())),
          topic_(rd_kafka_topic_new(producer_.get(), target.topic.c_str(), nullptr)) {
        if (topic_ == nullptr) throw std::runtime_error("kafka: bad topic name " + target.topic);
        Engine engine(EngineOptions{});
        for (std::size_t i = 0; i < load.corpus.facts().posts; ++i)
            templates_.push_back(template_of(engine, load.corpus.drawn(i)));
    }

    void run(const RunClock& clock) override {
        std::jthread reports([this, &clock](const std::stop_token& stop) {
            while (!stop.stop_requested()) take_reports(clock);
        });
        std::string record;
        for (std::size_t next = 0; next < load_.due.size() && !g_stop && !leave;) {
            const auto now = clock.now();
            if (load_.due[next] > now || waiting() >= kMostWaiting) {
                const auto left = load_.due[next] > now ? load_.due[next] - now : 100'000;
                std::this_thread::sleep_for(
                    std::min(std::chrono::nanoseconds(left), std::chrono::nanoseconds(20'000'000)));
                continue;
            }
            figures.slip.record(now - load_.due[next]);
            for (std::size_t i = 0; i < load_.batch; ++i) produce(next * load_.batch + i, record);
            ++next;
        }
        while (waiting() > 0 && !leave)
            std::this_thread::sleep_for(std::chrono::milliseconds(kFlush_ms));
        all_sent = true;
    }

private:
    [[nodiscard]] std::uint64_t waiting() const {
        return figures.sent - figures.answered - failed_;
    }

    void produce(std::uint64_t number, std::string& record) {
        const auto id = load_.nonce + "-" + std::to_string(number);
        const auto thread = load_.nonce + "-t" + std::to_string(load_.judge.thread_of(number));
        templates_[load_.corpus.index_of(number)].write(record, id, thread);
        publish::KafkaHeaders headers(rd_kafka_headers_new(6));
        const auto add = [&](std::string_view name, std::string_view value) {
            rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                                value.data(), static_cast<ssize_t>(value.size()));
        };
        add("ce_id", id);
        add("ce_source", "/hark/bench");
        add("ce_type", "hark.mention.created");
        add("ce_time", "2026-11-22T10:00:00.000Z");
        add("ce_specversion", "1.0");
        add("content-type", "application/json");
        const auto error = rd_kafka_producev(
            producer_.get(), RD_KAFKA_V_RKT(topic_.get()),
            RD_KAFKA_V_KEY(thread.data(), thread.size()),
            RD_KAFKA_V_VALUE(record.data(), record.size()),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers.get()),
            RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(static_cast<std::uintptr_t>(number))),
            RD_KAFKA_V_END);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error(std::string("kafka: ") + rd_kafka_err2str(error));
        (void)headers.release();  // the message owns them now
        load_.judge.sent(number);
        ++figures.sent;
    }

    void take_reports(const RunClock& clock) {
        const publish::KafkaEvent event(rd_kafka_queue_poll(queue_.get(), kFlush_ms));
        if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) return;
        const auto now = clock.now();
        while (const auto* message = rd_kafka_event_message_next(event.get())) {
            if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                ++failed_;
                continue;
            }
            load_.judge.answered(reinterpret_cast<std::uintptr_t>(message->_private), now);
            ++figures.answered;
        }
    }

    const Load& load_;
    publish::KafkaHandle producer_;
    publish::KafkaQueue queue_;
    publish::KafkaTopic topic_;
    std::vector<Template> templates_;
    std::atomic<std::uint64_t> failed_{0};
};

}  // namespace

std::unique_ptr<Sender> make_bare_sender(const Load& load, const BareTarget& target) {
    return std::make_unique<BareSender>(load, target);
}

}  // namespace hark::bench
