#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hark_bench/clock.hpp"
#include "hark_bench/judge.hpp"

namespace hark::bench {

/// One second of arrivals.
struct Second {
    double at_s = 0;  ///< its end, from the run's start
    std::uint64_t arrived = 0;
    std::uint64_t p50 = 0;  ///< ns from due to the topic
    std::uint64_t p99 = 0;
    std::uint64_t max = 0;
    std::string histogram;  ///< encoded, when the log of histograms is kept
};

/// What reads the topics back.
class Topics {
public:
    using Take = std::function<void(std::size_t topic, std::string_view record)>;
    virtual ~Topics() = default;
    /// Hands over what there is, waiting a few milliseconds for something. Throws
    /// std::runtime_error when the topics cannot be read.
    virtual void poll(const Take& take) = 0;
};

/// From the topics' beginnings. `names` in the order in which `take` gets their numbers.
[[nodiscard]] std::unique_ptr<Topics> make_kafka_topics(const std::string& brokers,
                                                        const std::vector<std::string>& names);
/// A directory sink's folder; topics that are not there yet are waited for.
[[nodiscard]] std::unique_ptr<Topics> make_directory_topics(const std::string& folder,
                                                            const std::vector<std::string>& names);

/// Reads on a thread of its own and tells the judge: the first topic is that of all records, the
/// others are labels' and named so by `labels`.
class Consumer {
public:
    Consumer(std::unique_ptr<Topics> topics, std::vector<std::string> labels, std::string nonce,
             Judge& judge, const RunClock& clock, bool keep_histograms);
    /// Ends the thread. Throws what the reading threw.
    void stop();

    [[nodiscard]] const std::vector<Second>& seconds() const noexcept { return seconds_; }
    /// Posts a second between a tenth and nine tenths of all, which start and end do not blur.
    [[nodiscard]] double middle_rate() const noexcept;
    [[nodiscard]] double last_arrival_s() const noexcept {
        return static_cast<double>(last_at_) / 1e9;
    }
    /// What the first record says of its rules.
    [[nodiscard]] const std::string& ruleset() const noexcept { return ruleset_; }

private:
    void read(const std::stop_token& stop);
    void take(std::size_t topic, std::string_view record);
    void close_second(std::uint64_t now);

    std::unique_ptr<Topics> topics_;
    std::vector<std::string> labels_;
    std::string nonce_;
    Judge& judge_;
    const RunClock& clock_;
    bool keep_histograms_;
    std::vector<Second> seconds_;
    std::uint64_t second_ends_ = 1'000'000'000;
    std::uint64_t arrived_before_ = 0;
    std::uint64_t tenth_at_ = 0;
    std::uint64_t nine_tenths_at_ = 0;
    std::uint64_t last_at_ = 0;
    std::string ruleset_;
    std::exception_ptr failure_;
    std::jthread thread_;
};

}  // namespace hark::bench
