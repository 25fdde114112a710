#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Videos of YouTube channels by WebSub
/// (developers.google.com/youtube/v3/guides/push_notifications), and comments as
/// `commentThreads.list` gives them. Keys: `secret` (one or two), `channels`.
[[nodiscard]] std::unique_ptr<Platform> make_youtube(Settings& source);

}  // namespace hark::platforms
