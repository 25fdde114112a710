#include <csignal>
#include <cstdio>
#include <exception>

#include "hark_bench/clock.hpp"
#include "hark_bench/command_line.hpp"
#include "runtime/descriptors.hpp"
#include "telemetry/log.hpp"

namespace {

void stop(int) {
    hark::bench::g_stop = true;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGINT, stop);
    std::signal(SIGTERM, stop);
    hark::runtime::raise_descriptor_limit();
    hark::telemetry::configure_log(hark::telemetry::Level::warn,
                                   hark::telemetry::LogFormat::logfmt);
    try {
        return hark::bench::dispatch(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hark-bench: %s\n", error.what());
        return hark::bench::kUsage;
    }
}
