#include "learn/trainer.hpp"

#include <linear.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <unordered_set>

#include "learn/origins.hpp"
#include "learn/threshold.hpp"
#include "learn/twins.hpp"

namespace hark::learn {

namespace {

struct ModelDeleter {
    void operator()(model* one) const noexcept { free_and_destroy_model(&one); }
};
using Model = std::unique_ptr<model, ModelDeleter>;

constexpr std::uint32_t kHalves = 2;  // balancing rounds to these
constexpr double kMostBalance = 4;

// liblinear counts whole posts: where one counts 0.3 times, another counts ten times and it three.
constexpr std::uint32_t kMostParts = 10;
constexpr float kNearWhole = 0.05F;

/// How often a post that counts once is to be shown, so that all weights come out whole, or nearly.
std::uint32_t parts_of(const std::vector<Row>& rows) {
    std::uint32_t parts = 1;
    const auto is_whole = [&parts](const Row& row) {
        const auto times = row.weight * static_cast<float>(parts);
        return std::abs(times - std::round(times)) <= kNearWhole;
    };
    while (parts < kMostParts && !std::all_of(rows.begin(), rows.end(), is_whole)) ++parts;
    return parts;
}

// A feature that so many posts have is shrunk as if all counted alike, a rarer one less.
constexpr double kPostsOfUnit = 100;

/// By feature, the value where a post has it: how much a post tells by it, as search engines count
/// words. Weights are per value while they are shrunk, so what is rare need not be shown as often.
std::vector<double> values_of(const std::vector<Row>& rows, std::size_t features) {
    std::vector<double> values(features, 0);
    for (const auto& row : rows) {
        for (const auto feature : row.features) ++values[feature];
    }
    const auto rarity = [all = static_cast<double>(rows.size())](double posts) {
        return 1 + std::log((1 + all) / (1 + posts));
    };
    const auto unit = rarity(std::min(kPostsOfUnit, static_cast<double>(rows.size())));
    for (auto& value : values) value = rarity(value) / unit;
    return values;
}

// The prior's column is so large that its weight costs nothing: it is not to be shrunk.
constexpr double kPriorColumn = 8;

/// Weights of a fit.
struct Fit {
    std::vector<double> by_column;  ///< of the chosen features
    std::vector<double> sources;    ///< their intercepts
    double prior = 0;
    double intercept = 0;
};

/// Rows over some of the features, as liblinear wants them. Columns count from 1: features, the
/// sources' intercepts, the prior, the common intercept.
class Problem {
public:
    Problem(const std::vector<Row>& rows, const std::vector<std::uint32_t>& times,
            const std::vector<FeatureId>& columns, const std::vector<double>& values,
            const std::vector<bool>& apart, int without_fold)
        : columns_(columns.size()), sources_(apart.size()) {
        std::vector<int> column_of(values.size(), 0);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            column_of[columns[i]] = static_cast<int>(i) + 1;
            values_.push_back(values[columns[i]]);
        }
        std::vector<std::size_t> begins;
        for (std::size_t number = 0; number < rows.size(); ++number) {
            const auto& row = rows[number];
            if (static_cast<int>(row.fold) == without_fold) continue;
            for (std::uint32_t i = 0; i < times[number]; ++i) {
                begins.push_back(nodes_.size());
                for (const auto feature : row.features) {
                    if (column_of[feature] != 0)
                        nodes_.push_back({column_of[feature], values[feature]});
                }
                if (row.source != kBackground && apart[row.source])
                    nodes_.push_back({static_cast<int>(columns_ + 1 + row.source), 1.0});
                nodes_.push_back({static_cast<int>(columns_ + sources_ + 1),
                                  kPriorColumn * static_cast<double>(row.prior)});
                nodes_.push_back({static_cast<int>(columns_ + sources_ + 2), 1.0});
                nodes_.push_back({-1, 0});
                labels_.push_back(row.positive ? 1 : -1);
            }
        }
        for (const auto begin : begins) rows_.push_back(&nodes_[begin]);
    }

    [[nodiscard]] Fit fit(int solver, double cost) {
        problem data{};
        data.l = static_cast<int>(rows_.size());
        data.n = static_cast<int>(columns_ + sources_ + 2);
        data.y = labels_.data();
        data.x = rows_.data();
        data.bias = -1;  // the intercept is a column of ours
        parameter how{};
        how.solver_type = solver;
        how.eps = solver == L1R_LR ? 0.01 : 0.001;
        how.C = cost;
        std::srand(1);  // liblinear permutes by rand(): the same input gives the same output
        const Model fitted(::train(&data, &how));
        const double sign = fitted->label[0] == 1 ? 1 : -1;
        std::vector<double> weights(fitted->w, fitted->w + data.n);
        for (auto& weight : weights) weight *= sign;
        const auto features = weights.begin() + static_cast<std::ptrdiff_t>(columns_);
        Fit fit;
        fit.intercept = weights.back();
        fit.prior = kPriorColumn * weights[weights.size() - 2];
        fit.sources.assign(features, weights.end() - 2);
        std::transform(weights.begin(), features, values_.begin(),
                       std::back_inserter(fit.by_column), std::multiplies<>());
        return fit;
    }

private:
    std::size_t columns_;
    std::size_t sources_;
    std::vector<double> values_;  ///< by column
    std::vector<feature_node> nodes_;
    std::vector<feature_node*> rows_;
    std::vector<double> labels_;
};

/// What a fit says of one row, without intercepts.
double log_odds_of(const Row& row, const std::vector<double>& by_feature, double prior) {
    double sum = prior * static_cast<double>(row.prior);
    for (const auto feature : row.features) sum += by_feature[feature];
    return sum;
}

/// Platt's scaling of log-odds to labels: slope and intercept by Newton's method, towards targets
/// that stop short of certainty, or posts that are told apart easily would give weights without
/// bound (Platt 1999).
struct Scaling {
    double slope = 1;
    double intercept = 0;
};
Scaling scale(const std::vector<Scored>& scored) {
    Scaling fit;
    double positives = 0, negatives = 0;
    for (const auto& one : scored)
        (one.row->positive ? positives : negatives) += static_cast<double>(one.row->weight);
    const double with = (positives + 1) / (positives + 2);
    const double without = 1 / (negatives + 2);
    for (int step = 0; step < 50; ++step) {
        double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
        for (const auto& [x, row] : scored) {
            const double p = sigmoid(fit.slope * x + fit.intercept);
            const auto times = static_cast<double>(row->weight);
            const double error = times * (p - (row->positive ? with : without));
            const double w = times * p * (1 - p);
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

// From this share of the posts on a feature must weigh more, by the root of how much more frequent
// it is, up to so many times.
constexpr double kFrequent = 0.01;
constexpr double kMostDear = 3;

class Trainer {
public:
    Trainer(const std::vector<Row>& rows, std::size_t features, const TrainOptions& options,
            const std::function<void(const std::string&)>& progress)
        : rows_(rows),
          features_(features),
          values_(values_of(rows, features)),
          options_(options),
          progress_(progress) {
        for (const auto& row : rows) {
            if (row.source != kBackground) sources_ = std::max(sources_, row.source + 1);
        }
        const auto positives =
            std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.positive; });
        std::vector<std::array<double, 2>> counts(sources_);
        for (const auto& row : rows) {
            if (row.source != kBackground) ++counts[row.source][row.positive ? 1 : 0];
        }
        for (const auto& [without, with] : counts)
            apart_.push_back(!options.pooled || without == 0 || with == 0);
        parts_ = parts_of(rows) * (options.balance ? kHalves : 1);
        for (const auto& row : rows)
            times_.push_back(static_cast<std::uint32_t>(
                std::lround(parts_ * static_cast<double>(row.weight) * balance_of(row, counts))));
        if (positives == 0 || static_cast<std::size_t>(positives) == rows.size())
            throw std::runtime_error("every post has the same label: nothing can be learned");
    }

    Learned run() {
        find_candidates();
        auto chosen = choose();
        Learned learned;
        const auto scored = score_unseen();
        const auto scaling = scale(scored);
        const auto whole = fit(chosen, -1);
        auto scaled = scored;
        for (auto& one : scaled)
            one.log_odds = scaling.slope * one.log_odds + scaling.intercept +
                           static_cast<double>(one.row->fixed);
        const auto placed = place(scaled);
        learned.threshold = options_.precision > 0
                                ? precise_threshold(std::move(scaled), options_.precision)
                                : best_threshold(scaled, sources_, options_);
        learned.prior_scale = scaling.slope * whole.prior;
        learned.bias = scaling.slope * shipped_intercept(whole) + scaling.intercept;
        auto weights = whole.by_column;
        for (auto& weight : weights) weight *= scaling.slope;
        chosen.insert(chosen.end(), origins_.begin(), origins_.end());
        weights.insert(weights.end(), placed.begin(), placed.end());
        fill_rules(chosen, weights, learned);
        return learned;
    }

private:
    /// How often a row counts so that its source's classes are balanced, in halves.
    [[nodiscard]] double balance_of(const Row& row,
                                    const std::vector<std::array<double, 2>>& counts) const {
        if (!options_.balance || row.source == kBackground) return 1;
        const auto& count = counts[row.source];
        const auto rarer = std::sqrt(count[row.positive ? 0 : 1] / count[row.positive ? 1 : 0]);
        return std::round(kHalves * std::clamp(rarer, 1.0, kMostBalance)) / kHalves;
    }

    void find_candidates() {
        std::vector<std::uint32_t> seen(features_, 0);
        seen_.assign(features_, 0);
        for (const auto& row : rows_) {
            for (const auto feature : row.features) ++seen_[feature];
            // The desk's posts are of all origins: too few to say how one origin differs.
            const bool is_desk = static_cast<int>(row.source) == options_.desk_source;
            for (const auto feature : row.features)
                seen[feature] += is_desk && options_.origin(feature) ? 0 : 1;
        }
        std::unordered_set<std::uint64_t> known;
        const auto posts = fingerprints();
        for (FeatureId i = 0; i < features_; ++i) {
            // Of features that the very same posts have, one is enough: the first, a plain word.
            if (seen[i] >= options_.fewest(i) && known.insert(posts[i]).second)
                (options_.origin(i) ? origins_ : candidates_).push_back(i);
        }
    }

    /// Adds what the origins say to posts that were scored without them.
    [[nodiscard]] std::vector<double> place(std::vector<Scored>& scored) const {
        std::vector<Unplaced> posts;
        for (const auto& one : scored) posts.push_back({one.row, one.log_odds});
        auto weights = weigh_origins(posts, origins_);
        std::vector<double> by_feature(features_, 0);
        for (std::size_t i = 0; i < origins_.size(); ++i) by_feature[origins_[i]] = weights[i];
        for (auto& one : scored) one.log_odds += log_odds_of(*one.row, by_feature, 0);
        return weights;
    }

    [[nodiscard]] std::vector<FeatureId> choose(Problem& from, double cost) const {
        const auto weights = from.fit(L1R_LR, cost).by_column;
        std::vector<FeatureId> chosen;
        for (std::size_t i = 0; i < candidates_.size(); ++i) {
            if (weights[i] != 0) chosen.push_back(candidates_[i]);
        }
        return chosen;
    }

    /// Features by L1, the penalty found by bisection so that at most options.rules remain.
    std::vector<FeatureId> choose() {
        Problem all(rows_, times_, candidates_, values_, apart_, -1);
        std::vector<FeatureId> chosen;
        double low = -7, high = 3;  // log2 of the cost
        for (int step = 0; step < 6; ++step) {
            const double middle = (low + high) / 2;
            auto now = choose(all, std::exp2(middle));
            progress_("cost " + std::to_string(std::exp2(middle)) + ": " +
                      std::to_string(now.size()) + " of " + std::to_string(candidates_.size()) +
                      " features");
            if (now.size() > options_.rules) {
                high = middle;
            } else {
                low = middle;
                chosen = std::move(now);
                cost_ = std::exp2(middle);
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

    /// Twice: features whose weight came out small, and twins of heavier ones, leave, and the
    /// others take over their part.
    [[nodiscard]] Fit fit(std::vector<FeatureId>& chosen, int without_fold) const {
        const auto refit = [&] {
            return Problem(rows_, times_, chosen, values_, apart_, without_fold)
                .fit(L2R_LR, options_.refit_cost / parts_);
        };
        const auto first = refit().by_column;
        std::vector<std::pair<double, FeatureId>> heavy;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            const auto weight = std::abs(first[i]);
            if (weight >= least_weight_of(chosen[i])) heavy.emplace_back(-weight, chosen[i]);
        }
        std::sort(heavy.begin(), heavy.end());
        chosen.clear();
        for (const auto& one : heavy) chosen.push_back(one.second);
        chosen = without_twins(rows_, chosen, features_);
        std::sort(chosen.begin(), chosen.end());
        return refit();
    }

    /// Each post that has a feature pays for its rule: what many have must weigh more.
    [[nodiscard]] double least_weight_of(FeatureId feature) const {
        const auto share = seen_[feature] / static_cast<double>(rows_.size());
        return options_.least_weight * std::clamp(std::sqrt(share / kFrequent), 1.0, kMostDear);
    }

    [[nodiscard]] double shipped_intercept(const Fit& fit) const {
        double sum = 0;
        double count = 0;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (rows_[i].source == kBackground) continue;
            sum += fit.sources[rows_[i].source] * times_[i];
            count += times_[i];
        }
        return fit.intercept + sum / count;
    }

    /// Log-odds of each post, with the intercept that ships, by features that were neither chosen
    /// nor weighed by it.
    [[nodiscard]] std::vector<Scored> score_unseen() const {
        std::vector<Scored> scored;
        for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
            progress_("fold " + std::to_string(fold + 1) + " of " + std::to_string(kFolds));
            const auto without = static_cast<int>(fold);
            Problem others(rows_, times_, candidates_, values_, apart_, without);
            auto chosen = choose(others, cost_);
            const auto seen = fit(chosen, without);
            std::vector<double> by_feature(features_, 0);
            for (std::size_t i = 0; i < chosen.size(); ++i)
                by_feature[chosen[i]] = seen.by_column[i];
            const auto intercept = shipped_intercept(seen);
            for (const auto& row : rows_) {
                if (row.fold == fold && row.source != kBackground)
                    scored.push_back({log_odds_of(row, by_feature, seen.prior) + intercept, &row});
            }
        }
        return scored;
    }

    void fill_rules(const std::vector<FeatureId>& chosen, const std::vector<double>& weights,
                    Learned& learned) const {
        std::vector<LearnedRule> by_feature(features_);
        for (const auto& row : rows_) {
            for (const auto feature : row.features) {
                ++(row.positive ? by_feature[feature].seen_with : by_feature[feature].seen_without);
            }
        }
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            auto rule = by_feature[chosen[i]];
            rule.feature = chosen[i];
            rule.weight = weights[i];
            if (std::abs(rule.weight) >= options_.least_weight) learned.rules.push_back(rule);
        }
        std::sort(learned.rules.begin(), learned.rules.end(), [](const auto& a, const auto& b) {
            return std::abs(a.weight) != std::abs(b.weight)
                       ? std::abs(a.weight) > std::abs(b.weight)
                       : a.feature < b.feature;
        });
    }

    const std::vector<Row>& rows_;
    std::size_t features_;
    std::vector<double> values_;  ///< by feature
    const TrainOptions& options_;
    const std::function<void(const std::string&)>& progress_;
    std::uint32_t sources_ = 0;
    std::uint32_t parts_ = 1;           ///< how often a row is shown that counts once
    std::vector<std::uint32_t> times_;  ///< by row: how often it is shown
    std::vector<bool> apart_;           ///< sources that have an intercept of their own
    std::vector<std::uint32_t> seen_;   ///< by feature: posts that have it
    std::vector<FeatureId> candidates_;
    std::vector<FeatureId> origins_;  ///< features that are weighed last
    double cost_ = 0;                 ///< of the L1 fit that chose
};

}  // namespace

Learned train(const std::vector<Row>& rows, std::size_t features, const TrainOptions& options,
              const std::function<void(const std::string&)>& progress) {
    set_print_string_function([](const char*) {});
    return Trainer(rows, features, options, progress).run();
}

}  // namespace hark::learn
