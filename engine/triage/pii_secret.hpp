#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// What follows "password", "hasło", "пароль" as its value: after a colon, an equals sign, "is" or
/// in quotes. A plain word is none.
[[nodiscard]] std::optional<Valid> validate_password(std::string_view text,
                                                     Span candidate) noexcept;

/// A key that tells its own service (`sk-…`, `ghp_…`, `AKIA…`, a JWT) or calls itself one
/// (`api_…`, `token_…`), of letters and digits mixed.
[[nodiscard]] std::optional<Valid> validate_api_key(std::string_view text, Span candidate) noexcept;

/// A wallet: Bitcoin (Base58Check, Bech32 of BIP 173 and 350), Ethereum (0x and 40 hexadecimal
/// digits).
[[nodiscard]] std::optional<Valid> validate_wallet(std::string_view text, Span candidate) noexcept;

}  // namespace hark::triage
