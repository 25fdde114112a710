#pragma once

#include <cstdint>
#include <vector>

#include "core/folded_text.hpp"
#include "text/fold_table.hpp"

namespace hark::text {

/// A folded code point of one word, and where the original begins that it stands for.
struct Letter {
    char32_t code_point = 0;
    std::uint32_t begin = 0;
};

/// Undoes what writers do to a word to slip past a filter, or to shout. In this order:
/// look-alikes towards the script of the word, digits and signs read as letters, runs of three or
/// more equal letters shortened to one (one, not two: over the training posts the single form is a
/// known word 6 times as often in English, 38 times in Russian, 24 times in Polish).
///
/// The script of a word is that of most of its letters whose small form has no look-alike; on a tie
/// of most letters; then `context`; then nothing is changed. A word in which one foreign letter has
/// no look-alike stays as it is: a brand with an ending, or two words run together.
///
/// `spared`: names after `@` and parts of links keep their digits, signs and stretched letters.
/// Adds to disguised, stretched and mixed_script. Returns the word's script, `other` when it stays
/// mixed or has none of the three. Needs no memory. Any thread.
Script repair_word(std::vector<Letter>& word, bool spared, Script context,
                   TextFacts& facts) noexcept;

/// Script of a folded letter; `other` for digits, signs and all other alphabets.
[[nodiscard]] inline Script letter_script(char32_t letter) noexcept {
    const auto entry = fold_entry(letter);
    return entry.kind() == CharKind::letter ? entry.script() : Script::other;
}

}  // namespace hark::text
