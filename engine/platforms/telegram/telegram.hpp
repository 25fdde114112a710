#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhook of one bot (core.telegram.org/bots/api#setwebhook): one update a request, a secret token
/// in its header. Keys: `secret_token` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_telegram(Settings& source);

}  // namespace hark::platforms
