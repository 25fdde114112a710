#pragma once

#include <chrono>
#include <string_view>

#include "core/timestamp.hpp"

namespace hark::ingest {

/// How long `Retry-After` (RFC 9110, section 10.2.3: seconds or a date) asks to wait; zero when it
/// asks for nothing that can be read, an hour at most.
[[nodiscard]] std::chrono::milliseconds parse_retry_after(std::string_view value, Timestamp now);

/// How long `x-rate-limit-reset` (X: seconds since 1970) is away; zero when it cannot be read or is
/// over, an hour at most.
[[nodiscard]] std::chrono::milliseconds parse_rate_limit_reset(std::string_view value,
                                                               Timestamp now);

}  // namespace hark::ingest
