#include "core/words.hpp"

#include <cstring>

namespace hark {

/// Out of line, so that the copy is the library's: for so few bytes of an unknown number compilers
/// write a loop of instructions that take long to begin.
void pad_with_spaces(std::string_view text, std::array<char, kWordsRead>& out) noexcept {
    out.fill(' ');
    std::memcpy(out.data(), text.data(), text.size());
}

}  // namespace hark
