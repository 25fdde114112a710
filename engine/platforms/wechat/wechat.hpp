#pragma once

#include <memory>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Messages to a WeChat Official Account (developers.weixin.qq.com/doc/offiaccount) in plain,
/// compatible and encrypted mode, or to a WeCom application (developer.work.weixin.qq.com), which
/// are always encrypted. Keys: `product`, `token` and `encoding_aes_key` (one or two each),
/// `app_id`.
[[nodiscard]] std::unique_ptr<Platform> make_wechat(Settings& source);

}  // namespace hark::platforms
