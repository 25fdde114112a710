#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// An address as people have them: RFC 5321 lengths, the unquoted local parts of RFC 5322, a domain
/// of ASCII labels with a top level of letters. No file names (`icon@2x.png`), no handles
/// (`@user@mastodon.social`), no user part of a link (`https://name@host`).
[[nodiscard]] std::optional<Valid> validate_email(std::string_view text, Span candidate) noexcept;

/// An address in words: `name (at) host dot com`, `имя собака host точка ru`, `jan małpa wp kropka
/// pl`. The candidate is what stands for the @, with the brackets or blanks about it.
[[nodiscard]] std::optional<Valid> validate_email_disguised(std::string_view text,
                                                            Span candidate) noexcept;

}  // namespace hark::triage
