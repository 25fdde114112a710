#pragma once

#include <cstdint>

/// Code points in and out of UTF-8. Pure; any thread.
namespace hark::text {

/// Malformed bytes give U+FFFD and a size of 1.
struct Decoded {
    char32_t code_point = 0xFFFD;
    std::uint32_t size = 1;
};

[[nodiscard]] inline bool is_continuation(unsigned char byte) noexcept {
    return (byte & 0xC0U) == 0x80;
}

/// The code point at `at`, which must lie before `end`. By RFC 3629.
[[nodiscard]] Decoded decode_utf8(const unsigned char* at, const unsigned char* end) noexcept;

/// Writes a code point and moves `out` behind it: four bytes at most.
void append_utf8(char32_t code_point, char*& out) noexcept;

}  // namespace hark::text
