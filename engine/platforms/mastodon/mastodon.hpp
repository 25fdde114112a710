#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// `mastodon`: the streaming API of one instance, by WebSocket or server-sent events, and statuses
/// and notifications as its REST API gives them (docs/platforms/mastodon.md).
[[nodiscard]] std::unique_ptr<Platform> make_mastodon(Settings& source);

}  // namespace hark::platforms
