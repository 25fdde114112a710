#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Messaging API of one LINE channel (developers.line.biz): several events a request. Keys:
/// `channel_secret` (one or two).
[[nodiscard]] std::unique_ptr<Platform> make_line(Settings& source);

}  // namespace hark::platforms
