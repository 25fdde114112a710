#include "publish/kafka/port.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <stdexcept>

#include "core/limits.hpp"
#include "publish/kafka/topics.hpp"
#include "telemetry/log.hpp"

namespace hark::publish {

using namespace std::chrono_literals;

namespace {

constexpr auto kFarewell = 2s;  ///< for what a broker is about to acknowledge
constexpr auto kRenewalStep = 50ms;
constexpr auto kRenewalMax = 10s;
constexpr auto kRenewalsApart = 60s;  ///< after so long without one the back-off begins anew
constexpr auto kTopicsRetry = 1s;

/// The broker will never take this message. All else may pass: a permission can be given, a topic
/// made, a replica come back.
bool refuses(rd_kafka_resp_err_t error) noexcept {
    switch (error) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD: return true;
        default: return false;
    }
}

/// The message failed for its topic's sake, not because no broker could be reached.
bool of_topic(rd_kafka_resp_err_t error) noexcept {
    return error > RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

std::string_view bytes_of(const void* bytes, std::size_t size) noexcept {
    return {static_cast<const char*>(bytes), size};
}

void log_line(rd_kafka_event_t* event) {
    const char* facility = "";
    const char* text = "";
    int level = 7;
    if (rd_kafka_event_log(event, &facility, &text, &level) != 0) return;
    using telemetry::Level;
    const auto as = level <= 3   ? Level::error
                    : level == 4 ? Level::warn
                    : level <= 6 ? Level::info
                                 : Level::debug;
    telemetry::log(as, "kafka_client", {{"facility", facility}, {"what", text}});
}

}  // namespace

KafkaPort::KafkaPort(const KafkaOptions& options, KafkaHealth& health, bool connected,
                     bool see_to_topics, runtime::Shard& shard, DeliveryListener& listener,
                     telemetry::Metrics& metrics)
    : options_(options),
      health_(health),
      io_(shard.io()),
      listener_(listener),
      metrics_(metrics),
      statistics_(metrics, shard.index()),
      offered_again_(metrics.counter("hark_kafka_offered_again_total",
                                     "Messages that came back and were offered again")),
      renewals_(metrics.counter("hark_kafka_renewals_total",
                                "Producers replaced because messages came back")),
      backoff_(limits::kBackoffFirst, kRenewalMax),
      renewal_timer_(io_),
      overdue_timer_(io_),
      topics_wanted_(see_to_topics),
      topics_timer_(io_) {
    if (!connected) set_trouble("connecting to " + options_.brokers, Until::connected);
    new_client();
    after(overdue_timer_, options_.message_timeout, &KafkaPort::look_for_overdue);
}

KafkaPort::~KafkaPort() {
    if (troubled_ || renewing_) return;
    const auto until = Clock::now() + kFarewell;
    while (in_library_ > 0 && !renewing_ && Clock::now() < until) {
        rd_kafka_flush(client_->producer(), 10);
        while (auto event = KafkaEvent(rd_kafka_queue_poll(client_->queue(), 0))) {
            if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
            in_library_ -= std::min(in_library_, rd_kafka_event_message_count(event.get()));
        }
    }
}

void KafkaPort::new_client() {
    client_ = std::make_unique<KafkaClient>(
        options_, Batching::many, io_,
        [this](rd_kafka_event_t* event) { on_event(event, Batching::many); });
    if (topics_wanted_) ask_for_topics();
}

KafkaClient* KafkaPort::alone() {
    if (alone_ != nullptr) return alone_.get();
    try {
        alone_ = std::make_unique<KafkaClient>(
            options_, Batching::one, io_,
            [this](rd_kafka_event_t* event) { on_event(event, Batching::one); });
    } catch (const std::exception& error) {
        telemetry::log(telemetry::Level::error, "kafka_renewal_failed", {{"what", error.what()}});
    }
    return alone_.get();
}

void KafkaPort::offer(const Message& message, std::uint64_t token) {
    Slot slot = 0;
    if (free_.empty()) {
        slot = static_cast<Slot>(pending_.size());
        pending_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    pending_[slot] = {token, ++sequence_, message.topic};
    if (renewing_) park(slot, message.key, message.value, headers_of(message));
    else produce(*client_, slot, message.key, message.value, headers_of(message));
}

void KafkaPort::produce(KafkaClient& client, Slot slot, std::string_view key,
                        std::string_view value, KafkaHeaders headers) {
    const auto topic = pending_[slot].topic;
    const auto error = client.produce(topic, key, value, headers,
                                      reinterpret_cast<void*>(static_cast<std::uintptr_t>(slot)));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++in_library_;
        return;
    }
    count(error);
    if (refuses(error)) {
        refuse_later(slot, value);
        return;
    }
    park(slot, key, value, std::move(headers));
    renew(error, topic);
}

void KafkaPort::park(Slot slot, std::string_view key, std::string_view value,
                     KafkaHeaders headers) {
    parked_.push_back({slot, std::string(key), std::string(value), std::move(headers)});
}

void KafkaPort::refuse_later(Slot slot, std::string_view value) {
    boost::asio::post(io_, [this, slot, kept = std::string(value), alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) finish(slot, Errc::sink_refused, kept);
    });
}

void KafkaPort::finish(Slot slot, Errc outcome, std::string_view refused) {
    const auto [token, sequence, topic] = pending_[slot];
    pending_[slot].sequence = kFree;
    free_.push_back(slot);
    if (troubled_ && !renewing_ && outcome == Errc::ok && trouble_topic_.value_or(topic) == topic) {
        clear_trouble();
    }
    listener_.delivered(token, outcome, refused);
}

void KafkaPort::on_event(rd_kafka_event_t* event, Batching batching) {
    switch (rd_kafka_event_type(event)) {
        case RD_KAFKA_EVENT_DR:
            while (const auto* message = rd_kafka_event_message_next(event)) {
                on_report(*message, batching);
            }
            break;
        case RD_KAFKA_EVENT_STATS:
            if (batching == Batching::many && statistics_.read(rd_kafka_event_stats(event)) &&
                troubled_ && trouble_until_ == Until::connected) {
                clear_trouble();
            }
            break;
        case RD_KAFKA_EVENT_ERROR: on_error(event); break;
        case RD_KAFKA_EVENT_LOG: log_line(event); break;
        case RD_KAFKA_EVENT_CREATETOPICS_RESULT: on_topics(event); break;
        default: break;
    }
}

/// Whether the broker said where the message lies. Where it said "duplicate sequence" instead,
/// librdkafka reports success, and need not be right: a partition that knows nothing of a producer
/// yet takes whichever batch comes first once it has a leader, and calls the earlier one, which was
/// refused a moment before and is sent again, a duplicate. Such a report counts up from an invalid
/// offset through its batch.
bool KafkaPort::is_placed(const rd_kafka_message_t& message) noexcept {
    const bool goes_on = unplaced_ && message.offset == unplaced_->offset + 1 &&
                         message.rkt == unplaced_->topic &&
                         message.partition == unplaced_->partition;
    if (message.offset >= 0 && !goes_on) {
        unplaced_.reset();
        return true;
    }
    unplaced_ = Unplaced{message.rkt, message.partition, message.offset};
    return false;
}

void KafkaPort::on_report(const rd_kafka_message_t& message, Batching batching) {
    --in_library_;
    const auto slot = static_cast<Slot>(reinterpret_cast<std::uintptr_t>(message._private));
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (is_placed(message)) {
            finish(slot, Errc::ok);
            return;
        }
    } else {
        count(message.err);
    }
    if (refuses(message.err) && batching == Batching::one) {
        finish(slot, Errc::sink_refused, {static_cast<const char*>(message.payload), message.len});
        return;
    }
    rd_kafka_headers_t* detached = nullptr;
    rd_kafka_message_detach_headers(const_cast<rd_kafka_message_t*>(&message), &detached);
    KafkaHeaders headers(detached);
    const auto key = bytes_of(message.key, message.key_len);
    const auto value = bytes_of(message.payload, message.len);
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && !renewing_) {
        offered_again_.add();
        produce(*client_, slot, key, value, std::move(headers));
        return;
    }
    if (refuses(message.err) && !renewing_) {
        // The broker refuses a batch for one message in it: the others are not at fault.
        if (auto* const client = alone()) {
            produce(*client, slot, key, value, std::move(headers));
            return;
        }
    }
    park(slot, key, value, std::move(headers));
    renew(message.err, pending_[slot].topic);  // nothing when that is under way
}

void KafkaPort::on_error(rd_kafka_event_t* event) {
    const auto error = rd_kafka_event_error(event);
    count(error);
    if (rd_kafka_event_error_is_fatal(event) != 0) {
        renew(error, std::nullopt);
    } else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
               error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL) {
        if (!troubled_) set_trouble(rd_kafka_event_error_string(event), Until::connected);
    }
}

void KafkaPort::on_topics(rd_kafka_event_t* event) {
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        after(topics_timer_, kTopicsRetry, &KafkaPort::ask_for_topics);
        return;
    }
    topics_wanted_ = false;
    for (const auto& [name, why] : refused_topics(event)) {
        telemetry::log(telemetry::Level::error, "topic_not_created",
                       {{"topic", name}, {"what", why}});
    }
}

/// Only for topics that could not be looked for at the start. A topic that is refused here may be
/// there all the same: whether messages reach it, their reports tell.
void KafkaPort::ask_for_topics() {
    if (topics_wanted_ && options_.create_topics) {
        request_topics(options_, client_->producer(), client_->queue());
    }
}

void KafkaPort::renew(rd_kafka_resp_err_t error, std::optional<TopicIndex> topic) {
    if (renewing_) return;
    renewing_ = true;
    renewals_.add();
    const auto at = Clock::now();
    if (at - renewed_at_ > kRenewalsApart) backoff_.reset();
    renewed_at_ = at;
    purge_at_ = at + kFarewell;
    renew_at_ = at + backoff_.next();
    std::array<char, 512> fatal{};
    const bool is_fatal = rd_kafka_fatal_error(client_->producer(), fatal.data(), fatal.size()) !=
                          RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string what = is_fatal ? fatal.data() : rd_kafka_err2str(error);
    const bool topical = topic.has_value() && of_topic(error);
    if (topical) what = options_.topics[*topic] + ": " + what;
    telemetry::log(telemetry::Level::warn, "kafka_renewed", {{"what", what}});
    set_trouble(std::move(what), Until::delivered, topical ? topic : std::optional<TopicIndex>{});
    after(renewal_timer_, kRenewalStep, &KafkaPort::renewal_step);
}

void KafkaPort::renewal_step() {
    const auto at = Clock::now();
    if (in_library_ > 0) {
        // Time and again: what a broken connection gives back stands in the queue anew.
        purge(at < purge_at_ ? RD_KAFKA_PURGE_F_QUEUE
                             : RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    } else if (at >= renew_at_) {
        try {
            alone_.reset();
            client_.reset();
            new_client();
            renewing_ = false;
            expect_a_sign();
            offer_parked();
            return;
        } catch (const std::exception& error) {
            telemetry::log(telemetry::Level::error, "kafka_renewal_failed",
                           {{"what", error.what()}});
            renew_at_ = at + backoff_.next();
        }
    }
    after(renewal_timer_, kRenewalStep, &KafkaPort::renewal_step);
}

/// What was acknowledged during the farewell is not delivered again: where nothing is left whose
/// delivery could tell that all is well, a connection tells.
void KafkaPort::expect_a_sign() {
    const bool waits = std::any_of(pending_.begin(), pending_.end(), [this](const Pending& one) {
        return one.sequence != kFree && trouble_topic_.value_or(one.topic) == one.topic;
    });
    if (!waits) trouble_until_ = Until::connected;
}

void KafkaPort::offer_parked() {
    overdue_ = 0;
    auto parked = std::exchange(parked_, {});
    std::sort(parked.begin(), parked.end(), [this](const Parked& a, const Parked& b) {
        return pending_[a.slot].sequence < pending_[b.slot].sequence;
    });
    for (auto& one : parked) {
        if (renewing_) {
            parked_.push_back(std::move(one));
            continue;
        }
        offered_again_.add();
        produce(*client_, one.slot, one.key, one.value, std::move(one.headers));
    }
}

void KafkaPort::purge(int flags) {
    rd_kafka_purge(client_->producer(), flags | RD_KAFKA_PURGE_F_NON_BLOCKING);
    if (alone_ != nullptr) {
        rd_kafka_purge(alone_->producer(), flags | RD_KAFKA_PURGE_F_NON_BLOCKING);
    }
}

/// A message that is out at two looks in turn is overdue.
void KafkaPort::look_for_overdue() {
    const bool overdue = std::any_of(pending_.begin(), pending_.end(), [this](const Pending& one) {
        return one.sequence <= overdue_;
    });
    if (overdue) renew(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, std::nullopt);
    overdue_ = sequence_;
    after(overdue_timer_, options_.message_timeout, &KafkaPort::look_for_overdue);
}

void KafkaPort::set_trouble(std::string what, Until until, std::optional<TopicIndex> topic) {
    if (!troubled_) telemetry::log(telemetry::Level::error, "kafka_not_ready", {{"what", what}});
    troubled_ = true;
    trouble_until_ = until;
    trouble_topic_ = topic;
    health_.set("kafka: " + what);
}

void KafkaPort::clear_trouble() {
    telemetry::log(telemetry::Level::info, "kafka_ready");
    troubled_ = false;
    trouble_topic_.reset();
    health_.set({});
}

void KafkaPort::count(rd_kafka_resp_err_t error) {
    auto& counter = errors_[error];
    if (counter == nullptr) {
        counter = &metrics_.counter("hark_kafka_errors_total",
                                    "Errors by librdkafka's name, of messages and of connections",
                                    {{"error", rd_kafka_err2name(error)}});
    }
    counter->add();
}

KafkaHeaders KafkaPort::headers_of(const Message& message) {
    KafkaHeaders headers(rd_kafka_headers_new(6));
    const auto add = [&headers](std::string_view name, std::string_view value) {
        rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                            value.data(), static_cast<ssize_t>(value.size()));
    };
    if (message.time != header_time_) {
        header_time_ = message.time;
        header_time_text_ = format_rfc3339(message.time);
    }
    add("ce_specversion", "1.0");
    add("ce_id", message.id);
    add("ce_source", message.source);
    add("ce_type", message.type);
    add("ce_time", {header_time_text_.data(), header_time_text_.size()});
    add("content-type", "application/json");
    return headers;
}

void KafkaPort::after(boost::asio::steady_timer& timer, std::chrono::milliseconds time,
                      void (KafkaPort::*step)()) {
    timer.expires_after(time);
    timer.async_wait(
        [this, step, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
            if (!error && !alive.expired()) (this->*step)();
        });
}

}  // namespace hark::publish
