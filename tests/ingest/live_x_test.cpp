// The streams of X against a server that behaves as X does, on good days and bad ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
const SettingPairs kFiltered = {
    {"url", "https://%"}, {"stream", "filtered"}, {"bearer_token", "secret:AAA"}};

std::string post(const std::string& id) {
    return R"({"data":{"id":")" + id + R"(","text":"a"}})" + "\r\n";
}

/// Gives the bytes in pieces and then waits until the client has gone.
WebSocketServer::Script pieces(std::string bytes, std::size_t size = std::string::npos) {
    return [bytes = std::move(bytes), size](WebSocketPeer& peer) {
        write_in_pieces(peer, bytes, size);
        peer.listen();
    };
}

TEST(LiveX, a_recorded_stream_in_pieces_of_any_size) {
    std::ostringstream recorded;
    recorded << std::ifstream(HARK_SOURCE_DIR "/tests/ingest/data/x_stream_http11_chunked.bin",
                              std::ios::binary)
                    .rdbuf();
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        Live x("x", kFiltered, {pieces(recorded.str(), size), pieces(kOk + post("7"))});
        x.start();
        ASSERT_TRUE(x.until_seen(7)) << size;
        EXPECT_THAT(x.seen,
                    ElementsAre("created x:2090000000000000001", "created x:2090000000000000002",
                                "created x:2090000000000000003", "created x:2090000000000000004",
                                "edited x:2090000000000000005", "created x:2090000000000000008",
                                "created x:7"))
            << size;
        EXPECT_THAT(x.errors, ElementsAre("unknown_platform_error")) << size;
        EXPECT_EQ(x.server.connections(), 2) << size;
    }
}

TEST(LiveX, an_error_is_the_end_of_a_stream_that_stays_open) {
    const auto* const error = R"({"errors":[{"title":"operational-disconnect"}]})"
                              "\r\n";
    Live x("x", kFiltered, {pieces(kOk + post("1") + error), pieces(kOk + post("2"))});
    x.start();
    ASSERT_TRUE(x.until_seen(2));
    EXPECT_THAT(x.errors, ElementsAre("unknown_platform_error"));
}

TEST(LiveX, asks_for_what_it_reads) {
    std::string target;
    std::string token;
    Live x("x", kFiltered, {[&](WebSocketPeer& peer) {
               target = peer.target();
               token = peer.header("Authorization");
               pieces(kOk + post("1"))(peer);
           }});
    x.start();
    ASSERT_TRUE(x.until_seen(1));
    EXPECT_EQ(token, "Bearer AAA");
    EXPECT_THAT(target, testing::StartsWith("/2/tweets/search/stream?tweet.fields=created_at,"));
    EXPECT_THAT(target, HasSubstr("note_tweet"));
    EXPECT_THAT(target, HasSubstr("&expansions=author_id,referenced_tweets.id"));
    EXPECT_THAT(target, Not(HasSubstr("backfill")));
}

using Rules = std::vector<std::pair<std::string, std::string>>;

SettingPairs with_rules(const Rules& wanted) {
    std::vector<Setting> list;
    for (const auto& [value, tag] : wanted) {
        SettingPairs rule = {{"value", value}};
        if (!tag.empty()) rule.emplace_back("tag", tag);
        list.emplace_back(rule);
    }
    auto settings = kFiltered;
    settings.emplace_back("rules", list);
    return settings;
}

/// Notes `METHOD target body` and answers.
WebSocketServer::Script noting(std::vector<std::string>& asked, std::string answer) {
    return [&asked, answer = std::move(answer)](WebSocketPeer& peer) {
        asked.push_back(peer.method() + " " + peer.target() + " " + peer.body());
        peer.raw(answer);
    };
}

TEST(LiveX, brings_the_rules_in_line_before_it_listens) {
    std::vector<std::string> asked;
    Live x("x", with_rules({{"acme", ""}, {R"("acme shop" -is:retweet)", "b"}}),
           {noting(asked, http_reply("200 OK", R"({"data":[)"
                                               R"({"id":"1","value":"acme","tag":"hark"},)"
                                               R"({"id":"2","value":"old","tag":"hark:b"},)"
                                               R"({"id":"3","value":"theirs","tag":"harkonnen"},)"
                                               R"({"id":"4","value":"theirs"}],"meta":{}})")),
            noting(asked, http_reply("201 Created", R"({"meta":{"summary":{"invalid":0}}})")),
            noting(asked, http_reply("200 OK", R"({"meta":{"summary":{"deleted":1}}})")),
            pieces(kOk + post("1"))});
    x.start();
    ASSERT_TRUE(x.until_seen(1));
    EXPECT_THAT(asked,
                ElementsAre("GET /2/tweets/search/stream/rules ",
                            "POST /2/tweets/search/stream/rules "
                            R"({"add":[{"value":"\"acme shop\" -is:retweet","tag":"hark:b"}]})",
                            "POST /2/tweets/search/stream/rules "
                            R"({"delete":{"ids":["2"]}})"));
}

TEST(LiveX, a_rule_that_x_does_not_take_is_said) {
    std::vector<std::string> asked;
    Live refused("x", with_rules({{"(", ""}}),
                 {noting(asked, http_reply("200 OK", R"({"meta":{}})")),
                  noting(asked, http_reply("400 Bad Request", R"({"errors":[{}]})"))});
    refused.start();
    ASSERT_TRUE(refused.until_state(LinkState::refused));
    EXPECT_EQ(refused.status().problem, "X refused a rule of `rules` (HTTP status 400)");
    Live left_out("x", with_rules({{"(", ""}, {"acme", ""}}),
                  {noting(asked, http_reply("200 OK", "{}")),
                   noting(asked, http_reply("201 Created", R"({"meta":{"summary":{"created":1,)"
                                                           R"("invalid":1}},"errors":[{}]})")),
                   pieces(kOk + post("1"))});
    left_out.start();
    ASSERT_TRUE(left_out.until([&] { return !left_out.status().problem.empty(); }));
    EXPECT_EQ(left_out.status().problem, "X did not take 1 of `rules`");
    EXPECT_TRUE(left_out.until_seen(1)) << "the others are heard";
}

TEST(LiveX, the_second_token_is_tried_when_the_first_is_refused) {
    std::vector<std::string> tokens;
    const auto script = [&](std::string answer) {
        return [&tokens, answer = std::move(answer)](WebSocketPeer& peer) {
            tokens.push_back(peer.header("Authorization"));
            peer.raw(answer);
            if (answer.starts_with(kOk)) peer.listen();
        };
    };
    const std::vector<Setting> two = {"secret:old", "secret:new"};
    Live x("x", {{"url", "https://%"}, {"stream", "filtered"}, {"bearer_token", two}},
           {script(http_reply("401 Unauthorized", "{}")), script(kOk + post("1"))});
    x.options.refused_wait = 20s;
    x.start();
    ASSERT_TRUE(x.until_seen(1)) << "without the long wait for somebody's hand";
    EXPECT_THAT(tokens, ElementsAre("Bearer old", "Bearer new"));
}

TEST(LiveX, a_mute_stream_is_opened_anew) {
    Live x("x", kFiltered, {pieces(kOk + post("1")), pieces(kOk + post("2"))});
    x.options.idle_timeout = 200ms;
    x.start();
    ASSERT_TRUE(x.until_seen(2));
    EXPECT_EQ(x.gaps.size(), 1U) << "X does not go on where it was";
}

TEST(LiveX, what_was_missed_is_asked_for_where_the_contract_has_it) {
    std::string target;
    auto settings = kFiltered;
    settings.emplace_back("backfill_minutes", "5");
    Live x("x", settings,
           {[](WebSocketPeer& peer) { peer.raw(kOk + post("1") + R"({"data":{"id":"2)"); },
            [&](WebSocketPeer& peer) {
                target = peer.target();
                pieces(kOk + post("2"))(peer);
            }});
    x.start();
    ASSERT_TRUE(x.until_seen(2));
    EXPECT_THAT(x.seen, ElementsAre("created x:1", "created x:2"));
    EXPECT_THAT(target, HasSubstr("&backfill_minutes=1"));
    EXPECT_TRUE(x.gaps.empty());
}

}  // namespace
}  // namespace hark::ingest
