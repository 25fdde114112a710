// How YouTube is asked for comments, and its hub for subscriptions: on a clock of the test's.

#include <gtest/gtest.h>

#include "platforms/percent.hpp"
#include "platforms/poll_driver.hpp"

namespace hark::platforms::testing {
namespace {

using namespace std::chrono_literals;

/// A page whose comments were published at these seconds of 11:00 o'clock.
std::string page(std::initializer_list<int> seconds, std::string_view next = {}) {
    std::string items;
    for (const int second : seconds) {
        const auto time = "2026-03-02T11:" + std::string(second < 600 ? "0" : "") +
                          std::to_string(second / 60) + ":" + (second % 60 < 10 ? "0" : "") +
                          std::to_string(second % 60) + "Z";
        items += (items.empty() ? "" : ",") +
                 std::string(R"({"snippet":{"videoId":"V","topLevelComment":{"id":"C)") +
                 std::to_string(second) + R"(","snippet":{"textOriginal":"t","publishedAt":")" +
                 time + R"(","updatedAt":")" + time + R"("}}}})";
    }
    const auto token =
        next.empty() ? std::string() : R"("nextPageToken":")" + std::string(next) + R"(",)";
    return "{" + token + R"("items":[)" + items + "]}";
}

std::string refusal(std::string_view reason) {
    return R"({"error":{"code":403,"errors":[{"reason":")" + std::string(reason) + "\"}]}}";
}

std::string channel_of(const Call& call) {
    const auto query = std::string_view(call.url).substr(call.url.find('?') + 1);
    return query_value(query, "allThreadsRelatedToChannelId").value_or("");
}
std::string page_of(const Call& call) {
    const auto query = std::string_view(call.url).substr(call.url.find('?') + 1);
    return query_value(query, "pageToken").value_or("");
}

class YouTubePoll : public ::testing::Test {
protected:
    std::unique_ptr<Platform> platform_ =
        make("youtube", R"({"channels":["UC1","UC2"],"api_key":"secret:key"})");
    PollDriver driver_{*platform_};
};

TEST_F(YouTubePoll, AsksOneChannelAfterTheOther) {
    driver_.reply(200, page({20, 10}));
    EXPECT_EQ(driver_.call.url,
              "https://www.googleapis.com/youtube/v3/commentThreads?part=snippet%2Creplies&"
              "order=time&maxResults=100&textFormat=plainText&allThreadsRelatedToChannelId=UC1");
    EXPECT_EQ(driver_.header("X-Goog-Api-Key"), "key") << "not in the address, which is logged";
    EXPECT_EQ(driver_.fields.at("mentions[0].id"), "youtube:comment:C20");
    EXPECT_EQ(driver_.fields.count("cursor"), 0U) << "the round is not over";
    driver_.reply(200, page({15}));
    EXPECT_EQ(channel_of(driver_.call), "UC2");
    EXPECT_EQ(driver_.fields.at("cursor"), "2026-03-02T11:00:20.000Z");
    EXPECT_EQ(channel_of(driver_.ask()), "UC1");
}

TEST_F(YouTubePoll, KeepsTheDaysQuota) {
    const auto begin = driver_.at.now;
    driver_.reply(200, page({}));
    EXPECT_EQ(driver_.call.delay, 0s);
    for (int i = 0; i < 10'000; ++i) driver_.reply(200, page({}));
    EXPECT_GE(driver_.at.now - begin, 24h);
    driver_.at.now += 5s;
    EXPECT_EQ(driver_.ask().delay, 3640ms) << "what has passed is not waited again";
    driver_.at.now -= 48h;
    EXPECT_EQ(driver_.ask().delay, 8640ms) << "a clock that was set back";
    EXPECT_EQ(driver_.reply(503, "").problem.empty(), false);
    EXPECT_EQ(driver_.ask().delay, 8640ms) << "failures count, too";
}

TEST_F(YouTubePoll, TheFirstTimeOnePageIsEnough) {
    driver_.reply(200, page({20, 10}, "P2"));
    EXPECT_EQ(channel_of(driver_.ask()), "UC2");
}

TEST_F(YouTubePoll, TurnsPagesBackToWhatIsKnown) {
    driver_.reply(200, page({10}));
    driver_.reply(200, page({10}));
    driver_.reply(200, page({90, 80}, "P2"));
    EXPECT_EQ(page_of(driver_.ask()), "P2");
    EXPECT_EQ(channel_of(driver_.ask()), "UC1");
    driver_.reply(200, page({70, 60}, "P3"));
    EXPECT_EQ(page_of(driver_.ask()), "P3");
    driver_.reply(200, page({50, 10}, "P4"));
    EXPECT_EQ(channel_of(driver_.ask()), "UC2") << "10 was known";
    EXPECT_EQ(page_of(driver_.ask()), "");
    EXPECT_EQ(driver_.at.cursor.text(), "2026-03-02T11:00:10.000Z");
    driver_.reply(200, page({}));
    EXPECT_EQ(driver_.at.cursor.text(), "2026-03-02T11:01:30.000Z");
}

TEST_F(YouTubePoll, AfterARestartItGoesBackToAnHourBeforeTheCursor) {
    driver_.at.cursor = Cursor("2026-03-02T12:00:30.000Z");
    driver_.reply(200, page({90, 31}, "P2"));
    EXPECT_EQ(page_of(driver_.ask()), "P2") << "11:00:31 is later than 11:00:30";
    driver_.reply(200, page({30}, "P3"));
    EXPECT_EQ(channel_of(driver_.ask()), "UC2");
    driver_.reply(200, page({}));
    EXPECT_EQ(driver_.at.cursor.text(), "2026-03-02T12:00:30.000Z") << "it never goes back";
}

TEST_F(YouTubePoll, MoreThanAQuotaCanReadIsAGap) {
    driver_.reply(200, page({10}));
    driver_.reply(200, page({10}));
    for (int i = 0; i < 49; ++i) {
        driver_.reply(200, page({900 - i}, "P"));
        EXPECT_FALSE(driver_.reaction->gap);
    }
    driver_.reply(200, page({700}, "P"));
    ASSERT_TRUE(driver_.reaction->gap);
    EXPECT_EQ(driver_.reaction->gap->reason, "too_many_comments");
    EXPECT_EQ(driver_.reaction->gap->from, *parse_rfc3339("2026-03-02T11:00:10Z"));
    EXPECT_EQ(driver_.reaction->gap->to, *parse_rfc3339("2026-03-02T11:11:40Z"));
    EXPECT_EQ(channel_of(driver_.ask()), "UC2");
}

TEST_F(YouTubePoll, AQuotaThatIsUsedUpIsWaitedFor) {
    driver_.at.now = *parse_rfc3339("2026-03-02T12:00:00Z");
    const auto outcome = driver_.reply(403, refusal("quotaExceeded"));
    EXPECT_EQ(outcome.problem, "the quota of this day is used up");
    EXPECT_FALSE(outcome.lasting);
    EXPECT_EQ(outcome.wait, 20h + 1min) << "midnight in California, in summer an hour later";
    driver_.at.now = *parse_rfc3339("2026-03-03T07:50:00Z");
    EXPECT_EQ(driver_.reply(403, refusal("dailyLimitExceeded")).wait, 11min);
    EXPECT_EQ(driver_.reply(403, refusal("rateLimitExceeded")).wait, 0s);
    EXPECT_FALSE(driver_.reply(403, refusal("rateLimitExceeded")).lasting);
    EXPECT_TRUE(driver_.reply(403, refusal("forbidden")).lasting);
    EXPECT_TRUE(driver_.reply(400, refusal("keyInvalid")).lasting);
}

TEST_F(YouTubePoll, AChannelThatIsGoneDoesNotHoldTheOthers) {
    const auto gone = driver_.reply(404, refusal("channelNotFound"));
    EXPECT_FALSE(gone.lasting);
    EXPECT_NE(gone.problem.find("UC1"), std::string::npos);
    EXPECT_EQ(channel_of(driver_.ask()), "UC2");
    EXPECT_FALSE(driver_.reply(403, refusal("commentsDisabled")).lasting);
    EXPECT_EQ(channel_of(driver_.ask()), "UC1");
}

TEST_F(YouTubePoll, APageThatIsRefusedIsBegunAnew) {
    driver_.reply(200, page({10}));
    driver_.reply(200, page({10}));
    driver_.reply(200, page({90}, "P2"));
    EXPECT_FALSE(driver_.reply(400, refusal("invalidPageToken")).lasting);
    EXPECT_EQ(page_of(driver_.ask()), "");
    EXPECT_EQ(channel_of(driver_.ask()), "UC1");
}

TEST_F(YouTubePoll, WhatIsNoPageIsAskedForAgainAfterABackOff) {
    driver_.reply(200, R"({"items":[)");
    EXPECT_EQ(driver_.reaction->reconnect, "the reply is no page of comments");
    EXPECT_EQ(channel_of(driver_.ask()), "UC1");
    driver_.reply(200, page({10}));
    EXPECT_EQ(driver_.reaction->reconnect, "");
}

// -- subscriptions

class YouTubeHub : public ::testing::Test {
protected:
    /// What a member of the form was.
    [[nodiscard]] std::string form(std::string_view name) const {
        return query_value(driver_.call.body, name).value_or("");
    }

    std::unique_ptr<Platform> platform_ =
        make("youtube", R"({"channels":["UC1","UC2"],"secret":["secret:new one","secret:old"],)"
                        R"("callback":"https://ingest.example.com/yt?a=1&b=2"})");
    PollDriver driver_{*platform_};

    /// As the hub confirms it to an address of ours.
    static void confirm(Platform& platform, std::string_view channel, std::string_view seconds) {
        const std::string query =
            "hub.mode=subscribe&hub.challenge=c&hub.topic=https%3A%2F%2Fwww.youtube.com%2Fxml%2F"
            "feeds%2Fvideos.xml%3Fchannel_id%3D" +
            std::string(channel) + "&hub.lease_seconds=" + std::string(seconds);
        TestRequest request("GET", "");
        request.query = query;
        EXPECT_EQ(platform.receive(request).reply.body, "c");
    }
    /// After how long it subscribes again when it was confirmed so.
    static std::chrono::milliseconds renewal_of(std::string_view granted) {
        const auto platform =
            make("youtube", R"({"channels":"UC1","secret":"secret:x","lease":"10 h",)"
                            R"("callback":"https://ingest.example.com/yt"})");
        PollDriver driver(*platform);
        driver.reply(202, "");
        confirm(*platform, "UC1", granted);
        return driver.ask().delay;
    }
};

TEST_F(YouTubeHub, IsAskedForEachChannel) {
    const auto outcome = driver_.reply(202, "");
    EXPECT_EQ(outcome.problem, "");
    EXPECT_FALSE(outcome.decode);
    EXPECT_EQ(driver_.call.method, "POST");
    EXPECT_EQ(driver_.call.url, "https://pubsubhubbub.appspot.com/subscribe");
    EXPECT_EQ(driver_.header("Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(form("hub.mode"), "subscribe");
    EXPECT_EQ(form("hub.callback"), "https://ingest.example.com/yt?a=1&b=2");
    EXPECT_EQ(form("hub.topic"),
              "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC1");
    EXPECT_EQ(form("hub.secret"), "new one");
    EXPECT_EQ(form("hub.lease_seconds"), "432000");
    driver_.reply(202, "");
    EXPECT_EQ(driver_.call.delay, 0s);
    EXPECT_EQ(form("hub.topic"),
              "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UC2");
}

TEST_F(YouTubeHub, IsAskedAgainLongBeforeTheLeasesEnd) {
    EXPECT_EQ(driver_.reply(202, "").wait, 0s);
    EXPECT_EQ(driver_.reply(202, "").wait, 30s) << "the hub confirms meanwhile";
    confirm(*platform_, "UC1", "432000");
    confirm(*platform_, "UC2", "432000");
    EXPECT_EQ(driver_.ask().delay, 24h);
    EXPECT_EQ(driver_.ask().delay, 0s) << "the day has passed";
    driver_.at.now -= 240h;
    EXPECT_EQ(driver_.ask().delay, 24h) << "a clock that was set back";
    const auto short_leases =
        make("youtube", R"({"channels":"UC1","secret":"secret:x","lease":"10 min",)"
                        R"("callback":"https://ingest.example.com/yt"})");
    PollDriver driver(*short_leases);
    driver.reply(202, "");
    EXPECT_EQ(driver.ask().delay, 5min);
}

TEST_F(YouTubeHub, IsAskedAgainBeforeTheLeasesThatItGrantedEnd) {
    EXPECT_EQ(renewal_of("3600"), 30min);
    EXPECT_EQ(renewal_of("36000"), 5h);
    EXPECT_EQ(renewal_of("360000000"), 5h) << "no longer than was asked for";
    EXPECT_EQ(renewal_of("1"), 30s) << "anybody can say he is the hub";
    for (const auto* silence : {"", "0", "-7", "x", "99999999999999999999"})
        EXPECT_EQ(renewal_of(silence), 5h) << silence;
    driver_.reply(202, "");
    driver_.reply(202, "");
    confirm(*platform_, "UC1", "432000");
    confirm(*platform_, "UC2", "7200");
    EXPECT_EQ(driver_.ask().delay, 1h) << "the shortest of them";
}

TEST_F(YouTubeHub, ASubscriptionThatIsNotConfirmedIsAskedForAgainSoon) {
    driver_.reply(202, "");
    driver_.reply(202, "");
    confirm(*platform_, "UC1", "432000");
    EXPECT_EQ(driver_.ask().delay, 1h);
}

TEST_F(YouTubeHub, WhatIsGrantedIsHeardOnAnyShard) {
    const auto other =
        make("youtube", R"({"channels":["UC1","UC2"],"secret":"secret:old",)"
                        R"("callback":"https://ingest.example.com/yt?a=1&b=2"})");
    other->share_with(*platform_);
    driver_.reply(202, "");
    driver_.reply(202, "");
    confirm(*other, "UC1", "432000");
    confirm(*platform_, "UC2", "600");
    EXPECT_EQ(driver_.ask().delay, 5min);
}

TEST_F(YouTubeHub, ARefusalIsForTheSameChannelAgain) {
    EXPECT_NE(driver_.reply(503, "").problem, "");
    EXPECT_TRUE(driver_.reply(400, "bad topic").lasting);
    EXPECT_EQ(form("hub.topic").substr(form("hub.topic").size() - 3), "UC1");
    driver_.reply(202, "");
    EXPECT_EQ(form("hub.topic").substr(form("hub.topic").size() - 3), "UC1");
}

TEST(YouTubeSubscriber, WithoutAnAddressOfOurOwnSomebodyElseSubscribes) {
    const auto platform = make("youtube", R"({"channels":"UC1","secret":"secret:x"})");
    EXPECT_TRUE(std::holds_alternative<std::monostate>(platform->next({})));
}

}  // namespace
}  // namespace hark::platforms::testing
