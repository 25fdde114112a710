#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Webhook of one bot of the messenger MAX (dev.max.ru/docs-api): a secret in a header. Keys:
/// `secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_max(Settings& source);

}  // namespace hark::platforms
