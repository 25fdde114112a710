#pragma once

#include <string>
#include <string_view>

namespace hark {

/// Text as it stands in HTML, inside an element or an attribute in double quotes.
[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace hark
