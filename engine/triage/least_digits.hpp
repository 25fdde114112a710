#pragma once

#include <cstdint>
#include <string_view>

namespace hark::triage {

/// How many of the digits 0 to 9 every text has in which the raw expression finds something, or
/// fewer: 0 for an expression with anything that is not understood here. A text with fewer need not
/// be scanned for it.
[[nodiscard]] std::uint32_t least_digits(std::string_view expression) noexcept;

}  // namespace hark::triage
