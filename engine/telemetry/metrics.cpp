#include "telemetry/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace hark::telemetry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

ClientMetric labelled(const Labels& labels) {
    ClientMetric metric;
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    return metric;
}

MetricFamily family_of(const std::string& name, const std::string& help,
                       prometheus::MetricType type) {
    MetricFamily family;
    family.name = name;
    family.help = help;
    family.type = type;
    return family;
}

}  // namespace

std::array<std::uint64_t, Histogram::kBounds.size() + 1> Histogram::buckets() const noexcept {
    std::array<std::uint64_t, kBounds.size() + 1> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = buckets_[i].value();
    return values;
}

template <class Cell>
Cell& Metrics::cell(std::map<std::string, Family<Cell>, std::less<>>& families,
                    std::string_view name, std::string_view help, const Labels& labels) {
    const std::lock_guard lock(mutex_);
    auto found = families.find(name);
    if (found == families.end()) found = families.emplace(name, Family<Cell>{}).first;
    auto& family = found->second;
    if (family.help.empty()) family.help = help;
    auto series = std::find_if(family.series.begin(), family.series.end(),
                               [&](const auto& one) { return one.labels == labels; });
    if (series == family.series.end()) {
        family.series.emplace_back();
        series = std::prev(family.series.end());
        series->labels = labels;
    }
    return series->cells.emplace_back();
}

Counter& Metrics::counter(std::string_view name, std::string_view help, const Labels& labels) {
    return cell(counters_, name, help, labels);
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, const Labels& labels) {
    return cell(gauges_, name, help, labels);
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, const Labels& labels) {
    return cell(histograms_, name, help, labels);
}

std::string Metrics::text() const {
    const std::lock_guard lock(mutex_);
    std::vector<MetricFamily> families;
    for (const auto& [name, family] : counters_) {
        auto& out =
            families.emplace_back(family_of(name, family.help, prometheus::MetricType::Counter));
        for (const auto& series : family.series) {
            auto& metric = out.metric.emplace_back(labelled(series.labels));
            for (const auto& one : series.cells) {
                metric.counter.value += static_cast<double>(one.value());
            }
        }
    }
    for (const auto& [name, family] : gauges_) {
        auto& out =
            families.emplace_back(family_of(name, family.help, prometheus::MetricType::Gauge));
        for (const auto& series : family.series) {
            auto& metric = out.metric.emplace_back(labelled(series.labels));
            for (const auto& one : series.cells) metric.gauge.value += one.value();
        }
    }
    for (const auto& [name, family] : histograms_) {
        auto& out =
            families.emplace_back(family_of(name, family.help, prometheus::MetricType::Histogram));
        for (const auto& series : family.series) {
            auto& histogram = out.metric.emplace_back(labelled(series.labels)).histogram;
            std::array<std::uint64_t, Histogram::kBounds.size() + 1> sums{};
            for (const auto& one : series.cells) {
                const auto buckets = one.buckets();
                for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += buckets[i];
                histogram.sample_sum += one.sum();
            }
            for (std::size_t i = 0; i < sums.size(); ++i) {
                histogram.sample_count += sums[i];
                if (i < Histogram::kBounds.size()) {
                    histogram.bucket.push_back({histogram.sample_count, Histogram::kBounds[i]});
                }
            }
        }
    }
    return prometheus::TextSerializer().Serialize(families);
}

std::uint64_t Metrics::total(std::string_view name, const Labels& labels) const {
    const std::lock_guard lock(mutex_);
    const auto found = counters_.find(name);
    if (found == counters_.end()) return 0;
    std::uint64_t sum = 0;
    for (const auto& series : found->second.series) {
        if (!labels.empty() && series.labels != labels) continue;
        for (const auto& one : series.cells) sum += one.value();
    }
    return sum;
}

double Metrics::gauge_sum(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = gauges_.find(name);
    if (found == gauges_.end()) return 0;
    double sum = 0;
    for (const auto& series : found->second.series) {
        for (const auto& one : series.cells) sum += one.value();
    }
    return sum;
}

double Metrics::quantile(std::string_view name, double q) const {
    const std::lock_guard lock(mutex_);
    const auto found = histograms_.find(name);
    if (found == histograms_.end()) return 0;
    std::array<double, Histogram::kBounds.size() + 1> sums{};
    double count = 0;
    for (const auto& series : found->second.series) {
        for (const auto& one : series.cells) {
            const auto buckets = one.buckets();
            for (std::size_t i = 0; i < sums.size(); ++i) {
                sums[i] += static_cast<double>(buckets[i]);
                count += static_cast<double>(buckets[i]);
            }
        }
    }
    if (count == 0) return 0;
    double below = 0;
    for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
        if (sums[i] > 0 && below + sums[i] >= q * count) {
            const double low = i == 0 ? 0 : Histogram::kBounds[i - 1];
            return low + (Histogram::kBounds[i] - low) * (q * count - below) / sums[i];
        }
        below += sums[i];
    }
    return Histogram::kBounds.back();
}

}  // namespace hark::telemetry
