#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// What build_time/make_fold_tables.cpp writes from ICU's data, and how it is packed. Constant; any
/// thread.
namespace hark::text {

/// What the fold does with a code point.
enum class CharKind : std::uint8_t {
    separator,    ///< ends a word; unassigned code points too
    letter,       ///< becomes one or more letters (or letters and digits)
    digit,        ///< becomes one or more ASCII digits
    mark,         ///< dropped: the letter before stands for both
    invisible,    ///< dropped: zero-width, bidi and other controls without a shape
    emoji,        ///< a word of its own
    apostrophe,   ///< vanishes between letters, else a separator
    exclamation,  ///< a separator, counted
    question,     ///< a separator, counted
    at,
    hash,
    underscore,
    dollar,
};

enum class Script : std::uint8_t { other, latin, cyrillic, greek };

/// One code point's way, packed into 32 bits.
struct FoldEntry {
    std::uint32_t bits = 0;

    static constexpr std::uint32_t kMaxBytes = 15;

    static constexpr FoldEntry pack(CharKind kind, bool capital, bool form, Script script,
                                    std::uint32_t size, std::uint32_t offset) noexcept {
        return {static_cast<std::uint32_t>(kind) | std::uint32_t{capital} << 4 |
                std::uint32_t{form} << 5 | static_cast<std::uint32_t>(script) << 6 | size << 8 |
                offset << 12};
    }
    [[nodiscard]] CharKind kind() const noexcept { return static_cast<CharKind>(bits & 15U); }
    [[nodiscard]] bool capital() const noexcept { return (bits & 16U) != 0; }
    /// A letter in another dress: mathematical, circled, full-width, raised.
    [[nodiscard]] bool form() const noexcept { return (bits & 32U) != 0; }
    [[nodiscard]] Script script() const noexcept { return static_cast<Script>(bits >> 6 & 3U); }
    /// Bytes in the pool; 0: the code point stands for itself.
    [[nodiscard]] std::uint32_t size() const noexcept { return bits >> 8 & 15U; }
    [[nodiscard]] std::uint32_t offset() const noexcept { return bits >> 12; }
};

/// A letter below U+0500 that folds to one letter of at most two bytes: what nearly all text is
/// made of.
struct PlainLetter {
    std::uint16_t bytes = 0;      ///< UTF-8, first byte lowest
    std::uint8_t size = 0;        ///< 0: not a plain letter
    std::uint8_t script : 7 = 0;  ///< 1 << Script
    std::uint8_t capital : 1 = 0;
};

/// The letters that look like this one (in lower case or as capitals) in other alphabets. 0: none.
struct Lookalike {
    char16_t latin = 0;
    char16_t cyrillic = 0;
    char16_t greek = 0;
    bool votes = true;  ///< its small form is not mistaken, so it tells the word's script
};

inline constexpr std::size_t kPageSize = 128;
inline constexpr std::size_t kPlainLetters = 0x500;
inline constexpr char32_t kLookalikeBegin = 0x370;
inline constexpr char32_t kLookalikeEnd = 0x530;

extern const std::array<std::uint16_t, 0x110000 / kPageSize> kFoldPages;
extern const FoldEntry kFoldEntries[];
extern const char kFoldPool[];
extern const std::array<PlainLetter, kPlainLetters> kPlain;
/// a to z, then U+0370 to U+052F.
extern const std::array<Lookalike, 26 + kLookalikeEnd - kLookalikeBegin> kLookalikes;

[[nodiscard]] inline FoldEntry fold_entry(char32_t code_point) noexcept {
    return kFoldEntries[kFoldPages[code_point / kPageSize] * kPageSize + code_point % kPageSize];
}

/// nullptr for letters without a place in the table: nothing looks like them.
[[nodiscard]] inline const Lookalike* lookalike(char32_t letter) noexcept {
    if (letter >= U'a' && letter <= U'z') return &kLookalikes[letter - U'a'];
    if (letter < kLookalikeBegin || letter >= kLookalikeEnd) return nullptr;
    return &kLookalikes[26 + letter - kLookalikeBegin];
}

}  // namespace hark::text
