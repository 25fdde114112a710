#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.hpp"

namespace hark::app {

/// Reads YAML into the form that rooms read their settings from, with the place of every value.
/// nullopt when it is not YAML or larger than limits::kConfigBytes; the fault says where. Duplicate
/// keys are faults; anchors are followed, bounded.
[[nodiscard]] std::optional<SettingNode> read_yaml(std::string_view text, const std::string& file,
                                                   std::vector<Fault>& faults);

}  // namespace hark::app
