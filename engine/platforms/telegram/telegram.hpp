#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// One bot (core.telegram.org/bots/api): its webhook, one update a request with a secret token in
/// the header, or polling. Keys: `secret_token`, or `bot_token` (one or two of each), `url`.
[[nodiscard]] std::unique_ptr<Platform> make_telegram(Settings& source);

}  // namespace hark::platforms
