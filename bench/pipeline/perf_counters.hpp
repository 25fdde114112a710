#pragma once

#include <benchmark/benchmark.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace hark::bench {

/// Instructions, branch and cache misses of this thread while it lives, as counters an iteration.
/// Where the kernel or the machine permits none it says so once and counts nothing.
class PerfCounters {
public:
    explicit PerfCounters(benchmark::State& state) : state_(state) {
        for (std::size_t i = 0; i < kEvents.size(); ++i) files_[i] = open(kEvents[i].config);
    }
    ~PerfCounters() {
        for (std::size_t i = 0; i < kEvents.size(); ++i) {
            std::uint64_t count = 0;
            if (files_[i] >= 0 && ::read(files_[i], &count, sizeof count) == sizeof count) {
                state_.counters[kEvents[i].name] = benchmark::Counter(
                    static_cast<double>(count), benchmark::Counter::kAvgIterations);
            }
            if (files_[i] >= 0) ::close(files_[i]);
        }
    }
    PerfCounters(const PerfCounters&) = delete;
    PerfCounters& operator=(const PerfCounters&) = delete;

    [[nodiscard]] static bool permitted() {
        const int file = open(PERF_COUNT_HW_INSTRUCTIONS);
        if (file >= 0) ::close(file);
        return file >= 0;
    }

private:
    struct Event {
        const char* name;
        std::uint64_t config;
    };
    static constexpr std::array<Event, 3> kEvents = {
        {{"instructions", PERF_COUNT_HW_INSTRUCTIONS},
         {"branch_misses", PERF_COUNT_HW_BRANCH_MISSES},
         {"cache_misses", PERF_COUNT_HW_CACHE_MISSES}}};

    static int open(std::uint64_t config) {
        perf_event_attr attributes{};
        attributes.type = PERF_TYPE_HARDWARE;
        attributes.size = sizeof attributes;
        attributes.config = config;
        attributes.exclude_kernel = 1;
        attributes.exclude_hv = 1;
        return static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
    }

    benchmark::State& state_;
    std::array<int, kEvents.size()> files_{};
};

}  // namespace hark::bench
