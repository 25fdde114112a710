#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhooks of one app of TikTok (developers.tiktok.com/doc/webhooks-overview), TikTok Shop or
/// Douyin: each signs in a way of its own, none tells a person's words. Keys: `client_secret` (one
/// or two), `service`, `app_key`.
[[nodiscard]] std::unique_ptr<Platform> make_tiktok(Settings& source);

}  // namespace hark::platforms
