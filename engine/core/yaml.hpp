#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings.hpp"

namespace hark {

/// Reads YAML into the form that rooms read their settings from, with the place of every value.
/// nullopt when it is not YAML or larger than `max_bytes`; the fault says where. Duplicate
/// keys are faults; anchors are followed as long as the tree stays
/// smaller than the text.
[[nodiscard]] std::optional<SettingNode> read_yaml(std::string_view text, const std::string& file,
                                                   std::size_t max_bytes,
                                                   std::vector<Fault>& faults);

}  // namespace hark
