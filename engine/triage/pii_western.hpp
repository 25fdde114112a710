#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// American Social Security number: three, two and four digits between hyphens; no area 000, 666 or
/// 9xx, no group 00, no serial 0000 (SSA POMS RM 10201.035). Without hyphens beside its name only.
[[nodiscard]] std::optional<Valid> validate_us_ssn(std::string_view text,
                                                   const Stretch& it) noexcept;

/// American taxpayer number (IRS): 9xx, fourth and fifth digit 50-65, 70-88, 90-92 or 94-99.
[[nodiscard]] std::optional<Valid> validate_us_itin(std::string_view text,
                                                    const Stretch& it) noexcept;

/// American employer number: two and seven digits beside its name.
[[nodiscard]] std::optional<Valid> validate_us_ein(std::string_view text,
                                                   const Stretch& it) noexcept;

/// British National Insurance number (HMRC NIM39110): two letters, six digits, A to D.
[[nodiscard]] std::optional<Valid> validate_uk_nino(std::string_view text,
                                                    const Stretch& it) noexcept;

/// British health service number: ten digits, mod 11 (NHS data dictionary).
[[nodiscard]] std::optional<Valid> validate_uk_nhs(std::string_view text,
                                                   const Stretch& it) noexcept;

/// German tax number: 11 digits, ISO 7064 mod 11,10, one digit twice or thrice (BZSt).
[[nodiscard]] std::optional<Valid> validate_de_tax_id(std::string_view text,
                                                      const Stretch& it) noexcept;

/// German identity card or passport: nine characters without vowels and their check digit (ICAO
/// 9303, weights 7 3 1), beside its name.
[[nodiscard]] std::optional<Valid> validate_de_id(std::string_view text, Span candidate) noexcept;

/// Spanish DNI (eight digits and a letter) or NIE (X, Y or Z, seven digits and a letter), mod 23.
[[nodiscard]] std::optional<Valid> validate_es_nif(std::string_view text,
                                                   const Stretch& it) noexcept;

/// A licence, a passport, an account or another number of any country behind its name: at least
/// four digits, with the letters and hyphens about them.
[[nodiscard]] std::optional<Valid> validate_document(std::string_view text,
                                                     const Stretch& it) noexcept;

/// A day of birth beside the word: 1991-04-19, 19.04.1991, 4/19/91.
[[nodiscard]] std::optional<Valid> validate_birth_date(std::string_view text,
                                                       const Stretch& it) noexcept;

/// A postal code beside the word.
[[nodiscard]] std::optional<Valid> validate_postcode(std::string_view text,
                                                     const Stretch& it) noexcept;

}  // namespace hark::triage
