// VK's Streaming API: what the payloads do not show.

#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

Fields decode_vk(std::string_view body) {
    return decode(*make("vk", read("payloads/vk/settings.json")), body);
}

/// A frame whose event has these members.
std::string streamed(std::string_view members) {
    return R"({"event":{"action":"new","action_time":7,"author":{"id":5},)" + std::string(members) +
           R"(},"code":100})";
}

TEST(VkStreaming, HasTheIdsOfTheCallbackApi) {
    const auto posted =
        decode_vk(R"({"type":"wall_reply_new","object":{"id":5007,"owner_id":-2,"post_id":50,)"
                  R"("from_id":5,"date":7,"text":"t"},"group_id":2,"event_id":"e"})");
    const auto told = decode_vk(streamed(
        R"("event_type":"comment","event_id":{"post_owner_id":-2,"post_id":50,"comment_id":5007},)"
        R"("text":"t")"));
    for (const auto* field : {"id", "thread", "parent", "kind", "text", "author.id"}) {
        const auto name = std::string("mentions[0].") + field;
        EXPECT_EQ(told.at(name), posted.at(name));
    }
}

TEST(VkStreaming, TextIsWithoutItsMarkup) {
    const auto fields = decode_vk(streamed(
        R"("event_type":"post","event_id":{"post_owner_id":1,"post_id":2},)"
        R"("text":"a &lt;b&gt; &amp;amp; &quot;c&quot;<br><br>d","attachments":[{"type":"photo"},)"
        R"({"type":"link","link":{"url":"https:\/\/a.example\/"}}])"));
    EXPECT_EQ(fields.at("mentions[0].text"), "a <b> &amp; \"c\"\n\nd");
    EXPECT_EQ(fields.at("mentions[0].media"), "1");
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://a.example/");
}

TEST(VkStreaming, WhoSharesWithoutAWordSaysWhatIsShared) {
    const std::string_view place = R"("event_type":"share","event_id":{"post_owner_id":1,)"
                                   R"("post_id":2,"shared_post_id":3},"shared_post_text":"x<br>y")";
    EXPECT_EQ(decode_vk(streamed(place)).at("mentions[0].text"), "x\ny");
    EXPECT_EQ(decode_vk(streamed(std::string(place) + R"(,"text":"")")).at("mentions[0].text"),
              "x\ny");
}

TEST(VkStreaming, PostsOfDiscussionsAndEveryAction) {
    const auto topic = [](std::string_view action) {
        auto frame = streamed(R"("event_type":"topic_post","event_id":{"topic_owner_id":-1,)"
                              R"("topic_id":2,"topic_post_id":3},"text":"t","attachments":)"
                              R"([{"type":"link","link":{"url":"https://a.example"}}])");
        frame.replace(frame.find("new"), 3, action);
        return decode_vk(frame);
    };
    EXPECT_EQ(topic("new").at("mentions[0].id"), "vk:board_post:-1_3");
    EXPECT_EQ(topic("new").at("mentions[0].thread"), "vk:board_topic:-1_2");
    EXPECT_EQ(topic("update").at("mentions[0].action"), "edited");
    EXPECT_EQ(topic("restore").at("mentions[0].action"), "edited");
    EXPECT_EQ(topic("restore").at("mentions[0].restored"), "true");
    EXPECT_EQ(topic("update").count("mentions[0].restored"), 0U);
    const auto gone = topic("delete");
    EXPECT_EQ(gone.at("mentions[0].action"), "deleted");
    EXPECT_EQ(gone.count("mentions[0].text") + gone.count("mentions[0].links[0]"), 0U);
    EXPECT_EQ(topic("pinned"), (Fields{{"ignored", "1"}}));
}

TEST(VkStreaming, UnknownKindsAreIgnoredAndWhatIsMissingIsTold) {
    EXPECT_EQ(decode_vk(streamed(R"("event_type":"story","event_id":{"story_id":1})")),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_vk(R"({"code":500,"news":{}})"), (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_vk(streamed(R"("event_type":"post","event_id":{"post_id":2})")).at("error"),
              "missing_member");
    EXPECT_EQ(decode_vk(R"({"code":{},"event":{}})").at("error"), "wrong_type");
}

// -- Bots Long Poll

TEST(VkLongPoll, AReplyHoldsManyEventsAndThePlaceAfterThem) {
    const auto fields = decode_vk(
        R"({"updates":[{"type":"wall_post_new","group_id":7,"event_id":"e1","object":{"id":1,)"
        R"("owner_id":-7,"from_id":5,"date":7,"text":"one"}},{"type":"like_add","object":{)"
        R"("attachments":[{"type":"link","link":{"url":"https://lost.example"}}]},"group_id":7},)"
        R"({"type":"wall_post_new","object":{"id":2,"owner_id":-7,"text":5}},17,)"
        R"({"type":"wall_reply_new","group_id":7,"event_id":"e2","object":{"id":3,"post_id":1,)"
        R"("owner_id":-7,"from_id":6,"date":8,"text":"two"}}],"ts":"31"})");
    EXPECT_EQ(fields.at("mentions[0].text"), "one");
    EXPECT_EQ(fields.at("mentions[1].text"), "two");
    EXPECT_EQ(fields.count("mentions[1].links[0]"), 0U) << "it was of what is ignored";
    EXPECT_EQ(fields.at("mentions[1].event_id"), "e2");
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type");
    EXPECT_EQ(fields.at("refused[1]"), "wrong_type");
    EXPECT_EQ(fields.at("ignored"), "1");
    EXPECT_EQ(fields.at("cursor"), "31");
    EXPECT_EQ(decode_vk(R"({"ts":30,"updates":[]})"), (Fields{{"cursor", "30"}}));
    EXPECT_EQ(decode_vk(R"({"updates":[]})"), (Fields{{"error", "missing_member"}}));
}

TEST(VkSettings, ReportWhatIsMissingOrWrong) {
    const auto faults_of = [](std::string_view settings) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("vk", settings, faults), nullptr) << settings;
        return faults.size();
    };
    EXPECT_EQ(faults_of(R"({"api":"smoke signals"})"), 3U) << "and what callbacks need";
    EXPECT_EQ(faults_of(R"({"api":"streaming"})"), 1U);
    EXPECT_EQ(faults_of(R"({"api":"long_poll"})"), 2U);
    EXPECT_EQ(faults_of(R"({"api":"streaming","access_token":"secret:x","api_url":"vk.com"})"), 1U);
    EXPECT_EQ(faults_of(R"({"api":"streaming","access_token":"secret:x","rules":[""]})"), 1U);
    EXPECT_EQ(faults_of(R"({"api":"streaming","access_token":"secret:x","rules":")" +
                        std::string(4097, 'x') + "\"}"),
              1U);
}

}  // namespace
}  // namespace hark::platforms::testing
