#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ingest/stream_harness.hpp"

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
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

std::string reply(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}
/// Gives these messages, then nothing more.
WebSocketServer::Script giving(std::vector<std::string> messages) {
    return [messages = std::move(messages)](WebSocketPeer& peer) {
        peer.accept();
        for (const auto& message : messages) peer.text(message);
        peer.listen();
    };
}
/// Gives these messages, then breaks.
WebSocketServer::Script breaking(std::vector<std::string> messages, std::uint16_t code = 1001) {
    return [messages = std::move(messages), code](WebSocketPeer& peer) {
        peer.accept();
        for (const auto& message : messages) peer.text(message);
        peer.farewell(code);
    };
}
std::optional<Reaction> saying(std::vector<std::string> texts) {
    Reaction reaction;
    reaction.say = std::move(texts);
    return reaction;
}

TEST(ConversationTest, what_the_platform_says_is_said_in_order) {
    std::vector<std::string> said;
    {
        WebSocketServer server({[&](WebSocketPeer& peer) {
            peer.accept();
            peer.text("hello");
            said = peer.listen();
        }});
        Stream stream(server);
        stream.platform.on_react = [](Moment moment) {
            return moment == Moment::opened ? saying({"a", "b"}) : saying({"c"});
        };
        stream.start();
        ASSERT_TRUE(stream.until_seen(1));
        stream.for_a_while(50ms);
    }
    EXPECT_THAT(said, ElementsAre("a", "b", "c"));
}

TEST(ConversationTest, heartbeats_come_until_the_platform_misses_their_answers) {
    std::vector<std::string> beats;
    WebSocketServer server({[&](WebSocketPeer& peer) {
                                peer.accept();
                                peer.text("hello");
                                for (int i = 0; i < 3; ++i) {
                                    beats.push_back(peer.hear());
                                    peer.text("ack");
                                }
                                peer.listen();
                            },
                            giving({"again"})});
    Stream stream(server);
    int unanswered = 0;
    int beat = 0;
    stream.platform.on_react = [&](Moment moment) -> std::optional<Reaction> {
        Reaction reaction;
        const auto last = stream.handler.seen.empty() ? "" : stream.handler.seen.back().text;
        if (moment == Moment::message && last == "hello") reaction.heartbeat = 300ms;
        if (moment == Moment::message && last == "ack") unanswered = 0;
        if (moment == Moment::heartbeat && unanswered > 0) reaction.reconnect = "no answer";
        else if (moment == Moment::heartbeat)
            ++unanswered, reaction.say = {"beat " + std::to_string(++beat)};
        return reaction;
    };
    stream.start();
    ASSERT_TRUE(stream.until([&] { return server.connections() == 2; }));
    EXPECT_THAT(beats, ElementsAre("beat 1", "beat 2", "beat 3"));
    ASSERT_TRUE(stream.until_seen(5));
    EXPECT_EQ(stream.handler.seen.back().text, "again");
}

TEST(ConversationTest, a_message_may_ask_for_a_reconnect_after_a_wait) {
    WebSocketServer server({giving({"go away", "never read"}), giving({"b"})});
    Stream stream(server);
    stream.platform.on_react = [&](Moment moment) -> std::optional<Reaction> {
        if (moment != Moment::message || stream.handler.seen.size() > 1) return std::nullopt;
        Reaction reaction;
        reaction.reconnect = "the server is going away";
        reaction.wait = 200ms;
        return reaction;
    };
    stream.start();
    ASSERT_TRUE(stream.until_seen(1));
    stream.for_a_while(100ms);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(stream.client->status().problem, "the server is going away");
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(stream.handler.texts(), ElementsAre("go away", "b"));
}

TEST(ConversationTest, a_lasting_close_code_is_not_tried_again_soon) {
    WebSocketServer server({breaking({"a"}, 4004)});
    Stream stream(server);
    stream.platform.request.lasting_close_codes = {4004, 4010};
    stream.options.refused_wait = 10s;
    stream.start();
    ASSERT_TRUE(
        stream.until([&] { return stream.client->status().state == LinkState::refused; }));
    EXPECT_THAT(stream.client->status().problem, HasSubstr("code 4004"));
    stream.for_a_while(100ms);
    EXPECT_EQ(server.connections(), 1);
}

TEST(ConversationTest, the_platform_learns_the_close_code) {
    std::vector<unsigned> codes;
    WebSocketServer server({breaking({"a"}, 4007), giving({"b"})});
    Stream stream(server);
    stream.platform.on_next = [&](const Progress& progress) -> Step {
        codes.push_back(progress.close_code);
        return stream.platform.request;
    };
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(codes, ElementsAre(0U, 0U, 4007U));  // asked once more before the start
}

TEST(ConversationTest, the_platform_reads_why_a_stream_was_refused) {
    const std::string words = R"({"error":"CursorTooOld"})";
    for (const std::string scheme : {"ws", "http"}) {
        WebSocketServer one({[&](WebSocketPeer& peer) {
                                 peer.raw(reply("400 Bad Request", words));
                             },
                             [&](WebSocketPeer& peer) {
                                 if (scheme == "ws") {
                                     peer.accept();
                                     peer.text("a");
                                 } else {
                                     peer.raw("HTTP/1.1 200 OK\r\n\r\na\n");
                                 }
                                 peer.listen();
                             }});
        Stream stream(one, scheme);
        if (scheme == "http") stream.platform.request.framing = platforms::Framing::lines;
        std::string read;
        stream.platform.on_replied = [&](const HttpResponse& response) {
            read = std::string(response.body);
            EXPECT_EQ(response.purpose, 0U);
            EXPECT_EQ(response.status, 400U);
            Outcome outcome;
            outcome.gap = GapNotice{"cursor_too_old", Timestamp(5s), {}};
            return outcome;
        };
        stream.start();
        ASSERT_TRUE(stream.until_seen(1)) << scheme;
        EXPECT_EQ(read, words) << scheme;
        ASSERT_THAT(stream.handler.gaps, SizeIs(1));
        EXPECT_EQ(stream.handler.gaps[0].reason, "cursor_too_old");
        EXPECT_EQ(stream.handler.gaps[0].from, Timestamp(5s));
    }
}

TEST(ConversationTest, an_address_is_fetched_before_the_stream_and_again_when_it_is_stale) {
    WebSocketServer calls({[](WebSocketPeer& peer) { peer.raw(reply("200 OK", "/one")); },
                           [](WebSocketPeer& peer) { peer.raw(reply("200 OK", "/two")); }});
    std::vector<std::string> targets;
    const auto noting = [&](bool good) {
        return [&targets, good](WebSocketPeer& peer) {
            targets.push_back(peer.target());
            if (!good) return peer.raw(reply("403 Forbidden", "bad key"));
            peer.accept();
            peer.text("a");
            peer.farewell();
        };
    };
    WebSocketServer server({noting(true), noting(false), noting(true)});
    Stream stream(server);
    std::string place;
    stream.platform.on_next = [&](const Progress&) -> Step {
        if (place.empty())
            return Call{.url = "http://127.0.0.1:" + std::to_string(calls.port()) + "/where"};
        auto request = stream.platform.request;
        request.url = "ws://127.0.0.1:" + std::to_string(server.port()) + place;
        return request;
    };
    stream.platform.on_replied = [&](const HttpResponse& response) {
        if (response.purpose == 0) place.clear();
        else place = std::string(response.body);
        return Outcome{};
    };
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(targets, ElementsAre("/one", "/one", "/two"));
}

TEST(ConversationTest, a_quiet_stream_lives_as_long_as_its_pongs_come) {
    WebSocketServer server({giving({"a"})});
    Stream stream(server);
    stream.platform.request.may_be_quiet = true;
    stream.options.ping_interval = 100ms;
    stream.options.idle_timeout = 500ms;
    stream.start();
    ASSERT_TRUE(stream.until_seen(1));
    stream.for_a_while(1500ms);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(stream.total("hark_stream_idle_total"), 0U);
}

TEST(GapTest, a_stream_that_does_not_resume_tells_each_break) {
    WebSocketServer server({breaking({"a"}), giving({"b"})});
    Stream stream(server);
    stream.platform.request.resumes = false;
    const auto begin = now();
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    ASSERT_THAT(stream.handler.gaps, SizeIs(1)) << "none for the first time";
    EXPECT_EQ(stream.handler.gaps[0].reason, "not_resumed");
    EXPECT_GE(stream.handler.gaps[0].from, begin);
    EXPECT_GE(stream.handler.gaps[0].to, stream.handler.gaps[0].from);
}

TEST(GapTest, a_stream_that_resumes_tells_none) {
    WebSocketServer server({breaking({"a"}), giving({"b"})});
    Stream stream(server);
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(stream.handler.gaps, IsEmpty());
}

TEST(GapTest, a_stop_is_a_gap_too) {
    WebSocketServer server({giving({"a"})});
    Cursor stored;
    {
        Stream stream(server);
        stream.platform.request.resumes = false;
        stream.start();
        ASSERT_TRUE(stream.until_seen(1));
        stream.client->store_cursor();
        stored = stream.cursors.get("stream");
    }
    Stream stream(server);
    stream.platform.request.resumes = false;
    stream.cursors.set("stream", stored);
    Cursor shown;
    stream.platform.on_next = [&](const Progress& progress) -> Step {
        shown = progress.cursor;
        return stream.platform.request;
    };
    stream.start();
    ASSERT_TRUE(stream.until([&] { return !stream.handler.gaps.empty(); }));
    EXPECT_TRUE(shown.empty());
    EXPECT_LE(now() - stream.handler.gaps[0].from, 10s);
    EXPECT_GT(stream.handler.gaps[0].to, stream.handler.gaps[0].from);
}

/// A stream that asks for what it missed at another server.
class Filled : public testing::Test {
protected:
    Stream& open(std::vector<WebSocketServer::Script> stream_scripts,
                 std::vector<WebSocketServer::Script> call_scripts) {
        server.emplace(std::move(stream_scripts));
        calls.emplace(std::move(call_scripts));
        stream.emplace(*server);
        auto& platform = stream->platform;
        platform.request.resumes = false;
        platform.on_next = [this](const Progress& progress) -> Step {
            missed_after = std::string(progress.cursor.text());
            return stream->platform.request;
        };
        platform.on_react = [this](Moment moment) -> std::optional<Reaction> {
            const bool more = moment == Moment::reply && stream->handler.seen.back().text != "last";
            if (more) missed_after = stream->handler.seen.back().text;
            if (missed_after.empty() || (moment != Moment::opened && !more)) return std::nullopt;
            Reaction reaction;
            reaction.call = Call{.url = "http://127.0.0.1:" + std::to_string(calls->port()) +
                                        "/after/" + missed_after,
                                 .purpose = 3};
            return reaction;
        };
        stream->handler.cursor = [](std::string_view text) { return Cursor(text); };
        return *stream;
    }
    WebSocketServer::Script page(const std::string& body) {
        return [this, body](WebSocketPeer& peer) {
            asked.push_back(peer.target());
            peer.raw(reply("200 OK", body));
        };
    }

    std::optional<WebSocketServer> server;
    std::optional<WebSocketServer> calls;
    std::optional<Stream> stream;
    std::string missed_after;
    std::vector<std::string> asked;
};

TEST_F(Filled, what_was_missed_is_asked_for_and_is_no_gap) {
    auto& reading = open({breaking({"1"}), giving({})}, {page("2"), page("last")});
    reading.start();
    ASSERT_TRUE(reading.until_seen(3));
    reading.for_a_while(50ms);
    EXPECT_THAT(reading.handler.texts(), ElementsAre("1", "2", "last"));
    EXPECT_EQ(reading.handler.seen[1].purpose, 3U);
    EXPECT_THAT(asked, ElementsAre("/after/1", "/after/2"));
    EXPECT_THAT(reading.handler.gaps, IsEmpty());
    EXPECT_TRUE(reading.client->connected());
}

TEST_F(Filled, while_it_is_filled_the_streams_own_place_is_not_stored) {
    auto& reading = open({breaking({"1"}), giving({"9"})},
                         {[](WebSocketPeer& peer) { peer.listen(); }});
    reading.start();
    ASSERT_TRUE(reading.until_seen(2));
    EXPECT_EQ(reading.handler.seen[1].text, "9");
    reading.client->store_cursor();
    EXPECT_EQ(reading.cursors.get("stream").text(), "1");
}

TEST_F(Filled, what_cannot_be_filled_is_a_gap) {
    auto& reading = open({breaking({"1"}), giving({})}, {[](WebSocketPeer& peer) {
                             peer.raw(reply("403 Forbidden", ""));
                         }});
    reading.start();
    ASSERT_TRUE(reading.until([&] { return !reading.handler.gaps.empty(); }));
    EXPECT_EQ(reading.handler.gaps[0].reason, "not_filled");
    EXPECT_TRUE(reading.client->connected());
}

TEST(Conversation, leaving_a_stream_that_was_well_starts_the_back_off_anew) {
    WebSocketServer server({[](WebSocketPeer& peer) {
        peer.accept();
        peer.text("go");
        peer.listen();
    }});
    Stream stream(server);
    stream.platform.on_react = [](Moment moment) -> std::optional<Reaction> {
        if (moment != Moment::message) return std::nullopt;
        Reaction reaction;
        reaction.reconnect = "asked to";
        return reaction;
    };
    stream.options.healthy_after = 0ms;
    stream.options.backoff_first = 20ms;
    stream.options.backoff_max = 10s;
    const auto began = std::chrono::steady_clock::now();
    stream.start();
    ASSERT_TRUE(stream.until_connections(10));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

}  // namespace
}  // namespace hark::ingest
