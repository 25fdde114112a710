#include "ingest/stream_retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace hark::ingest {

namespace {

constexpr std::chrono::seconds kRetryAfterMax{3600};

}  // namespace

std::chrono::milliseconds parse_retry_after(std::string_view value, Timestamp now) {
    std::chrono::seconds wait{0};
    std::uint32_t seconds = 0;
    const char* const end = value.data() + value.size();
    const auto [at, error] = std::from_chars(value.data(), end, seconds);
    if (error == std::errc{} && at == end) {
        wait = std::chrono::seconds(seconds);
    } else {
        std::tm date{};
        const std::string text(value);
        const char* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
        if (rest == nullptr || *rest != '\0') return {};
        const auto until = std::chrono::system_clock::from_time_t(::timegm(&date));
        wait = std::chrono::ceil<std::chrono::seconds>(until - now);
    }
    return std::clamp(wait, std::chrono::seconds(0), kRetryAfterMax);
}

std::chrono::milliseconds parse_rate_limit_reset(std::string_view value, Timestamp now) {
    std::uint32_t seconds = 0;
    const char* const end = value.data() + value.size();
    const auto [at, error] = std::from_chars(value.data(), end, seconds);
    if (error != std::errc{} || at != end) return {};
    const auto until = std::chrono::system_clock::from_time_t(seconds);
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(until - now), std::chrono::seconds(0),
                      kRetryAfterMax);
}

}  // namespace hark::ingest
