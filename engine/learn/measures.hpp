#pragma once

#include <cstddef>
#include <vector>

namespace hark::learn {

/// What was said of one post, and what is true.
struct Judged {
    double probability = 0;
    bool given = false;
    bool truth = false;
};

struct Measures {
    std::size_t posts = 0;
    std::size_t positives = 0;
    std::size_t given = 0;
    std::size_t hits = 0;  ///< given to posts that have the label
    double precision = 0, recall = 0, f1 = 0;
    double f1_low = 0, f1_high = 0;  ///< 95 % interval, by the delta method
    double auc = 0;
    double calibration_error = 0;       ///< expected, over ten equal bins
    double precision_at_recall_90 = 0;  ///< best precision with a recall of at least 0.9
    double recall_at_precision_90 = 0;
    double best_f1 = 0;  ///< by the threshold that is best for these very posts
    double best_threshold = 0.5;
};

[[nodiscard]] Measures measure(std::vector<Judged> judged);

/// Posts of which the probability was about the same.
struct Bin {
    std::size_t posts = 0;
    double said = 0;  ///< mean probability
    double true_share = 0;
};
/// Ten bins of equal width, those without posts left out: a calibrated verdict has `said` equal to
/// `true_share`.
[[nodiscard]] std::vector<Bin> reliability(const std::vector<Judged>& judged);

/// What a threshold would give.
struct Operating {
    double threshold = 0, precision = 0, recall = 0;
};
/// By falling threshold, one point for each probability that was said.
[[nodiscard]] std::vector<Operating> precision_recall(std::vector<Judged> judged);

/// McNemar's test on posts that two rule sets judged differently: the exact two-sided p of
/// `better` against `worse` changes.
[[nodiscard]] double mcnemar(std::size_t better, std::size_t worse);

}  // namespace hark::learn
