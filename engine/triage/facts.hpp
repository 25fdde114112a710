#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/rule.hpp"

namespace hark::triage {

struct JudgeInput;

/// What a condition may ask of a post. Links are those in the text or those that the platform
/// attached, whichever are more (platforms repeat the text's own). nullopt: the platform does not
/// say.
[[nodiscard]] std::optional<std::int64_t> value_of(Fact fact, const JudgeInput& input) noexcept;

/// All facts of one post: many rules ask the same few.
class FactValues {
public:
    void read(const JudgeInput& input) noexcept;
    /// nullopt: the platform does not say.
    [[nodiscard]] std::optional<std::int64_t> of(Fact fact) const noexcept {
        const auto value = values_[static_cast<std::size_t>(fact)];
        return value == kUnknown ? std::nullopt : std::optional(value);
    }
    [[nodiscard]] bool hold(const FactTest& test) const noexcept {
        const auto value = values_[static_cast<std::size_t>(test.fact)];
        switch (test.compare) {
            case Compare::equal: return value == test.value;
            case Compare::not_equal: return value != test.value && value != kUnknown;
            case Compare::at_least: return value >= test.value;
            case Compare::at_most: return value <= test.value && value != kUnknown;
        }
        return false;
    }

private:
    static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();
    std::array<std::int64_t, kFacts> values_{};
};

}  // namespace hark::triage
