#include "learn/labelled.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace hark::learn {
namespace {

TEST(Labelled, AnAbsentLabelIsNotAnnotated) {
    const auto path = testing::TempDir() + "labelled.ndjson";
    std::ofstream(path)
        << R"({"text":"a","lang":"en","labels":{"spam":1,"praise":false,"urgent":null,)"
        << R"("kind":"x","rating":4,"pages":[1]}})"
        << "\nnonsense\n"
        << R"({"text":"b","labels":{},"source":"desk"})"
        << "\n";
    std::vector<LabelledPost> posts;
    std::vector<Fault> faults;
    read_labelled(path, posts, faults);
    ASSERT_EQ(posts.size(), 2U);
    EXPECT_EQ(posts[0].label("spam"), 1);
    EXPECT_EQ(posts[0].label("praise"), 0);
    EXPECT_EQ(posts[0].label("kind"), -1);
    EXPECT_EQ(posts[0].label("complaint"), -1);
    EXPECT_EQ(posts[0].source, "labelled");
    EXPECT_EQ(posts[1].source, "desk");
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].where.line, 2U);
}

TEST(Labelled, AnotherValueIsNamed) {
    const auto path = testing::TempDir() + "values.ndjson";
    std::ofstream file(path);
    for (const auto* value : {"2", "-1", "0.5", "\"x\"", "{\"probability\": 0.9}"})
        file << R"({"text":"a","lang":"en","labels":{"spam":)" << value << "}}\n";
    file.close();
    std::vector<LabelledPost> posts;
    std::vector<Fault> faults;
    read_labelled(path, posts, faults);
    EXPECT_TRUE(posts.empty());
    ASSERT_EQ(faults.size(), 5U);
    EXPECT_EQ(faults[4].what, "`labels` are 0, 1, true, false or null: `spam` is another value");
}

TEST(Labelled, AnOrdinaryPostNeedsNoLabels) {
    const auto path = testing::TempDir() + "ordinary.ndjson";
    std::ofstream(path) << R"({"text":"a","lang":"en"})"
                        << "\n"
                        << R"({"text":"b","labels":"none"})"
                        << "\n";
    std::vector<LabelledPost> posts;
    std::vector<Fault> faults;
    read_labelled(path, posts, faults);
    ASSERT_EQ(posts.size(), 1U);
    EXPECT_EQ(posts[0].label("spam"), -1);
    EXPECT_EQ(faults.size(), 1U);
}

TEST(Labelled, AMissingFileIsNamed) {
    std::vector<LabelledPost> posts;
    std::vector<Fault> faults;
    read_labelled("/nonexistent.ndjson", posts, faults);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].where.file, "/nonexistent.ndjson");
}

}  // namespace
}  // namespace hark::learn
