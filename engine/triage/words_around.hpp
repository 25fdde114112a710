#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hark::triage {

/// A word of the original text, beside a place in it.
struct Word {
    static constexpr std::size_t kMostBytes = 40;

    std::size_t begin = 0;  ///< bytes of the text
    std::size_t end = 0;    ///< behind the full stop of an abbreviation
    bool dotted = false;
    bool capital = false;  ///< its first letter is
    bool number = false;   ///< its first character is a digit
    std::array<char, kMostBytes> letters{};
    std::size_t size = 0;  ///< of `letters`; 0: there is no word

    /// Small letters and digits without marks; longer words are cut.
    [[nodiscard]] std::string_view folded() const noexcept { return {letters.data(), size}; }
    explicit operator bool() const noexcept { return size > 0; }
};

/// The word that begins behind `at`, with at most two blanks and a comma between.
[[nodiscard]] Word word_after(std::string_view text, std::size_t at) noexcept;

/// The word that ends before `at`, with at most two blanks, a comma or a full stop between.
[[nodiscard]] Word word_before(std::string_view text, std::size_t at) noexcept;

}  // namespace hark::triage
