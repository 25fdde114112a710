#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hark::platforms {

/// `%C4%85` and `+` (a blank, as forms have it) decoded. nullopt when a `%` is not followed by two
/// hex digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Everything but letters, digits, `.`, `-` and `_` as `%C4%85`: for a value of a query or form.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The decoded value of the first parameter of this (decoded) name in `a=1&b=2`. nullopt when there
/// is none or it cannot be decoded.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace hark::platforms
