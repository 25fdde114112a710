#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Comments or posts of subreddits by polling their listing (reddit.com/dev/api), with a token of
/// the client-credentials grant. Keys: `client_id`, `client_secret`, `user_agent`, `subreddits`,
/// `listing`, `interval`, `api_url`, `token_url`.
[[nodiscard]] std::unique_ptr<Platform> make_reddit(Settings& source);

}  // namespace hark::platforms
