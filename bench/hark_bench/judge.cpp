#include "hark_bench/judge.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace hark::bench {

std::uint64_t number_of(std::string_view record, std::string_view nonce) noexcept {
    constexpr std::string_view kMember = "\"id\":\"";
    const auto member = record.find(kMember);
    if (member == std::string_view::npos) return kNoNumber;
    const auto begin = member + kMember.size();
    const auto end = record.find('"', begin);
    if (end == std::string_view::npos) return kNoNumber;
    const auto id = record.substr(begin, end - begin);
    const auto at = id.rfind(nonce);
    if (at == std::string_view::npos || at + nonce.size() >= id.size() ||
        id[at + nonce.size()] != '-')
        return kNoNumber;
    std::uint64_t number = 0;
    const auto* const stop = id.data() + id.size();
    const auto [rest, error] = std::from_chars(id.data() + at + nonce.size() + 1, stop, number);
    return error == std::errc{} && rest == stop ? number : kNoNumber;
}

Judge::Judge(const std::vector<std::uint64_t>& due, const JudgeOptions& options)
    : options_(options),
      due_(due),
      sent_(due.size() * options.batch),
      answered_(sent_.size()),
      arrivals_(sent_.size()),
      promised_labels_(sent_.size()),
      arrived_labels_(sent_.size()),
      last_in_thread_(options.threads) {
    if (options.batch == 0 || options.threads == 0)
        throw std::invalid_argument("a send has one post at least, and a thread");
    if (options.labels.size() > kMostLabels)
        throw std::invalid_argument("more than 16 labels: judge fewer topics (--labels)");
    for (const auto& name : options.labels) labels_.push_back({name, 0, 0, 0, {}});
}

std::uint64_t Judge::latency(std::uint64_t number, std::uint64_t now) const noexcept {
    const auto at = due(number);
    return now > at ? now - at : 0;
}

void Judge::answered(std::uint64_t number, std::uint64_t now) noexcept {
    answered_[number] = 1;
    if (due(number) >= options_.measure_from) answer_latency_.record(latency(number, now));
}

void Judge::arrived(std::uint64_t number, std::string_view record, std::uint64_t now) {
    if (number >= sent_.size()) {
        ++unknown_;
        return;
    }
    if (arrivals_[number] != 0) {
        ++duplicated_;
        return;
    }
    arrivals_[number] = 1;
    ++arrived_;
    auto& last = last_in_thread_[thread_of(number)];
    if (number + 1 < last) ++out_of_order_;
    else last = number + 1;
    const auto took = latency(number, now);
    interval_.record(took);
    if (took > options_.late_after) ++late_;
    if (due(number) >= options_.measure_from) topic_latency_.record(took);
    labels_of(record, [&](std::string_view name) {
        const auto index = label_index(name);
        if (index == labels_.size()) return;
        promised_labels_[number] |= static_cast<std::uint16_t>(1U << index);
        ++labels_[index].promised;
        if ((arrived_labels_[number] >> index & 1) == 0) ++labels_missing_;
    });
}

void Judge::label_arrived(std::string_view name, std::uint64_t number, std::uint64_t now) {
    if (number >= sent_.size()) {
        ++unknown_;
        return;
    }
    const auto index = label_index(name);
    if (index == labels_.size()) return;
    const auto bit = static_cast<std::uint16_t>(1U << index);
    auto& label = labels_[index];
    if ((arrived_labels_[number] & bit) != 0) {
        ++label.duplicated;
        return;
    }
    arrived_labels_[number] |= bit;
    ++label.arrived;
    if ((promised_labels_[number] & bit) != 0) --labels_missing_;
    if (due(number) >= options_.measure_from) label.latency.record(latency(number, now));
}

std::size_t Judge::label_index(std::string_view name) const noexcept {
    std::size_t i = 0;
    while (i < labels_.size() && labels_[i].name != name) ++i;
    return i;
}

Histogram Judge::take_interval() {
    Histogram out = interval_;
    interval_.clear();
    return out;
}

Findings Judge::findings() const {
    constexpr std::size_t kShown = 10;
    Findings out;
    out.arrived = arrived_;
    out.duplicated = duplicated_;
    out.out_of_order = out_of_order_;
    out.late = late_;
    out.unknown = unknown_;
    std::vector<std::uint64_t> lost_labels(labels_.size());
    for (std::uint64_t number = 0; number < sent_.size(); ++number) {
        const bool was_sent = sent_[number] != 0;
        const bool was_answered = answered_[number] != 0;
        out.sent += was_sent ? 1 : 0;
        out.answered += was_answered ? 1 : 0;
        if (was_sent && arrivals_[number] == 0) {
            ++out.lost;
            out.lost_after_answer += was_answered ? 1 : 0;
            if (out.first_lost.size() < kShown) out.first_lost.push_back(number);
        }
        const auto missing = promised_labels_[number] & ~arrived_labels_[number];
        for (std::size_t i = 0; missing != 0 && i < labels_.size(); ++i)
            lost_labels[i] += static_cast<unsigned>(missing) >> i & 1U;
    }
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        const auto& label = labels_[i];
        out.labels[label.name] = {label.promised, label.arrived, lost_labels[i], label.duplicated,
                                  label.latency};
    }
    return out;
}

}  // namespace hark::bench
