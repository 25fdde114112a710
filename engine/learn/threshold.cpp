#include "learn/threshold.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace hark::learn {

namespace {

constexpr double kFewestToDecide = 10;  // posts of either kind; a threshold from fewer is chance

/// How right a threshold is for one source.
struct Counts {
    double positives = 0, negatives = 0, given = 0, hits = 0;
    bool is_slight = false;  ///< its posts count less than once
    double say = 0;
    [[nodiscard]] bool has_enough() const {
        return std::min(positives, negatives) >= kFewestToDecide;
    }
    [[nodiscard]] double f1() const { return 2 * hits / (given + positives); }
};

// Thresholds are tried in these steps of log-odds, and each is judged with its neighbours: the
// very best of a few posts is chance.
constexpr double kStep = 0.05;
constexpr int kSteps = 120;      // to either side of even odds
constexpr int kNeighbours = 10;  // to either side

}  // namespace

double best_threshold(const std::vector<Scored>& scored, std::uint32_t sources,
                      const TrainOptions& options) {
    const auto desk = options.desk_source;
    std::vector<Counts> counts(sources);
    for (const auto& one : scored) {
        auto& count = counts[one.row->source];
        ++(one.row->positive ? count.positives : count.negatives);
        count.is_slight = one.row->weight < 1;
    }
    const bool slight_decide = std::none_of(counts.begin(), counts.end(), [](const Counts& one) {
        return one.has_enough() && !one.is_slight;
    });
    for (auto& count : counts)
        count.say = count.has_enough() && (slight_decide || !count.is_slight) ? 1 : 0;
    if (desk >= 0) {
        auto& own = counts[static_cast<std::size_t>(desk)].say;
        const auto others =
            std::accumulate(counts.begin(), counts.end(), -own,
                            [](double sum, const Counts& one) { return sum + one.say; });
        own *= std::max(others, 1.0);
    }
    std::vector<double> sums;
    for (int step = -kSteps; step <= kSteps; ++step) {
        for (auto& count : counts) count.given = count.hits = 0;
        for (const auto& one : scored) {
            if (one.log_odds < step * kStep) continue;
            ++counts[one.row->source].given;
            counts[one.row->source].hits += one.row->positive ? 1 : 0;
        }
        double sum = 0;
        for (const auto& count : counts) sum += count.say > 0 ? count.say * count.f1() : 0;
        sums.push_back(sum);
    }
    double best = -1, threshold = 0.5;
    for (int step = kNeighbours - kSteps; step <= kSteps - kNeighbours; ++step) {
        const auto middle = sums.begin() + step + kSteps;
        const auto around = std::accumulate(middle - kNeighbours, middle + kNeighbours + 1, 0.0);
        if (around <= best) continue;
        best = around;
        threshold = sigmoid(step * kStep - options.lean);
    }
    return threshold;
}

double precise_threshold(std::vector<Scored> scored, double precision) {
    std::sort(scored.begin(), scored.end(),
              [](const Scored& a, const Scored& b) { return a.log_odds > b.log_odds; });
    double hits = 0, best = 0, threshold = -1;
    for (std::size_t i = 0; i < scored.size(); ++i) {
        hits += scored[i].row->positive ? 1 : 0;
        const bool tied = i + 1 < scored.size() && scored[i + 1].log_odds == scored[i].log_odds;
        if (tied) continue;
        const double reached = hits / static_cast<double>(i + 1);
        best = std::max(best, reached);
        if (reached >= precision) threshold = sigmoid(scored[i].log_odds);
    }
    if (threshold < 0)
        throw std::runtime_error("no threshold has a precision of " + std::to_string(precision) +
                                 ": the best is " + std::to_string(best));
    return threshold;
}

}  // namespace hark::learn
