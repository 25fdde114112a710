#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// ISO/IEC 7812: issuer ranges and lengths of Visa, Mastercard, American Express, MIR (2200 to
/// 2204), Maestro, Discover, JCB, Diners Club and UnionPay, the Luhn check, one run or the
/// customary groups (4-4-4-4 and on, 4-6-5, 4-6-4).
[[nodiscard]] std::optional<Valid> validate_card(std::string_view text, Span candidate) noexcept;

/// ISO 13616: the country's length and the remainder 1 modulo 97; compact or in groups. An account
/// number that fails its arithmetic is none.
[[nodiscard]] std::optional<Valid> validate_iban(std::string_view text, Span candidate) noexcept;

/// Poland's personal number: the weights 1 3 7 9 and a birth date in 1800 to 2049. Eleven digits,
/// or the six of the date apart from the rest.
[[nodiscard]] std::optional<Valid> validate_pesel(std::string_view text, Span candidate) noexcept;

/// Russia's insurance number: the weights 9 to 1 modulo 101, from 001-001-999 on. Compact or
/// 3-3-3-2. Compact, it must not be a mobile number of Russia.
[[nodiscard]] std::optional<Valid> validate_snils(std::string_view text, Span candidate) noexcept;

}  // namespace hark::triage
