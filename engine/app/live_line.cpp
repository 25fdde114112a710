#include "app/live_line.hpp"

#include <cstdio>

namespace hark::app {

std::string LiveLine::next(std::size_t sources_up, std::size_t sources) {
    const auto now = std::chrono::steady_clock::now();
    const auto mentions = metrics_.total("hark_mentions_total");
    const double seconds = std::chrono::duration<double>(now - at_).count();
    const double rate = seconds > 0 ? static_cast<double>(mentions - mentions_) / seconds : 0;
    mentions_ = mentions;
    at_ = now;
    char line[256];
    std::snprintf(line, sizeof line,
                  "%.0f/s  %llu mentions  %llu records  %llu labels  %llu dead letters  "
                  "queue %.1f MiB  p99 %.1f ms  sources %zu/%zu",
                  rate, static_cast<unsigned long long>(mentions),
                  static_cast<unsigned long long>(metrics_.total("hark_records_total")),
                  static_cast<unsigned long long>(metrics_.total("hark_labels_total")),
                  static_cast<unsigned long long>(metrics_.total("hark_dead_letters_total")),
                  metrics_.gauge_sum("hark_in_flight_bytes") / (1024 * 1024),
                  metrics_.quantile("hark_acknowledged_seconds", 0.99) * 1000, sources_up, sources);
    return line;
}

}  // namespace hark::app
