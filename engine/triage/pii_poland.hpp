#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// Personal number (law on population records, art. 15-20): date, sex, weights 1 3 7 9.
[[nodiscard]] std::optional<Valid> validate_pesel(std::string_view text,
                                                  const Stretch& it) noexcept;

/// Tax number: weights 6 5 7 2 3 4 5 6 7, mod 11. Ten digits in a row pass by chance too often to
/// be one without a keyword; 123-456-32-18 is its own form.
[[nodiscard]] std::optional<Valid> validate_nip(std::string_view text, const Stretch& it) noexcept;

/// Statistical number (GUS): 9 or 14 digits, mod 11; nine in a row need a keyword.
[[nodiscard]] std::optional<Valid> validate_regon(std::string_view text,
                                                  const Stretch& it) noexcept;

/// Identity card: three letters, six digits, the first of them a check digit (weights 7 3 1, ICAO).
/// Beside its name typing errors count too.
[[nodiscard]] std::optional<Valid> validate_pl_id(std::string_view text,
                                                  const Stretch& it) noexcept;

/// Passport: two letters, seven digits beside its name.
[[nodiscard]] std::optional<Valid> validate_pl_passport(std::string_view text,
                                                        const Stretch& it) noexcept;

/// Land register (KW): court, eight digits, check digit with weights 1 3 7. `WA1M/00012345/6`
[[nodiscard]] std::optional<Valid> validate_pl_land_register(std::string_view text,
                                                             const Stretch& it) noexcept;

/// Car plate: two or three letters, four or five digits or letters, beside its name.
[[nodiscard]] std::optional<Valid> validate_pl_plate(std::string_view text,
                                                     const Stretch& it) noexcept;

}  // namespace hark::triage
