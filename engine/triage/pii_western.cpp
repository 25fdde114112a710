#include "triage/pii_western.hpp"

#include <algorithm>
#include <array>

#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

char capital_at(std::string_view text, std::size_t at) noexcept {
    if (at >= text.size() || !is_ascii_letter(text[at])) return '\0';
    return static_cast<char>(text[at] & ~0x20);
}

bool is_letter_byte(char c) noexcept {
    return is_ascii_alnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool ends_word(std::string_view text, std::size_t at) noexcept {
    return at >= text.size() || !is_letter_byte(text[at]);
}

bool begins_word(std::string_view text, std::size_t at) noexcept {
    return at == 0 || !is_letter_byte(text[at - 1]);
}

bool is_ssn(std::string_view digits) noexcept {
    if (digits.starts_with("000") || digits.starts_with("666") || digits[0] == '9') return false;
    if (digits.substr(3, 2) == "00" || digits.ends_with("0000")) return false;
    // Printed in advertisements.
    return digits != "078051120" && digits != "219099999" && !all_equal(digits);
}

bool is_itin(std::string_view digits) noexcept {
    const int group = number_of(digits.substr(3, 2));
    return digits[0] == '9' && ((group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
                                (group >= 90 && group <= 92) || group >= 94);
}

bool is_american_form(const Stretch& it) noexcept {
    return it.count() == 1 || (it.sizes({3, 2, 4}) && (it.evenly('-') || it.evenly(' ')));
}

bool passes_mod_11_10(std::string_view eleven) noexcept {
    int product = 10;
    for (std::size_t i = 0; i < 10; ++i) {
        const int sum = (digit(eleven[i]) + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10 == digit(eleven[10]);
}

/// Of the first ten digits one stands twice or thrice, the others at most once.
bool is_tax_id_form(std::string_view eleven) noexcept {
    std::array<int, 10> counts{};
    for (std::size_t i = 0; i < 10; ++i) ++counts[static_cast<std::size_t>(digit(eleven[i]))];
    const auto repeated = std::count_if(counts.begin(), counts.end(), [](int n) { return n > 1; });
    return eleven[0] != '0' && repeated == 1 &&
           *std::max_element(counts.begin(), counts.end()) <= 3;
}

bool is_paper_byte(char c) noexcept {
    return is_ascii_alnum(c) || c == '-';
}

int year_of(std::string_view digits) noexcept {
    const int year = number_of(digits);
    if (digits.size() == 4) return year;
    return year > 30 ? 1900 + year : 2000 + year;
}

}  // namespace

std::optional<Valid> validate_us_ssn(std::string_view, const Stretch& it) noexcept {
    if (!is_american_form(it) || !is_ssn(it.digits)) return std::nullopt;
    const bool own = it.evenly('-') && it.digits != "123456789";
    return Valid{it.span, false, own ? Need::nothing : Need::close};
}

std::optional<Valid> validate_us_itin(std::string_view, const Stretch& it) noexcept {
    if (!is_american_form(it) || !is_itin(it.digits)) return std::nullopt;
    return Valid{it.span, false, it.evenly('-') ? Need::nothing : Need::close};
}

std::optional<Valid> validate_us_ein(std::string_view, const Stretch& it) noexcept {
    if (!it.sizes({2, 7}) || !it.evenly('-')) return std::nullopt;
    return Valid{it.span, false, Need::close};
}

std::optional<Valid> validate_uk_nino(std::string_view text, const Stretch& it) noexcept {
    if (it.count() != 1 && !it.sizes({2, 2, 2})) return std::nullopt;
    std::size_t begin = it.span.begin;
    if (begin > 0 && text[begin - 1] == ' ') --begin;
    if (begin < 2 || !begins_word(text, begin - 2)) return std::nullopt;
    const char first = capital_at(text, begin - 2);
    const char second = capital_at(text, begin - 1);
    constexpr std::string_view kNever = "DFIQUV";
    if (first == '\0' || second == '\0' || second == 'O') return std::nullopt;
    if (kNever.find(first) != std::string_view::npos ||
        kNever.find(second) != std::string_view::npos)
        return std::nullopt;
    constexpr std::array<std::string_view, 7> kNotIssued = {"BG", "GB", "KN", "NK",
                                                            "NT", "TN", "ZZ"};
    const std::array<char, 2> prefix = {first, second};
    if (std::find(kNotIssued.begin(), kNotIssued.end(), std::string_view(prefix.data(), 2)) !=
        kNotIssued.end())
        return std::nullopt;
    std::size_t end = it.span.end;
    if (end < text.size() && text[end] == ' ') ++end;
    const char suffix = capital_at(text, end);
    if (suffix < 'A' || suffix > 'D' || !ends_word(text, end + 1)) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(begin - 2), static_cast<std::uint32_t>(end + 1)}};
}

std::optional<Valid> validate_uk_nhs(std::string_view, const Stretch& it) noexcept {
    constexpr std::array<int, 9> kWeights = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    if (it.count() > 1 && !it.sizes({3, 3, 4})) return std::nullopt;
    if (all_equal(it.digits)) return std::nullopt;
    const int control = 11 - weighed(it.digits, kWeights) % 11;
    if (control == 10 || control % 11 != digit(it.digits[9])) return std::nullopt;
    return Valid{it.span, true, Need::keyword};
}

std::optional<Valid> validate_de_tax_id(std::string_view, const Stretch& it) noexcept {
    if (it.count() > 1 && !it.sizes({2, 3, 3, 3})) return std::nullopt;
    if (!is_tax_id_form(it.digits) || !passes_mod_11_10(it.digits)) return std::nullopt;
    const bool phone = (it.digits[0] == '7' || it.digits[0] == '8') && it.count() == 1;
    return Valid{it.span, true, phone ? Need::keyword : Need::nothing};
}

std::optional<Valid> validate_de_id(std::string_view text, Span candidate) noexcept {
    constexpr std::uint32_t kSize = 10;
    constexpr std::array<int, 3> kWeights = {7, 3, 1};
    const Span span{candidate.begin, candidate.begin + kSize};
    if (span.end > text.size() || is_glued(text, span)) return std::nullopt;
    const auto datum = text.substr(span.begin, kSize);
    int sum = 0;
    for (std::size_t i = 0; i + 1 < kSize; ++i) {
        const int value = is_digit(datum[i]) ? digit(datum[i]) : datum[i] - 'A' + 10;
        sum += kWeights[i % 3] * value;
    }
    if (!is_digit(datum.back()) || sum % 10 != digit(datum.back())) return std::nullopt;
    return Valid{span, true, Need::keyword};
}

std::optional<Valid> validate_es_nif(std::string_view text, const Stretch& it) noexcept {
    constexpr std::string_view kLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
    if (it.count() > 1) return std::nullopt;
    std::size_t begin = it.span.begin;
    int number = number_of(it.digits);
    if (it.digits.size() == 7) {
        if (begin > 0 && text[begin - 1] == '-') --begin;
        const char lead = begin > 0 ? capital_at(text, begin - 1) : '\0';
        if (lead < 'X' || lead > 'Z') return std::nullopt;
        number += (lead - 'X') * 10'000'000;
        --begin;
    }
    if (!begins_word(text, begin)) return std::nullopt;
    std::size_t end = it.span.end;
    if (end < text.size() && (text[end] == '-' || text[end] == ' ')) ++end;
    if (capital_at(text, end) != kLetters[static_cast<std::size_t>(number % 23)])
        return std::nullopt;
    if (!ends_word(text, end + 1)) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end + 1)}, true};
}

std::optional<Valid> validate_document(std::string_view text, const Stretch& it) noexcept {
    constexpr std::size_t kMost = 24;
    if (it.count() > 1 && !it.evenly('-') && !it.evenly(' ')) return std::nullopt;
    if (it.first > 0 || it.last + 1 < it.number.count) return std::nullopt;
    std::size_t begin = it.span.begin;
    std::size_t end = it.span.end;
    while (begin > 0 && it.span.begin - begin < kMost && is_paper_byte(text[begin - 1])) --begin;
    while (end < text.size() && end - it.span.end < kMost && is_paper_byte(text[end])) ++end;
    while (begin < end && text[begin] == '-') ++begin;
    while (end > begin && text[end - 1] == '-') --end;
    if (end - begin > kMost || !begins_word(text, begin) || !ends_word(text, end))
        return std::nullopt;
    constexpr std::ptrdiff_t kMostLetters = 6;
    const auto datum = text.substr(begin, end - begin);
    if (std::count_if(datum.begin(), datum.end(), is_ascii_letter) > kMostLetters)
        return std::nullopt;
    // &#128553; and \\u0026 are characters, @name1234 is a name.
    constexpr std::string_view kBinding = "&\\@_/";
    const auto lead = begin > 0 && text[begin - 1] == '#' ? begin - 1 : begin;
    if (lead > 0 && kBinding.find(text[lead - 1]) != std::string_view::npos) return std::nullopt;
    const Span span{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    if (is_in_link(text, span.begin) || is_money(text, span)) return std::nullopt;
    return Valid{span, false, Need::label};
}

std::optional<Valid> validate_birth_date(std::string_view, const Stretch& it) noexcept {
    if (it.count() != 3 || it.before(1) != it.before(2)) return std::nullopt;
    const char sign = it.before(1);
    if (sign != '-' && sign != '.' && sign != '/') return std::nullopt;
    const int a = it.size(0) <= 4 ? number_of(it.group(0)) : 0;
    const int b = it.size(1) <= 2 ? number_of(it.group(1)) : 0;
    const int c = it.size(2) <= 4 ? number_of(it.group(2)) : 0;
    const bool year_first = it.size(0) == 4 && it.size(2) <= 2;
    const bool year_last = it.size(0) <= 2 && (it.size(2) == 4 || it.size(2) == 2);
    if (!year_first && !year_last) return std::nullopt;
    const int year = year_of(year_first ? it.group(0) : it.group(2));
    if (year < 1900 || year > 2030) return std::nullopt;
    const bool valid =
        year_first ? is_date(year, b, c) : is_date(year, b, a) || is_date(year, a, b);
    if (!valid) return std::nullopt;
    return Valid{it.span, false, Need::close};
}

std::optional<Valid> validate_postcode(std::string_view, const Stretch& it) noexcept {
    const bool form = it.count() == 1 || it.sizes({2, 3}) || it.sizes({3, 2}) || it.sizes({5, 4});
    if (!form || it.first > 0 || it.last + 1 < it.number.count) return std::nullopt;
    return Valid{it.span, false, Need::label};
}

}  // namespace hark::triage
