#include "triage/pii_account.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

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

/// The groups as printed on cards.
bool is_card_form(const Stretch& it) noexcept {
    if (it.count() == 1) return true;
    if (!it.evenly(' ') && !it.evenly('-')) return false;
    const auto count = it.count();
    if (count == 3)
        return it.size(0) == 4 && it.size(1) == 6 && (it.size(2) == 5 || it.size(2) == 4);
    if (count < 4 || count > 5) return false;
    // A stretch of a longer row of fours is an account, not a card.
    const auto& number = it.number;
    const auto sign = it.before(count - 1);
    const bool after = it.first > 0 && it.before(0) == sign;
    if (after && number.groups[it.first - 1].size == 4) return false;
    const bool more = it.last + 1 < number.count && number.groups[it.last + 1].before == sign;
    if (more && number.groups[it.last + 1].size == 4) return false;
    for (std::size_t i = 0; i < 4; ++i) {
        if (it.size(i) != 4) return false;
    }
    return count == 4 || it.size(4) <= 3;
}

// -- IBAN

struct IbanLength {
    char country[3];
    std::uint8_t length;
};

// SWIFT's IBAN registry.
constexpr std::array<IbanLength, 89> kIbanLengths = {{
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30},
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

bool is_nrb_form(const Stretch& it) noexcept {
    if (it.count() != 7 || (!it.evenly(' ') && !it.evenly('-'))) return false;
    return it.sizes({2, 4, 4, 4, 4, 4, 4});
}

/// The bank's sort code, digits 3 to 10 of an account, ends with a digit of its own (NBP).
bool is_polish_sort_code(std::string_view eight) noexcept {
    constexpr std::array<int, 8> kWeights = {3, 9, 7, 1, 3, 9, 7, 1};
    return weighed(eight, kWeights) % 10 == 0 && eight.substr(0, 3) >= "101";
}

// -- Russia

/// The Bank of Russia's key: digits times 7, 1, 3 over the last three of the bank code (of a
/// correspondent account: 0 and its digits 5 and 6) and the account.
bool passes_key(std::string_view bank_code, std::string_view account) noexcept {
    constexpr std::array<int, 3> kWeights = {7, 1, 3};
    const bool correspondent = account.starts_with("301");
    const std::array<char, 3> lead = {correspondent ? '0' : bank_code[6],
                                      correspondent ? bank_code[4] : bank_code[7],
                                      correspondent ? bank_code[5] : bank_code[8]};
    int sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += kWeights[i] * digit(lead[i]);
    for (std::size_t i = 0; i < account.size(); ++i) sum += kWeights[i % 3] * digit(account[i]);
    return sum % 10 == 0;
}

/// The nearest bank code: nine digits that begin with 04; empty when none is near.
std::string_view bank_code_near(std::string_view text, Span account) noexcept {
    constexpr std::size_t kReach = 300;
    const auto from = account.begin > kReach ? account.begin - kReach : 0;
    const auto around = text.substr(from, account.end + kReach - from);
    for (auto at = around.find("04"); at != std::string_view::npos;
         at = around.find("04", at + 1)) {
        if (at > 0 && is_digit(around[at - 1])) continue;
        const auto rest = around.substr(at);
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
        if (end - rest.begin() == 9) return rest.substr(0, 9);
    }
    return {};
}

bool is_russian_account(std::string_view digits) noexcept {
    constexpr std::array<std::string_view, 12> kClasses = {"40817", "40820", "40802", "40702",
                                                           "40703", "40701", "423",   "426",
                                                           "301",   "405",   "406",   "455"};
    constexpr std::array<std::string_view, 7> kCurrencies = {"810", "643", "840", "978",
                                                             "156", "398", "933"};
    const auto starts = [&](std::string_view one) { return digits.starts_with(one); };
    return std::any_of(kClasses.begin(), kClasses.end(), starts) &&
           std::find(kCurrencies.begin(), kCurrencies.end(), digits.substr(5, 3)) !=
               kCurrencies.end();
}

}  // namespace

std::optional<Valid> validate_card(std::string_view, const Stretch& it) noexcept {
    if (!is_card_form(it) || !has_issuer(it.digits) || !passes_luhn(it.digits)) return std::nullopt;
    // Twelve to fifteen digits pass by chance too often.
    const bool rare = it.digits.size() < 14;
    return Valid{it.span, true, rare ? Need::keyword : Need::nothing};
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
    if (passes_mod_97({iban.data(), length})) return Valid{span, true};
    const bool polish = iban[0] == 'P' && iban[1] == 'L' &&
                        std::all_of(iban.begin() + 2, iban.begin() + 28, is_digit);
    if (!polish) return std::nullopt;
    return Valid{span, false, Need::keyword};
}

std::optional<Valid> validate_nrb(std::string_view, const Stretch& it) noexcept {
    const bool grouped = is_nrb_form(it);
    if (it.count() > 1 && !grouped) return std::nullopt;
    std::array<char, 28> iban = {'P', 'L'};
    std::copy(it.digits.begin(), it.digits.end(), iban.begin() + 2);
    if (passes_mod_97({iban.data(), iban.size()})) return Valid{it.span, true};
    const bool bank = is_polish_sort_code(it.digits.substr(2, 8));
    if (!bank && !grouped) return std::nullopt;
    return Valid{it.span, false, bank && grouped ? Need::nothing : Need::keyword};
}

std::optional<Valid> validate_ru_account(std::string_view text, const Stretch& it) noexcept {
    if (it.count() > 1 && !it.evenly(' ') && !it.evenly('.') && !it.evenly('-'))
        return std::nullopt;
    if (it.count() > 1 && it.size(0) != 5 && it.size(0) != 4) return std::nullopt;
    if (!is_russian_account(it.digits)) return std::nullopt;
    const auto bank_code = bank_code_near(text, it.span);
    if (bank_code.empty()) return Valid{it.span};
    if (!passes_key(bank_code, it.digits)) return std::nullopt;
    return Valid{it.span, true};
}

std::optional<Valid> validate_us_routing(std::string_view, const Stretch& it) noexcept {
    constexpr std::array<int, 9> kWeights = {3, 7, 1, 3, 7, 1, 3, 7, 1};
    if (it.count() > 1) return std::nullopt;
    const int district = number_of(it.digits.substr(0, 2));
    const bool known = district <= 12 || (district >= 21 && district <= 32) ||
                       (district >= 61 && district <= 72) || district == 80;
    if (!known || weighed(it.digits, kWeights) % 10 != 0) return std::nullopt;
    return Valid{it.span, true, Need::close};
}

std::optional<Valid> validate_bic(std::string_view text, Span candidate) noexcept {
    if (is_glued(text, candidate) || is_in_link(text, candidate.begin)) return std::nullopt;
    const auto size = candidate.end - candidate.begin;
    if (size != 8 && size != 11) return std::nullopt;
    return Valid{candidate, false, Need::close};
}

}  // namespace hark::triage
