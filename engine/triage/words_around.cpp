#include "triage/words_around.hpp"

#include "triage/letters.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::size_t kMostBlanks = 2;
constexpr std::size_t kMostWordBytes = 64;

/// Punctuation of U+2000 and the like begins with E2; letters that matter here do not.
bool is_word_byte(char c) noexcept {
    return is_ascii_alnum(c) ||
           ((static_cast<unsigned char>(c) & 0x80U) != 0 && static_cast<unsigned char>(c) != 0xE2);
}

bool is_joint(char c) noexcept {
    return c == '-' || c == '\'';
}

void fold(std::string_view text, Word& word) noexcept {
    for (auto at = word.begin; at < word.end && word.size + 2 <= Word::kMostBytes;) {
        const auto letter = letter_at(text, at);
        const auto folded = folded_letter(letter.code_point);
        if (at == word.begin) {
            word.capital = is_capital(letter.code_point);
            word.number = is_digit(text[at]);
        }
        at += letter.bytes;
        if (folded == U' ') continue;
        if (folded >= 0x80) word.letters[word.size++] = static_cast<char>(0xC0U | (folded >> 6U));
        word.letters[word.size++] = static_cast<char>(
            folded >= 0x80 ? 0x80U | (folded & 0x3FU) : static_cast<unsigned>(folded));
    }
}

}  // namespace

Word word_after(std::string_view text, std::size_t at) noexcept {
    Word word;
    if (at < text.size() && text[at] == ',') ++at;
    for (std::size_t i = 0; i < kMostBlanks && at < text.size() && text[at] == ' '; ++i) ++at;
    word.begin = at;
    while (at < text.size() && at - word.begin < kMostWordBytes &&
           (is_word_byte(text[at]) || (is_joint(text[at]) && at > word.begin &&
                                       at + 1 < text.size() && is_word_byte(text[at + 1]))))
        ++at;
    word.end = at;
    fold(text, word);
    if (word && at < text.size() && text[at] == '.') {
        word.dotted = true;
        ++word.end;
    }
    return word;
}

Word word_before(std::string_view text, std::size_t at) noexcept {
    Word word;
    for (std::size_t i = 0; i < kMostBlanks && at > 0 && text[at - 1] == ' '; ++i) --at;
    if (at > 0 && text[at - 1] == ',') --at;
    const auto full_end = at;
    if (at > 0 && text[at - 1] == '.') {
        word.dotted = true;
        --at;
    }
    word.end = at;
    while (at > 0 && word.end - at < kMostWordBytes &&
           (is_word_byte(text[at - 1]) || (is_joint(text[at - 1]) && at < word.end) ||
            // P.O.
            (text[at - 1] == '.' && at < word.end && at > 1 && is_word_byte(text[at - 2]) &&
             word.end - at < 3)))
        --at;
    while (at < word.end && (is_joint(text[at]) || is_continuation(text[at]))) ++at;
    word.begin = at;
    fold(text, word);
    word.end = full_end;
    return word;
}

}  // namespace hark::triage
