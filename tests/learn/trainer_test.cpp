#include "learn/trainer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace hark::learn {
namespace {

constexpr std::size_t kFeatures = 50;

/// Feature 0 makes the label likely, feature 1 unlikely, 2 is 0's twin, the rest are noise.
std::vector<Row> rows(std::size_t count, std::uint32_t sources = 1) {
    std::mt19937 random(3);
    std::vector<Row> all;
    for (std::size_t i = 0; i < count; ++i) {
        Row row;
        for (FeatureId feature = 0; feature < kFeatures; ++feature) {
            if (feature != 2 && random() % 4 == 0) row.features.push_back(feature);
            if (feature == 0 && !row.features.empty()) row.features.push_back(2);
        }
        std::sort(row.features.begin(), row.features.end());
        const bool with = std::count(row.features.begin(), row.features.end(), 0) > 0;
        const bool against = std::count(row.features.begin(), row.features.end(), 1) > 0;
        row.source = static_cast<std::uint32_t>(i) % sources;
        const double odds = -1 + (with ? 3.0 : 0) - (against ? 2.0 : 0) + (row.source == 1 ? 2 : 0);
        row.positive = std::uniform_real_distribution<>()(random) < 1 / (1 + std::exp(-odds));
        row.fold = static_cast<std::uint32_t>(i) % kFolds;
        all.push_back(std::move(row));
    }
    return all;
}

Learned learned_from(const std::vector<Row>& all, TrainOptions options = {}) {
    options.rules = 10;
    return train(all, kFeatures, options, [](const std::string&) {});
}

double weight_of(const Learned& learned, FeatureId feature) {
    for (const auto& rule : learned.rules) {
        if (rule.feature == feature) return rule.weight;
    }
    return 0;
}

TEST(Trainer, FindsWhatDecidesAndItsWeight) {
    const auto learned = learned_from(rows(6000));
    ASSERT_GE(learned.rules.size(), 2U);
    EXPECT_LE(learned.rules.size(), 10U);
    EXPECT_EQ(learned.rules[0].feature, 0U);
    EXPECT_NEAR(learned.rules[0].weight, 3, 0.4);
    EXPECT_EQ(learned.rules[1].feature, 1U);
    EXPECT_NEAR(learned.rules[1].weight, -2, 0.4);
    EXPECT_NEAR(learned.bias, -1, 0.4);
    EXPECT_GT(learned.rules[0].seen_with, learned.rules[0].seen_without);
}

TEST(Trainer, TwinsAreTakenOnce) {
    for (const auto& rule : learned_from(rows(6000)).rules) EXPECT_NE(rule.feature, 2U);
}

TEST(Trainer, NearTwinsAreTakenOnce) {
    auto all = rows(6000);
    std::mt19937 random(7);
    for (auto& row : all) {  // one in ten of those that have 0 loses 2
        if (random() % 10 == 0) std::erase(row.features, 2U);
    }
    const auto learned = learned_from(all);
    EXPECT_NEAR(weight_of(learned, 0), 3, 0.4);
    EXPECT_EQ(weight_of(learned, 2), 0);
}

TEST(Trainer, WhatManyPostsHaveMustWeighMore) {
    // Feature 0 is had by one post in two and would have to weigh 0.3, 1 by one in fifty.
    std::mt19937 random(9);
    std::vector<Row> all(20'000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& row = all[i];
        if (random() % 2 == 0) row.features.push_back(0);
        if (random() % 50 == 0) row.features.push_back(1);
        const bool often = std::count(row.features.begin(), row.features.end(), 0U) > 0;
        row.positive =
            random() % 100 < (often ? 54U : 49U) + (row.features.size() > often ? 15U : 0U);
        row.fold = static_cast<std::uint32_t>(i) % kFolds;
    }
    const auto learned = learned_from(all);
    EXPECT_EQ(weight_of(learned, 0), 0) << "it weighs 0.2";
    EXPECT_NEAR(weight_of(learned, 1), 0.6, 0.25);
}

TEST(Trainer, WhatHandWrittenRulesSayStands) {
    auto all = rows(6000);
    for (auto& row : all) {
        if (std::count(row.features.begin(), row.features.end(), 0) > 0) row.prior = 1.5F;
    }
    const auto learned = learned_from(all);
    EXPECT_NEAR(learned.prior_scale, 2, 0.3) << "1.5 was said where 3 was true";
    for (const auto& rule : learned.rules) {
        if (rule.feature == 0) {
            EXPECT_NEAR(rule.weight, 0, 0.3);
        }
    }
}

TEST(Trainer, WhatIsFixedMovesTheThresholdAlone) {
    auto all = rows(6000);
    const auto before = learned_from(all);
    for (auto& row : all) row.fixed = 1;
    const auto after = learned_from(all);
    const auto log_odds = [](double p) { return std::log(p / (1 - p)); };
    EXPECT_NEAR(log_odds(after.threshold), log_odds(before.threshold) + 1, 1e-6);
    EXPECT_EQ(after.bias, before.bias);
    ASSERT_EQ(after.rules.size(), before.rules.size());
    EXPECT_EQ(after.rules[0].weight, before.rules[0].weight);
}

TEST(Trainer, TheSameInputGivesTheSameOutput) {
    const auto all = rows(2000);
    const auto one = learned_from(all);
    const auto two = learned_from(all);
    ASSERT_EQ(one.rules.size(), two.rules.size());
    for (std::size_t i = 0; i < one.rules.size(); ++i) {
        EXPECT_EQ(one.rules[i].feature, two.rules[i].feature);
        EXPECT_EQ(one.rules[i].weight, two.rules[i].weight);
    }
    EXPECT_EQ(one.bias, two.bias);
}

/// Posts of two sources, the second told by a feature of its own and with the label more often.
std::vector<Row> marked_rows() {
    auto all = rows(9000, 2);
    for (auto& row : all) {
        std::erase(row.features, kFeatures - 1);
        if (row.source == 1) row.features.push_back(kFeatures - 1);
    }
    return all;
}

TEST(Trainer, WhatIsRareIsShrunkLess) {
    // Of the same strength: feature 40 is had by one post in 200, feature 41 by one in 5.
    auto all = rows(6000);
    std::mt19937 random(5);
    for (auto& row : all) {
        std::erase_if(row.features, [](FeatureId feature) { return feature != 0; });
        double odds = -1;
        for (const auto& [feature, one_in] : {std::pair(40U, 200U), std::pair(41U, 5U)}) {
            if (random() % one_in != 0) continue;
            row.features.push_back(feature);
            odds += 2;
        }
        row.positive = std::uniform_real_distribution<>()(random) < 1 / (1 + std::exp(-odds));
    }
    TrainOptions smooth;
    smooth.refit_cost = 0.02;
    const auto learned = learned_from(all, smooth);
    EXPECT_NEAR(weight_of(learned, 41), 2, 0.3);
    EXPECT_GT(weight_of(learned, 40), 0.75) << "shrunk as if it were frequent";
}

TEST(Trainer, PooledSourcesAreToldApartByWhatTheirPostsHave) {
    const auto all = marked_rows();
    EXPECT_NEAR(weight_of(learned_from(all), kFeatures - 1), 0, 1.1) << "its intercept says it";
    TrainOptions options;
    options.pooled = true;
    EXPECT_NEAR(weight_of(learned_from(all, options), kFeatures - 1), 2, 0.4);
}

TEST(Trainer, OriginsSayHowOftenTheirPostsHaveTheLabelAndNothingElseMoves) {
    const auto all = marked_rows();
    TrainOptions options;
    const auto without = learned_from(all, options);
    options.origin = [](FeatureId feature) { return feature == kFeatures - 1; };
    const auto with = learned_from(all, options);
    EXPECT_NEAR(weight_of(with, kFeatures - 1), 1, 0.2);  // half: bias is the sources' mean
    EXPECT_NEAR(weight_of(with, 0) / weight_of(with, 1),
                weight_of(without, 0) / weight_of(without, 1), 0.1);
    options.desk_source = 1;
    EXPECT_EQ(weight_of(learned_from(all, options), kFeatures - 1), 0) << "only the desk has it";
}

TEST(Trainer, ASourceOfOneClassIsNeverPooled) {
    auto all = marked_rows();
    for (auto& row : all) row.positive = row.positive || row.source == 1;
    TrainOptions options;
    options.pooled = true;
    const auto apart = weight_of(learned_from(all, options), kFeatures - 1);
    all[1].positive = false;  // now it has both
    EXPECT_GT(weight_of(learned_from(all, options), kFeatures - 1), apart + 1)
        << "what its posts look like says nothing of the label";
}

TEST(Trainer, BalanceFavoursTheLabelWhereItIsRare) {
    auto all = marked_rows();
    std::size_t positives = 0;
    for (auto& row : all) {
        if (row.source == 1 && row.positive) row.positive = ++positives % 8 == 0;
    }
    TrainOptions options;
    options.pooled = true;
    const auto as_it_is = weight_of(learned_from(all, options), kFeatures - 1);
    options.balance = true;
    EXPECT_GT(weight_of(learned_from(all, options), kFeatures - 1), as_it_is + 0.4);
}

TEST(Trainer, TheDeskHasHalfTheSayAboutTheThreshold) {
    // The more of ten features the likelier; the second of three sources has the label more often.
    std::mt19937 random(5);
    std::vector<Row> all(6000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& row = all[i];
        for (FeatureId feature = 0; feature < 10; ++feature) {
            if (random() % 2 == 0) row.features.push_back(feature);
        }
        row.source = static_cast<std::uint32_t>(i) % 3;
        const double odds = static_cast<double>(row.features.size()) - (row.source == 1 ? 3 : 7);
        row.positive = std::uniform_real_distribution<>()(random) < 1 / (1 + std::exp(-odds));
        row.fold = static_cast<std::uint32_t>(i / 3) % kFolds;
    }
    const auto threshold = [&](int desk) {
        TrainOptions options;
        options.desk_source = desk;
        return learned_from(all, options).threshold;
    };
    EXPECT_LT(threshold(1), threshold(0) - 0.02);
}

/// Two sources that say the contrary of feature 0; how often the label is given says nothing.
std::vector<Row> contradicting_rows() {
    std::mt19937 random(5);
    std::vector<Row> all(4000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& row = all[i];
        row.source = static_cast<std::uint32_t>(i) % 2;
        const bool has = random() % 2 == 0;
        if (has) row.features.push_back(0);
        row.positive = random() % 10 < (has == (row.source == 0) ? 8 : 2);
        row.fold = static_cast<std::uint32_t>(i / 2) % kFolds;
    }
    return all;
}

TEST(Trainer, ASourceThatCountsMoreTeachesMore) {
    auto all = contradicting_rows();
    const auto weighed = [&](float first, float second) {
        for (auto& row : all) row.weight = row.source == 0 ? first : second;
        return weight_of(learned_from(all), 0);
    };
    EXPECT_NEAR(weighed(1, 1), 0, 0.2);
    EXPECT_GT(weighed(1, 0.3F), 1);
    EXPECT_LT(weighed(0.3F, 1), -1);
    EXPECT_NEAR(weighed(3, 1), weighed(1, 0.33F), 0.2);
}

TEST(Trainer, SourcesThatCountLessThanOnceHaveNoSayAboutTheThreshold) {
    // The same posts twice, but that the label is rarer in the second source.
    auto all = rows(6000);
    const auto count = all.size();
    for (std::size_t i = 0; i < count; ++i) {
        auto row = all[i];
        row.source = 1;
        row.positive = row.positive && i % 4 == 0;
        all.push_back(std::move(row));
    }
    const auto lead = [&](float first, float second) {
        for (auto& row : all) row.weight = row.source == 0 ? first : second;
        const auto learned = learned_from(all);
        return std::log(learned.threshold / (1 - learned.threshold)) - learned.bias;
    };
    EXPECT_GT(lead(0.9F, 1), lead(1, 0.9F) + 0.3);
    EXPECT_NEAR(lead(0.9F, 0.9F), lead(1, 1), 0.05) << "somebody must decide";
}

TEST(Trainer, AThresholdLeansByWhatWasAskedFor) {
    const auto all = rows(6000);
    TrainOptions options;
    const auto log_odds = [&] {
        const auto p = learned_from(all, options).threshold;
        return std::log(p / (1 - p));
    };
    const auto best = log_odds();
    options.lean = 0.4;
    EXPECT_NEAR(log_odds(), best - 0.4, 1e-6);
}

TEST(Trainer, AThresholdHasThePrecisionThatWasAskedFor) {
    const auto all = rows(9000);
    TrainOptions options;
    const auto usual = learned_from(all, options);
    options.precision = 0.85;
    const auto precise = learned_from(all, options);
    EXPECT_GT(precise.threshold, usual.threshold);
    double given = 0, hits = 0;
    for (const auto& row : all) {
        double log_odds = precise.bias;
        for (const auto& rule : precise.rules) {
            if (std::count(row.features.begin(), row.features.end(), rule.feature) > 0)
                log_odds += rule.weight;
        }
        if (1 / (1 + std::exp(-log_odds)) < precise.threshold - 0.01) continue;
        ++given;
        hits += row.positive ? 1 : 0;
    }
    EXPECT_GT(given, 100);
    EXPECT_NEAR(hits / given, 0.85, 0.04);
    options.precision = 1.1;
    EXPECT_THROW((void)learned_from(all, options), std::runtime_error);
}

TEST(Trainer, OneClassTeachesNothing) {
    auto all = rows(100);
    for (auto& row : all) row.positive = true;
    EXPECT_THROW((void)learned_from(all), std::runtime_error);
}

}  // namespace
}  // namespace hark::learn
