#include "triage/pii_poland.hpp"

#include <algorithm>
#include <array>

#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

int birth_year(std::string_view pesel) noexcept {
    const int coded = number_of(pesel.substr(2, 2));
    const int century = coded / 20 == 4 ? 1800 : 1900 + 100 * (coded / 20);
    return century + number_of(pesel.substr(0, 2));
}

bool is_pesel(std::string_view digits) noexcept {
    constexpr std::array<int, 10> kWeights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
    constexpr int kLastYear = 2049;
    if ((10 - weighed(digits, kWeights) % 10) % 10 != digit(digits[10])) return false;
    const int month = number_of(digits.substr(2, 2)) % 20;
    const int year = birth_year(digits);
    return year <= kLastYear && is_date(year, month, number_of(digits.substr(4, 2)));
}

/// PESEL as people type it: one run; the date apart; the date in pairs.
bool is_pesel_form(const Stretch& it) noexcept {
    return it.count() == 1 || it.sizes({6, 5}) || it.sizes({2, 2, 2, 5});
}

bool is_nip(std::string_view digits) noexcept {
    constexpr std::array<int, 9> kWeights = {6, 5, 7, 2, 3, 4, 5, 6, 7};
    return digits[0] != '0' && weighed(digits, kWeights) % 11 == digit(digits[9]);
}

bool is_regon(std::string_view digits) noexcept {
    constexpr std::array<int, 8> kNine = {8, 9, 2, 3, 4, 5, 6, 7};
    constexpr std::array<int, 13> kFourteen = {2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8};
    if (all_equal(digits) || weighed(digits, kNine) % 11 % 10 != digit(digits[8])) return false;
    return digits.size() == 9 || weighed(digits, kFourteen) % 11 % 10 == digit(digits[13]);
}

int letter_value(char letter) noexcept {
    return letter - 'A' + 10;
}

bool is_capital_letter(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

/// The capital letters directly before `digits`, with one blank or hyphen between; empty when there
/// are not exactly `count`.
std::string_view letters_before(std::string_view text, std::uint32_t digits,
                                std::size_t count) noexcept {
    std::size_t end = digits;
    if (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '-')) --end;
    if (end < count) return {};
    const auto begin = end - count;
    const auto letters = text.substr(begin, count);
    if (!std::all_of(letters.begin(), letters.end(), is_capital_letter)) return {};
    const bool more = begin > 0 && (is_ascii_alnum(text[begin - 1]) || text[begin - 1] == '-' ||
                                    (static_cast<unsigned char>(text[begin - 1]) & 0x80U) != 0);
    return more ? std::string_view{} : letters;
}

bool ends_word(std::string_view text, std::uint32_t at) noexcept {
    if (at == text.size()) return true;
    const bool letter = is_ascii_alnum(text[at]) || (static_cast<unsigned char>(text[at]) >= 0xC3 &&
                                                     static_cast<unsigned char>(text[at]) < 0xE0);
    const bool on = (text[at] == '-' || text[at] == '.' || text[at] == ',') &&
                    at + 1 < text.size() && is_digit(text[at + 1]);
    return !letter && !on;
}

Span joined(std::string_view text, std::string_view letters, const Stretch& it) noexcept {
    return {static_cast<std::uint32_t>(letters.data() - text.data()), it.span.end};
}

}  // namespace

std::optional<Valid> validate_pesel(std::string_view, const Stretch& it) noexcept {
    constexpr int kOldest = 1910;  // the living were born later: else rather a British phone
    if (!is_pesel_form(it) || !is_pesel(it.digits)) return std::nullopt;
    return Valid{it.span, true, birth_year(it.digits) < kOldest ? Need::keyword : Need::nothing};
}

std::optional<Valid> validate_nip(std::string_view text, const Stretch& it) noexcept {
    // Abroad it is written with the country: PL1234563218.
    const auto begin = it.span.begin;
    const bool with_country = begin >= 2 && text.substr(begin - 2, 2) == "PL";
    const Span span{with_country ? begin - 2 : begin, it.span.end};
    if (is_glued(text, span) || is_in_link(text, begin)) return std::nullopt;
    const bool own = it.evenly('-') && (it.sizes({3, 3, 2, 2}) || it.sizes({3, 2, 2, 3}));
    const bool form = own || it.count() == 1 || it.sizes({3, 3, 2, 2}) || it.sizes({3, 2, 2, 3});
    if (!form || !is_nip(it.digits)) return std::nullopt;
    return Valid{span, true, own ? Need::nothing : Need::keyword};
}

std::optional<Valid> validate_regon(std::string_view, const Stretch& it) noexcept {
    if (it.count() > 1 && !it.sizes({3, 3, 3})) return std::nullopt;
    if (!is_regon(it.digits)) return std::nullopt;
    return Valid{it.span, true, it.digits.size() == 9 ? Need::keyword : Need::nothing};
}

std::optional<Valid> validate_pl_id(std::string_view text, const Stretch& it) noexcept {
    constexpr std::array<int, 5> kWeights = {7, 3, 1, 7, 3};
    if (it.count() > 1 || !ends_word(text, it.span.end)) return std::nullopt;
    const auto letters = letters_before(text, it.span.begin, 3);
    if (letters.empty()) return std::nullopt;
    const int sum = 7 * letter_value(letters[0]) + 3 * letter_value(letters[1]) +
                    letter_value(letters[2]) + weighed(it.digits.substr(1), kWeights);
    const bool checked = sum % 10 == digit(it.digits[0]);
    return Valid{joined(text, letters, it), checked, Need::keyword};
}

std::optional<Valid> validate_pl_passport(std::string_view text, const Stretch& it) noexcept {
    if (it.count() > 1 || !ends_word(text, it.span.end)) return std::nullopt;
    const auto letters = letters_before(text, it.span.begin, 2);
    if (letters.empty()) return std::nullopt;
    return Valid{joined(text, letters, it), false, Need::keyword};
}

std::optional<Valid> validate_pl_land_register(std::string_view text, const Stretch& it) noexcept {
    constexpr std::string_view kValues = "0123456789XABCDEFGHIJKLMNOPRSTUWYZ";
    constexpr std::array<int, 4> kCourt = {1, 3, 7, 1};
    if (!it.sizes({8, 1}) || it.before(1) != '/' || it.span.begin < 5) return std::nullopt;
    const auto court = text.substr(it.span.begin - 5, 5);
    if (court[4] != '/' || !is_digit(court[2])) return std::nullopt;
    int sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto value = kValues.find(court[i]);
        if (value == std::string_view::npos || (i != 2 && is_digit(court[i]))) return std::nullopt;
        sum += kCourt[i] * static_cast<int>(value);
    }
    constexpr std::array<int, 8> kNumber = {3, 7, 1, 3, 7, 1, 3, 7};
    sum += weighed(it.digits, kNumber);
    if (sum % 10 != digit(it.digits[8])) return std::nullopt;
    return Valid{{it.span.begin - 5, it.span.end}, true};
}

std::optional<Valid> validate_pl_plate(std::string_view text, const Stretch& it) noexcept {
    if (it.count() > 1) return std::nullopt;
    auto end = it.span.end;
    while (end < text.size() && end - it.span.end < 2 && is_capital_letter(text[end])) ++end;
    if (!ends_word(text, end)) return std::nullopt;
    const auto size = end - it.span.begin;
    if (size < 4 || size > 5) return std::nullopt;
    auto letters = letters_before(text, it.span.begin, 2);
    if (letters.empty()) letters = letters_before(text, it.span.begin, 3);
    constexpr std::string_view kProvinces = "BCDEFGKLNOPRSTWZ";  // H, U: services
    if (letters.empty() || kProvinces.find(letters[0]) == std::string_view::npos)
        return std::nullopt;
    return Valid{{joined(text, letters, it).begin, end}, false, Need::close};
}

}  // namespace hark::triage
