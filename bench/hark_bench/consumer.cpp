#include "hark_bench/consumer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "publish/kafka/properties.hpp"

namespace hark::bench {

namespace {

constexpr std::chrono::milliseconds kLook{1};  // how often a folder is looked at
constexpr int kPoll_ms = 5;
constexpr std::size_t kAtOnce = 1000;  // messages, then the clock of seconds is looked at
constexpr std::size_t kBlock = 256 * 1024;
constexpr std::uint64_t kSecond = 1'000'000'000;

using Message = std::unique_ptr<rd_kafka_message_t, publish::Destroyer<&rd_kafka_message_destroy>>;
using Metadata =
    std::unique_ptr<const rd_kafka_metadata_t, publish::Destroyer<&rd_kafka_metadata_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   publish::Destroyer<&rd_kafka_topic_partition_list_destroy>>;

std::string ruleset_of(std::string_view record) {
    constexpr std::string_view kMember = "\"ruleset\":\"";
    const auto at = record.rfind(kMember);
    if (at == std::string_view::npos) return {};
    const auto begin = at + kMember.size();
    return std::string(record.substr(begin, record.find('"', begin) - begin));
}

class KafkaTopics final : public Topics {
public:
    KafkaTopics(const std::string& brokers, const std::vector<std::string>& names) {
        publish::KafkaOptions options;
        options.brokers = brokers;
        options.properties = {{"fetch.error.backoff.ms", "20"}};
        consumer_ = publish::make_consumer(options);
        rd_kafka_poll_set_consumer(consumer_.get());
        const Partitions all(rd_kafka_topic_partition_list_new(64));
        for (std::size_t i = 0; i < names.size(); ++i) {
            numbers_[names[i]] = i;
            for (int partition = 0; partition < partitions_of(names[i]); ++partition) {
                rd_kafka_topic_partition_list_add(all.get(), names[i].c_str(), partition)->offset =
                    RD_KAFKA_OFFSET_BEGINNING;
            }
        }
        if (rd_kafka_assign(consumer_.get(), all.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error("kafka: the topics cannot be assigned");
    }

    void poll(const Take& take) override {
        for (std::size_t i = 0; i < kAtOnce; ++i) {
            const Message message(rd_kafka_consumer_poll(consumer_.get(), kPoll_ms));
            if (message == nullptr) return;
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
            if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
                // A broker that goes and comes back is the library's to see to.
                if (message->rkt == nullptr) continue;
                throw std::runtime_error(std::string("kafka: ") +
                                         rd_kafka_message_errstr(message.get()));
            }
            if (message->rkt != last_topic_) {
                last_topic_ = message->rkt;
                last_number_ = numbers_.at(rd_kafka_topic_name(message->rkt));
            }
            take(last_number_, {static_cast<const char*>(message->payload), message->len});
        }
    }

private:
    int partitions_of(const std::string& name) {
        const publish::KafkaTopic topic(rd_kafka_topic_new(consumer_.get(), name.c_str(), nullptr));
        const rd_kafka_metadata_t* found = nullptr;
        constexpr int kPatience_ms = 10'000;
        const auto error = rd_kafka_metadata(consumer_.get(), 0, topic.get(), &found, kPatience_ms);
        const Metadata owner(found);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR || found->topic_cnt != 1 ||
            found->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw std::runtime_error("kafka: topic " + name + " is not there");
        return found->topics[0].partition_cnt;
    }

    publish::KafkaHandle consumer_;
    std::map<std::string, std::size_t> numbers_;
    rd_kafka_topic_t* last_topic_ = nullptr;
    std::size_t last_number_ = 0;
};

/// Segments are written one after another in the order of their names; a torn tail that a crash
/// left is cut by the writer and was never a line.
class DirectoryTopics final : public Topics {
public:
    DirectoryTopics(const std::string& folder, const std::vector<std::string>& names) {
        for (const auto& name : names) tails_.push_back({folder + "/" + name, {}, -1, {}});
        block_.resize(kBlock);
    }
    ~DirectoryTopics() override {
        for (const auto& tail : tails_) {
            if (tail.file >= 0) ::close(tail.file);
        }
    }

    void poll(const Take& take) override {
        bool any = false;
        for (std::size_t i = 0; i < tails_.size(); ++i) any |= read(tails_[i], i, take);
        if (!any) std::this_thread::sleep_for(kLook);
    }

private:
    struct Tail {
        std::string folder;
        std::string segment;
        int file;
        std::string rest;
    };

    bool read(Tail& tail, std::size_t number, const Take& take) {
        if (tail.file < 0 && !next(tail)) return false;
        const auto size = ::read(tail.file, block_.data(), block_.size());
        if (size < 0) throw std::runtime_error(tail.segment + ": cannot be read");
        if (size == 0) return next(tail);
        tail.rest.append(block_.data(), static_cast<std::size_t>(size));
        std::size_t begin = 0;
        for (auto end = tail.rest.find('\n'); end != std::string::npos;
             end = tail.rest.find('\n', begin)) {
            take(number, std::string_view(tail.rest).substr(begin, end - begin));
            begin = end + 1;
        }
        tail.rest.erase(0, begin);
        return true;
    }

    /// The segment after this one, if there is one: then this one is whole.
    static bool next(Tail& tail) {
        std::string following;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(tail.folder, error)) {
            const auto path = entry.path().string();
            if (path.ends_with(".ndjson") && path > tail.segment &&
                (following.empty() || path < following))
                following = path;
        }
        if (following.empty()) return false;
        // What was written between the last look and the next segment's birth is read first.
        if (tail.file >= 0) {
            std::array<char, 1> one{};
            if (::pread(tail.file, one.data(), 1, ::lseek(tail.file, 0, SEEK_CUR)) == 1)
                return true;
            ::close(tail.file);
        }
        tail.segment = following;
        tail.file = ::open(following.c_str(), O_RDONLY | O_CLOEXEC);
        return tail.file >= 0;
    }

    std::vector<Tail> tails_;
    std::vector<char> block_;
};

}  // namespace

std::unique_ptr<Topics> make_kafka_topics(const std::string& brokers,
                                          const std::vector<std::string>& names) {
    return std::make_unique<KafkaTopics>(brokers, names);
}

std::unique_ptr<Topics> make_directory_topics(const std::string& folder,
                                              const std::vector<std::string>& names) {
    return std::make_unique<DirectoryTopics>(folder, names);
}

Consumer::Consumer(std::unique_ptr<Topics> topics, std::vector<std::string> labels,
                   std::string nonce, Judge& judge, const RunClock& clock, bool keep_histograms)
    : topics_(std::move(topics)),
      labels_(std::move(labels)),
      nonce_(std::move(nonce)),
      judge_(judge),
      clock_(clock),
      keep_histograms_(keep_histograms),
      thread_([this](const std::stop_token& stop) { read(stop); }) {}

void Consumer::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Consumer::read(const std::stop_token& stop) {
    try {
        const Topics::Take take = [this](std::size_t topic, std::string_view record) {
            this->take(topic, record);
        };
        while (!stop.stop_requested()) {
            topics_->poll(take);
            const auto now = clock_.now();
            if (now >= second_ends_) close_second(now);
        }
        close_second(clock_.now());
    } catch (...) {
        failure_ = std::current_exception();
    }
}

void Consumer::take(std::size_t topic, std::string_view record) {
    const auto now = clock_.now();
    const auto number = number_of(record, nonce_);
    if (topic > 0) return judge_.label_arrived(labels_[topic - 1], number, now);
    judge_.arrived(number, record, now);
    last_at_ = now;
    if (ruleset_.empty()) ruleset_ = ruleset_of(record);
    const auto arrived = judge_.arrived_count();
    if (tenth_at_ == 0 && arrived >= judge_.posts() / 10) tenth_at_ = now;
    if (nine_tenths_at_ == 0 && arrived >= judge_.posts() / 10 * 9) nine_tenths_at_ = now;
}

double Consumer::middle_rate() const noexcept {
    if (nine_tenths_at_ <= tenth_at_) return 0;
    return 0.8 * static_cast<double>(judge_.posts()) /
           (static_cast<double>(nine_tenths_at_ - tenth_at_) / 1e9);
}

void Consumer::close_second(std::uint64_t now) {
    const auto interval = judge_.take_interval();
    const auto arrived = judge_.arrived_count();
    auto& second = seconds_.emplace_back();
    second.at_s = static_cast<double>(now) / 1e9;
    second.arrived = arrived - arrived_before_;
    second.p50 = interval.percentile(50);
    second.p99 = interval.percentile(99);
    second.max = interval.max();
    if (keep_histograms_) second.histogram = interval.encode();
    arrived_before_ = arrived;
    second_ends_ = now / kSecond * kSecond + kSecond;
}

}  // namespace hark::bench
