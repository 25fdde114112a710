#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// VK Callback API (dev.vk.com/api/callback): one event a request, the secret inside it.
/// Keys: `secret` (one or two), `confirmation`, `group_id` (optional).
[[nodiscard]] std::unique_ptr<Platform> make_vk(Settings& source);

}  // namespace hark::platforms
