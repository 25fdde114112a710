#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ingest/stream_harness.hpp"
#include "ingest/stream_retry.hpp"

namespace hark::ingest {
namespace {

using platforms::Call;
using platforms::GapNotice;
using platforms::HttpResponse;
using platforms::Moment;
using platforms::Outcome;
using platforms::Progress;
using platforms::Reaction;
using platforms::Step;
using platforms::StreamRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

std::string reply(const std::string& status, const std::string& headers, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}
WebSocketServer::Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](WebSocketPeer& peer) { peer.raw(bytes); };
}
WebSocketServer::Script page(const std::string& body) {
    return answering(reply("200 OK", "", body));
}

/// A platform that polls: the cursor is the last page.
class Polled : public testing::Test {
protected:
    Stream& poll(std::vector<WebSocketServer::Script> scripts) {
        server.emplace(std::move(scripts));
        stream.emplace(*server, "http");
        stream->handler.cursor = [](std::string_view text) { return Cursor(text.substr(0, 9)); };
        stream->platform.on_next = [this](const Progress& at) -> Step {
            Call call;
            call.url = url("/page?after=" + std::string(at.cursor.text()));
            call.purpose = 7;
            return call;
        };
        return *stream;
    }
    [[nodiscard]] std::string url(const std::string& target) const {
        return "http://127.0.0.1:" + std::to_string(server->port()) + target;
    }
    [[nodiscard]] LinkStatus status() const { return stream->client->status(); }

    std::optional<WebSocketServer> server;
    std::optional<Stream> stream;
};

TEST_F(Polled, each_reply_is_a_frame_and_the_next_is_asked_after_it) {
    std::vector<std::string> targets;
    const auto noting = [&](const std::string& body) {
        return [&targets, body](WebSocketPeer& peer) {
            targets.push_back(peer.target());
            peer.raw(reply("200 OK", "", body));
        };
    };
    auto& polling = poll({noting("1"), noting("2"), noting("3")});
    polling.start();
    ASSERT_TRUE(polling.until_seen(3));
    polling.client->stop();
    EXPECT_EQ(polling.handler.seen[0].text, "1");
    EXPECT_EQ(polling.handler.seen[1].text, "2");
    EXPECT_EQ(polling.handler.seen[1].purpose, 7U);
    EXPECT_EQ(polling.handler.seen[1].source, 5U);
    targets.resize(3);
    EXPECT_THAT(targets, ElementsAre("/page?after=", "/page?after=1", "/page?after=2"));
}

TEST_F(Polled, says_what_the_platform_wants_said) {
    std::string method;
    std::string token;
    std::string body;
    auto& polling = poll({[&](WebSocketPeer& peer) {
        method = peer.method();
        token = peer.header("Authorization");
        body = peer.body();
        peer.raw(reply("200 OK", "", "1"));
    }});
    polling.platform.on_next = [&](const Progress&) -> Step {
        if (!polling.handler.seen.empty()) return std::monostate{};
        return Call{.method = "POST",
                    .url = url("/token"),
                    .headers = {{"Authorization", "Basic abc"}},
                    .body = "grant_type=client_credentials"};
    };
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    polling.for_a_while(50ms);
    EXPECT_EQ(method, "POST");
    EXPECT_EQ(token, "Basic abc");
    EXPECT_EQ(body, "grant_type=client_credentials");
    EXPECT_EQ(server->connections(), 1) << "there was nothing more to do";
    EXPECT_TRUE(polling.client->connected());
}

TEST_F(Polled, nothing_is_asked_before_what_was_handed_over_is_acknowledged) {
    auto& polling = poll({page("1"), page("2")});
    polling.handler.hold = true;
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    polling.for_a_while(100ms);
    EXPECT_EQ(server->connections(), 1);
    polling.client->store_cursor();
    EXPECT_TRUE(polling.cursors.get("stream").empty());
    polling.handler.acknowledge_all();
    polling.client->store_cursor();
    EXPECT_EQ(polling.cursors.get("stream").text(), "1");
    EXPECT_TRUE(polling.until_seen(2));
}

TEST_F(Polled, without_room_nothing_is_asked) {
    auto& polling = poll({page("1"), page("2")});
    polling.handler.full_after = 1;
    polling.start();
    ASSERT_TRUE(polling.until([&] { return polling.handler.waiting_for_room() == 1; }));
    polling.for_a_while(100ms);
    EXPECT_EQ(server->connections(), 1);
    polling.handler.set_room(true);
    EXPECT_TRUE(polling.until_seen(2));
}

TEST_F(Polled, the_delay_is_waited) {
    auto& polling = poll({page("1")});
    polling.platform.on_next = [&](const Progress& at) -> Step {
        return Call{.url = url("/"), .delay = at.cursor.empty() ? 0ms : 300ms};
    };
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    polling.for_a_while(150ms);
    EXPECT_EQ(server->connections(), 1);
    EXPECT_TRUE(polling.until_seen(2));
}

TEST_F(Polled, a_server_that_never_waits_is_not_asked_in_a_loop) {
    auto& polling = poll({page("1")});
    polling.options.call_spacing = 100ms;
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    polling.for_a_while(250ms);
    EXPECT_LE(server->connections(), 5);
    EXPECT_GE(server->connections(), 2);
}

TEST_F(Polled, a_token_is_fetched_first_and_again_when_it_has_expired) {
    std::vector<std::string> tokens;
    const auto listing = [&](const std::string& status) {
        return [&tokens, status](WebSocketPeer& peer) {
            tokens.push_back(peer.header("Authorization"));
            peer.raw(reply(status, "", "x" + std::to_string(tokens.size())));
        };
    };
    auto& polling =
        poll({page("T1"), listing("200 OK"), listing("401 No"), page("T2"), listing("200 OK")});
    std::string token;
    polling.platform.on_next = [&](const Progress&) -> Step {
        if (token.empty()) return Call{.url = url("/token"), .purpose = 1};
        return Call{.url = url("/list"), .headers = {{"Authorization", token}}, .purpose = 2};
    };
    polling.platform.on_replied = [&](const HttpResponse& response) {
        auto outcome = platforms::outcome_of(response.status);
        if (response.purpose == 1) {
            token = std::string(response.body);
            outcome.decode = false;
        } else if (response.status == 401) {
            token.clear();
            outcome.lasting = false;
        }
        return outcome;
    };
    polling.start();
    ASSERT_TRUE(polling.until_seen(2));
    EXPECT_EQ(tokens[0], "T1");
    EXPECT_EQ(tokens[1], "T1");
    EXPECT_EQ(tokens[2], "T2");
    EXPECT_EQ(polling.total("hark_source_failures_total"), 1U);
}

TEST_F(Polled, what_needs_somebodys_hand_is_asked_seldom_and_said) {
    auto& polling = poll({answering(reply("403 Forbidden", "", "the words of a stranger"))});
    polling.options.refused_wait = 10s;
    polling.start();
    ASSERT_TRUE(polling.until([&] { return status().state == LinkState::refused; }));
    EXPECT_EQ(status().problem, "HTTP status 403: these credentials may not have it");
    EXPECT_FALSE(polling.client->connected());
    polling.for_a_while(100ms);
    EXPECT_EQ(server->connections(), 1);
}

TEST_F(Polled, a_reply_that_breaks_off_is_asked_for_again) {
    auto& polling =
        poll({answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
              answering("no HTTP at all\r\n\r\n"), [](WebSocketPeer&) {}, page("1")});
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    EXPECT_EQ(polling.handler.seen[0].text, "1");
    EXPECT_EQ(polling.total("hark_source_failures_total"), 3U);
    EXPECT_EQ(status().state, LinkState::up);
    EXPECT_EQ(status().problem, "");
}

TEST_F(Polled, a_reply_too_large_or_too_slow_is_none) {
    auto& polling = poll({[](WebSocketPeer& peer) {
                              peer.raw("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n");
                              peer.listen();
                          },
                          [](WebSocketPeer& peer) { peer.listen(); }, page("1")});
    polling.platform.on_next = [&](const Progress&) -> Step {
        return Call{.url = url("/"), .timeout = 100ms};
    };
    polling.options.backoff_first = polling.options.backoff_max = 60ms;
    polling.start();
    ASSERT_TRUE(polling.until([&] { return status().state == LinkState::failing; }));
    EXPECT_THAT(status().problem, HasSubstr("is larger than 8 MiB"));
    ASSERT_TRUE(polling.until([&] { return status().problem.ends_with("no reply in time"); }));
    EXPECT_TRUE(polling.until_seen(1));
}

TEST_F(Polled, nobody_there_is_said_plainly) {
    auto& polling = poll({});
    polling.platform.on_next = [](const Progress&) -> Step {
        return Call{.url = "http://127.0.0.1:1/"};
    };
    polling.start();
    ASSERT_TRUE(polling.until([&] { return status().state == LinkState::failing; }));
    EXPECT_EQ(status().problem, "127.0.0.1 port 1 refused the connection: nothing listens there");
}

TEST_F(Polled, a_gap_that_a_reply_tells_is_safe_before_its_place_is_stored) {
    auto& polling = poll({page("1"), page("2")});
    polling.handler.hold = true;
    polling.platform.on_react = [](Moment moment) {
        EXPECT_EQ(moment, Moment::reply);
        Reaction reaction;
        reaction.gap = GapNotice{"pages_missed", {}, {}};
        return reaction;
    };
    polling.start();
    ASSERT_TRUE(polling.until_seen(1));
    ASSERT_EQ(polling.handler.gaps.size(), 1U);
    EXPECT_EQ(polling.handler.gaps[0].reason, "pages_missed");
    polling.handler.acknowledge(1);
    polling.client->store_cursor();
    EXPECT_TRUE(polling.cursors.get("stream").empty());
    polling.handler.acknowledge_all();
    polling.client->store_cursor();
    EXPECT_EQ(polling.cursors.get("stream").text(), "1");
}

TEST_F(Polled, stop_leaves_a_call_that_is_under_way) {
    auto& polling = poll({[](WebSocketPeer& peer) { peer.listen(); }});
    polling.start();
    ASSERT_TRUE(polling.until_connections(1));
    polling.client->stop();
    EXPECT_TRUE(polling.client->drained());
    EXPECT_EQ(status().state, LinkState::stopped);
}

TEST_F(Polled, a_platform_without_anything_to_do_is_no_source) {
    auto& polling = poll({});
    polling.platform.on_next = [](const Progress&) -> Step { return std::monostate{}; };
    EXPECT_THROW(polling.start(), std::runtime_error);
}

/// What rate limits ask for, without waiting for it.
class Reply final : public HttpResponse {
public:
    Reply(unsigned code, platforms::Headers given) : headers(std::move(given)) { status = code; }
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept override {
        for (const auto& [key, value] : headers) {
            if (key == name) return value;
        }
        return {};
    }
    platforms::Headers headers;
};

TEST(WaitAskedFor, is_what_the_headers_say) {
    EXPECT_EQ(wait_asked_for(Reply(429, {{"retry-after", "7"}})), 7s);
    EXPECT_EQ(wait_asked_for(Reply(503, {{"retry-after", "7"}})), 7s);
    EXPECT_EQ(wait_asked_for(Reply(500, {{"retry-after", "7"}})), 0s);
    EXPECT_EQ(wait_asked_for(Reply(429, {})), 0s);
    EXPECT_EQ(wait_asked_for(Reply(200, {{"x-ratelimit-remaining", "0.0"},
                                         {"x-ratelimit-reset", "42"}})),
              42s);
    EXPECT_EQ(wait_asked_for(Reply(200, {{"x-ratelimit-remaining", "3.0"},
                                         {"x-ratelimit-reset", "42"}})),
              0s);
}

TEST(WaitAskedFor, goes_by_the_servers_own_clock) {
    const platforms::Headers skewed = {{"date", "Sun, 22 Nov 2015 10:00:00 GMT"},
                                       {"x-rate-limit-remaining", "0"},
                                       {"x-rate-limit-reset", "1448186430"}};
    EXPECT_EQ(wait_asked_for(Reply(200, skewed)), 30s);
    EXPECT_EQ(wait_asked_for(Reply(429, skewed)), 30s);
    EXPECT_EQ(wait_asked_for(Reply(429, {{"date", "Sun, 22 Nov 2015 10:00:00 GMT"},
                                         {"retry-after", "Sun, 22 Nov 2015 10:00:05 GMT"}})),
              5s);
}

}  // namespace
}  // namespace hark::ingest
