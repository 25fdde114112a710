// Reddit, and YouTube's comments and hub, driven against servers that behave as theirs do, on bad
// days too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Script = WebSocketServer::Script;

// -- Reddit

const SettingPairs kReddit = {{"client_id", "app"},
                              {"client_secret", "secret:s3cret"},
                              {"user_agent", "linux:example.hark:1.0 (by /u/example)"},
                              {"subreddits", "example"},
                              {"interval", "1 s"},
                              {"api_url", "https://%"},
                              {"token_url", "https://%/token"}};

std::string listing(const std::string& name) {
    const auto child = R"({"kind":"t1","data":{"name":")" + name + R"(","body":"b"}})";
    return R"({"kind":"Listing","data":{"children":[)" + (name.empty() ? "" : child) + "]}}";
}

/// What was asked: method, target and authorization.
struct Asked {
    std::vector<std::string> calls;
    std::vector<Clock::time_point> times;

    Script with(std::string bytes) {
        return [this, bytes = std::move(bytes)](WebSocketPeer& peer) {
            calls.push_back(peer.method() + " " + peer.target() + " " +
                            peer.header("Authorization"));
            times.push_back(Clock::now());
            peer.raw(bytes);
        };
    }
    Script token(const std::string& token) {
        return with(
            http_reply("200 OK", R"({"access_token":")" + token + R"(","expires_in":86400})"));
    }
    Script page(const std::string& name, const std::string& headers = {}) {
        return with(http_reply("200 OK", listing(name), headers));
    }
    [[nodiscard]] Clock::duration between(std::size_t first, std::size_t second) const {
        return times.at(second) - times.at(first);
    }
};

TEST(RedditServer, is_asked_with_a_token_and_a_cursor) {
    Asked asked;
    std::string agent;
    auto first = asked.token("T1");
    const Script noting = [&](WebSocketPeer& peer) {
        agent = peer.header("User-Agent");
        first(peer);
    };
    Live reddit("reddit", kReddit, {noting, asked.page("t1_a"), asked.page("t1_b")});
    reddit.start();
    ASSERT_TRUE(reddit.until_seen(2));
    EXPECT_THAT(reddit.seen, ElementsAre("created reddit:t1_a", "created reddit:t1_b"));
    EXPECT_EQ(agent, "linux:example.hark:1.0 (by /u/example)");
    EXPECT_EQ(asked.calls[0], "POST /token Basic YXBwOnMzY3JldA==");
    EXPECT_EQ(asked.calls[1], "GET /r/example/comments?limit=100 Bearer T1");
    EXPECT_EQ(asked.calls[2], "GET /r/example/comments?limit=100&before=t1_a Bearer T1");
    EXPECT_GE(asked.between(1, 2), 900ms) << "the interval";
    EXPECT_EQ(reddit.cursor(), "t1_b");
}

TEST(RedditServer, rotated_tokens_are_fetched_anew) {
    Asked asked;
    Live reddit("reddit", kReddit,
                {asked.token("T1"), asked.with(http_reply("401 Unauthorized", "{}")),
                 asked.token("T2"), asked.page("t1_a")});
    reddit.start();
    ASSERT_TRUE(reddit.until_seen(1));
    EXPECT_THAT(asked.calls[1], HasSubstr("Bearer T1"));
    EXPECT_THAT(asked.calls[2], HasSubstr("POST /token"));
    EXPECT_THAT(asked.calls[3], HasSubstr("Bearer T2"));
    EXPECT_TRUE(reddit.gaps.empty());
}

TEST(RedditServer, rate_limits_are_kept_before_they_are_broken) {
    Asked asked;
    Live reddit("reddit", kReddit,
                {asked.token("T1"),
                 asked.page("t1_a",
                            "X-Ratelimit-Used: 100\r\nX-Ratelimit-Remaining: 0.0\r\n"
                            "X-Ratelimit-Reset: 3\r\n"),
                 asked.page("t1_b",
                            "X-Ratelimit-Used: 1\r\nX-Ratelimit-Remaining: 99.0\r\n"
                            "X-Ratelimit-Reset: 600\r\n"),
                 asked.page("t1_c")});
    reddit.start();
    ASSERT_TRUE(reddit.until_seen(3));
    EXPECT_GE(asked.between(1, 2), 2900ms) << "nothing was left";
    EXPECT_LT(asked.between(2, 3), 2900ms) << "enough is left";
}

TEST(RedditServer, a_refusal_for_asking_too_often_says_how_long) {
    Asked asked;
    Live reddit("reddit", kReddit,
                {asked.token("T1"),
                 asked.with(http_reply("429 Too Many Requests", "", "Retry-After: 2\r\n")),
                 asked.with(http_reply("429 Too Many Requests", "", "X-Ratelimit-Reset: 2\r\n")),
                 asked.with(http_reply("429 Too Many Requests", "")), asked.page("t1_a")});
    reddit.options.rate_limit_wait = 500ms;
    reddit.start();
    ASSERT_TRUE(reddit.until_seen(1));
    EXPECT_GE(asked.between(1, 2), 1900ms);
    EXPECT_GE(asked.between(2, 3), 1900ms);
    EXPECT_GE(asked.between(3, 4), 400ms) << "without a word how long";
}

TEST(RedditServer, bad_days_lose_nothing) {
    Asked asked;
    const auto whole = http_reply("200 OK", listing("t1_b"));
    Live reddit(
        "reddit", kReddit,
        {asked.token("T1"), asked.page("t1_a"),
         asked.with(http_reply("503 Service Unavailable", "<html>busy</html>")),
         asked.with(whole.substr(0, whole.size() - 20)), asked.with(""),
         asked.with(http_reply("200 OK", "<html>Our CDN was unable</html>")), asked.page("t1_b")});
    reddit.start();
    ASSERT_TRUE(reddit.until_seen(2));
    for (std::size_t i = 2; i <= 6; ++i) EXPECT_THAT(asked.calls[i], HasSubstr("before=t1_a")) << i;
    EXPECT_THAT(reddit.seen, ElementsAre("created reddit:t1_a", "created reddit:t1_b"));
    EXPECT_EQ(reddit.total("hark_source_failures_total"), 4U);
    EXPECT_EQ(reddit.errors.size(), 1U) << "the page of the CDN is a dead letter";
}

TEST(RedditServer, wrong_credentials_are_said) {
    Asked asked;
    Live reddit("reddit", kReddit, {asked.with(http_reply("401 Unauthorized", ""))});
    reddit.options.refused_wait = 10s;
    reddit.start();
    ASSERT_TRUE(reddit.until([&] { return reddit.status().state == LinkState::refused; }));
    EXPECT_THAT(reddit.status().problem, HasSubstr("credentials"));
    reddit.for_a_while(100ms);
    EXPECT_EQ(reddit.server.connections(), 1);
}

// -- YouTube

const SettingPairs kComments = {{"channels", "UC1"},
                                {"api_key", "secret:s3cret"},
                                {"quota", "864000"},  // a call in 100 ms
                                {"api_url", "https://%/v3"}};

std::string comments(const std::string& id, const std::string& next = {}) {
    const auto token = next.empty() ? "" : R"("nextPageToken":")" + next + R"(",)";
    return "{" + token + R"("items":[{"snippet":{"videoId":"V","topLevelComment":{"id":")" + id +
           R"(","snippet":{"textOriginal":"t","publishedAt":"2026-03-02T11:00:)" + id +
           R"(Z","updatedAt":"2026-03-02T11:00:)" + id + R"(Z"}}}}]})";
}

TEST(YouTubeServer, comments_are_asked_for_page_by_page) {
    Asked asked;
    std::string key;
    const auto last = asked.with(http_reply("200 OK", comments("10")));
    Live youtube("youtube", kComments,
                 {asked.with(http_reply("200 OK", comments("10"))),
                  asked.with(http_reply("200 OK", comments("40", "P2"))), [&](WebSocketPeer& peer) {
                      key = peer.header("X-Goog-Api-Key");
                      last(peer);
                  }});
    youtube.start();
    ASSERT_TRUE(youtube.until([&] { return youtube.cursor() == "2026-03-02T11:00:40.000Z"; }));
    EXPECT_THAT(asked.calls[2], HasSubstr("&pageToken=P2 "));
    EXPECT_EQ(key, "s3cret");
    EXPECT_GE(asked.between(0, 1), 90ms) << "the quota";
}

TEST(YouTubeServer, a_quota_that_is_used_up_is_waited_for) {
    Asked asked;
    Live youtube(
        "youtube", kComments,
        {asked.with(http_reply(
            "403 Forbidden", R"({"error":{"errors":[{"reason":"quotaExceeded"}],"code":403}})"))});
    youtube.start();
    ASSERT_TRUE(youtube.until([&] { return youtube.status().state == LinkState::failing; }));
    EXPECT_EQ(youtube.status().problem, "the quota of this day is used up");
    youtube.for_a_while(400ms);
    EXPECT_EQ(youtube.server.connections(), 1);
}

TEST(YouTubeServer, bad_days_lose_nothing) {
    Asked asked;
    const auto page = http_reply("200 OK", comments("20"));
    Live youtube("youtube", kComments,
                 {asked.with(http_reply("500 Internal Server Error", "")),
                  asked.with(page.substr(0, page.size() - 9)),
                  asked.with(http_reply("429 Too Many Requests", "", "Retry-After: 1\r\n")),
                  asked.with(page)});
    youtube.start();
    ASSERT_TRUE(youtube.until_seen(1));
    EXPECT_EQ(youtube.seen[0], "created youtube:comment:20");
    EXPECT_GE(asked.between(2, 3), 900ms);
}

TEST(YouTubeServer, the_hub_is_asked_again_when_it_was_busy) {
    Asked asked;
    std::vector<std::string> bodies;
    const auto noting = [&](const std::string& status, const std::string& headers) -> Script {
        return [&, status, headers](WebSocketPeer& peer) {
            bodies.push_back(peer.body());
            asked.with(http_reply(status, "", headers))(peer);
        };
    };
    Live hub("youtube",
             {{"channels", "UC1"},
              {"secret", "secret:s3cret"},
              {"callback", "https://ingest.example.com/yt"},
              {"lease", "1 min"},
              {"hub", "https://%/subscribe"}},
             {noting("503 Service Unavailable", "Retry-After: 1\r\n"), noting("202 Accepted", "")});
    hub.start();
    ASSERT_TRUE(hub.until([&] { return hub.status().state == LinkState::up; }));
    EXPECT_THAT(asked.calls, ElementsAre("POST /subscribe ", "POST /subscribe "));
    EXPECT_GE(asked.between(0, 1), 900ms);
    EXPECT_THAT(bodies[1], HasSubstr("hub.callback=https%3A%2F%2Fingest.example.com%2Fyt&"));
    EXPECT_THAT(bodies[1], HasSubstr("&hub.secret=s3cret&hub.lease_seconds=60"));
    hub.for_a_while(300ms);
    EXPECT_EQ(hub.server.connections(), 2) << "not before half of the lease has passed";
}

}  // namespace
}  // namespace hark::ingest
