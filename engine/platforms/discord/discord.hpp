#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhook events and interactions of one Discord app (discord.com/developers/docs), signed with
/// Ed25519. Keys: `public_key` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_discord(Settings& source);

}  // namespace hark::platforms
