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
};

/// The way back from folded bytes to the original, built only for posts that have evidence to show.
/// Both have one entry a folded byte; monotone; every offset lies on a code point's first byte (or
/// the end). They belong to the folder.
struct OffsetMap {
    std::span<const std::uint32_t>
        begin;  ///< where the code point that gave this byte begins in the original
    std::span<const std::uint32_t>
        end;  ///< where the last code point that went into this byte ends

    /// The original bytes under folded [begin,end). The range must not be empty and must lie inside
    /// the text.
    [[nodiscard]] Span original(Span folded) const noexcept {
        return {begin[folded.begin], end[folded.end - 1]};
    }
};

}  // namespace hark
