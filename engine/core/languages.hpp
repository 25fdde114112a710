#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace hark {

/// A post is of one of these, or of no language that is known.
inline constexpr std::array<std::string_view, 6> kServedLanguages = {"en", "ru", "pl",
                                                                     "de", "es", "uk"};

[[nodiscard]] constexpr bool is_served(std::string_view lang) noexcept {
    return std::find(kServedLanguages.begin(), kServedLanguages.end(), lang) !=
           kServedLanguages.end();
}

/// For people who wrote another one.
[[nodiscard]] inline std::string no_language(std::string_view lang) {
    auto text = "no post is of the language `" + std::string(lang) + "`; it can be one of: ";
    for (const auto served : kServedLanguages)
        text += (served == kServedLanguages.front() ? "" : ", ") + std::string(served);
    return text;
}

}  // namespace hark
