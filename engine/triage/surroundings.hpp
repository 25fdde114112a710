#pragma once

#include <cstddef>
#include <string_view>

#include "core/folded_text.hpp"

namespace hark::triage {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_ascii_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] constexpr bool is_ascii_alnum(char c) noexcept {
    return is_digit(c) || is_ascii_letter(c);
}
[[nodiscard]] constexpr bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The number is a part of something larger: of a word or an id, of a decimal fraction, of a longer
/// number, of an assignment.
[[nodiscard]] bool is_glued(std::string_view text, Span number) noexcept;

/// The number stands in a link.
[[nodiscard]] bool is_in_link(std::string_view text, std::size_t begin) noexcept;

/// A currency's sign or name stands directly before or after the number: it is a price.
[[nodiscard]] bool is_money(std::string_view text, Span number) noexcept;

}  // namespace hark::triage
