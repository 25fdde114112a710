#include "ingest/stream_retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <string>

namespace hark::ingest {

namespace {

constexpr std::chrono::seconds kLongest{3600};
// Of a number of seconds: below it is a time from now, above one since 1970.
constexpr double kFirstEpoch = 1'000'000'000;

std::optional<double> number(std::string_view text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = 
        std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc{} || at != end || !(value >= 0 && value < 1e11)) return std::nullopt;
    return value;
}

std::optional<Timestamp> http_date(std::string_view value) {
    std::tm date{};
    const std::string text(value);
    const char* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    return Timestamp{} + std::chrono::seconds(::timegm(&date));
}

std::chrono::milliseconds until(Timestamp time, Timestamp now) {
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(time - now), std::chrono::seconds(0),
                      kLongest);
}

std::chrono::milliseconds in(double seconds) {
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::min<double>(seconds, kLongest.count()) * 1000));
}

std::string_view either(const platforms::HttpResponse& reply, std::string_view name,
                        std::string_view other) {
    const auto value = reply.header(name);
    return value.empty() ? reply.header(other) : value;
}

}  // namespace

std::chrono::milliseconds parse_retry_after(std::string_view value, Timestamp now) {
    if (const auto seconds = number(value)) return in(*seconds);
    const auto date = http_date(value);
    return date ? until(*date, now) : std::chrono::milliseconds{};
}

std::chrono::milliseconds parse_rate_limit_reset(std::string_view value, Timestamp now) {
    if (const auto seconds = number(value)) {
        if (*seconds < kFirstEpoch) return in(*seconds);
        return until(Timestamp{} + std::chrono::seconds(static_cast<std::int64_t>(*seconds)), now);
    }
    const auto time = parse_rfc3339(value);
    return time ? until(*time, now) : std::chrono::milliseconds{};
}

std::chrono::milliseconds wait_asked_for(const platforms::HttpResponse& reply) {
    const auto clock = http_date(reply.header("date")).value_or(now());
    const auto reset = parse_rate_limit_reset(
        either(reply, "x-rate-limit-reset", "x-ratelimit-reset"), clock);
    if (is_rate_limited(reply.status) || reply.status == 503)
        return std::max(parse_retry_after(reply.header("retry-after"), clock), reset);
    const auto left =
        number(either(reply, "x-rate-limit-remaining", "x-ratelimit-remaining"));
    return left && *left < 1 ? reset : std::chrono::milliseconds{};
}

}  // namespace hark::ingest
