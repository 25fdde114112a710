#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "hark_bench/clock.hpp"
#include "hark_bench/command_line.hpp"
#include "telemetry/log.hpp"

namespace {

void stop(int) {
    hark::bench::g_stop = true;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGINT, stop);
    std::signal(SIGTERM, stop);
    raise_descriptor_limit();
    hark::telemetry::configure_log(hark::telemetry::Level::warn,
                                   hark::telemetry::LogFormat::logfmt);
    try {
        return hark::bench::dispatch(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hark-bench: %s\n", error.what());
        return hark::bench::kUsage;
    }
}
