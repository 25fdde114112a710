#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"

namespace hark::match {

/// Reads the folders in their order (docs/rules.md has the formats); of each first `changes.yaml`,
/// which changes rules of the folders before it, then every `lists/<name>.txt`, which replaces an
/// earlier list of that name, then every `<label>/<language>.yaml`, in the order of names. All
/// faults come in one go; with any fault the book must not be used. Labels are what the packs say.
[[nodiscard]] RuleBook read_packs(std::span<const std::string> folders, std::vector<Fault>& faults);

/// One pack from memory, added to the book; `file` names it in faults.
void read_pack(std::string_view text, const std::string& file, RuleBook& book,
               std::vector<Fault>& faults);

}  // namespace hark::match
