#pragma once

#include <chrono>
#include <string_view>

#include "core/timestamp.hpp"
#include "platforms/platform.hpp"

namespace hark::ingest {

/// How long `Retry-After` (RFC 9110, section 10.2.3: seconds or a date) asks to wait; zero when it
/// asks for nothing that can be read, an hour at most.
[[nodiscard]] std::chrono::milliseconds parse_retry_after(std::string_view value, Timestamp now);

/// How long the reset of a rate limit is away: seconds since 1970 (X), seconds from now (Reddit) or
/// RFC 3339 (Mastodon), told apart by their look; zero when it cannot be read or is over, an hour
/// at most.
[[nodiscard]] std::chrono::milliseconds parse_rate_limit_reset(std::string_view value,
                                                               Timestamp now);

/// How long to wait before the next request, as far as the server says so: Retry-After of a
/// refusal, the reset of a limit that is used up (`x-rate-limit-…`, `x-ratelimit-…`). Where the
/// reply has a Date, that is the clock that it is reckoned by, however wrong ours or theirs may be.
[[nodiscard]] std::chrono::milliseconds wait_asked_for(const platforms::HttpResponse& reply);

/// The server said that it is asked too often: 420 or 429.
[[nodiscard]] constexpr bool is_rate_limited(unsigned status) noexcept {
    return status == 420 || status == 429;
}

}  // namespace hark::ingest
