// Lines of Hark's own mentions.

#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

class MentionLines : public ::testing::Test {
protected:
    Fields decode(std::string_view line) { return testing::decode(*platform_, line); }
    std::unique_ptr<Platform> platform_ = make("mention", "{}");
};

TEST_F(MentionLines, NeedOnlyAText) {
    const auto fields = decode(R"({"text":"hi"})");
    EXPECT_EQ(fields.at("mentions[0].text"), "hi");
    EXPECT_EQ(fields.at("mentions[0].platform"), "mention");
    EXPECT_EQ(fields.at("mentions[0].kind"), "post");
    EXPECT_EQ(fields.at("mentions[0].action"), "created");
    const auto id = fields.at("mentions[0].id");
    EXPECT_EQ(id.size(), std::string_view("mention:").size() + 32);
    EXPECT_EQ(decode(R"({"text":"hi"})").at("mentions[0].id"), id);
    EXPECT_NE(decode(R"({"text":"ho"})").at("mentions[0].id"), id);
    // Written down once: ids must not change from one release to the next.
    EXPECT_EQ(id, "mention:956b6dae16744e0ea6f2335a7900fafa");
}

TEST_F(MentionLines, ReadIdsAndFlagsInBothForms) {
    const auto fields = decode(R"({"id":"1","text":"","author":{"id":17,"is_brand":1}})");
    EXPECT_EQ(fields.at("mentions[0].author.id"), "17");
    EXPECT_EQ(fields.at("mentions[0].author.is_brand"), "true");
    EXPECT_EQ(fields.count("mentions[0].text"), 0U);
}

TEST_F(MentionLines, NullIsAbsent) {
    EXPECT_EQ(decode(R"({"id":"1","text":"x","lang":null,"author":null,"created_at":null})"),
              decode(R"({"id":"1","text":"x"})"));
    EXPECT_EQ(decode(R"({"id":"1","text":null})").at("error"), "missing_member");
}

TEST_F(MentionLines, ADeletionNeedsNoText) {
    const auto fields = decode(R"({"id":"vk:1","action":"deleted"})");
    EXPECT_EQ(fields.at("mentions[0].id"), "vk:1");
    EXPECT_EQ(fields.at("mentions[0].action"), "deleted");
    EXPECT_EQ(decode(R"({"id":"vk:1"})").at("error"), "missing_member");
}

TEST_F(MentionLines, WhatIsWrongIsRefused) {
    EXPECT_EQ(decode(R"({"text":"x","kind":"posts"})").at("error"), "wrong_type");
    EXPECT_EQ(decode(R"({"text":"x","action":"post"})").at("error"), "wrong_type");
    EXPECT_EQ(decode(R"({"text":"x","id":{}})").at("error"), "wrong_type");
    EXPECT_EQ(decode(R"({"text":"x","author":"me"})").at("error"), "wrong_type");
    EXPECT_EQ(decode(R"({"text":"x","created_at":"yesterday"})").at("error"), "number_range");
    EXPECT_EQ(decode(R"([{"text":"x"}])").at("error"), "wrong_type");
    EXPECT_EQ(decode("plain text").at("error"), "wrong_type");
}

TEST_F(MentionLines, AreNoWebhookAndNoStream) {
    TestRequest request("POST", "{}");
    EXPECT_EQ(platform_->receive(request).reply.status, 404U);
    EXPECT_EQ(platform_->stream(Cursor("1")), std::nullopt);
}

}  // namespace
}  // namespace hark::platforms::testing
