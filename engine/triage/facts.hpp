#pragma once

#include <cstdint>
#include <optional>

#include "core/rule.hpp"
#include "triage/judge.hpp"

namespace hark::triage {

/// What a condition may ask of a post. Links are those in the text or those that the platform
/// attached, whichever are more (platforms repeat the text's own). nullopt: the platform does not
/// say.
[[nodiscard]] std::optional<std::int64_t> value_of(Fact fact, const JudgeInput& input) noexcept;

[[nodiscard]] bool holds(const FactTest& test, const JudgeInput& input) noexcept;

}  // namespace hark::triage
