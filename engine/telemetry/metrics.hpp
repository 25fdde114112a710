#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::telemetry {

/// Grows only. One writer (the shard that made it), any reader: the hot path pays a plain load and
/// store.
class Counter {
public:
    void add(std::uint64_t n = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const noexcept {
        return value_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Any writer.
class Gauge {
public:
    void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

/// Durations in seconds, in fixed buckets from 50 us to 60 s. One writer, any reader.
class Histogram {
public:
    static constexpr std::array<double, 20> kBounds = {
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
        0.1,     0.2,    0.5,    1,      2,     5,     10,    20,   30,   60};

    void observe(double seconds) noexcept {
        std::size_t i = 0;
        while (i < kBounds.size() && seconds > kBounds[i]) ++i;
        buckets_[i].add();
        sum_.store(sum_.load(std::memory_order_relaxed) + seconds, std::memory_order_relaxed);
    }
    /// Not cumulative; the last one counts what is above all bounds.
    [[nodiscard]] std::array<std::uint64_t, kBounds.size() + 1> buckets() const noexcept;
    [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
    std::array<Counter, kBounds.size() + 1> buckets_;
    std::atomic<double> sum_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// All metrics of the process. Asking for a metric makes a cell of its own (one a shard, so that a
/// cell has one writer); the text sums the cells of equal name and labels. Making cells takes a
/// lock: do it at start or on rare paths, and keep the reference, which lives as long as the
/// Metrics. Thread-safe.
class Metrics {
public:
    Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
    Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
    Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});

    /// Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;
    /// Sum over the cells of one counter with these labels; over all labels when empty. 0 when
    /// unknown.
    [[nodiscard]] std::uint64_t total(std::string_view name, const Labels& labels = {}) const;
    /// Sum over all cells of a gauge. 0 when unknown.
    [[nodiscard]] double gauge_sum(std::string_view name) const;
    /// The q-quantile (0..1) of a histogram over all its cells, in seconds, by linear
    /// interpolation; 0 when empty.
    [[nodiscard]] double quantile(std::string_view name, double q) const;

private:
    template <class Cell>
    struct Series {
        Labels labels;
        std::deque<Cell> cells;  // references stay valid
    };
    template <class Cell>
    struct Family {
        std::string help;
        std::deque<Series<Cell>> series;
    };
    template <class Cell>
    Cell& cell(std::map<std::string, Family<Cell>, std::less<>>& families, std::string_view name,
               std::string_view help, const Labels& labels);

    mutable std::mutex mutex_;
    std::map<std::string, Family<Counter>, std::less<>> counters_;
    std::map<std::string, Family<Gauge>, std::less<>> gauges_;
    std::map<std::string, Family<Histogram>, std::less<>> histograms_;
};

}  // namespace hark::telemetry
