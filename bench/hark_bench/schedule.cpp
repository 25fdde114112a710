#include "hark_bench/schedule.hpp"

#include <array>
#include <cmath>
#include <stdexcept>

namespace hark::bench {

namespace {

constexpr std::array kNames = {"constant", "poisson", "ramp", "burst", "soak"};
constexpr double kMostSends = 1U << 27U;  // 14 bytes of memory each and more
constexpr double kBurstEvery = 10;        // seconds

/// Sends a second at this time.
double rate_at(const ScheduleOptions& options, double time) {
    switch (options.profile) {
        case Profile::ramp: return options.rate * (0.1 + 0.9 * time / options.seconds);
        case Profile::burst: {
            const bool bursting = std::fmod(time, kBurstEvery) >= kBurstEvery - 1;
            return bursting ? options.rate * options.burst : options.rate;
        }
        default: return options.rate;
    }
}

}  // namespace

Profile profile_of(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (name == kNames[i]) return static_cast<Profile>(i);
    }
    throw std::invalid_argument("profile `" + std::string(name) +
                                "`: constant, poisson, ramp, burst or soak");
}

const char* to_string(Profile profile) {
    return kNames[static_cast<std::size_t>(profile)];
}

std::vector<std::uint64_t> due_times(const ScheduleOptions& options) {
    const bool good = options.rate > 0 && options.seconds > 0 && options.burst >= 1 &&
                      options.rate * options.burst * options.seconds <= kMostSends;
    if (!good)
        throw std::invalid_argument(
            "rate and seconds must be above 0, burst 1 or more, and make at most 2^27 sends");
    std::vector<std::uint64_t> due;
    due.reserve(static_cast<std::size_t>(options.rate * options.seconds) + 1);
    if (options.profile == Profile::constant || options.profile == Profile::soak) {
        const auto count = static_cast<std::uint64_t>(std::llround(options.rate * options.seconds));
        for (std::uint64_t i = 0; i < count; ++i)  // from the number: no error adds up
            due.push_back(static_cast<std::uint64_t>(static_cast<double>(i) * 1e9 / options.rate));
        return due;
    }
    double time = 0;
    for (std::uint64_t i = 0; time < options.seconds; ++i) {
        due.push_back(static_cast<std::uint64_t>(time * 1e9));
        const double gap = 1 / rate_at(options, time);
        time +=
            options.profile == Profile::poisson ? -std::log(1 - unit(i, options.seed)) * gap : gap;
    }
    return due;
}

}  // namespace hark::bench
