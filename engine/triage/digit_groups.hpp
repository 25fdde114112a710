#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
    bool plus = false;  ///< a + stands before the first group
    bool whole = true;  ///< false: the run is longer than any number that we know

    [[nodiscard]] std::string_view digits_of(std::size_t first, std::size_t last) const noexcept;
    [[nodiscard]] Span span_of(std::size_t first, std::size_t last) const noexcept;
    /// Between all groups first..last stands the same sign; false for one group.
    [[nodiscard]] bool evenly(std::size_t first, std::size_t last, char sign) const noexcept;
};

/// Reads the groups from the first digit in or after `begin` on. Between groups at most three of:
/// spaces (no-break ones too), hyphens and dashes, dots, slashes, brackets.
[[nodiscard]] DigitGroups read_groups(std::string_view text, std::size_t begin) noexcept;

}  // namespace hark::triage
