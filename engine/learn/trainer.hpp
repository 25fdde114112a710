#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "learn/features.hpp"

namespace hark::learn {

/// One labelled post as a learner sees it.
struct Row {
    std::vector<FeatureId> features;  ///< sorted
    float prior = 0;                  ///< log-odds that hand-written rules give it
    float fixed = 0;                  ///< log-odds of those whose weight is not to be learned
    bool positive = false;
    std::uint32_t source = 0;
    float weight = 1;        ///< how many times it counts; the same for all posts of a source
    std::uint32_t fold = 0;  ///< below kFolds; for figures on posts that were not learned from
};
inline constexpr std::uint32_t kFolds = 5;
/// The source of posts that are taken to be negative: they have no intercept of their own, which
/// would explain them away, and no say about calibration and threshold.
inline constexpr std::uint32_t kBackground = ~std::uint32_t{0};

struct TrainOptions {
    std::size_t rules = 2000;  ///< at most so many features are kept
    /// How many posts must have a feature.
    std::function<std::uint32_t(FeatureId)> fewest = [](FeatureId) { return 4U; };
    /// One intercept for all sources that have both classes: what tells them apart is learned.
    bool pooled = false;
    /// Features that tell where posts were gathered or whom they speak to: weighed last, beside all
    /// others, so that no other feature says it for them.
    std::function<bool(FeatureId)> origin = [](FeatureId) { return false; };
    /// The rarer class of each source counts more, by the root of how much rarer it is: the
    /// threshold of the best F1 falls with how rare a label is, and one must serve all sources.
    bool balance = false;
    double refit_cost = 0.3;    ///< liblinear's C of the second fit: smaller is smoother
    double least_weight = 0.1;  ///< features that the first refit gives less are dropped
    double precision = 0;       ///< the threshold's, on unseen posts; 0: the best mean F1
    double lean = 0;            ///< log-odds that the threshold of the best F1 is lowered by
    int desk_source = -1;       ///< the source that has half the say about the threshold; -1: none
};

struct LearnedRule {
    FeatureId feature = 0;
    double weight = 0;
    std::uint32_t seen_with = 0;     ///< posts that have it and the label
    std::uint32_t seen_without = 0;  ///< posts that have it and not the label
};

struct Learned {
    std::vector<LearnedRule> rules;  ///< by falling |weight|
    double bias = 0;
    double threshold = 0.5;
    double prior_scale = 1;  ///< what the hand-written rules' weights are to be multiplied by
};

/// Chooses, fits, calibrates. What hand-written rules say stands, scaled as a whole, and features
/// are learned beside it, so that knowledge of what the posts do not show is kept. `progress` is
/// told each step. Deterministic. Throws std::runtime_error when there is nothing to learn from
/// (one class only), or no threshold has the precision.
[[nodiscard]] Learned train(const std::vector<Row>& rows, std::size_t features,
                            const TrainOptions& options,
                            const std::function<void(const std::string&)>& progress);

}  // namespace hark::learn
