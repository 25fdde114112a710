#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// A number that its form alone tells: with + or 00 and an assigned country code of the right
/// length (ITU-T E.164), or in a national form that people do not use for anything else:
/// 8 916 123-45-67, 600 700 800, (22) 123 45 67, (212) 555-0142, 07700 900123, 0171/1234567.
/// Freephone numbers (8 800, 1-800, 0800) are a business's and no personal data; neither are
/// numbers in links, prices, or parts of longer numbers.
[[nodiscard]] std::optional<Valid> validate_phone(std::string_view text,
                                                  const Stretch& it) noexcept;

/// The national forms of Russia, Poland, the United States, Great Britain and Germany in any
/// grouping, compact too: look-alikes of order numbers, so a keyword is needed.
[[nodiscard]] std::optional<Valid> validate_phone_national(std::string_view text,
                                                           const Stretch& it) noexcept;

/// Seven to fifteen digits of any plan, when a word names them ("call me at", "fax").
[[nodiscard]] std::optional<Valid> validate_phone_local(std::string_view text,
                                                        const Stretch& it) noexcept;

}  // namespace hark::triage
