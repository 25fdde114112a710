#include "learn/measures.hpp"

#include <algorithm>
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
    double error = 0;
    for (const auto& bin : reliability(judged))
        error += static_cast<double>(bin.posts) * std::abs(bin.said - bin.true_share);
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
    out.given = static_cast<std::size_t>(tp + fp);
    out.hits = static_cast<std::size_t>(tp);
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
    for (const auto& at : precision_recall(std::move(judged))) {
        if (at.recall >= 0.9)
            out.precision_at_recall_90 = std::max(out.precision_at_recall_90, at.precision);
        if (at.precision >= 0.9)
            out.recall_at_precision_90 = std::max(out.recall_at_precision_90, at.recall);
        const double f1 = ratio(2 * at.precision * at.recall, at.precision + at.recall);
        if (f1 > out.best_f1) {
            out.best_f1 = f1;
            out.best_threshold = at.threshold;
        }
    }
    return out;
}

std::vector<Bin> reliability(const std::vector<Judged>& judged) {
    std::vector<Bin> bins(10);
    for (const auto& one : judged) {
        auto& bin = bins[std::min<std::size_t>(static_cast<std::size_t>(one.probability * 10), 9)];
        ++bin.posts;
        bin.said += one.probability;
        bin.true_share += one.truth ? 1 : 0;
    }
    std::erase_if(bins, [](const Bin& bin) { return bin.posts == 0; });
    for (auto& bin : bins) {
        bin.said /= static_cast<double>(bin.posts);
        bin.true_share /= static_cast<double>(bin.posts);
    }
    return bins;
}

std::vector<Operating> precision_recall(std::vector<Judged> judged) {
    std::sort(judged.begin(), judged.end(),
              [](const Judged& a, const Judged& b) { return a.probability > b.probability; });
    const auto positives = static_cast<double>(
        std::count_if(judged.begin(), judged.end(), [](const Judged& one) { return one.truth; }));
    std::vector<Operating> curve;
    double hits = 0;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        hits += judged[i].truth ? 1 : 0;
        if (i + 1 < judged.size() && judged[i + 1].probability == judged[i].probability) continue;
        curve.push_back(
            {judged[i].probability, hits / static_cast<double>(i + 1), ratio(hits, positives)});
    }
    return curve;
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
