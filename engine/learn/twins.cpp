#include "learn/twins.hpp"

#include <algorithm>
#include <unordered_map>

namespace hark::learn {

namespace {

constexpr double kTwins = 0.8;  // of the posts that have either, so many have both
constexpr std::uint32_t kNone = ~std::uint32_t{0};

}  // namespace

std::vector<FeatureId> without_twins(const std::vector<Row>& rows,
                                     const std::vector<FeatureId>& order, std::size_t features) {
    std::vector<std::uint32_t> rank(features, kNone);
    for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<std::uint32_t>(i);
    std::vector<std::uint32_t> seen(order.size(), 0);
    std::unordered_map<std::uint64_t, std::uint32_t> together;  // by the later and the earlier
    std::vector<std::uint32_t> had;
    for (const auto& row : rows) {
        had.clear();
        for (const auto feature : row.features) {
            if (rank[feature] != kNone) had.push_back(rank[feature]);
        }
        std::sort(had.begin(), had.end());
        for (std::size_t i = 0; i < had.size(); ++i) {
            ++seen[had[i]];
            for (std::size_t j = 0; j < i; ++j) ++together[std::uint64_t{had[i]} << 32U | had[j]];
        }
    }
    std::vector<std::vector<std::uint32_t>> twins(order.size());
    for (const auto& [pair, both] : together) {
        const auto later = static_cast<std::uint32_t>(pair >> 32U);
        const auto earlier = static_cast<std::uint32_t>(pair);
        if (both >= kTwins * (seen[later] + seen[earlier] - both)) twins[later].push_back(earlier);
    }
    std::vector<bool> stays(order.size(), true);
    std::vector<FeatureId> kept;
    for (std::size_t i = 0; i < order.size(); ++i) {
        stays[i] = std::none_of(twins[i].begin(), twins[i].end(),
                                [&](std::uint32_t earlier) { return stays[earlier]; });
        if (stays[i]) kept.push_back(order[i]);
    }
    return kept;
}

}  // namespace hark::learn
