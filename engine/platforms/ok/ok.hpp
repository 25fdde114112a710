#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Bot webhooks of Odnoklassniki (apiok.ru/dev/graph_api/bot_api): nothing is signed, so only its
/// networks are let in. Keys: `networks`, `proxies`.
[[nodiscard]] std::unique_ptr<Platform> make_ok(Settings& source);

}  // namespace hark::platforms
