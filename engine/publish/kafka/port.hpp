#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/kafka/client.hpp"
#include "publish/kafka/health.hpp"
#include "publish/kafka/statistics.hpp"
#include "runtime/backoff.hpp"

namespace hark::publish {

/// One shard's producer and the fate of each of its messages.
///
/// A message that comes back undelivered, or does not come back in time, is not lost: the producer
/// is *renewed*. Everything that the library still holds is called back (what is with a broker has
/// two seconds to be acknowledged), new offers wait, and when nothing is out any more a new
/// producer is offered everything in the order of its first offer. So order within a key outlives
/// time-outs, fatal errors and refused permissions alike. The library's own time-out is off: it
/// gives back the oldest messages alone, and younger ones of the same key would overtake them.
class KafkaPort final : public SinkPort {
public:
    /// `see_to_topics`: no broker answered at the start, so this port asks for the topics.
    KafkaPort(const KafkaOptions& options, KafkaHealth& health, bool connected, bool see_to_topics,
              runtime::Shard& shard, DeliveryListener& listener, telemetry::Metrics& metrics);
    ~KafkaPort() override;
    KafkaPort(const KafkaPort&) = delete;
    KafkaPort& operator=(const KafkaPort&) = delete;

    void offer(const Message& message, std::uint64_t token) override;

    /// For tests, which make it fail. Valid until the next renewal.
    [[nodiscard]] rd_kafka_t* producer() const noexcept { return client_->producer(); }

private:
    using Slot = std::uint32_t;
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};

    /// What becomes of a message in the library's hands; its opaque is the slot's number.
    struct Pending {
        std::uint64_t token = 0;
        std::uint64_t sequence = 0;  ///< of the first offer; `kFree`: nobody's
        TopicIndex topic = 0;
    };

    /// A message that waits for the next producer.
    struct Parked {
        Slot slot = 0;
        std::string key;
        std::string value;
        KafkaHeaders headers;
    };

    /// What makes a trouble end.
    enum class Until : std::uint8_t { connected, delivered };

    void new_client();
    [[nodiscard]] KafkaClient* alone();  ///< null when it cannot be made
    void produce(KafkaClient& client, Slot slot, std::string_view key, std::string_view value,
                 KafkaHeaders headers);
    void park(Slot slot, std::string_view key, std::string_view value, KafkaHeaders headers);
    void refuse_later(Slot slot, std::string_view value);
    void finish(Slot slot, Errc outcome, std::string_view refused = {});

    void on_event(rd_kafka_event_t* event, Batching batching);
    [[nodiscard]] bool is_placed(const rd_kafka_message_t& message) noexcept;
    void on_report(const rd_kafka_message_t& message, Batching batching);
    void on_error(rd_kafka_event_t* event);
    void on_topics(rd_kafka_event_t* event);

    void renew(rd_kafka_resp_err_t error, std::optional<TopicIndex> topic);
    void renewal_step();
    void expect_a_sign();
    void offer_parked();
    void purge(int flags);
    void look_for_overdue();
    void ask_for_topics();

    void set_trouble(std::string what, Until until, std::optional<TopicIndex> topic = {});
    void clear_trouble();
    void count(rd_kafka_resp_err_t error);
    [[nodiscard]] KafkaHeaders headers_of(const Message& message);
    void after(boost::asio::steady_timer& timer, std::chrono::milliseconds time,
               void (KafkaPort::*step)());

    const KafkaOptions& options_;
    KafkaHealth& health_;
    boost::asio::io_context& io_;
    DeliveryListener& listener_;
    telemetry::Metrics& metrics_;
    KafkaStatistics statistics_;
    telemetry::Counter& offered_again_;
    telemetry::Counter& renewals_;
    std::map<rd_kafka_resp_err_t, telemetry::Counter*> errors_;

    std::vector<Pending> pending_;
    std::vector<Slot> free_;
    std::uint64_t sequence_ = 0;
    std::size_t in_library_ = 0;
    std::vector<Parked> parked_;

    bool renewing_ = false;
    Clock::time_point renewed_at_{};
    Clock::time_point purge_at_{};
    Clock::time_point renew_at_{};
    runtime::Backoff backoff_;
    boost::asio::steady_timer renewal_timer_;

    struct Unplaced {
        const rd_kafka_topic_t* topic = nullptr;
        std::int32_t partition = 0;
        std::int64_t offset = 0;
    };
    std::optional<Unplaced> unplaced_;  ///< the last report, when it told no place
    std::uint64_t overdue_ = 0;         ///< what was offered up to here should have come back
    boost::asio::steady_timer overdue_timer_;

    bool topics_wanted_;
    boost::asio::steady_timer topics_timer_;

    bool troubled_ = false;
    Until trouble_until_ = Until::connected;
    std::optional<TopicIndex> trouble_topic_;

    Timestamp header_time_ = Timestamp::min();
    std::array<char, 24> header_time_text_{};
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    std::unique_ptr<KafkaClient> client_;
    /// Each message in a batch of its own: here goes what was refused together with others.
    std::unique_ptr<KafkaClient> alone_;
};

}  // namespace hark::publish
