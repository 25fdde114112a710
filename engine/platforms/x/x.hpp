#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// X (docs.x.com): webhooks v2 with their challenge (CRC) and signature, carrying posts of the
/// filtered stream, X Activity API events or the legacy Account Activity API; and the frames of
/// the v2 streams, compliance events among them. Keys: `consumer_secret` (one or two; required with
/// a `path`).
[[nodiscard]] std::unique_ptr<Platform> make_x(Settings& source);

}  // namespace hark::platforms
