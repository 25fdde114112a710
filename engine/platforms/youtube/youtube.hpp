#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Videos of YouTube channels by WebSub
/// (developers.google.com/youtube/v3/guides/push_notifications); or, with a key, the comments below
/// them by polling (developers.google.com/youtube/v3/docs/commentThreads/list). Keys: `channels`;
/// `secret` (one or two), `callback`, `hub`, `lease`; or `api_key`, `quota`, `api_url`.
[[nodiscard]] std::unique_ptr<Platform> make_youtube(Settings& source);

}  // namespace hark::platforms
