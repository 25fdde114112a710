#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hark::triage {

struct Letter {
    char32_t code_point = 0;
    std::uint32_t bytes = 1;
};

/// Bytes that are no UTF-8, and sequences of more than two bytes, count as one letterless code
/// point a byte: no letter of the served languages has more than two.
[[nodiscard]] Letter letter_at(std::string_view text, std::size_t at) noexcept;

/// The letter as keywords are written: small, without marks; a space for what is no letter.
[[nodiscard]] char32_t folded_letter(char32_t letter) noexcept;

/// A capital of the Latin, Greek or Cyrillic script.
[[nodiscard]] bool is_capital(char32_t letter) noexcept;

[[nodiscard]] constexpr bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

}  // namespace hark::triage
