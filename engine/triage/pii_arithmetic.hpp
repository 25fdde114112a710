#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace hark::triage {

[[nodiscard]] constexpr int digit(char c) noexcept {
    return c - '0';
}

/// At most nine digits.
[[nodiscard]] constexpr int number_of(std::string_view digits) noexcept {
    int value = 0;
    for (const char c : digits) value = value * 10 + digit(c);
    return value;
}

[[nodiscard]] constexpr bool all_equal(std::string_view digits) noexcept {
    return digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

/// The digits from the first on times the weights.
template <std::size_t N>
[[nodiscard]] constexpr int weighed(std::string_view digits,
                                    const std::array<int, N>& weights) noexcept {
    int sum = 0;
    for (std::size_t i = 0; i < N; ++i) sum += weights[i] * digit(digits[i]);
    return sum;
}

/// ISO/IEC 7812-1, annex B.
[[nodiscard]] constexpr bool passes_luhn(std::string_view digits) noexcept {
    int sum = 0;
    bool twice = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it) {
        const int value = twice ? 2 * digit(*it) : digit(*it);
        sum += value > 9 ? value - 9 : value;
        twice = !twice;
    }
    return sum % 10 == 0;
}

/// A day that the Gregorian calendar has.
[[nodiscard]] constexpr bool is_date(int year, int month, int day) noexcept {
    constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29) return leap;
    return day <= kDays[static_cast<std::size_t>(month - 1)];
}

}  // namespace hark::triage
