#include "publish/record/json_buffer.hpp"

#include <simdjson.h>

#include <array>
#include <bit>
#include <cmath>

#include "core/utf8.hpp"

namespace hark::publish {

namespace {

/// What stands after the backslash; 0: the byte stands for itself; `u`: a \u00xx escape.
constexpr auto kEscapes = [] {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

constexpr std::size_t kLongestEscape = 6;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

using Word = std::uint64_t;  // eight bytes looked at together
constexpr Word kEach = 0x0101010101010101;
constexpr Word kHigh = kEach * 0x80;

/// Not zero when a byte of the word is below 0x20, a quote or a backslash. It may claim one where
/// none is, beside one that is, which costs time only.
Word needs_escape(Word word) noexcept {
    const Word quote = word ^ (kEach * '"');
    const Word backslash = word ^ (kEach * '\\');
    return (((word - kEach * 0x20) & ~word) | ((quote - kEach) & ~quote) |
            ((backslash - kEach) & ~backslash)) &
           kHigh;
}

/// Sixteen bytes looked at together.
using Block = std::uint8_t __attribute__((vector_size(16)));

/// All ones where a byte is below 0x20, a quote or a backslash.
Block escapes_of(Block block) noexcept {
    return reinterpret_cast<Block>((block < 0x20) | (block == '"') | (block == '\\'));
}

bool any(Block block) noexcept {
    std::array<Word, 2> halves;
    std::memcpy(halves.data(), &block, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/// One to seven bytes, and spaces behind them; by whole loads, which a byte-wise copy would stall.
Word load_few(const char* from, std::size_t size) noexcept {
    static_assert(std::endian::native == std::endian::little);
    const auto byte = [from](std::size_t i) { return Word{static_cast<std::uint8_t>(from[i])}; };
    const Word spaces = (kEach * ' ') << (size * 8);
    if (size < 4) {
        return spaces | byte(0) | byte(size / 2) << (size / 2 * 8) |
               byte(size - 1) << ((size - 1) * 8);
    }
    std::uint32_t first;
    std::uint32_t last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    return spaces | first | Word{last} << ((size - sizeof last) * 8);
}

char* put_escaped(char* to, char byte) noexcept {
    static constexpr char kHex[] = "0123456789abcdef";
    const char escape = kEscapes[static_cast<std::uint8_t>(byte)];
    if (escape == 0) {
        *to = byte;
        return to + 1;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape != 'u') return to;
    *to++ = '0';
    *to++ = '0';
    *to++ = kHex[static_cast<std::uint8_t>(byte) >> 4];
    *to++ = kHex[byte & 0xF];
    return to;
}

char* put_escaped(char* to, std::string_view text) noexcept {
    for (Block block; text.size() >= sizeof block; text.remove_prefix(sizeof block)) {
        std::memcpy(&block, text.data(), sizeof block);
        if (any(escapes_of(block))) {
            for (const char c : text.substr(0, sizeof block)) to = put_escaped(to, c);
        } else {
            std::memcpy(to, &block, sizeof block);
            to += sizeof block;
        }
    }
    for (const char c : text) to = put_escaped(to, c);
    return to;
}

char* put_repaired(char* to, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto [size, valid] = step(text);
        if (!valid) {
            std::memcpy(to, kReplacement.data(), kReplacement.size());
            to += kReplacement.size();
        } else if (size == 1) {
            to = put_escaped(to, text.front());
        } else {
            std::memcpy(to, text.data(), size);
            to += size;
        }
        text.remove_prefix(size);
    }
    return to;
}

struct Seen {
    bool escapes = false;
    bool not_ascii = false;
};

/// Copies the text and says what is in it. Needs room for as many bytes, and at least sixteen.
Seen copy(std::string_view text, char* to) noexcept {
    const char* const from = text.data();
    const auto size = text.size();
    if (size < sizeof(Block)) {
        Word first = 0;
        Word last = 0;
        if (size >= sizeof first) {
            std::memcpy(&first, from, sizeof first);
            std::memcpy(&last, from + size - sizeof last, sizeof last);
            std::memcpy(to, &first, sizeof first);
            std::memcpy(to + size - sizeof last, &last, sizeof last);
        } else if (size > 0) {
            first = last = load_few(from, size);
            std::memcpy(to, &first, sizeof first);
        } else {
            return {};
        }
        return {(needs_escape(first) | needs_escape(last)) != 0, ((first | last) & kHigh) != 0};
    }
    Block all{};
    Block escapes{};
    const auto one = [&](std::size_t at) {
        Block block;
        std::memcpy(&block, from + at, sizeof block);
        std::memcpy(to + at, &block, sizeof block);
        all |= block;
        escapes |= escapes_of(block);
    };
    for (std::size_t at = 0; at + sizeof(Block) < size; at += sizeof(Block)) one(at);
    one(size - sizeof(Block));
    return {any(escapes), any(all & 0x80)};
}

}  // namespace

Step step(std::string_view text) noexcept {
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (size <= text.size() && is_utf8(text.substr(0, size))) return {size, true};
    return {1, false};
}

/// Nearly all texts are copied as they are: what is to be escaped is sought while they are.
void JsonBuffer::text(std::string_view utf8) {
    char* const begin = room(utf8.size() * kLongestEscape + sizeof(Block));
    const auto seen = copy(utf8, begin);
    char* to = begin + utf8.size();
    if (seen.escapes) to = put_escaped(begin, utf8);
    if (seen.not_ascii && !simdjson::validate_utf8(utf8)) to = put_repaired(begin, utf8);
    at_ = to;
}

void JsonBuffer::decimal(double value) {
    constexpr double kScale = 10'000;
    constexpr double kMax = 1e9;
    const double bounded = value >= -kMax && value <= kMax ? value : value > 0 ? kMax : -kMax;
    const auto scaled = std::llround(bounded * kScale);
    const auto size = static_cast<std::uint64_t>(scaled < 0 ? -scaled : scaled);
    if (scaled < 0) raw("-");
    number(size / 10'000);
    auto rest = static_cast<unsigned>(size % 10'000);
    char* const to = room(5);
    to[0] = '.';
    for (int i = 4; i >= 1; --i) {
        to[i] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    std::size_t digits = 4;
    while (digits > 1 && to[digits] == '0') --digits;
    advance(digits + 1);
}

void JsonBuffer::grow(std::size_t size) {
    const auto used = static_cast<std::size_t>(at_ - bytes_.get());
    const auto held = static_cast<std::size_t>(end_ - bytes_.get());
    const auto wanted = std::max({used + size, held * 2, std::size_t{4096}});
    std::unique_ptr<char[]> larger(new char[wanted]);
    if (used > 0) std::memcpy(larger.get(), bytes_.get(), used);
    bytes_ = std::move(larger);
    at_ = bytes_.get() + used;
    end_ = bytes_.get() + wanted;
}

}  // namespace hark::publish
