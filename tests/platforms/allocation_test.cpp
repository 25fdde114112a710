// Once warm, decoding a frame allocates nothing.

#include <gtest/gtest.h>

#include "counting_allocator.hpp"
#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

std::size_t allocations_when_warm(const std::string& platform_name, const std::string& payload,
                                  const std::string& ending = ".json") {
    const auto platform = make(platform_name, read("payloads/" + platform_name + "/settings.json"));
    const PaddedBytes bytes(read("payloads/" + platform_name + "/" + payload + ending));
    Frame frame;
    frame.bytes = bytes.view();
    Arena arena;
    Mentions mentions;
    std::size_t before = 0;
    for (int round = 0; round < 3; ++round) {
        before = counted_allocations();
        mentions.clear();
        arena.reset();
        EXPECT_EQ(platform->decode(frame, arena, mentions), Errc::ok);
        EXPECT_FALSE(mentions.list.empty());
    }
    return counted_allocations() - before;
}

TEST(Allocation, IsSeenByTheCounter) {
    const auto before = counted_allocations();
    const std::string text(1000, 'x');
    EXPECT_GT(counted_allocations(), before) << text.size();
}

TEST(Allocation, DecodingNeedsNoneOnceWarm) {
    EXPECT_EQ(allocations_when_warm("meta", "page_batch_two_entries"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "messenger_message_attachment"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "whatsapp_text"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "threads_reply"), 0U);
    EXPECT_EQ(allocations_when_warm("vk", "wall_reply_new_nested"), 0U);
    EXPECT_EQ(allocations_when_warm("mastodon", "ws_update"), 0U);
    EXPECT_EQ(allocations_when_warm("mastodon", "ws_update_media_null_language"), 0U);
    EXPECT_EQ(allocations_when_warm("telegram", "message_group_reply"), 0U);
    EXPECT_EQ(allocations_when_warm("telegram", "deleted_business_messages"), 0U);
    EXPECT_EQ(allocations_when_warm("wechat", "text", ".xml"), 0U);
    EXPECT_EQ(allocations_when_warm("youtube", "video_published", ".xml"), 0U);
    EXPECT_EQ(allocations_when_warm("reddit", "new_comments_listing"), 0U);
    EXPECT_EQ(allocations_when_warm("linkedin", "social_action_comment"), 0U);
    EXPECT_EQ(allocations_when_warm("zendesk", "ticket_comment_added"), 0U);
    EXPECT_EQ(allocations_when_warm("intercom", "conversation_user_replied"), 0U);
    EXPECT_EQ(allocations_when_warm("ok", "message_created"), 0U);
    EXPECT_EQ(allocations_when_warm("max", "message_created"), 0U);
    EXPECT_EQ(allocations_when_warm("discord", "gateway_message_update"), 0U);
}

}  // namespace
}  // namespace hark::platforms::testing
