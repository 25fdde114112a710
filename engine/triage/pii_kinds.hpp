#pragma once

#include <string>
#include <string_view>

#include "triage/pii.hpp"

namespace hark::triage {

/// The validator of candidates that a `raw` expression finds; nullptr for other names.
[[nodiscard]] Validator find_validator(std::string_view name) noexcept;

/// The kind of number; nullptr for other names.
[[nodiscard]] const NumberKind* find_number_kind(std::string_view name) noexcept;

/// All names, for messages.
[[nodiscard]] std::string validator_names();

}  // namespace hark::triage
