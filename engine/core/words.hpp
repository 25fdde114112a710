#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hark {

/// Bit i: byte i of the 64 at `from` is a space.
[[nodiscard]] inline std::uint64_t spaces_of_64(const char* from) noexcept {
    std::uint64_t mask = 0;
#if defined(__SSE2__)
    const auto space = _mm_set1_epi8(' ');
    for (unsigned i = 0; i < 4; ++i) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * i));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, space)));
        mask |= std::uint64_t{found} << 16 * i;
    }
#else
    for (unsigned i = 0; i < 64; ++i) mask |= std::uint64_t{from[i] == ' '} << i;
#endif
    return mask;
}

inline constexpr std::size_t kWordsRead = 80;

/// Copies the text, shorter than that, and spaces behind it.
void pad_with_spaces(std::string_view text, std::array<char, kWordsRead>& out) noexcept;

/// Calls `use(word, begin, end)` for each word of a folded text; the word is [begin,end) of it, and
/// at `word` its bytes can be read, sixteen of them whatever follows the text. No branch hangs on
/// where a word ends.
template <typename Use>
void for_each_word(std::string_view folded, Use use) {
    constexpr std::uint32_t kBlock = 64;
    std::array<char, kWordsRead> tail;
    const auto size = static_cast<std::uint32_t>(folded.size());
    for (std::uint32_t begin = 1; begin < size;) {
        const char* from = folded.data() + begin;
        if (const auto rest = size - begin; rest < tail.size()) {
            pad_with_spaces({from, rest}, tail);
            from = tail.data();
        }
        auto spaces = spaces_of_64(from);
        if (spaces == 0) {  // a word longer than that
            const auto end = std::min<std::size_t>(folded.find(' ', begin + kBlock), size);
            use(from, begin, static_cast<std::uint32_t>(end));
            begin = static_cast<std::uint32_t>(end) + 1;
            continue;
        }
        const auto block = begin;
        const char* const base = from - block;
        do {
            const auto end = block + static_cast<std::uint32_t>(std::countr_zero(spaces));
            if (begin >= size) return;
            use(base + begin, begin, end);
            begin = end + 1;
            spaces &= spaces - 1;
        } while (spaces != 0);
    }
}

}  // namespace hark
