#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Events API of one app (docs.slack.dev/apis/events-api): one event a request, signed with the
/// time, challenge answered. Keys: `signing_secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_slack(Settings& source);

}  // namespace hark::platforms
