// How Reddit is asked: token, listing, cursor, and what is done when something is wrong.

#include <gtest/gtest.h>

#include "platforms/poll_driver.hpp"

namespace hark::platforms::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kToken =
    R"({"access_token":"T1","token_type":"bearer","expires_in":3600,"scope":"*"})";

std::string listing(std::size_t count, std::size_t newest = 0) {
    std::string children;
    for (std::size_t i = 0; i < count; ++i) {
        children += (i == 0 ? "" : ",") + std::string(R"({"kind":"t1","data":{"name":"t1_)") +
                    std::to_string(newest - i) + R"(","body":"b"}})";
    }
    return R"({"kind":"Listing","data":{"children":[)" + children + "]}}";
}

class RedditPoll : public ::testing::Test {
protected:
    void give_token() {
        const auto outcome = driver_.reply(200, kToken);
        ASSERT_EQ(outcome.problem, "");
        ASSERT_FALSE(outcome.decode);
    }

    std::unique_ptr<Platform> platform_ =
        make("reddit", read("payloads/reddit/settings.json"));
    PollDriver driver_{*platform_};
};

TEST_F(RedditPoll, FetchesATokenAndThenTheListing) {
    give_token();
    EXPECT_EQ(driver_.call.method, "POST");
    EXPECT_EQ(driver_.call.url, "https://www.reddit.com/api/v1/access_token");
    EXPECT_EQ(driver_.call.body, "grant_type=client_credentials");
    EXPECT_EQ(driver_.header("Authorization"), "Basic YXBwOnBhc3M=");
    EXPECT_EQ(driver_.header("User-Agent"), "linux:example.hark:1.0 (by /u/example)");
    driver_.reply(200, listing(2, 9));
    EXPECT_EQ(driver_.call.method, "GET");
    EXPECT_EQ(driver_.call.url, "https://oauth.reddit.com/r/examplestore+help/comments?limit=100");
    EXPECT_EQ(driver_.header("Authorization"), "Bearer T1");
    EXPECT_EQ(driver_.header("User-Agent"), "linux:example.hark:1.0 (by /u/example)");
    EXPECT_EQ(driver_.fields.at("mentions[1].id"), "reddit:t1_8");
    EXPECT_EQ(driver_.fields.at("cursor"), "t1_9");
}

TEST_F(RedditPoll, AsksForWhatIsNewerAfterTheInterval) {
    give_token();
    driver_.reply(200, listing(1, 9));
    const auto call = driver_.ask();
    EXPECT_TRUE(call.url.ends_with("?limit=100&before=t1_9")) << call.url;
    EXPECT_EQ(call.delay, 5s);
    driver_.at.now += 3s;
    driver_.at.now -= 5s;
    EXPECT_EQ(driver_.ask().delay, 2s);
}

TEST_F(RedditPoll, AClockThatIsSetBackDoesNotMakeItWaitForLong) {
    give_token();
    driver_.reply(200, listing(1, 9));
    driver_.at.now -= 24h;
    EXPECT_EQ(driver_.ask().delay, 5s);
}

TEST_F(RedditPoll, AFullPageIsFollowedAtOnce) {
    driver_.at.cursor = Cursor("t1_5");
    give_token();
    driver_.reply(200, listing(100, 900));
    EXPECT_EQ(driver_.fields.at("cursor"), "t1_900");
    EXPECT_EQ(driver_.ask().delay, 0s);
    driver_.reply(200, listing(99, 999));
    EXPECT_EQ(driver_.ask().delay, 5s);
}

TEST_F(RedditPoll, TheTokenIsRenewedBeforeItEnds) {
    give_token();
    driver_.at.now += 3539s;
    EXPECT_EQ(driver_.ask().method, "GET");
    driver_.at.now += 1s;
    EXPECT_EQ(driver_.ask().method, "POST");
}

TEST_F(RedditPoll, ARotatedTokenIsFetchedAnew) {
    give_token();
    const auto refused = driver_.reply(401, R"({"message":"Unauthorized","error":401})");
    EXPECT_NE(refused.problem, "");
    EXPECT_FALSE(refused.lasting);
    EXPECT_EQ(driver_.ask().method, "POST");
    give_token();
    driver_.reply(200, listing(1, 9));
    EXPECT_EQ(driver_.fields.count("error"), 0U);
    EXPECT_FALSE(driver_.reply(401, "").lasting) << "the next one rotates like the first";
}

TEST_F(RedditPoll, ANewTokenThatIsRefusedTooIsSomebodysMatter) {
    give_token();
    EXPECT_FALSE(driver_.reply(401, "").lasting);
    give_token();
    EXPECT_TRUE(driver_.reply(401, "").lasting);
}

TEST_F(RedditPoll, AReplyWithoutATokenIsSaid) {
    for (const auto* body : {"", "{}", R"({"error":"invalid_grant"})", R"({"access_token":7})",
                             R"({"access_token":null})", "<html>"}) {
        const auto outcome = driver_.reply(200, body);
        EXPECT_NE(outcome.problem, "") << body;
        EXPECT_TRUE(outcome.lasting) << body;
        EXPECT_EQ(driver_.ask().method, "POST");
    }
    EXPECT_TRUE(driver_.reply(401, "").lasting) << "wrong client_secret";
    EXPECT_FALSE(driver_.reply(503, "").lasting);
}

TEST_F(RedditPoll, ASubredditThatMayNotBeReadIsSaid) {
    give_token();
    EXPECT_TRUE(driver_.reply(403, R"({"reason":"private","error":403})").lasting);
    EXPECT_FALSE(driver_.reply(429, "").lasting);
    EXPECT_FALSE(driver_.reply(503, "").lasting);
}

TEST_F(RedditPoll, WhatIsNoListingIsAskedForAgainAfterABackOff) {
    give_token();
    driver_.reply(200, R"({"kind":"Listing","data":)");
    ASSERT_TRUE(driver_.reaction);
    EXPECT_EQ(driver_.reaction->reconnect, "the reply is no listing");
    driver_.reply(200, listing(0));
    EXPECT_EQ(driver_.reaction->reconnect, "");
}

TEST_F(RedditPoll, ACommentThatIsGoneIsNoticedAndTheGapTold) {
    driver_.at.cursor = Cursor("t1_5");
    give_token();
    for (int i = 0; i < 10; ++i) {
        driver_.reply(200, listing(0));
        EXPECT_TRUE(driver_.call.url.ends_with("before=t1_5"));
        EXPECT_FALSE(driver_.reaction->gap);
    }
    driver_.reply(200, listing(100, 200));
    EXPECT_EQ(driver_.call.url.find("before"), std::string::npos) << "the whole listing";
    ASSERT_TRUE(driver_.reaction->gap);
    EXPECT_EQ(driver_.reaction->gap->reason, "cursor_too_old");
    EXPECT_TRUE(driver_.ask().url.ends_with("before=t1_200"));
}

TEST_F(RedditPoll, AQuietSubredditHasNoGap) {
    driver_.at.cursor = Cursor("t1_5");
    give_token();
    for (int i = 0; i < 10; ++i) driver_.reply(200, listing(0));
    driver_.reply(200, listing(3, 6));
    EXPECT_FALSE(driver_.reaction->gap) << "t1_5 is among them";
    EXPECT_TRUE(driver_.ask().url.ends_with("before=t1_6"));
}

TEST_F(RedditPoll, OneBadChildDoesNotHoldTheCursor) {
    give_token();
    driver_.reply(200, R"({"kind":"Listing","data":{"children":[{"kind":"t1","data":)"
                       R"({"name":"t1_9","body":7}}]}})");
    EXPECT_EQ(driver_.fields.at("error"), "wrong_type");
    EXPECT_EQ(driver_.fields.at("cursor"), "t1_9");
}

TEST(RedditSettings, WithoutSubredditsNothingIsAsked) {
    EXPECT_TRUE(std::holds_alternative<std::monostate>(make("reddit", "{}")->next({})));
}

TEST(RedditSettings, SayWhatIsMissing) {
    std::vector<Fault> faults;
    EXPECT_EQ(make("reddit", R"({"subreddits":"x"})", faults), nullptr);
    EXPECT_EQ(faults.size(), 3U);
    const auto path_of = [](std::string_view listing_key) {
        const auto platform =
            make("reddit", R"({"client_id":"a","client_secret":"secret:b","user_agent":"u",)"
                           R"("subreddits":"x y","listing":")" +
                               std::string(listing_key) + "\"}");
        PollDriver driver(*platform);
        driver.reply(200, kToken);
        return driver.ask().url;
    };
    EXPECT_EQ(path_of("new"), "https://oauth.reddit.com/r/x%20y/new?limit=100");
}

}  // namespace
}  // namespace hark::platforms::testing
