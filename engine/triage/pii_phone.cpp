#include "triage/pii_phone.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "triage/digit_groups.hpp"
#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

bool is_one_of(char c, std::string_view set) noexcept {
    return set.find(c) != std::string_view::npos;
}

// -- international

struct Country {
    std::string_view code;
    std::uint8_t least;  // digits, the code included
    std::uint8_t most;
};

// National numbering plans, as ITU-T publishes them.
constexpr Country kCountries[] = {
    {"1", 11, 11},   {"7", 11, 11},   {"33", 11, 11},  {"34", 11, 11},  {"44", 12, 12},
    {"48", 11, 11},  {"49", 10, 14},  {"86", 12, 13},  {"90", 12, 12},  {"91", 12, 12},
    {"370", 11, 11}, {"371", 11, 11}, {"372", 10, 11}, {"373", 11, 11}, {"374", 11, 11},
    {"375", 12, 12}, {"380", 12, 12}, {"992", 12, 12}, {"994", 12, 12}, {"995", 12, 12},
    {"996", 12, 12}, {"998", 12, 12},
};

constexpr std::size_t kLeastElsewhere = 9;
constexpr std::size_t kMostElsewhere = 15;  // E.164

// Other two-digit codes, and the first two digits under which three-digit codes are assigned.
constexpr std::string_view kTwoDigits =
    "20 27 30 31 32 36 39 40 41 43 45 46 47 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 "
    "92 93 94 95 98";
constexpr std::string_view kThreeDigits =
    "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 85 88 96 97 99";

bool is_area_of_america(std::string_view ten) noexcept {
    const bool service = ten[1] == '1' && ten[2] == '1';
    return ten[0] >= '2' && ten[3] >= '2' && !service && ten[1] != '9';
}

bool is_freephone_of_america(std::string_view ten) noexcept {
    return ten[0] == '8' && ten[1] == ten[2] && (ten[1] == '0' || ten[1] >= '3');
}

bool is_range_of_russia(std::string_view ten) noexcept {
    return is_one_of(ten[0], "3489");
}

bool is_freephone_of_russia(std::string_view ten) noexcept {
    return ten.starts_with("800");
}

/// 1 800 …, 888 …, 8 800 …
bool is_freephone(std::string_view digits) noexcept {
    if (digits.size() == 10) return is_freephone_of_america(digits);
    if (digits.size() != 11) return false;
    const auto ten = digits.substr(1);
    return digits[0] == '1' ? is_freephone_of_america(ten)
                            : is_one_of(digits[0], "78") && is_freephone_of_russia(ten);
}

bool is_international(std::string_view digits) noexcept {
    if (digits.size() < kLeastElsewhere || digits.size() > kMostElsewhere) return false;
    if (digits.front() == '0' || all_equal(digits.substr(2))) return false;
    for (const auto& country : kCountries) {
        if (!digits.starts_with(country.code)) continue;
        if (digits.size() < country.least || digits.size() > country.most) return false;
        const auto rest = digits.substr(country.code.size());
        if (country.code == "1") return is_area_of_america(rest) && !is_freephone_of_america(rest);
        if (country.code == "7") {
            return (is_range_of_russia(rest) && !is_freephone_of_russia(rest)) ||
                   is_one_of(rest[0], "67");
        }
        return rest.front() != '0' && !rest.starts_with("800");
    }
    const auto lead = digits.substr(0, 2);
    return kTwoDigits.find(lead) != std::string_view::npos ||
           kThreeDigits.find(lead) != std::string_view::npos;
}

/// The digits without the bracketed trunk zero of `+44 (0)20 …`.
std::string_view without_trunk(const Stretch& it, std::array<char, 40>& buffer) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < it.count(); ++i) {
        const auto group = it.number.digits_of(it.first + i, it.first + i);
        const bool bracketed = i + 1 < it.count() && it.before(i) == '(' && it.before(i + 1) == ')';
        if (bracketed && group == "0") continue;
        std::copy(group.begin(), group.end(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
        size += group.size();
    }
    return {buffer.data(), size};
}

bool is_international_form(const Stretch& it) noexcept {
    std::array<char, 40> buffer{};
    const auto digits = without_trunk(it, buffer);
    if (it.number.plus && it.first == 0) return is_international(digits);
    const bool known = digits.starts_with("0048") || digits.starts_with("0049") ||
                       digits.starts_with("0044") || digits.starts_with("00380") ||
                       digits.starts_with("00375");
    return known && is_international(digits.substr(2));
}

// -- Russia

bool is_russia_digits(std::string_view digits) noexcept {
    if (digits.size() == 10) return digits[0] == '9' && !all_equal(digits);
    if (digits.size() != 11 || !is_one_of(digits[0], "78")) return false;
    const auto ten = digits.substr(1);
    return is_range_of_russia(ten) && !is_freephone_of_russia(ten) && !all_equal(ten);
}

bool is_russia_form(const Stretch& it) noexcept {
    const auto digits = it.digits;
    const bool grouped = it.count() > 1;
    if (digits.size() == 11) {
        if (!is_russia_digits(digits)) return false;
        if (digits[1] == '9') return !grouped || it.size(0) == 1 || it.size(0) == 4;
        return it.count() >= 4 && it.size(0) == 1;
    }
    const bool ten = it.sizes({3, 3, 2, 2}) && is_range_of_russia(digits);
    return ten && !is_freephone_of_russia(digits) &&
           (digits[0] == '9' || it.before(1) == ')' ||
            (it.before(1) == ' ' && it.before(2) == '-'));
}

// -- Poland

// Numbering plan of Poland: mobile prefixes and area codes (UKE).
constexpr std::string_view kPolishMobile = "45 50 51 53 57 60 66 69 72 73 78 79 88";
constexpr std::string_view kPolishAreas =
    "12 13 14 15 16 17 18 22 23 24 25 29 32 33 34 41 42 43 44 46 48 52 54 55 56 58 59 61 62 63 65 "
    "67 68 71 74 75 76 77 81 82 83 84 85 86 87 89 91 94 95";

bool is_mobile_of_poland(std::string_view nine) noexcept {
    return kPolishMobile.find(nine.substr(0, 2)) != std::string_view::npos;
}

bool is_poland_digits(std::string_view digits) noexcept {
    if (digits.size() != 9 || digits.ends_with("00000") || all_equal(digits)) return false;
    return is_mobile_of_poland(digits) ||
           kPolishAreas.find(digits.substr(0, 2)) != std::string_view::npos;
}

bool is_poland_form(const Stretch& it) noexcept {
    if (!is_poland_digits(it.digits)) return false;
    if (it.sizes({2, 3, 2, 2})) return true;
    if (it.sizes({2, 7})) return it.before(1) == ')';
    if (!it.sizes({3, 3, 3}) || it.digits.ends_with("000000")) return false;
    return is_mobile_of_poland(it.digits) && it.before(1) == it.before(2) && it.before(1) != '.';
}

// -- United States, Great Britain, Germany

bool is_america_digits(std::string_view digits) noexcept {
    if (digits.size() == 11 && digits[0] == '1') digits.remove_prefix(1);
    return digits.size() == 10 && is_area_of_america(digits) && !is_freephone_of_america(digits);
}

bool is_america_form(const Stretch& it) noexcept {
    if (!is_america_digits(it.digits)) return false;
    if (it.sizes({1, 3, 3, 4})) return true;
    return it.sizes({3, 3, 4}) && it.before(2) != ' ';
}

bool is_britain_digits(std::string_view digits) noexcept {
    return digits.size() == 11 && digits[0] == '0' && is_one_of(digits[1], "127");
}

/// Numbers of services, paid or free; German ones of that look are told by their slash.
bool is_service_of_britain(const Stretch& it) noexcept {
    if (it.digits.starts_with("0800")) return true;
    if (it.digits.size() != 11 || (it.count() > 1 && it.before(1) == '/')) return false;
    return it.digits.starts_with("080") || it.digits.starts_with("084") ||
           it.digits.starts_with("087") || it.digits.starts_with("09");
}

bool is_britain_form(const Stretch& it) noexcept {
    if (!is_britain_digits(it.digits) || it.count() < 2 || it.count() > 3) return false;
    return it.size(0) >= 3 && it.size(0) <= 5;
}

bool is_germany_digits(std::string_view digits) noexcept {
    constexpr std::string_view kServices[] = {"0800", "0900", "0137", "0180"};
    const auto serves = [&](std::string_view one) { return digits.starts_with(one); };
    return digits.size() >= 9 && digits.size() <= 12 && digits[0] == '0' && digits[1] >= '1' &&
           std::none_of(std::begin(kServices), std::end(kServices), serves) &&
           !all_equal(digits.substr(1));
}

bool is_germany_form(const Stretch& it) noexcept {
    if (!is_germany_digits(it.digits) || it.count() < 2 || it.size(0) < 3 || it.size(0) > 5) {
        return false;
    }
    const bool mobile = it.digits[1] == '1' && is_one_of(it.digits[2], "567");
    return it.before(1) == '/' || (mobile && it.size(0) >= 4);
}

// -- the search

bool is_telling_form(const Stretch& it) noexcept {
    if (is_international_form(it)) return true;
    if (it.number.plus && it.first == 0) return false;
    return is_russia_form(it) || is_poland_form(it) || is_america_form(it) || is_britain_form(it) ||
           is_germany_form(it);
}

/// Groups that a keyword makes a number although no plan has them: fictional exchanges, local
/// numbers, trunk zeros of countries not listed here.
bool is_loose_form(const Stretch& it) noexcept {
    if (all_equal(it.digits)) return false;
    if (it.sizes({3, 4})) return it.before(1) == '-' && it.digits[0] >= '2';
    if (it.sizes({3, 3, 4}) || it.sizes({1, 3, 3, 4})) {
        return !is_freephone_of_america(it.digits.substr(it.digits.size() - 10)) &&
               it.digits[it.digits.size() - 10] >= '2';
    }
    if (it.count() < 3) return false;
    const bool trunk = it.digits[0] == '0' && it.digits[1] != '0' && it.before(1) != '.';
    return trunk && it.digits.size() >= 9 && it.digits.size() <= 11;
}

/// 22.11.2026, 2026-11-22, with or without something after it.
bool begins_with_date(const Stretch& it) noexcept {
    if (it.count() < 3 || it.before(1) == ' ' || it.before(1) != it.before(2)) return false;
    const bool day_first = it.size(0) == 2 && it.size(1) == 2 && it.size(2) == 4;
    return day_first || (it.size(0) == 4 && it.size(1) == 2 && it.size(2) == 2);
}

bool is_any_form(const Stretch& it) noexcept {
    if (begins_with_date(it) || is_service_of_britain(it)) return false;
    const auto digits = it.digits;
    return is_russia_digits(digits) || is_poland_digits(digits) || is_america_digits(digits) ||
           is_britain_digits(digits) || is_germany_digits(digits) || is_loose_form(it);
}

/// What only the word beside it makes a number: any grouping that plans of small countries have.
bool is_local_form(const Stretch& it) noexcept {
    if (begins_with_date(it) || all_equal(it.digits) || it.count() > 6) return false;
    if (is_service_of_britain(it) || is_freephone(it.digits)) return false;
    if (it.first > 0 || it.last + 1 < it.number.count) return false;
    if (it.number.plus) return true;
    for (std::size_t i = 1; i < it.count(); ++i) {
        if (it.before(i) == '/') return false;
    }
    return it.count() > 1 || it.digits.size() >= 9;
}

/// A house number or a quantity may stand before or after a telephone number, but a row of like
/// groups is a table, and a sign other than a space binds its groups together.
bool is_cut_well(const DigitGroups& number, std::size_t first, std::size_t last) noexcept {
    if (first > 0) {
        const auto& cut = number.groups[first];
        const bool begins = cut.before == '(';
        if (!begins && cut.before != ' ') return false;
        if (!begins && number.groups[first - 1].size == cut.size) return false;
    }
    if (last + 1 < number.count) {
        const auto& next = number.groups[last + 1];
        if (next.before != ' ' && next.before != '(') return false;
        if (next.size == number.groups[last].size) return false;
    }
    return true;
}

Span with_signs(std::string_view text, const Stretch& it) noexcept {
    auto span = it.span;
    while (span.begin > 0 && is_one_of(text[span.begin - 1], "+(")) --span.begin;
    if (it.first == 0 && text.substr(0, span.begin).ends_with("+ ")) span.begin -= 2;
    return span;
}

std::optional<Valid> find_phone(std::string_view text, const Stretch& it,
                                bool (*is_phone)(const Stretch&) noexcept) noexcept {
    constexpr std::size_t kMostCut = 3;
    const auto& number = it.number;
    if (it.first > kMostCut || number.count - it.last > kMostCut + 1) return std::nullopt;
    if (!is_cut_well(number, it.first, it.last) || !is_phone(it)) return std::nullopt;
    const auto span = with_signs(text, it);
    if (is_glued(text, span) || is_in_link(text, span.begin)) return std::nullopt;
    if (is_money(text, span)) return std::nullopt;
    return Valid{span};
}

}  // namespace

std::optional<Valid> validate_phone(std::string_view text, const Stretch& it) noexcept {
    return find_phone(text, it, is_telling_form);
}

std::optional<Valid> validate_phone_national(std::string_view text, const Stretch& it) noexcept {
    auto valid = find_phone(text, it, is_any_form);
    if (valid) valid->need = Need::keyword;
    return valid;
}

std::optional<Valid> validate_phone_local(std::string_view text, const Stretch& it) noexcept {
    auto valid = find_phone(text, it, is_local_form);
    if (valid) valid->need = Need::close;
    return valid;
}

}  // namespace hark::triage
