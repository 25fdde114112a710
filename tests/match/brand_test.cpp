// A brand by its names, aliases, handles, hashtags and domains; and the hash that all of them have
// a part in.

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "match/matcher.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

RuleBook with_brands() {
    auto book = book_of({"great"});
    auto& acme = book.brands.emplace_back();
    acme.id = "acme";
    acme.names = {"Acme", "Акме*", "Ac Me Corp", "\"acme (eu)\""};
    acme.handles = {"@help_desk"};
    acme.hashtags = {"#acmefail"};
    acme.domains = {"acme.example", "shop.acme.co.uk"};
    auto& bison = book.brands.emplace_back();
    bison.id = "żubr";
    bison.names = {"Żubr*"};
    return book;
}

struct BrandTest : ::testing::Test {
    std::vector<BrandIndex> named(std::string_view text) {
        const auto folded = fold(text);
        matcher.scan({folded, {}}, matches);
        return matches.brands;
    }
    void SetUp() override { matcher.use(compiled(with_brands())); }

    const std::vector<BrandIndex> none;
    const std::vector<BrandIndex> acme = {0};
    Matcher matcher;
    Matches matches;
};

TEST_F(BrandTest, NamesAndAliases) {
    EXPECT_EQ(named("I love ACME!"), acme);
    EXPECT_EQ(named("ac me corp"), acme);
    EXPECT_EQ(named("acmes"), none);
    EXPECT_EQ(named("ac me"), none);
    EXPECT_EQ(named(""), none);
}

TEST_F(BrandTest, InflectedNames) {
    EXPECT_EQ(named("опять в Акмей сломали"), acme);
    EXPECT_EQ(named("АКМЕ"), acme);
    EXPECT_EQ(named("акм"), none);
    EXPECT_EQ(named("z żubrem i ŻUBRA"), std::vector<BrandIndex>{1});
}

TEST_F(BrandTest, DisguisedNames) {
    EXPECT_EQ(named("Аcme"), acme) << "a Cyrillic letter first";
    EXPECT_EQ(named("ａｃｍｅ"), acme);
    EXPECT_EQ(named("ac\u200Bme"), acme);
}

TEST_F(BrandTest, HandlesAndHashtags) {
    EXPECT_EQ(named("hey @help_desk!"), acme);
    EXPECT_EQ(named("hey help_desk"), none);
    EXPECT_EQ(named("what a day #AcmeFail"), acme);
    EXPECT_EQ(named("what a day acmefail"), none);
}

TEST_F(BrandTest, Domains) {
    EXPECT_EQ(named("see https://acme.example/a?b"), acme);
    EXPECT_EQ(named("see http://shop.acme.co.uk"), acme);
    EXPECT_EQ(named("shop uk"), none);
}

TEST_F(BrandTest, EachBrandOnceAndBesideRules) {
    EXPECT_EQ(named("Great! acme Acme @help_desk #acmefail and żubr"),
              (std::vector<BrandIndex>{0, 1}));
    EXPECT_EQ(matches.rules, std::vector<RuleIndex>{0});
}

TEST(Brand, AWrongTermIsNamed) {
    RuleBook book;
    auto& brand = book.brands.emplace_back();
    brand.id = "acme";
    brand.names = {"a ~x b", "fine"};
    brand.handles = {"..."};
    brand.domains = {"re:("};
    brand.where = {"hark.yaml", 3, 5};
    std::vector<Fault> faults;
    EXPECT_EQ(compile(book, fold, {}, faults), nullptr);
    EXPECT_EQ(joined(faults),
              "hark.yaml:3:5: brand `acme`, term `a ~x b`, character 3 of `a ~x b`: a gap is ~0 to "
              "~15\n"
              "hark.yaml:3:5: brand `acme`, term `...`, character 1 of `...`: `...` folds to "
              "nothing: no post can hold it\n");
    brand.names = {};
    brand.handles = {};
    faults.clear();
    EXPECT_EQ(compile(book, fold, {}, faults), nullptr);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(joined(faults).find("hark.yaml:3:5: brand `acme`, term `re:(`: "), 0U)
        << joined(faults);
}

TEST(RuleSetHash, ChangesWithAnythingThatDecides) {
    auto base = with_brands();
    auto& raw = base.rules.emplace_back();
    raw.id = "r1";
    raw.pattern = "[0-9]";
    raw.pii_type = "PIN";
    using Change = std::function<void(RuleBook&)>;
    const std::vector<Change> changes = {
        [](RuleBook&) {},
        [](RuleBook& b) { b.labels[0] = "blame"; },
        [](RuleBook& b) { b.packs[0].lang = "pl"; },
        [](RuleBook& b) { b.packs[0].bias = 1; },
        [](RuleBook& b) { b.packs[0].threshold = 0.25F; },
        [](RuleBook& b) { b.packs[0].advice = "hide"; },
        [](RuleBook& b) { b.packs.push_back(b.packs[0]); },
        [](RuleBook& b) { b.rules[0].id = "other"; },
        [](RuleBook& b) { b.rules[0].pattern = "good"; },
        [](RuleBook& b) { b.rules[0].weight = 1; },
        [](RuleBook& b) { b.rules[0].sublabel = "shop"; },
        [](RuleBook& b) { b.rules[0].advice = "hide"; },
        [](RuleBook& b) { b.rules[0].mode = Mode::shadow; },
        [](RuleBook& b) { b.rules[1].pii_type = "PIM"; },
        [](RuleBook& b) { b.rules[1].validator = "card"; },
        [](RuleBook& b) { b.rules[1].keywords = {"pin"}; },
        [](RuleBook& b) {
            b.rules[1].keywords = {"p", "in"};
        },
        [](RuleBook& b) { b.rules[1].needs_keyword = true; },
        [](RuleBook& b) { b.rules.pop_back(); },
        [](RuleBook& b) {
            b.rules[0].when.facts = {{Fact::words, Compare::not_equal, 1}};
        },
        [](RuleBook& b) {
            b.rules[0].when.facts = {{Fact::words, Compare::at_least, 1}};
        },
        [](RuleBook& b) {
            b.rules[0].when.facts = {{Fact::words, Compare::not_equal, 2}};
        },
        [](RuleBook& b) {
            b.rules[0].when.rules = {{{1}, 1, 1}};
        },
        [](RuleBook& b) {
            b.rules[0].when.rules = {{{1}, 0, 0}};
        },
        [](RuleBook& b) {
            b.rules[0].when.rules = {{{1, 1}, 1, 2}};
        },
        [](RuleBook& b) {
            b.rules[0].when.rules = {{{1}, 1, 2}, {{1}, 1, 2}};
        },
        [](RuleBook& b) { b.brands[0].id = "other"; },
        [](RuleBook& b) { b.brands[0].names.pop_back(); },
        [](RuleBook& b) { b.brands[0].handles.clear(); },
        [](RuleBook& b) { std::swap(b.brands[0].hashtags, b.brands[0].handles); },
        [](RuleBook& b) { b.brands[0].domains[0] = "acme.test"; },
        [](RuleBook& b) { b.brands[0].accounts = {"vk:1"}; },
        [](RuleBook& b) { b.brands.pop_back(); },
    };
    std::set<std::string> hashes;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        auto book = base;
        changes[i](book);
        const auto rules = compiled(std::move(book));
        ASSERT_NE(rules, nullptr) << i;
        EXPECT_EQ(rules->hash().find_first_not_of("0123456789abcdef"), std::string::npos);
        EXPECT_TRUE(hashes.emplace(rules->hash()).second) << "change " << i;
    }
    EXPECT_TRUE(hashes.contains(std::string(compiled(base)->hash()))) << "the same, twice";
}

}  // namespace
}  // namespace hark::match::testing
