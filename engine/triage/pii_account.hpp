#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// A payment card: issuer ranges of the networks (ISO/IEC 7812) and the Luhn digit.
[[nodiscard]] std::optional<Valid> validate_card(std::string_view text, const Stretch& it) noexcept;

/// An IBAN: length by country (SWIFT's registry) and mod 97 (ISO 13616). A Polish one whose
/// remainder is wrong needs a keyword: typing errors are as personal.
[[nodiscard]] std::optional<Valid> validate_iban(std::string_view text, Span candidate) noexcept;

/// A Polish account (NRB): 26 digits, mod 97 as for IBAN. With a wrong remainder it is one where
/// two of three speak for it: the groups of an account, the sort code's own digit, a keyword.
[[nodiscard]] std::optional<Valid> validate_nrb(std::string_view text, const Stretch& it) noexcept;

/// A Russian account of 20 digits: class and currency by Bank of Russia's plan of accounts (579-P),
/// the key digit where a bank code (BIC, nine digits that begin with 04) stands near (515).
[[nodiscard]] std::optional<Valid> validate_ru_account(std::string_view text,
                                                       const Stretch& it) noexcept;

/// A routing number of an American bank (ABA): its districts, the 3-7-1 sum.
[[nodiscard]] std::optional<Valid> validate_us_routing(std::string_view text,
                                                       const Stretch& it) noexcept;

/// A bank's BIC (ISO 9362): four letters, a country, two and three letters or digits. Not a
/// person's by itself: only beside its name.
[[nodiscard]] std::optional<Valid> validate_bic(std::string_view text, Span candidate) noexcept;

}  // namespace hark::triage
