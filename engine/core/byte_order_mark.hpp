#pragma once

#include <string_view>

namespace hark {

/// What some editors write before the first line of UTF-8; no part of it.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace hark
