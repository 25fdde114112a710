#pragma once

#include <optional>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// A house in a street, as the languages write it, around its number: `123 Maple Street`, `12 rue
/// Victor Hugo`, `ul. Leśna 107/84`, `ул. Ленина, д. 5`, `Hauptstraße 5`; a flat, a post box, a
/// military or American postal code after its state. A street alone is none.
[[nodiscard]] std::optional<Valid> validate_address(std::string_view text,
                                                    const Stretch& it) noexcept;

/// A house number beside a name of any form, when the words before say that it is an address.
[[nodiscard]] std::optional<Valid> validate_address_named(std::string_view text,
                                                          const Stretch& it) noexcept;

}  // namespace hark::triage
