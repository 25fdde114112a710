#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhooks of one Meta app (developers.facebook.com/docs/graph-api/webhooks): Facebook pages,
/// Messenger, Instagram, WhatsApp Cloud and Threads.
/// Keys: `app_secret`, `verify_token` (one or two each).
[[nodiscard]] std::unique_ptr<Platform> make_meta(Settings& source);

}  // namespace hark::platforms
