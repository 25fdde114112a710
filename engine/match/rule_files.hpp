#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"

namespace hark::match {

/// What one folder of rules holds.
struct RuleFolder {
    std::optional<std::filesystem::path> changes;  ///< `changes.yaml`
    std::vector<std::filesystem::path> packs;      ///< `<label>/<language>.yaml`, in order
    std::vector<std::filesystem::path> lists;      ///< `lists/<name>.txt`, in order
};

/// Faults when it cannot be read or holds nothing.
[[nodiscard]] RuleFolder look_into(const std::string& folder, std::vector<Fault>& faults);

/// The file's bytes, at most one more than `max_bytes` so that its reader can refuse it.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path,
                                                   std::size_t max_bytes);

/// A list: an entry a line; empty lines and those that begin with `# ` are left out.
[[nodiscard]] WordList read_list(std::string_view text, const std::filesystem::path& path,
                                 std::vector<Fault>& faults);

}  // namespace hark::match
