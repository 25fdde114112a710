#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace hark {

/// UTC, microseconds since 1970. The zero value means "unknown" wherever a platform may not send a
/// time.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

[[nodiscard]] Timestamp now() noexcept;

/// Reads RFC 3339 (`2026-03-02T11:05:00.123Z`, offsets with or without the colon, any number of
/// fraction digits). nullopt when it is not that, or the year is outside 1970..2200.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept;

/// `2026-11-22T10:00:00.000Z`, milliseconds, 24 characters and no terminator.
[[nodiscard]] std::array<char, 24> format_rfc3339(Timestamp time) noexcept;

}  // namespace hark
