#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// IPv4 in dotted decimal (RFC 791), no leading zeros; 1.2.3.4, all one digit, needs a keyword: so
/// are versions written.
[[nodiscard]] std::optional<Valid> validate_ipv4(std::string_view text, const Stretch& it) noexcept;

/// IPv6 (RFC 4291) with at least three groups.
[[nodiscard]] std::optional<Valid> validate_ipv6(std::string_view text, Span candidate) noexcept;

/// MAC address (IEEE 802): six pairs of hexadecimal digits between colons or hyphens.
[[nodiscard]] std::optional<Valid> validate_mac(std::string_view text, Span candidate) noexcept;

/// Telephone set (3GPP TS 23.003): 15 digits, Luhn; in a row they need a keyword.
[[nodiscard]] std::optional<Valid> validate_imei(std::string_view text, const Stretch& it) noexcept;

/// Vehicle (ISO 3779): 17 letters and digits without I, O, Q. The check digit (49 CFR 565) is only
/// American, so beside its name the form is enough.
[[nodiscard]] std::optional<Valid> validate_vin(std::string_view text, Span candidate) noexcept;

/// Degrees with at least four decimals, latitude before longitude.
[[nodiscard]] std::optional<Valid> validate_coordinates(std::string_view text,
                                                        Span candidate) noexcept;

}  // namespace hark::triage
