#include "pipeline/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "hark/engine.hpp"
#include "pipeline/walk.hpp"

namespace hark::pipeline {
namespace {

std::string joined(const std::vector<Fault>& faults) {
    std::string lines;
    for (const auto& fault : faults) lines += to_string(fault) + "\n";
    return lines;
}

/// A folder with one pack in it.
std::string folder_with(const std::string& name, const std::string& pack, const std::string& text) {
    const auto folder = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories((folder / pack).parent_path());
    std::ofstream(folder / pack) << text;
    return folder.string();
}

TEST(ShippedRules, EveryExampleHolds) {
    std::vector<Fault> faults;
    const auto rules = load_rules({{shipped_rules()}, {}, ""}, faults);
    ASSERT_NE(rules, nullptr) << joined(faults);
    EXPECT_GT(check_examples(rules, faults), 500U);
    EXPECT_TRUE(faults.empty()) << joined(faults);
}

/// Of this process, MiB.
double resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t size = 0;
    std::size_t pages = 0;
    statm >> size >> pages;
    return static_cast<double>(pages) * 4096 / (1 << 20);
}

TEST(ShippedRules, NeedFewMegabytesOnceTheyAreCompiled) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers keep memory of their own";
#endif
    const auto before = resident();
    std::vector<Fault> faults;
    const auto rules = load_rules({{shipped_rules()}, {}, ""}, faults);
    ASSERT_NE(rules, nullptr);
    const auto after = resident();
    EXPECT_LT(after - before, 56) << "of 100 that all of Hark may have";
}

TEST(ShippedRules, AllSevenLabelsInThreeLanguages) {
    std::vector<Fault> faults;
    const auto rules = load_rules({{shipped_rules()}, {}, ""}, faults);
    ASSERT_NE(rules, nullptr);
    const auto& book = rules->book();
    for (const auto* label : {"spam", "trolling", "complaint", "praise", "question", "urgent"}) {
        for (const auto* lang : {"en", "ru", "pl"}) {
            const bool there =
                std::any_of(book.packs.begin(), book.packs.end(), [&](const Pack& pack) {
                    return book.labels[pack.label] == label && pack.lang == lang;
                });
            EXPECT_TRUE(there) << label << "/" << lang;
        }
    }
    EXPECT_NE(std::find(book.labels.begin(), book.labels.end(), "pii"), book.labels.end());
}

TEST(Rules, AnExampleThatDoesNotHoldHasItsPlace) {
    const auto folder = folder_with(
        "wrong_examples", "praise/en.yaml",
        "label: praise\nlang: en\nbias: -1\nrules:\n"
        "  - {id: praise.en.a, pattern: great, weight: 2, hit: [awful], miss: [great stuff]}\n"
        "  - id: praise.en.b\n    pattern: fine\n    weight: 2\n    hit:\n      - all fine\n"
        "      - 'not so'\n    miss: a fine day\n");
    std::vector<Fault> faults;
    const auto rules = load_rules({{folder}, {}, ""}, faults);
    ASSERT_NE(rules, nullptr) << joined(faults);
    EXPECT_EQ(check_examples(rules, faults), 5U);
    ASSERT_EQ(faults.size(), 4U) << joined(faults);
    const std::string_view expected[] = {
        "praise/en.yaml:5:56: rule `praise.en.a` does not fire in its own example `awful`",
        "praise/en.yaml:5:71: rule `praise.en.a` fires in its counter-example `great stuff`",
        "praise/en.yaml:11:9: rule `praise.en.b` does not fire in its own example `not so`",
        "praise/en.yaml:12:11: rule `praise.en.b` fires in its counter-example `a fine day`"};
    for (std::size_t i = 0; i < faults.size(); ++i)
        EXPECT_NE(to_string(faults[i]).find(expected[i]), std::string::npos) << joined(faults);
}

TEST(Rules, AnUnknownValidatorIsAFault) {
    const auto folder = folder_with(
        "wrong_validator", "pii/any.yaml",
        "label: pii\nlang: any\nbias: -1\nrules:\n"
        "  - {id: pii.any.a, raw: 'x[0-9]+', type: X, validator: cards, weight: 2, hit: [x1]}\n");
    std::vector<Fault> faults;
    EXPECT_EQ(load_rules({{folder}, {}, ""}, faults), nullptr);
    ASSERT_EQ(faults.size(), 1U) << joined(faults);
    EXPECT_NE(to_string(faults[0]).find("pii/any.yaml:5:5: rule `pii.any.a`: no validator is "
                                        "called `cards`; there are email, email_disguised"),
              std::string::npos)
        << joined(faults);
}

TEST(Rules, ARawRuleWithoutValidatorSeesTextsWithAsFewDigitsAsItNeeds) {
    for (const auto& [raw, text] : {std::pair{"badge [A-Z][0-9]", "my badge K7"},
                                    std::pair{"badge [A-Z]{3}", "my badge KLM"}}) {
        const auto folder = folder_with(
            "own_raw", "pii/any.yaml",
            "label: pii\nlang: any\nbias: -1\nrules:\n"
            "  - {id: pii.any.a, raw: '" +
                std::string(raw) + "', type: BADGE, weight: 3,\n     hit: [" + text + "]}\n");
        std::vector<Fault> faults;
        const auto rules = load_rules({{folder}, {}, ""}, faults);
        ASSERT_NE(rules, nullptr) << joined(faults);
        Walk walk(rules);
        Mention mention;
        mention.platform = "text";
        mention.id = "1";
        mention.text = text;
        (void)walk.names_brand(mention);
        EXPECT_EQ(walk.judge(mention).pii.size(), 1U) << raw;
    }
}

TEST(Rules, AuthorsWordsAreFoldedAsPostsAre) {
    EXPECT_EQ(fold_words("Żółć"), " zolc ");
    EXPECT_EQ(fold_words("ЁЛКИ"), " елки ");
}

struct EngineTest : testing::Test {
    static hark::Engine make() {
        hark::EngineOptions options;
        options.brands.push_back({.id = "acme", .names = {"Acme*"}, .handles = {"@acme_help"}});
        return hark::Engine(options);
    }
    static bool given(const Classification& result, std::string_view name) {
        return std::any_of(result.labels.begin(), result.labels.end(),
                           [&](const auto& label) { return label.name == name; });
    }
};

TEST_F(EngineTest, ThreeLanguages) {
    auto engine = make();
    EXPECT_TRUE(
        given(engine.classify(
                  {.text = "Acme, my order never arrived and nobody answers. I want a refund!"}),
              "complaint"));
    EXPECT_TRUE(given(
        engine.classify({.text = "Когда вернёте деньги? Уже две недели жду, никто не отвечает!"}),
        "complaint"));
    EXPECT_TRUE(
        given(engine.classify(
                  {.text = "Paczka nie dotarła, czekam już dwa tygodnie i nikt nie odpowiada!"}),
              "complaint"));
    EXPECT_TRUE(given(engine.classify({.text = "Thank you so much, great service!"}), "praise"));
}

TEST_F(EngineTest, PersonalDataDoesNotLeave) {
    auto engine = make();
    const auto result = engine.classify({.text = "Call me: +1 202 555 0143 or anna.k@example.org"});
    EXPECT_TRUE(given(result, "pii"));
    EXPECT_NE(result.record.find("[PHONE]"), std::string::npos) << result.record;
    EXPECT_EQ(result.record.find("0143"), std::string::npos) << result.record;
    EXPECT_EQ(result.record.find("anna.k"), std::string::npos) << result.record;
}

TEST_F(EngineTest, BrandsAreNamed) {
    auto engine = make();
    EXPECT_EQ(engine.classify({.text = "ACMEs new thing"}).brands,
              std::vector<std::string>{"acme"});
    EXPECT_EQ(engine.classify({.text = "hey @acme_help"}).brands, std::vector<std::string>{"acme"});
    EXPECT_TRUE(engine.classify({.text = "macme"}).brands.empty());
}

TEST_F(EngineTest, TheBrandsOwnWordsAreNotJudged) {
    auto engine = make();
    const auto result = engine.classify(
        {.text = "You idiots, my order never arrived, I want a refund! +1 202 555 0143",
         .author_is_brand = true});
    EXPECT_FALSE(given(result, "complaint"));
    EXPECT_FALSE(given(result, "trolling"));
    EXPECT_TRUE(given(result, "pii"));
}

TEST_F(EngineTest, WhatIsNotTextIsRefused) {
    auto engine = make();
    EXPECT_THROW((void)engine.classify({.text = "\xFF\xFE"}), std::invalid_argument);
    const std::string huge(300'000, 'x');
    EXPECT_THROW((void)engine.classify({.text = huge}), std::invalid_argument);
    EXPECT_TRUE(engine.classify({.text = ""}).labels.empty());
}

TEST_F(EngineTest, BrokenRulesAreNamedAndTheOldOnesStay) {
    const auto folder =
        folder_with("engine_reload", "praise/en.yaml",
                    "label: praise\nlang: any\nbias: -1\nrules:\n"
                    "  - {id: praise.any.a, pattern: splendid, weight: 3, hit: [splendid]}\n");
    hark::EngineOptions options;
    options.rule_folders = {folder};
    std::filesystem::rename(folder + "/praise/en.yaml", folder + "/praise/any.yaml");
    hark::Engine engine(options);
    const auto before = engine.ruleset();
    std::ofstream(folder + "/praise/any.yaml") << "label: praise\nlang: any\nbias: what\n";
    try {
        engine.reload();
        FAIL() << "no exception";
    } catch (const hark::ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("any.yaml:3:"), std::string::npos) << error.what();
    }
    EXPECT_EQ(engine.ruleset(), before);
    EXPECT_TRUE(given(engine.classify({.text = "splendid"}), "praise"));
}

}  // namespace
}  // namespace hark::pipeline
