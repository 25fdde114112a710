#pragma once

#include <memory>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// `bluesky`: Jetstream v1 and v2, or a relay's own stream (docs/platforms/bluesky.md).
[[nodiscard]] std::unique_ptr<Platform> make_bluesky(Settings& source);

}  // namespace hark::platforms
