#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Event webhooks of one Zendesk account (developer.zendesk.com/api-reference/webhooks): signed
/// with the time. Keys: `signing_secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_zendesk(Settings& source);

}  // namespace hark::platforms
