#pragma once

#include <vector>

#include "core/rule.hpp"
#include "match/compiler.hpp"

namespace hark::match {

/// What compiles and yet cannot be meant: rules that can never fire, that stand twice, or whose
/// pattern costs more than a rule may. The book must compile. Off the data path; any thread.
void lint(const RuleBook& book, const FoldFunction& fold, const CompileOptions& options,
          std::vector<Fault>& faults);

}  // namespace hark::match
