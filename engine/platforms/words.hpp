#pragma once

#include <optional>
#include <string_view>

#include "core/mention.hpp"

namespace hark::platforms {

/// The kind or action that the record calls by this word.
[[nodiscard]] inline std::optional<Kind> kind_of(std::string_view word) noexcept {
    for (const auto kind :
         {Kind::post, Kind::comment, Kind::mention, Kind::message, Kind::review, Kind::reaction}) {
        if (to_string(kind) == word) return kind;
    }
    return std::nullopt;
}

[[nodiscard]] inline std::optional<Action> action_of(std::string_view word) noexcept {
    for (const auto action : {Action::created, Action::edited, Action::deleted}) {
        if (to_string(action) == word) return action;
    }
    return std::nullopt;
}

}  // namespace hark::platforms
