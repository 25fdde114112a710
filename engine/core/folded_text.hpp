#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace hark {

/// Half-open range of bytes.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const Span&, const Span&) = default;
};

/// Countable facts of a post, taken while folding. Counts are code points unless said otherwise.
struct TextFacts {
    std::uint32_t code_points = 0;
    std::uint32_t words = 0;  ///< words of the folded text
    std::uint32_t letters = 0;
    std::uint32_t capitals = 0;  ///< upper-case letters
    std::uint32_t digits = 0;
    std::uint32_t emoji = 0;
    std::uint32_t exclamations = 0;  ///< ! and its width variants
    std::uint32_t questions = 0;
    std::uint32_t links = 0;      ///< http://, https://, www. in the text
    std::uint32_t mentions = 0;   ///< @name
    std::uint32_t hashtags = 0;   ///< #word
    std::uint32_t at_signs = 0;   ///< every @, for the e-mail scan
    std::uint32_t stretched = 0;  ///< runs of three or more equal letters that were shortened
    std::uint32_t disguised =
        0;  ///< letters changed by confusables, leet, zero-width or compatibility forms
    std::uint32_t mixed_script = 0;  ///< words that mix Latin with Cyrillic or Greek
};

/// The way back from folded bytes to the original: runs of bytes that stand for the bytes of as
/// long a run of the original. What the original has between two runs (a mark, letters of a
/// stretch) belongs to the byte before; a space stands for all that parts two words.
struct OffsetMap {
    struct Run {
        std::uint32_t folded = 0;    ///< where it begins
        std::uint32_t original = 0;  ///< on a code point's first byte
    };
    std::span<const Run> runs;  ///< in rising order of both; the first begins at 0
    std::string_view text;      ///< the original

    /// Where the code point begins that gave this byte.
    [[nodiscard]] std::uint32_t begin_of(std::uint32_t folded) const noexcept;

    /// The original bytes under folded [begin,end), from the first byte of a code point to the last
    /// of another. The range must not be empty and must lie inside the folded text.
    [[nodiscard]] Span original(Span folded) const noexcept;
};

/// A post's text in the form that rules see: lower case, no marks, words between single spaces, one
/// space before the first and after the last word (so that ` word ` finds whole words); `@` and `#`
/// before a name are words of their own. Empty when no word is in the text. The views belong to the
/// folder and are valid until its next call.
struct FoldedText {
    /// A word that `*` follows directly, as in `f**k`, or between letters another sign: `b!tch`.
    struct Masked {
        std::uint32_t end = 0;    ///< of the word, in `bytes`
        std::uint32_t signs = 0;  ///< how many; 0: `@` or `$` inside was read as a letter
    };

    std::string_view bytes;
    TextFacts facts;
    /// Where words begin that no white space parts from the word before, but signs or emoji, as in
    /// `id.io.t`; in rising order. None in links and names.
    std::span<const std::uint32_t> tight = {};
    std::span<const Masked> masked = {};  ///< in rising order
    /// What stands in quotation marks, two words or more, with their blanks; in rising order. None
    /// when hardly anything else is in the text: a post that is all quotation is its author's own.
    std::span<const Span> quoted = {};
    OffsetMap map = {};
};

}  // namespace hark
