#include "learn/origins.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace hark::learn {

namespace {

constexpr double kShrink = 2;  // posts' worth of doubt
constexpr int kRounds = 50;
constexpr double kSettled = 1e-6;

/// How often a post with the label counts, by source.
std::map<std::uint32_t, double> counts_of_positives(const std::vector<Unplaced>& posts) {
    std::map<std::uint32_t, std::pair<double, double>> counts;  // without, with
    for (const auto& post : posts) {
        auto& [without, with] = counts[post.row->source];
        ++(post.row->positive ? with : without);
    }
    std::map<std::uint32_t, double> times;
    for (const auto& [source, count] : counts)
        times[source] = std::max(1.0, std::sqrt(count.first / std::max(count.second, 1.0)));
    return times;
}

}  // namespace

std::vector<double> weigh_origins(const std::vector<Unplaced>& posts,
                                  const std::vector<FeatureId>& origins) {
    const auto times = counts_of_positives(posts);
    std::vector<double> odds, counts;
    for (const auto& post : posts) {
        odds.push_back(post.log_odds);
        counts.push_back(post.row->positive ? times.at(post.row->source) : 1);
    }
    std::vector<std::vector<std::size_t>> having(origins.size());
    for (std::size_t i = 0; i < origins.size(); ++i) {
        for (std::size_t j = 0; j < posts.size(); ++j) {
            const auto& features = posts[j].row->features;
            if (std::binary_search(features.begin(), features.end(), origins[i]))
                having[i].push_back(j);
        }
    }
    std::vector<double> weights(origins.size(), 0);
    for (int round = 0; round < kRounds; ++round) {
        double moved = 0;
        for (std::size_t i = 0; i < origins.size(); ++i) {
            double slope = kShrink * weights[i], bend = kShrink;
            for (const auto j : having[i]) {
                const double p = 1 / (1 + std::exp(-odds[j]));
                slope += counts[j] * (p - (posts[j].row->positive ? 1 : 0));
                bend += counts[j] * p * (1 - p);
            }
            const double step = std::clamp(-slope / bend, -1.0, 1.0);
            weights[i] += step;
            for (const auto j : having[i]) odds[j] += step;
            moved = std::max(moved, std::abs(step));
        }
        if (moved < kSettled) break;
    }
    return weights;
}

}  // namespace hark::learn
