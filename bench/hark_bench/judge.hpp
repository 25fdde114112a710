#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hark_bench/histogram.hpp"

namespace hark::bench {

/// Where an arriving record's number stands: ids of a run end with `<nonce>-<number>`.
/// kNoNumber when the record is of another run or no record.
inline constexpr std::uint64_t kNoNumber = ~std::uint64_t{0};
[[nodiscard]] std::uint64_t number_of(std::string_view record, std::string_view nonce) noexcept;

/// Calls `take` with each label's name of a record as Hark writes it.
template <class Take>
void labels_of(std::string_view record, Take&& take) {
    constexpr std::string_view kMember = "\"labels\":{";
    // The text stands before and has its quotes escaped, so the first such member is the record's.
    auto at = record.find(kMember);
    if (at == std::string_view::npos) return;
    at += kMember.size();
    while (at < record.size() && record[at] == '"') {
        const auto end = record.find('"', at + 1);
        if (end == std::string_view::npos) return;
        take(record.substr(at + 1, end - at - 1));
        const auto next = record.find_first_of(",}", end);
        if (next == std::string_view::npos || record[next] == '}') return;
        at = next + 1;
    }
}

struct JudgeOptions {
    std::uint64_t batch = 1;         ///< posts a send: they are due together and share a thread
    std::uint64_t threads = 1;       ///< conversations, taken in turn by the sends
    std::uint64_t measure_from = 0;  ///< ns; what was due before is judged, but not in histograms
    std::uint64_t late_after = 1'000'000'000;  ///< ns from due to arrival
    std::vector<std::string> labels = {};      ///< those whose topics are read too; 16 at most
};

struct LabelFigures {
    std::uint64_t promised = 0;  ///< records of the main topic that name the label
    std::uint64_t arrived = 0;   ///< different ids in the label's topic
    std::uint64_t lost = 0;      ///< promised and never in the label's topic
    std::uint64_t duplicated = 0;
    Histogram latency;
};

struct Findings {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t arrived = 0;  ///< different ids
    std::uint64_t lost = 0;     ///< sent and never arrived
    std::uint64_t lost_after_answer = 0;
    std::uint64_t duplicated = 0;  ///< arrivals beyond each id's first
    std::uint64_t out_of_order = 0;
    std::uint64_t late = 0;
    std::uint64_t unknown = 0;              ///< ids that were never sent, and what has none
    std::vector<std::uint64_t> first_lost;  ///< at most ten
    std::map<std::string, LabelFigures> labels;
};

/// Knows what was sent and when each was due, is told what arrived, and says what is missing. Times
/// are nanoseconds from the run's start. sent(), answered() and the arrivals may each be called on
/// a thread of their own; findings() and the latencies wait until these have ended.
class Judge {
public:
    static constexpr std::size_t kMostLabels = 16;

    /// Keeps a reference to `due`. Throws std::invalid_argument.
    Judge(const std::vector<std::uint64_t>& due, const JudgeOptions& options);

    /// The post with this number left; calls come in any order, each number once.
    void sent(std::uint64_t number) noexcept { sent_[number] = 1; }
    void answered(std::uint64_t number, std::uint64_t now) noexcept;
    void arrived(std::uint64_t number, std::string_view record, std::uint64_t now);
    void label_arrived(std::string_view label, std::uint64_t number, std::uint64_t now);

    [[nodiscard]] std::uint64_t due(std::uint64_t number) const noexcept {
        return due_[number / options_.batch];
    }
    [[nodiscard]] std::uint64_t thread_of(std::uint64_t number) const noexcept {
        return number / options_.batch % options_.threads;
    }
    [[nodiscard]] std::uint64_t posts() const noexcept { return due_.size() * options_.batch; }
    /// Different ids that arrived, and promised ids that are missing in topics of labels; any
    /// thread.
    [[nodiscard]] std::uint64_t arrived_count() const noexcept { return arrived_; }
    [[nodiscard]] std::int64_t labels_missing() const noexcept { return labels_missing_; }

    [[nodiscard]] Findings findings() const;
    [[nodiscard]] const Histogram& answer_latency() const noexcept { return answer_latency_; }
    [[nodiscard]] const Histogram& topic_latency() const noexcept { return topic_latency_; }
    /// From due to arrival of all since the last call, the warm-up included; the consumer's thread.
    [[nodiscard]] Histogram take_interval();

private:
    struct Label {
        std::string name;
        std::uint64_t promised = 0;
        std::uint64_t arrived = 0;
        std::uint64_t duplicated = 0;
        Histogram latency;
    };

    /// Beyond the last for one that is not judged.
    [[nodiscard]] std::size_t label_index(std::string_view name) const noexcept;
    [[nodiscard]] std::uint64_t latency(std::uint64_t number, std::uint64_t now) const noexcept;

    JudgeOptions options_;
    const std::vector<std::uint64_t>& due_;  // the caller's, who keeps it
    // Each thread writes bytes of its own, so that none needs a lock.
    std::vector<std::uint8_t> sent_;
    std::vector<std::uint8_t> answered_;
    std::vector<std::uint8_t> arrivals_;
    std::vector<std::uint16_t> promised_labels_;  ///< a bit a label
    std::vector<std::uint16_t> arrived_labels_;
    std::vector<std::uint64_t> last_in_thread_;  ///< number + 1
    std::vector<Label> labels_;
    std::atomic<std::uint64_t> arrived_{0};
    std::atomic<std::int64_t> labels_missing_{0};
    std::uint64_t duplicated_ = 0;
    std::uint64_t out_of_order_ = 0;
    std::uint64_t late_ = 0;
    std::uint64_t unknown_ = 0;
    Histogram answer_latency_;
    Histogram topic_latency_;
    Histogram interval_;
};

}  // namespace hark::bench
