#include "triage/surroundings.hpp"

#include <algorithm>
#include <array>

namespace hark::triage {

namespace {

constexpr std::size_t kLinkBytes = 256;

constexpr std::array<std::string_view, 4> kSigns = {"$", "€", "£", "₽"};

// As written after a number; longer names are found by their beginnings.
constexpr std::array<std::string_view, 16> kNames = {"zł",  "zlot", "ZŁ",  "PLN", "pln", "USD",
                                                     "usd", "EUR",  "eur", "GBP", "gbp", "RUB",
                                                     "rub", "руб",  "РУБ", "mln"};

bool is_one_of(char c, std::string_view set) noexcept {
    return set.find(c) != std::string_view::npos;
}

}  // namespace

bool is_glued(std::string_view text, Span number) noexcept {
    const char before = number.begin > 0 ? text[number.begin - 1] : ' ';
    const char before_that = number.begin > 1 ? text[number.begin - 2] : ' ';
    const char after = number.end < text.size() ? text[number.end] : ' ';
    const char after_that = number.end + 1 < text.size() ? text[number.end + 1] : ' ';
    if (is_ascii_alnum(before) || is_one_of(before, "_#/=&%$@*+\\")) return true;
    if (is_one_of(before, ".,-:") && is_digit(before_that)) return true;
    if (before == '-' && is_ascii_alnum(before_that)) return true;
    if (is_ascii_alnum(after) || is_one_of(after, "_@%=*/\\")) return true;
    return is_one_of(after, ".,-:") && is_digit(after_that);
}

bool is_in_link(std::string_view text, std::size_t begin) noexcept {
    const auto from = begin > kLinkBytes ? begin - kLinkBytes : 0;
    auto at = begin;
    while (at > from && !is_space(text[at - 1])) --at;
    const auto word = text.substr(at, begin - at);
    return word.find("://") != std::string_view::npos ||
           word.find("www.") != std::string_view::npos;
}

bool is_money(std::string_view text, Span number) noexcept {
    auto after = text.substr(number.end);
    if (after.starts_with(' ')) after.remove_prefix(1);
    auto before = text.substr(0, number.begin);
    if (before.ends_with(' ')) before.remove_suffix(1);
    const auto sign = [&](std::string_view currency) {
        return after.starts_with(currency) || before.ends_with(currency);
    };
    const auto name = [&](std::string_view currency) { return after.starts_with(currency); };
    return std::any_of(kSigns.begin(), kSigns.end(), sign) ||
           std::any_of(kNames.begin(), kNames.end(), name);
}

}  // namespace hark::triage
