#include "learn/features.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/folder.hpp"

namespace hark::learn {
namespace {

using testing::Contains;
using testing::Not;

std::vector<std::string> names(std::string_view text, const FeatureOptions& options = {}) {
    FeatureSpace space(options);
    text::Folder folder;
    std::vector<std::string> all;
    for (const auto id : space.of(folder.fold(text))) all.push_back(space.name(id));
    return all;
}

TEST(Features, AreNamedByTheRulesTheyWouldBecome) {
    const auto all = names("Где МОЙ возврат?");
    EXPECT_THAT(all, Contains("возврат"));
    EXPECT_THAT(all, Contains("возв*"));
    EXPECT_THAT(all, Not(Contains("воз*"))) << "so short a stem means anything";
    EXPECT_THAT(all, Contains("возврат*"));
    EXPECT_THAT(all, Contains("где мой"));
    EXPECT_THAT(all, Contains("где ~2 возврат"));
    EXPECT_THAT(all, Contains("[questions >=1]"));
    EXPECT_THAT(all, Not(Contains("[questions >=2]")));
}

TEST(Features, NamesAndNumbersAreNone) {
    const auto all = names("@anna ring 555123 now");
    EXPECT_THAT(all, Not(Contains("anna")));
    EXPECT_THAT(all, Not(Contains("555123")));
    EXPECT_THAT(all, Not(Contains("ring now")));  // a word stands between them
    EXPECT_THAT(all, Contains("ring ~2 now"));
    EXPECT_THAT(all, Contains("[mentions >=1]"));
}

TEST(Features, WhomAPostSpeaksToOnlyWhenAsked) {
    EXPECT_THAT(names("@acme no reply"), Not(Contains("@acme")));
    const auto all = names("@acme no reply", {.names = true});
    EXPECT_THAT(all, Contains("@acme"));
    EXPECT_THAT(all, Not(Contains("acme")));
}

TEST(Features, InnerPartsOnlyWhenAsked) {
    EXPECT_THAT(names("megascammer"), Not(Contains("*scam*")));
    EXPECT_THAT(names("megascammer", {.inside = true}), Contains("*scam*"));
}

TEST(Features, EachOnceAndSorted) {
    FeatureSpace space({});
    text::Folder folder;
    const auto ids = space.of(folder.fold("no no no"));
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

}  // namespace
}  // namespace hark::learn
