#pragma once

#include <string>

#include "core/rule.hpp"

namespace hark::app {

/// A rule as one JSON object; what it does not have is absent.
[[nodiscard]] std::string to_json(const RuleBook& book, const Rule& rule);

/// The same of a pack: what its label and language start from, and which file says so.
[[nodiscard]] std::string to_json(const RuleBook& book, const Pack& pack);

}  // namespace hark::app
