#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hark::bench {

enum class Profile : std::uint8_t {
    constant,  ///< one every 1/rate seconds
    poisson,   ///< independent arrivals: exponential gaps, seeded
    ramp,      ///< grows evenly from a tenth of the rate to the rate
    burst,     ///< constant, and for one second in ten `burst` times as many
    soak,      ///< constant; the name says that memory is what is looked at
};

/// Throws std::invalid_argument that names the known ones.
[[nodiscard]] Profile profile_of(std::string_view name);
[[nodiscard]] const char* to_string(Profile profile);

struct ScheduleOptions {
    Profile profile = Profile::constant;
    double rate = 1000;  ///< sends a second
    double seconds = 10;
    double burst = 4;
    std::uint64_t seed = 1;
};

/// When each send is due, in nanoseconds from the start, never descending. It depends on nothing
/// but the options: whatever the answers do, the same sends are due at the same times. Throws
/// std::invalid_argument for a rate or length that is not above 0 or makes more than 2^27 sends.
[[nodiscard]] std::vector<std::uint64_t> due_times(const ScheduleOptions& options);

/// splitmix64: the seeded choice for a number, the same on every machine.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t number, std::uint64_t seed) noexcept {
    auto z = number * 0x9e3779b97f4a7c15ULL + seed * 0xd1b54a32d192ed03ULL + 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
}

/// The same as a number from 0 up to, not including, 1.
[[nodiscard]] constexpr double unit(std::uint64_t number, std::uint64_t seed) noexcept {
    return static_cast<double>(mixed(number, seed) >> 11U) * 0x1p-53;
}

}  // namespace hark::bench
