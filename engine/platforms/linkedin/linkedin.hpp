#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Social actions of organisations (learn.microsoft.com/linkedin, "Organization social action
/// notifications"): signed, up to ten a request, the address challenged every two hours. Keys:
/// `client_secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_linkedin(Settings& source);

}  // namespace hark::platforms
