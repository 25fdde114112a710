#pragma once

#include <string_view>

#include "core/arena.hpp"

namespace hark::platforms {

/// `<prefix>:<32 hexadecimal digits>` of the bytes: the same line always gets the same id.
[[nodiscard]] std::string_view line_id(std::string_view prefix, std::string_view bytes,
                                       Arena& arena);

}  // namespace hark::platforms
