#pragma once

#include <vector>

#include "learn/trainer.hpp"

namespace hark::learn {

/// Of features that nearly the same posts have, such as `deli*` and `deliv*`, the first; in the
/// order given. `features`: how many there are in all.
[[nodiscard]] std::vector<FeatureId> without_twins(const std::vector<Row>& rows,
                                                   const std::vector<FeatureId>& order,
                                                   std::size_t features);

}  // namespace hark::learn
