#include "triage/pii_number.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "triage/digit_groups.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

int digit(char c) noexcept {
    return c - '0';
}

int number_of(std::string_view digits) noexcept {
    int value = 0;
    for (const char c : digits) value = value * 10 + digit(c);
    return value;
}

bool is_free(std::string_view text, Span number) noexcept {
    return !is_glued(text, number) && !is_in_link(text, number.begin);
}

// -- cards

struct IssuerRange {
    int first;  // of the first six digits
    int last;
    std::uint8_t least;  // digits of the whole number
    std::uint8_t most;
};

// The networks' published ranges (ISO/IEC 7812 issuer identification numbers).
constexpr std::array<IssuerRange, 24> kIssuers = {{
    {180000, 180099, 15, 15},  // JCB, older cards
    {213100, 213199, 15, 15},  // JCB, older cards
    {220000, 220499, 16, 19},  // MIR
    {222100, 272099, 16, 16},  // Mastercard
    {300000, 305999, 14, 19},  // Diners Club
    {340000, 349999, 15, 15},  // American Express
    {352800, 358999, 16, 19},  // JCB
    {360000, 369999, 14, 19},  // Diners Club
    {370000, 379999, 15, 15},  // American Express
    {380000, 399999, 14, 19},  // Diners Club
    {400000, 499999, 13, 13},  // Visa, older cards
    {400000, 499999, 16, 16},  // Visa
    {400000, 499999, 19, 19},  // Visa
    {501800, 501899, 12, 19},  // Maestro
    {502000, 502099, 12, 19},  // Maestro
    {503800, 503899, 12, 19},  // Maestro
    {510000, 559999, 16, 16},  // Mastercard
    {589300, 589399, 12, 19},  // Maestro
    {601100, 601199, 16, 19},  // Discover
    {620000, 629999, 16, 19},  // UnionPay
    {630400, 630499, 12, 19},  // Maestro
    {644000, 659999, 16, 19},  // Discover
    {675900, 675999, 12, 19},  // Maestro
    {676100, 676399, 12, 19},  // Maestro
}};

bool has_issuer(std::string_view digits) noexcept {
    const auto prefix = number_of(digits.substr(0, 6));
    return std::any_of(kIssuers.begin(), kIssuers.end(), [&](const IssuerRange& range) {
        return prefix >= range.first && prefix <= range.last && digits.size() >= range.least &&
               digits.size() <= range.most;
    });
}

bool passes_luhn(std::string_view digits) noexcept {
    int sum = 0;
    bool twice = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it) {
        const int value = twice ? 2 * digit(*it) : digit(*it);
        sum += value > 9 ? value - 9 : value;
        twice = !twice;
    }
    return sum % 10 == 0;
}

/// The groups as printed on cards.
bool is_card_form(const DigitGroups& number, std::size_t first, std::size_t last) noexcept {
    if (first == last) return true;
    if (!number.evenly(first, last, ' ') && !number.evenly(first, last, '-')) return false;
    const auto count = last - first + 1;
    const auto size = [&](std::size_t i) { return number.groups[first + i].size; };
    if (count == 3) return size(0) == 4 && size(1) == 6 && (size(2) == 5 || size(2) == 4);
    if (count < 4 || count > 5) return false;
    // A stretch of a longer row of fours is an account, not a card.
    const auto sign = number.groups[last].before;
    const bool after = first > 0 && number.groups[first].before == sign;
    if (after && number.groups[first - 1].size == 4) return false;
    const bool more = last + 1 < number.count && number.groups[last + 1].before == sign;
    if (more && number.groups[last + 1].size == 4) return false;
    for (std::size_t i = 0; i < 4; ++i) {
        if (size(i) != 4) return false;
    }
    return count == 4 || size(4) <= 3;
}

// -- IBAN

struct IbanLength {
    char country[3];
    std::uint8_t length;
};

// SWIFT's IBAN registry.
constexpr std::array<IbanLength, 82> kIbanLengths = {{
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27},
    {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
    {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20}, {"MR", 27},
    {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28},
    {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31},
    {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SV", 28}, {"TN", 24}, {"TR", 26},
    {"UA", 29}, {"VA", 22},
}};

constexpr std::size_t kIbanMax = 34;

char upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

std::size_t iban_length(char first, char second) noexcept {
    for (const auto& known : kIbanLengths) {
        if (known.country[0] == first && known.country[1] == second) return known.length;
    }
    return 0;
}

/// ISO 7064: letters count 10 to 35, the first four characters go last.
bool passes_mod_97(std::string_view iban) noexcept {
    unsigned remainder = 0;
    const auto add = [&](char c) {
        if (is_digit(c)) {
            remainder = (remainder * 10 + static_cast<unsigned>(c - '0')) % 97;
        } else {
            remainder = (remainder * 100 + static_cast<unsigned>(c - 'A') + 10) % 97;
        }
    };
    std::for_each(iban.begin() + 4, iban.end(), add);
    std::for_each(iban.begin(), iban.begin() + 4, add);
    return remainder == 1;
}

// -- personal numbers

bool is_pesel(std::string_view digits) noexcept {
    constexpr std::array<int, 10> kWeights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
    constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    constexpr int kLastYear = 2049;
    int sum = 0;
    for (std::size_t i = 0; i < kWeights.size(); ++i) sum += kWeights[i] * digit(digits[i]);
    if ((10 - sum % 10) % 10 != digit(digits[10])) return false;
    const int coded = number_of(digits.substr(2, 2));
    const int month = coded % 20;
    const int century = coded / 20 == 4 ? 1800 : 1900 + 100 * (coded / 20);
    const int year = century + number_of(digits.substr(0, 2));
    const int day = number_of(digits.substr(4, 2));
    if (month < 1 || month > 12 || day < 1 || year > kLastYear) return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && day == 29 ? leap : day <= kDays[static_cast<std::size_t>(month - 1)];
}

bool is_snils(std::string_view digits) noexcept {
    constexpr int kFirstWithChecksum = 1'001'999;  // smaller numbers carry none
    if (number_of(digits.substr(0, 9)) < kFirstWithChecksum) return false;
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (9 - i) * digit(digits[static_cast<std::size_t>(i)]);
    const int control = sum % 101 == 100 ? 0 : sum % 101;
    return control == number_of(digits.substr(9, 2));
}

/// PESEL as people type it: one run; the date apart; the date in pairs.
bool is_pesel_form(const DigitGroups& number, std::size_t first, std::size_t last) noexcept {
    const auto size = [&](std::size_t i) { return number.groups[first + i].size; };
    switch (last - first + 1) {
        case 1: return true;
        case 2: return size(0) == 6 && size(1) == 5;
        case 4: return size(0) == 2 && size(1) == 2 && size(2) == 2 && size(3) == 5;
        default: return false;
    }
}

bool is_snils_form(const DigitGroups& number, std::size_t first, std::size_t last) noexcept {
    const auto size = [&](std::size_t i) { return number.groups[first + i].size; };
    if (first == last) {
        const auto digits = number.digits_of(first, last);
        return digits[1] != '9' || (digits[0] != '7' && digits[0] != '8');
    }
    return last - first + 1 == 4 && size(0) == 3 && size(1) == 3 && size(2) == 3 && size(3) == 2;
}

/// Tries every stretch of the groups that has the right number of digits; a house number or a
/// month before it must not hide it.
template <typename Decide>
std::optional<Valid> find_stretch(std::string_view text, Span candidate, std::size_t least,
                                  std::size_t most, Decide decide) noexcept {
    const auto number = read_groups(text, candidate.begin);
    if (!number.whole) return std::nullopt;
    for (std::size_t first = 0; first < number.count; ++first) {
        for (auto last = number.count; last-- > first;) {
            const auto digits = number.digits_of(first, last);
            if (digits.size() < least || digits.size() > most) continue;
            const auto span = number.span_of(first, last);
            if (!is_free(text, span) || !decide(number, first, last, digits)) continue;
            return Valid{span, true};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Valid> validate_card(std::string_view text, Span candidate) noexcept {
    return find_stretch(text, candidate, 12, 19,
                        [](const DigitGroups& number, std::size_t first, std::size_t last,
                           std::string_view digits) {
                            return is_card_form(number, first, last) && has_issuer(digits) &&
                                   passes_luhn(digits);
                        });
}

std::optional<Valid> validate_pesel(std::string_view text, Span candidate) noexcept {
    return find_stretch(text, candidate, 11, 11,
                        [](const DigitGroups& number, std::size_t first, std::size_t last,
                           std::string_view digits) {
                            return is_pesel_form(number, first, last) && is_pesel(digits);
                        });
}

std::optional<Valid> validate_snils(std::string_view text, Span candidate) noexcept {
    return find_stretch(text, candidate, 11, 11,
                        [](const DigitGroups& number, std::size_t first, std::size_t last,
                           std::string_view digits) {
                            return is_snils_form(number, first, last) && is_snils(digits);
                        });
}

std::optional<Valid> validate_iban(std::string_view text, Span candidate) noexcept {
    auto at = std::size_t{candidate.begin};
    if (at + 2 > text.size()) return std::nullopt;
    const auto length = iban_length(upper(text[at]), upper(text[at + 1]));
    if (length == 0 || (at > 0 && is_ascii_alnum(text[at - 1]))) return std::nullopt;
    std::array<char, kIbanMax> iban{};
    std::size_t count = 0;
    while (at < text.size() && count < length) {
        if (is_ascii_alnum(text[at])) {
            iban[count++] = upper(text[at]);
        } else if ((text[at] != ' ' && text[at] != '-') || !is_ascii_alnum(text[at - 1])) {
            return std::nullopt;
        }
        ++at;
    }
    if (count < length || (at < text.size() && is_ascii_alnum(text[at]))) return std::nullopt;
    const Span span{candidate.begin, static_cast<std::uint32_t>(at)};
    if (is_in_link(text, span.begin)) return std::nullopt;
    if (!is_digit(iban[2]) || !is_digit(iban[3])) return std::nullopt;
    if (!passes_mod_97({iban.data(), length})) return std::nullopt;
    return Valid{span, true};
}

}  // namespace hark::triage
