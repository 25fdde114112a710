#include "learn/trainer.hpp"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <unordered_set>

namespace hark::learn {

namespace {

struct ModelDeleter {
    void operator()(model* one) const noexcept { free_and_destroy_model(&one); }
};
using Model = std::unique_ptr<model, ModelDeleter>;

double sigmoid(double log_odds) noexcept {
    return 1 / (1 + std::exp(-log_odds));
}

/// Rows over some of the features, as liblinear wants them. Columns count from 1; the sources'
/// intercepts come last.
class Problem {
public:
    Problem(const std::vector<Row>& rows, const std::vector<FeatureId>& columns,
            std::size_t features, std::uint32_t sources, int without_fold)
        : columns_(columns.size()), sources_(sources) {
        std::vector<int> column_of(features, 0);
        for (std::size_t i = 0; i < columns.size(); ++i)
            column_of[columns[i]] = static_cast<int>(i) + 1;
        std::vector<std::size_t> begins;
        for (const auto& row : rows) {
            if (static_cast<int>(row.fold) == without_fold) continue;
            for (std::uint32_t i = 0; i < row.repeat; ++i) {
                begins.push_back(nodes_.size());
                for (const auto feature : row.features) {
                    if (column_of[feature] != 0) nodes_.push_back({column_of[feature], 1.0});
                }
                if (sources_ > 0) {
                    const auto last = static_cast<int>(columns_ + 1 + row.source);
                    nodes_.push_back({last, 1.0});
                }
                nodes_.push_back({-1, 0});
                labels_.push_back(row.positive ? 1 : -1);
            }
        }
        for (const auto begin : begins) rows_.push_back(&nodes_[begin]);
    }

    /// Weights by column, the common intercept last.
    [[nodiscard]] std::vector<double> fit(int solver, double cost) {
        problem data{};
        data.l = static_cast<int>(rows_.size());
        data.n = static_cast<int>(columns_ + sources_ + 1);
        data.y = labels_.data();
        data.x = rows_.data();
        data.bias = 1;
        // liblinear's own constant is the last column.
        std::vector<feature_node> padded;
        std::vector<feature_node*> with_bias;
        padded.reserve(nodes_.size() + rows_.size());
        for (auto* row : rows_) {
            const auto begin = padded.size();
            for (; row->index != -1; ++row) padded.push_back(*row);
            padded.push_back({data.n, 1.0});
            padded.push_back({-1, 0});
            with_bias.push_back(padded.data() + begin);
        }
        data.x = with_bias.data();
        parameter how{};
        how.solver_type = solver;
        how.eps = solver == L1R_LR ? 0.01 : 0.001;
        how.C = cost;
        std::srand(1);  // liblinear permutes by rand(): the same input gives the same output
        const Model fitted(::train(&data, &how));
        const double sign = fitted->label[0] == 1 ? 1 : -1;
        std::vector<double> weights(fitted->w, fitted->w + data.n);
        for (auto& weight : weights) weight *= sign;
        return weights;
    }

private:
    std::size_t columns_;
    std::size_t sources_;
    std::vector<feature_node> nodes_;
    std::vector<feature_node*> rows_;
    std::vector<double> labels_;
};

/// What a fit says of one row, without its source's intercept.
double log_odds_of(const Row& row, const std::vector<double>& by_feature) {
    double sum = 0;
    for (const auto feature : row.features) sum += by_feature[feature];
    return sum;
}

/// A post that the fit had not seen.
struct Scored {
    double log_odds = 0;
    bool positive = false;
    std::uint32_t source = 0;
};

/// Platt's scaling of log-odds to labels: slope and intercept by Newton's method.
struct Scaling {
    double slope = 1;
    double intercept = 0;
};
Scaling scale(const std::vector<Scored>& scored) {
    Scaling fit;
    for (int step = 0; step < 50; ++step) {
        double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
        for (const auto& [x, positive, ignored] : scored) {
            const double p = sigmoid(fit.slope * x + fit.intercept);
            const double error = p - (positive ? 1 : 0);
            const double w = p * (1 - p);
            g0 += error;
            g1 += error * x;
            h00 += w;
            h01 += w * x;
            h11 += w * x * x;
        }
        const double det = h00 * h11 - h01 * h01;
        const double d0 = (h11 * g0 - h01 * g1) / det;
        const double d1 = (h00 * g1 - h01 * g0) / det;
        fit.intercept -= d0;
        fit.slope -= d1;
        if (std::abs(d0) + std::abs(d1) < 1e-9) break;
    }
    return fit;
}

/// The probability from which on the label is best given: by the mean of the sources' F1, for a
/// large source must not decide for a small one. Sources of one class only have no say.
double best_threshold(std::vector<Scored> scored, std::uint32_t sources) {
    std::sort(scored.begin(), scored.end(),
              [](const Scored& a, const Scored& b) { return a.log_odds > b.log_odds; });
    struct Counts {
        double positives = 0, negatives = 0, given = 0, hits = 0;
        [[nodiscard]] double f1() const { return 2 * hits / (given + positives); }
    };
    std::vector<Counts> counts(sources);
    for (const auto& one : scored)
        ++(one.positive ? counts[one.source].positives : counts[one.source].negatives);
    double best = -1, sum = 0, threshold = 0.5;
    for (std::size_t i = 0; i < scored.size(); ++i) {
        auto& count = counts[scored[i].source];
        if (count.positives == 0 || count.negatives == 0) continue;
        sum -= count.f1();
        ++count.given;
        count.hits += scored[i].positive ? 1 : 0;
        sum += count.f1();
        if (sum <= best) continue;
        best = sum;
        const double next = i + 1 < scored.size() ? scored[i + 1].log_odds : scored[i].log_odds;
        threshold = (sigmoid(scored[i].log_odds) + sigmoid(next)) / 2;
    }
    return threshold;
}

class Trainer {
public:
    Trainer(const std::vector<Row>& rows, std::size_t features, const std::vector<bool>& keep,
            const TrainOptions& options, const std::function<void(const std::string&)>& progress)
        : rows_(rows), features_(features), keep_(keep), options_(options), progress_(progress) {
        for (const auto& row : rows) sources_ = std::max(sources_, row.source + 1);
        const auto positives =
            std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.positive; });
        if (positives == 0 || static_cast<std::size_t>(positives) == rows.size())
            throw std::runtime_error("every post has the same label: nothing can be learned");
    }

    Learned run() {
        const auto chosen = choose();
        Learned learned;
        const auto scored = score_unseen(chosen);
        const auto scaling = scale(scored);
        const auto weights = fit(chosen, -1);
        auto scaled = scored;
        for (auto& one : scaled) one.log_odds = scaling.slope * one.log_odds + scaling.intercept;
        learned.threshold = best_threshold(std::move(scaled), sources_);
        learned.slope = scaling.slope;
        learned.bias = scaling.slope * shipped_intercept(weights) + scaling.intercept;
        fill_rules(chosen, weights, scaling.slope, learned);
        return learned;
    }

private:
    /// Features by L1, the penalty found by bisection so that at most options.rules remain.
    std::vector<FeatureId> choose() {
        std::vector<std::uint32_t> seen(features_, 0);
        for (const auto& row : rows_) {
            for (const auto feature : row.features) ++seen[feature];
        }
        std::vector<FeatureId> candidates;
        std::unordered_set<std::uint64_t> known;
        const auto posts = fingerprints();
        for (FeatureId i = 0; i < features_; ++i) {
            // Of features that the very same posts have, one is enough: the first, a plain word.
            if (keep_[i] || (seen[i] >= options_.fewest && known.insert(posts[i]).second))
                candidates.push_back(i);
        }
        Problem all(rows_, candidates, features_, sources_, -1);
        std::vector<FeatureId> chosen;
        double low = -7, high = 3;  // log2 of the cost
        for (int step = 0; step < 6; ++step) {
            const double middle = (low + high) / 2;
            const auto weights = all.fit(L1R_LR, std::exp2(middle));
            std::vector<FeatureId> now;
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                if (weights[i] != 0 || keep_[candidates[i]]) now.push_back(candidates[i]);
            }
            progress_("cost " + std::to_string(std::exp2(middle)) + ": " +
                      std::to_string(now.size()) + " of " + std::to_string(candidates.size()) +
                      " features");
            if (now.size() > options_.rules) {
                high = middle;
            } else {
                low = middle;
                chosen = std::move(now);
            }
        }
        return chosen;
    }

    /// By feature: a hash of the posts that have it.
    [[nodiscard]] std::vector<std::uint64_t> fingerprints() const {
        std::vector<std::uint64_t> posts(features_, 0);
        std::uint64_t number = 0;
        for (const auto& row : rows_) {
            number += 0x9E37'79B9'7F4A'7C15;  // splitmix64
            auto hash = (number ^ number >> 30U) * 0xBF58'476D'1CE4'E5B9;
            hash = (hash ^ hash >> 27U) * 0x94D0'49BB'1331'11EB;
            for (const auto feature : row.features) posts[feature] += hash ^ hash >> 31U;
        }
        return posts;
    }

    std::vector<double> fit(const std::vector<FeatureId>& chosen, int without_fold) const {
        return Problem(rows_, chosen, features_, sources_, without_fold)
            .fit(L2R_LR, options_.refit_cost);
    }

    [[nodiscard]] double shipped_intercept(const std::vector<double>& weights) const {
        const auto common = weights.back();
        const auto* const first = &weights[weights.size() - 1 - sources_];
        if (options_.desk_source >= 0) return common + first[options_.desk_source];
        double sum = 0;
        double count = 0;
        for (const auto& row : rows_) {
            sum += first[row.source] * row.repeat;
            count += row.repeat;
        }
        return common + sum / count;
    }

    /// Log-odds of each post by a fit that has not seen it, with the intercept that ships. With a
    /// desk only its posts.
    std::vector<Scored> score_unseen(const std::vector<FeatureId>& chosen) const {
        std::vector<Scored> scored;
        for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
            progress_("fold " + std::to_string(fold + 1) + " of " + std::to_string(kFolds));
            const auto weights = fit(chosen, static_cast<int>(fold));
            std::vector<double> by_feature(features_, 0);
            for (std::size_t i = 0; i < chosen.size(); ++i) by_feature[chosen[i]] = weights[i];
            const auto intercept = shipped_intercept(weights);
            for (const auto& row : rows_) {
                const bool counts = options_.desk_source < 0 ||
                                    row.source == static_cast<std::uint32_t>(options_.desk_source);
                if (row.fold == fold && counts)
                    scored.push_back(
                        {log_odds_of(row, by_feature) + intercept, row.positive, row.source});
            }
        }
        return scored;
    }

    void fill_rules(const std::vector<FeatureId>& chosen, const std::vector<double>& weights,
                    double slope, Learned& learned) const {
        std::vector<LearnedRule> by_feature(features_);
        for (const auto& row : rows_) {
            for (const auto feature : row.features) {
                ++(row.positive ? by_feature[feature].seen_with : by_feature[feature].seen_without);
            }
        }
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            auto rule = by_feature[chosen[i]];
            rule.feature = chosen[i];
            rule.weight = slope * weights[i];
            if (std::abs(rule.weight) >= options_.least_weight || keep_[chosen[i]])
                learned.rules.push_back(rule);
        }
        std::sort(learned.rules.begin(), learned.rules.end(), [](const auto& a, const auto& b) {
            return std::abs(a.weight) != std::abs(b.weight)
                       ? std::abs(a.weight) > std::abs(b.weight)
                       : a.feature < b.feature;
        });
    }

    const std::vector<Row>& rows_;
    std::size_t features_;
    const std::vector<bool>& keep_;
    const TrainOptions& options_;
    const std::function<void(const std::string&)>& progress_;
    std::uint32_t sources_ = 0;
};

}  // namespace

Learned train(const std::vector<Row>& rows, std::size_t features, const std::vector<bool>& keep,
              const TrainOptions& options,
              const std::function<void(const std::string&)>& progress) {
    set_print_string_function([](const char*) {});
    return Trainer(rows, features, keep, options, progress).run();
}

}  // namespace hark::learn
