#pragma once

#include <cmath>
#include <vector>

#include "learn/trainer.hpp"

namespace hark::learn {

/// A post that the fit had not seen.
struct Scored {
    double log_odds = 0;
    const Row* row = nullptr;
};

[[nodiscard]] inline double sigmoid(double log_odds) noexcept {
    return 1 / (1 + std::exp(-log_odds));
}

/// The probability from which on the label is best given: by the sources' mean F1, for a large
/// source must not decide for a small one. The desk's own posts count as much as all others
/// together. Sources of one class, or of few posts, have no say, nor have those whose posts count
/// less than once where others can decide.
[[nodiscard]] double best_threshold(const std::vector<Scored>& scored, std::uint32_t sources,
                                    const TrainOptions& options);

/// The lowest threshold with this precision over all posts of the sources: it finds most. Throws
/// std::runtime_error when none has it.
[[nodiscard]] double precise_threshold(std::vector<Scored> scored, double precision);

}  // namespace hark::learn
