#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// Taxpayer's number, 10 digits of a firm, 12 of a person: control digits of order MMV-7-6/435@.
/// Ten digits in a row pass by chance too often to be one without a keyword.
[[nodiscard]] std::optional<Valid> validate_inn(std::string_view text, const Stretch& it) noexcept;

/// Register number of a firm (OGRN, 13) or an entrepreneur (OGRNIP, 15), Government decree 438.
/// Barcodes have 13 digits too: a keyword is needed.
[[nodiscard]] std::optional<Valid> validate_ogrn(std::string_view text, const Stretch& it) noexcept;

/// Pension insurance number, PFR decision 192p; smaller ones than 001-001-998 have no check digits.
[[nodiscard]] std::optional<Valid> validate_snils(std::string_view text,
                                                  const Stretch& it) noexcept;

/// Inner passport: region and year of print in the series, six digits; no check digit, so beside
/// its name only. `4509 123456`, `45 09 123456`, `4509 № 123456`.
[[nodiscard]] std::optional<Valid> validate_ru_passport(std::string_view text,
                                                        const Stretch& it) noexcept;

/// Foreign passport: two and seven digits beside its name.
[[nodiscard]] std::optional<Valid> validate_ru_foreign_passport(std::string_view text,
                                                                const Stretch& it) noexcept;

/// Driving licence: region, two digits or Cyrillic letters, six digits, beside its name.
[[nodiscard]] std::optional<Valid> validate_ru_licence(std::string_view text,
                                                       const Stretch& it) noexcept;

/// Single policy number of health insurance: 16 digits, the last one as Luhn's (order 29n).
[[nodiscard]] std::optional<Valid> validate_oms(std::string_view text, const Stretch& it) noexcept;

/// Car plate, GOST R 50577: one letter of the twelve that look alike, three digits, two letters,
/// a region of two or three digits. `А123ВС77`, `а 123 вс 777`.
[[nodiscard]] std::optional<Valid> validate_ru_plate(std::string_view text,
                                                     const Stretch& it) noexcept;

}  // namespace hark::triage
