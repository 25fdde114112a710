#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Listings of comments and posts (reddit.com/dev/api).
[[nodiscard]] std::unique_ptr<Platform> make_reddit(Settings& source);

}  // namespace hark::platforms
