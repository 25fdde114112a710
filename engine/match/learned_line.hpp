#pragma once

#include <string_view>

#include "core/rule.hpp"

namespace hark::match {

/// A line of a learned pack, `weight seen-with seen-without pattern`; a fact stands in brackets.
/// Leaves the pattern as the rule's id: the caller puts the pack's prefix before it. False: it is
/// no such line.
[[nodiscard]] bool read_learned_line(std::string_view line, Rule& rule);

}  // namespace hark::match
