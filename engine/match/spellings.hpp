#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark::match {

/// The letters of UTF-8 text, each with its bytes.
[[nodiscard]] std::vector<std::string_view> letters_of(std::string_view text);

[[nodiscard]] bool is_cyrillic(std::string_view text) noexcept;

/// How the word is written in the other alphabet by those who have no keyboard for it: Cyrillic in
/// Latin letters or the reverse; the customary ways, at most 64.
[[nodiscard]] std::vector<std::string> in_other_alphabet(std::string_view word);

/// What comes out when the word is typed on the other keyboard, without the signs in it.
[[nodiscard]] std::string on_other_keyboard(std::string_view word);

/// The reverse: what is meant by the rest of a word so written.
void append_from_other_alphabet(std::string_view rest, bool to_cyrillic, std::string& out);
void append_from_other_keyboard(std::string_view rest, std::string& out);

}  // namespace hark::match
