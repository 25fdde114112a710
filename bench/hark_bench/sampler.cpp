#include "hark_bench/sampler.hpp"

namespace hark::bench {

namespace {
constexpr std::chrono::milliseconds kEvery{250};
}

Sampler::Sampler(pid_t pid, std::uint16_t admin_port, const RunClock& clock,
                 const SenderFigures& figures, double warm_up_s)
    : pid_(pid),
      admin_port_(admin_port),
      clock_(clock),
      figures_(figures),
      warm_up_s_(warm_up_s),
      thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
              look();
              std::this_thread::sleep_for(kEvery);
          }
          look();
      }) {}

void Sampler::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Sampler::look() {
    Sample sample;
    sample.at_s = static_cast<double>(clock_.now()) / 1e9;
    sample.sent = figures_.sent;
    if (admin_port_ != 0) {
        const auto answer = ask(admin_port_, "/metrics");
        if (answer.status != 200) return;  // it has ended
        sample.in_flight_bytes = metric_sum(answer.body, "hark_in_flight_bytes");
        sample.records = metric_sum(answer.body, "hark_records_total");
        dead_letters_ = metric_sum(answer.body, "hark_dead_letters_total");
        handed_over_ = metric_buckets(answer.body, "hark_handed_over_seconds");
        if (sample.at_s < warm_up_s_) warm_ = handed_over_;
    }
    if (pid_ != 0) {
        const auto usage = usage_of(pid_);
        if (usage.rss_bytes <= 0) return;
        usage_ = usage;
        sample.rss_bytes = usage.rss_bytes;
        sample.cpu_s = usage.cpu_s;
    }
    samples_.push_back(sample);
}

}  // namespace hark::bench
