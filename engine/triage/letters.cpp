#include "triage/letters.hpp"

namespace hark::triage {

namespace {

// Base letters of U+00C0..U+00FF and U+0100..U+017F, as the Unicode charts order them.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
constexpr std::string_view kExtendedA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrr"
    "ssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin1.size() == 64 && kExtendedA.size() == 128);

}  // namespace

Letter letter_at(std::string_view text, std::size_t at) noexcept {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {lead, 1};
    if (lead >= 0xC2 && lead < 0xE0 && at + 1 < text.size() && is_continuation(text[at + 1])) {
        return {((lead & 0x1FU) << 6U) | (static_cast<unsigned char>(text[at + 1]) & 0x3FU), 2};
    }
    return {0, 1};
}

char32_t folded_letter(char32_t letter) noexcept {
    if (letter >= 'A' && letter <= 'Z') return letter + 32;
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) return letter;
    if (letter < 0xC0) return ' ';
    if (letter < 0x100) return static_cast<unsigned char>(kLatin1[letter - 0xC0]);
    if (letter < 0x180) return static_cast<unsigned char>(kExtendedA[letter - 0x100]);
    if (letter >= 0x391 && letter <= 0x3A9) return letter + 32;
    if (letter >= 0x3AC && letter <= 0x3CE) return letter;
    if (letter >= 0x410 && letter <= 0x42F) return letter + 32;
    if (letter >= 0x430 && letter <= 0x44F) return letter;
    if (letter == 0x401 || letter == 0x451) return 0x435;        // yo
    if (letter >= 0x404 && letter <= 0x407) return letter + 80;  // Ukrainian
    if (letter >= 0x454 && letter <= 0x457) return letter;
    return ' ';
}

bool is_capital(char32_t letter) noexcept {
    if (letter < 0x80) return letter >= 'A' && letter <= 'Z';
    if (letter < 0x100) return letter >= 0xC0 && letter <= 0xDE && letter != 0xD7;
    if (letter < 0x180) {
        const bool odd = (letter >= 0x139 && letter <= 0x148) || letter >= 0x179;
        return letter == 0x178 || (letter % 2 == 1) == odd;
    }
    return (letter >= 0x386 && letter <= 0x3AB) || (letter >= 0x400 && letter <= 0x42F);
}

}  // namespace hark::triage
