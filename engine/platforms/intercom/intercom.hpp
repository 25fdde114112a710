#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhooks of one Intercom app (developers.intercom.com/docs/webhooks): signed; the words are
/// HTML. Keys: `client_secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_intercom(Settings& source);

}  // namespace hark::platforms
