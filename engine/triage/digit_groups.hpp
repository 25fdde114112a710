#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/folded_text.hpp"

namespace hark::triage {

/// A number as people write it: groups of digits with little between them.
struct DigitGroups {
    static constexpr std::size_t kMaxGroups = 14;
    static constexpr std::size_t kMaxDigits = 40;

    struct Group {
        std::uint32_t begin = 0;  ///< bytes of the text
        std::uint32_t end = 0;
        std::uint8_t first = 0;  ///< into `digits`
        std::uint8_t size = 0;   ///< digits
        char before = '\0';      ///< the telling sign before it: one of `()-/.`, a space, or none
    };

    std::array<Group, kMaxGroups> groups{};
    std::size_t count = 0;
    std::array<char, kMaxDigits> digits{};
    std::size_t digit_count = 0;
    bool plus = false;      ///< a + stands before the first group
    bool whole = true;      ///< false: the run is longer than any number that we know
    std::uint32_t end = 0;  ///< where the run ends, however long it is

    [[nodiscard]] std::string_view digits_of(std::size_t first, std::size_t last) const noexcept;
    [[nodiscard]] Span span_of(std::size_t first, std::size_t last) const noexcept;
    /// Between all groups first..last stands the same sign; false for one group.
    [[nodiscard]] bool evenly(std::size_t first, std::size_t last, char sign) const noexcept;
};

/// Groups first..last of a number: what may be one datum among others in a row.
struct Stretch {
    const DigitGroups& number;
    std::size_t first = 0;
    std::size_t last = 0;
    std::string_view digits;
    Span span;

    [[nodiscard]] std::size_t count() const noexcept { return last - first + 1; }
    [[nodiscard]] std::size_t size(std::size_t i) const noexcept {
        return number.groups[first + i].size;
    }
    [[nodiscard]] char before(std::size_t i) const noexcept {
        return number.groups[first + i].before;
    }
    [[nodiscard]] bool sizes(std::initializer_list<std::size_t> wanted) const noexcept {
        if (wanted.size() != count()) return false;
        std::size_t i = 0;
        for (const auto each : wanted) {
            if (size(i++) != each) return false;
        }
        return true;
    }
    [[nodiscard]] bool evenly(char sign) const noexcept { return number.evenly(first, last, sign); }
    [[nodiscard]] std::string_view group(std::size_t i) const noexcept {
        return number.digits_of(first + i, first + i);
    }
};

/// Reads the groups from the first digit in or after `begin` on. Between groups at most three of:
/// spaces (no-break ones too), hyphens and dashes, dots, slashes, brackets.
[[nodiscard]] DigitGroups read_groups(std::string_view text, std::size_t begin) noexcept;

}  // namespace hark::triage
