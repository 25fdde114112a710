#pragma once

#include <memory>
#include <string>

#include "match/rule_set.hpp"

namespace hark::app {

/// How each label of a post came out, given or not: bias, what the rules weigh, probability and
/// threshold; a line a label, for people.
[[nodiscard]] std::string scores_of(const std::shared_ptr<const match::RuleSet>& rules,
                                    const std::string& text);

}  // namespace hark::app
