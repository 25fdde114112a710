#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhook of one Viber bot (developers.viber.com): one event a request. Keys: `auth_token` (one
/// or two).
[[nodiscard]] std::unique_ptr<Platform> make_viber(Settings& source);

}  // namespace hark::platforms
