#pragma once

#include <vector>

#include "learn/trainer.hpp"

namespace hark::learn {

/// A post and what a fit that had not seen it says, without what its origin says.
struct Unplaced {
    const Row* row = nullptr;
    double log_odds = 0;
};

/// What the features that tell where a post comes from (`@united`, a conference's hashtag) add to
/// log-odds, each source having its own frequency of the label; all else stays as it was fitted,
/// and a post without them gains nothing. Where a label is rarer its posts count more, by the root,
/// for the threshold of the best F1 falls with the frequency. By ridge regression; in the order of
/// `origins`. Deterministic.
[[nodiscard]] std::vector<double> weigh_origins(const std::vector<Unplaced>& posts,
                                                const std::vector<FeatureId>& origins);

}  // namespace hark::learn
