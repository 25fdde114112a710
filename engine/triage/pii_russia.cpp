#include "triage/pii_russia.hpp"

#include <array>

#include "triage/letters.hpp"
#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::array<int, 9> kInn10 = {2, 4, 10, 3, 5, 9, 4, 6, 8};
constexpr std::array<int, 10> kInn11 = {7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
constexpr std::array<int, 11> kInn12 = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};

bool is_inn(std::string_view digits) noexcept {
    if (digits.starts_with("00") || all_equal(digits)) return false;
    if (digits.size() == 10) return weighed(digits, kInn10) % 11 % 10 == digit(digits[9]);
    return weighed(digits, kInn11) % 11 % 10 == digit(digits[10]) &&
           weighed(digits, kInn12) % 11 % 10 == digit(digits[11]);
}

int remainder(std::string_view digits, int by) noexcept {
    int rest = 0;
    for (const char c : digits) rest = (rest * 10 + digit(c)) % by;
    return rest;
}

bool is_snils(std::string_view digits) noexcept {
    constexpr int kFirstWithChecksum = 1'001'999;  // smaller numbers carry none
    constexpr std::array<int, 9> kWeights = {9, 8, 7, 6, 5, 4, 3, 2, 1};
    if (number_of(digits.substr(0, 9)) < kFirstWithChecksum) return false;
    const int control = weighed(digits, kWeights) % 101 % 100;
    return control == number_of(digits.substr(9, 2));
}

/// `8 916 …` without signs is a telephone number.
bool is_phone_like(std::string_view eleven) noexcept {
    return (eleven[0] == '7' || eleven[0] == '8') && eleven[1] == '9';
}

/// Series of inner passports: a region, and the year of its print, 1997 to 2030.
bool is_passport_series(std::string_view four) noexcept {
    const int year = number_of(four.substr(2, 2));
    return !four.starts_with("00") && (year >= 97 || year <= 30);
}

/// The twelve letters of plates that Latin has too, in either script and case.
bool is_plate_letter(char32_t letter) noexcept {
    constexpr std::u32string_view kLetters = U"авекмнорстухabekmhopctyx";
    const auto folded = folded_letter(letter);
    return letter != U' ' && kLetters.find(folded) != std::u32string_view::npos;
}

struct Reader {
    std::string_view text;
    std::size_t at;

    void skip_space() noexcept {
        if (at < text.size() && text[at] == ' ') ++at;
    }
    bool letter() noexcept {
        if (at >= text.size()) return false;
        const auto one = letter_at(text, at);
        if (!is_plate_letter(one.code_point)) return false;
        at += one.bytes;
        return true;
    }
    std::string_view digits() noexcept {
        const auto begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(begin, at - begin);
    }
};

bool is_word_byte(char c) noexcept {
    return is_ascii_alnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Where the plate's first letter begins, given that of its digits; npos: nowhere.
std::size_t plate_begin(std::string_view text, std::size_t digits) noexcept {
    auto at = digits;
    if (at > 0 && text[at - 1] == ' ') --at;
    if (at == 0) return std::string_view::npos;
    --at;
    if (at > 0 && is_continuation(text[at])) --at;
    if (!is_plate_letter(letter_at(text, at).code_point)) return std::string_view::npos;
    if (at > 0 && is_word_byte(text[at - 1])) return std::string_view::npos;
    return at;
}

}  // namespace

std::optional<Valid> validate_inn(std::string_view, const Stretch& it) noexcept {
    if (it.count() > 1 || !is_inn(it.digits)) return std::nullopt;
    const bool frequent = it.digits.size() == 10;
    return Valid{it.span, true, frequent ? Need::keyword : Need::nothing};
}

std::optional<Valid> validate_ogrn(std::string_view, const Stretch& it) noexcept {
    const auto digits = it.digits;
    if (it.count() > 1) return std::nullopt;
    const bool firm = digits.size() == 13 && (digits[0] == '1' || digits[0] == '5');
    const bool person = digits.size() == 15 && digits[0] == '3';
    if (!firm && !person) return std::nullopt;
    const auto control = remainder(digits.substr(0, digits.size() - 1), firm ? 11 : 13) % 10;
    if (control != digit(digits.back())) return std::nullopt;
    return Valid{it.span, true, Need::keyword};
}

std::optional<Valid> validate_snils(std::string_view, const Stretch& it) noexcept {
    if (it.count() == 1 ? is_phone_like(it.digits) : !it.sizes({3, 3, 3, 2})) return std::nullopt;
    if (!is_snils(it.digits)) return std::nullopt;
    return Valid{it.span, true};
}

std::optional<Valid> validate_ru_passport(std::string_view, const Stretch& it) noexcept {
    const bool form = it.count() == 1 || it.sizes({4, 6}) || it.sizes({2, 2, 6});
    if (!form || !is_passport_series(it.digits)) return std::nullopt;
    return Valid{it.span, false, Need::close};
}

std::optional<Valid> validate_ru_foreign_passport(std::string_view, const Stretch& it) noexcept {
    if (it.count() > 1 && !it.sizes({2, 7})) return std::nullopt;
    return Valid{it.span, false, Need::close};
}

std::optional<Valid> validate_ru_licence(std::string_view text, const Stretch& it) noexcept {
    if (it.digits.size() == 10) {
        if (it.count() > 1 && !it.sizes({2, 2, 6}) && !it.sizes({4, 6})) return std::nullopt;
        return Valid{it.span, false, Need::close};
    }
    // 77 УН 123456: the letters break the number in two.
    if (it.count() > 1 || it.digits.size() != 2) return std::nullopt;
    Reader reader{text, it.span.end};
    reader.skip_space();
    if (!reader.letter() || !reader.letter()) return std::nullopt;
    reader.skip_space();
    if (reader.digits().size() != 6) return std::nullopt;
    return Valid{{it.span.begin, static_cast<std::uint32_t>(reader.at)}, false, Need::close};
}

std::optional<Valid> validate_oms(std::string_view, const Stretch& it) noexcept {
    if (it.count() > 1 && (!it.sizes({4, 4, 4, 4}) || !it.evenly(' '))) return std::nullopt;
    if (!passes_luhn(it.digits)) return std::nullopt;
    return Valid{it.span, true, Need::keyword};
}

std::optional<Valid> validate_ru_plate(std::string_view text, const Stretch& it) noexcept {
    if (it.count() > 1 || it.digits == "000") return std::nullopt;
    const auto begin = plate_begin(text, it.span.begin);
    if (begin == std::string_view::npos) return std::nullopt;
    Reader reader{text, it.span.end};
    reader.skip_space();
    if (!reader.letter() || !reader.letter()) return std::nullopt;
    reader.skip_space();
    const auto region = reader.digits();
    if (region.size() < 2 || region.size() > 3 || region == "00") return std::nullopt;
    if (reader.at < text.size() && is_word_byte(text[reader.at])) return std::nullopt;
    const bool capital = is_capital(letter_at(text, begin).code_point);
    const Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(reader.at)};
    return Valid{span, false, capital ? Need::nothing : Need::keyword};
}

}  // namespace hark::triage
