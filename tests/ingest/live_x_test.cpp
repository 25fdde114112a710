// The streams of X against a server that behaves as X does, on good days and bad ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "ingest/live_harness.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
const Live::Keys kFiltered = {{"stream", "filtered"}, {"bearer_token", "$AAA"}};

std::string post(const std::string& id) {
    return R"({"data":{"id":")" + id + R"(","text":"a"}})" + "\r\n";
}

/// Gives the bytes in pieces and then waits until the client has gone.
WebSocketServer::Script pieces(std::string bytes, std::size_t size = std::string::npos) {
    return [bytes = std::move(bytes), size](WebSocketPeer& peer) {
        for (std::size_t i = 0; i < bytes.size(); i += std::min(size, bytes.size()))
            peer.raw(std::string_view(bytes).substr(i, size));
        peer.listen();
    };
}

TEST(LiveX, a_recorded_stream_in_pieces_of_any_size) {
    std::ostringstream recorded;
    recorded << std::ifstream(HARK_SOURCE_DIR "/tests/ingest/data/x_stream_http11_chunked.bin",
                              std::ios::binary)
                    .rdbuf();
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        Live x({pieces(recorded.str(), size), pieces(kOk + post("7"))}, "x", "http", kFiltered);
        x.start();
        ASSERT_TRUE(x.until_ids(7)) << size;
        EXPECT_THAT(x.decoder->ids,
                    ElementsAre("x:2090000000000000001", "x:2090000000000000002",
                                "x:2090000000000000003", "x:2090000000000000004",
                                "x:2090000000000000005", "x:2090000000000000008", "x:7"))
            << size;
        EXPECT_THAT(x.decoder->errors, ElementsAre(Errc::unknown_platform_error)) << size;
        EXPECT_EQ(x.server.connections(), 2) << size;
    }
}

TEST(LiveX, an_error_is_the_end_of_a_stream_that_stays_open) {
    Live x({pieces(kOk + post("1") + R"({"errors":[{"title":"operational-disconnect"}]})" + "\r\n"),
            pieces(kOk + post("2"))},
           "x", "http", kFiltered);
    x.start();
    ASSERT_TRUE(x.until_ids(2));
    EXPECT_THAT(x.decoder->errors, ElementsAre(Errc::unknown_platform_error));
}

TEST(LiveX, asks_for_what_it_reads) {
    std::string target;
    std::string token;
    Live x({[&](WebSocketPeer& peer) {
               target = peer.target();
               token = peer.header("Authorization");
               peer.raw(kOk + post("1"));
               peer.listen();
           }},
           "x", "http", kFiltered);
    x.start();
    ASSERT_TRUE(x.until_ids(1));
    EXPECT_EQ(token, "Bearer AAA");
    EXPECT_THAT(target, testing::StartsWith("/2/tweets/search/stream?tweet.fields=created_at,"));
    EXPECT_THAT(target, HasSubstr("note_tweet"));
    EXPECT_THAT(target, HasSubstr("&expansions=author_id,referenced_tweets.id"));
    EXPECT_THAT(target, Not(HasSubstr("backfill")));
}

SettingNode scalar_node(const std::string& text) {
    SettingNode node;
    node.type = SettingNode::Type::scalar;
    node.scalar = text;
    return node;
}

std::vector<std::pair<std::string, SettingNode>> rules(
    const std::vector<std::pair<std::string, std::string>>& wanted) {
    SettingNode list;
    list.type = SettingNode::Type::list;
    for (const auto& [value, tag] : wanted) {
        SettingNode rule;
        rule.type = SettingNode::Type::map;
        rule.members.emplace_back("value", scalar_node(value));
        if (!tag.empty()) rule.members.emplace_back("tag", scalar_node(tag));
        list.items.push_back(std::move(rule));
    }
    return {{"rules", list}};
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
    Live x({noting(asked, http_reply("200 OK", R"({"data":[)"
                                               R"({"id":"1","value":"acme","tag":"hark"},)"
                                               R"({"id":"2","value":"old","tag":"hark:b"},)"
                                               R"({"id":"3","value":"theirs","tag":"harkonnen"},)"
                                               R"({"id":"4","value":"theirs"}],"meta":{}})")),
            noting(asked, http_reply("201 Created", R"({"meta":{"summary":{"invalid":0}}})")),
            noting(asked, http_reply("200 OK", R"({"meta":{"summary":{"deleted":1}}})")),
            pieces(kOk + post("1"))},
           "x", "http", kFiltered, rules({{"acme", ""}, {R"("acme shop" -is:retweet)", "b"}}));
    x.start();
    ASSERT_TRUE(x.until_ids(1));
    EXPECT_THAT(asked,
                ElementsAre("GET /2/tweets/search/stream/rules ",
                            "POST /2/tweets/search/stream/rules "
                            R"({"add":[{"value":"\"acme shop\" -is:retweet","tag":"hark:b"}]})",
                            "POST /2/tweets/search/stream/rules "
                            R"({"delete":{"ids":["2"]}})"));
}

TEST(LiveX, a_rule_that_x_does_not_take_is_said) {
    std::vector<std::string> asked;
    Live refused({noting(asked, http_reply("200 OK", R"({"meta":{}})")),
                  noting(asked, http_reply("400 Bad Request", R"({"errors":[{}]})"))},
                 "x", "http", kFiltered, rules({{"(", ""}}));
    refused.start();
    ASSERT_TRUE(
        refused.until([&] { return refused.client->status().state == LinkState::refused; }));
    EXPECT_EQ(refused.client->status().problem, "X refused a rule of `rules` (HTTP status 400)");
    Live left_out({noting(asked, http_reply("200 OK", "{}")),
                   noting(asked, http_reply("201 Created", R"({"meta":{"summary":{"created":1,)"
                                                           R"("invalid":1}},"errors":[{}]})")),
                   pieces(kOk + post("1"))},
                  "x", "http", kFiltered, rules({{"(", ""}, {"acme", ""}}));
    left_out.start();
    ASSERT_TRUE(left_out.until([&] { return !left_out.client->status().problem.empty(); }));
    EXPECT_EQ(left_out.client->status().problem, "X did not take 1 of `rules`");
    EXPECT_TRUE(left_out.until_ids(1)) << "the others are heard";
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
    SettingNode two;
    two.type = SettingNode::Type::list;
    ::setenv("HARK_LIVE_OLD", "old", 1);
    ::setenv("HARK_LIVE_NEW", "new", 1);
    two.items = {scalar_node("${HARK_LIVE_OLD}"), scalar_node("${HARK_LIVE_NEW}")};
    Live x({script(http_reply("401 Unauthorized", "{}")), script(kOk + post("1"))}, "x", "http",
           {{"stream", "filtered"}}, {{"bearer_token", two}});
    x.start();
    ASSERT_TRUE(x.until_ids(1)) << "without the long wait for somebody's hand";
    EXPECT_THAT(tokens, ElementsAre("Bearer old", "Bearer new"));
}

TEST(LiveX, a_refused_token_is_not_tried_at_once) {
    Live x({replying(http_reply("401 Unauthorized", "{}"))}, "x", "http", kFiltered);
    x.start();
    ASSERT_TRUE(x.until([&] { return x.client->status().state == LinkState::refused; }));
    x.for_a_while(100ms);
    EXPECT_EQ(x.server.connections(), 1);
}

TEST(LiveX, too_many_connections_are_waited_for) {
    for (const std::string& headers : {std::string(), std::string("Retry-After: 1\r\n")}) {
        Live x(
            {replying(http_reply("429 Too Many Requests", "{}", headers)), pieces(kOk + post("1"))},
            "x", "http", kFiltered);
        x.options.rate_limit_wait = 300ms;
        const auto began = std::chrono::steady_clock::now();
        x.start();
        ASSERT_TRUE(x.until_ids(1));
        EXPECT_GE(std::chrono::steady_clock::now() - began, headers.empty() ? 300ms : 1000ms);
    }
}

TEST(LiveX, an_unwell_server_is_asked_again) {
    Live x({replying(http_reply("503 Service Unavailable", "")), pieces(kOk + post("1"))}, "x",
           "http", kFiltered);
    x.start();
    ASSERT_TRUE(x.until_ids(1));
}

TEST(LiveX, a_mute_stream_is_opened_anew) {
    Live x({pieces(kOk + post("1")), pieces(kOk + post("2"))}, "x", "http", kFiltered);
    x.options.idle_timeout = 200ms;
    x.start();
    ASSERT_TRUE(x.until_ids(2));
    EXPECT_EQ(x.decoder->gaps.size(), 1U) << "X does not go on where it was";
}

TEST(LiveX, what_was_missed_is_asked_for_where_the_contract_has_it) {
    std::string target;
    Live x({[](WebSocketPeer& peer) { peer.raw(kOk + post("1") + R"({"data":{"id":"2)"); },
            [&](WebSocketPeer& peer) {
                target = peer.target();
                peer.raw(kOk + post("2"));
                peer.listen();
            }},
           "x", "http",
           {{"stream", "filtered"}, {"bearer_token", "$AAA"}, {"backfill_minutes", "5"}});
    x.start();
    ASSERT_TRUE(x.until_ids(2));
    EXPECT_THAT(x.decoder->ids, ElementsAre("x:1", "x:2"));
    EXPECT_THAT(target, HasSubstr("&backfill_minutes=1"));
    EXPECT_TRUE(x.decoder->gaps.empty());
}

}  // namespace
}  // namespace hark::ingest
