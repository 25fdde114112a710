#include "learn/measures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hark::learn {

namespace {

double ratio(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

/// The area under the ROC curve; posts of one probability share their ranks.
double area(const std::vector<Judged>& falling, double positives, double negatives) {
    if (positives == 0 || negatives == 0) return 0.5;
    double above = 0, wins = 0;
    for (std::size_t i = 0; i < falling.size();) {
        double same_with = 0, same_without = 0;
        const auto probability = falling[i].probability;
        for (; i < falling.size() && falling[i].probability == probability; ++i)
            ++(falling[i].truth ? same_with : same_without);
        wins += same_without * (above + same_with / 2);
        above += same_with;
    }
    return wins / (positives * negatives);
}

double calibration_error(const std::vector<Judged>& judged) {
    struct Bin {
        double count = 0, sum = 0, truths = 0;
    };
    std::array<Bin, 10> bins{};
    for (const auto& one : judged) {
        auto& bin = bins[std::min<std::size_t>(static_cast<std::size_t>(one.probability * 10), 9)];
        ++bin.count;
        bin.sum += one.probability;
        bin.truths += one.truth ? 1 : 0;
    }
    double error = 0;
    for (const auto& bin : bins) error += std::abs(bin.sum - bin.truths);
    return ratio(error, static_cast<double>(judged.size()));
}

}  // namespace

Measures measure(std::vector<Judged> judged) {
    Measures out;
    double tp = 0, fp = 0, fn = 0;
    for (const auto& one : judged) {
        out.positives += one.truth ? 1 : 0;
        if (one.given) ++(one.truth ? tp : fp);
        else fn += one.truth ? 1 : 0;
    }
    out.posts = judged.size();
    out.precision = ratio(tp, tp + fp);
    out.recall = ratio(tp, tp + fn);
    out.f1 = ratio(2 * tp, 2 * tp + fp + fn);
    // F1 = 2tp/(2tp+fp+fn) is a proportion g/(2-g) of g = tp/(tp+fp+fn).
    const double decided = tp + fp + fn;
    const double g = ratio(tp, decided);
    const double spread = decided > 0 ? 1.96 * std::sqrt(g * (1 - g) / decided) : 1;
    const auto f1_of = [](double share) { return 2 * share / (1 + share); };
    out.f1_low = f1_of(std::max(0.0, g - spread));
    out.f1_high = f1_of(std::min(1.0, g + spread));
    out.calibration_error = calibration_error(judged);
    std::sort(judged.begin(), judged.end(),
              [](const Judged& a, const Judged& b) { return a.probability > b.probability; });
    const auto positives = static_cast<double>(out.positives);
    out.auc = area(judged, positives, static_cast<double>(judged.size()) - positives);
    double hits = 0;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        hits += judged[i].truth ? 1 : 0;
        if (i + 1 < judged.size() && judged[i + 1].probability == judged[i].probability) continue;
        const double precision = hits / static_cast<double>(i + 1);
        const double recall = ratio(hits, positives);
        if (recall >= 0.9)
            out.precision_at_recall_90 = std::max(out.precision_at_recall_90, precision);
        if (precision >= 0.9)
            out.recall_at_precision_90 = std::max(out.recall_at_precision_90, recall);
        const double f1 = 2 * hits / (static_cast<double>(i + 1) + positives);
        if (f1 > out.best_f1) {
            out.best_f1 = f1;
            out.best_threshold = judged[i].probability;
        }
    }
    return out;
}

double mcnemar(std::size_t better, std::size_t worse) {
    const auto n = static_cast<double>(better + worse);
    if (n == 0) return 1;
    double term = std::exp(-n * std::log(2.0));  // binomial coefficients from the tail inwards
    double sum = 0;
    const auto few = std::min(better, worse);
    for (std::size_t i = 0; i <= few; ++i) {
        sum += term;
        term *= (n - static_cast<double>(i)) / static_cast<double>(i + 1);
    }
    return std::min(1.0, 2 * sum);
}

}  // namespace hark::learn
