#include "text/code_point.hpp"

namespace hark::text {

Decoded decode_utf8(const unsigned char* at, const unsigned char* end) noexcept {
    const unsigned lead = *at;
    if (lead < 0x80) return {lead, 1};
    const std::uint32_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || end - at < static_cast<std::ptrdiff_t>(size)) return {};
    char32_t value = lead & (0x7FU >> size);
    for (std::uint32_t i = 1; i < size; ++i) {
        if (!is_continuation(at[i])) return {};
        value = value << 6 | (at[i] & 0x3FU);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    if (value < kSmallest[size] || value > 0x10FFFF || surrogate) return {};
    return {value, size};
}

void append_utf8(char32_t code_point, char*& out) noexcept {
    const auto put = [&](char32_t byte) { *out++ = static_cast<char>(byte); };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0 | code_point >> 6);
        put(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        put(0xE0 | code_point >> 12);
        put(0x80 | (code_point >> 6 & 0x3F));
        put(0x80 | (code_point & 0x3F));
    } else {
        put(0xF0 | code_point >> 18);
        put(0x80 | (code_point >> 12 & 0x3F));
        put(0x80 | (code_point >> 6 & 0x3F));
        put(0x80 | (code_point & 0x3F));
    }
}

}  // namespace hark::text
