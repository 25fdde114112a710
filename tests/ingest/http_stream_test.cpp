#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <fstream>
#include <sstream>

#include "ingest/certificate.hpp"
#include "ingest/folder.hpp"
#include "ingest/stream_harness.hpp"

namespace hark::ingest {
namespace {

using platforms::Framing;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";

std::string file(const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(HARK_SOURCE_DIR "/tests/ingest/data/" + name, std::ios::binary).rdbuf();
    return out.str();
}

/// A stream over HTTP at a server whose scripts write raw bytes.
class HttpStreamTest : public testing::Test {
protected:
    Stream& open(std::vector<WebSocketServer::Script> scripts, Framing framing = Framing::lines) {
        server.emplace(std::move(scripts));
        stream.emplace(*server, "http");
        stream->platform.request.framing = framing;
        return *stream;
    }
    [[nodiscard]] std::vector<std::string> texts() const { return stream->handler.texts(); }

    std::optional<WebSocketServer> server;
    std::optional<Stream> stream;
};

/// Gives the bytes in pieces and then waits until the client has gone.
WebSocketServer::Script pieces(std::string bytes, std::size_t size = std::string::npos) {
    return [bytes = std::move(bytes), size](WebSocketPeer& peer) {
        for (std::size_t i = 0; i < bytes.size(); i += std::min(size, bytes.size()))
            peer.raw(std::string_view(bytes).substr(i, size));
        peer.listen();
    };
}

TEST_F(HttpStreamTest, a_recorded_stream_in_pieces_of_any_size) {
    std::vector<std::string> wanted;
    std::istringstream lines(file("x_stream_dechunked.bin"));
    for (std::string line; std::getline(lines, line);) {
        line.pop_back();  // the carriage return
        if (!line.empty()) wanted.push_back(line);
    }
    ASSERT_EQ(wanted.size(), 7U);
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        auto& reading = open({pieces(file("x_stream_http11_chunked.bin"), size)});
        reading.start();
        ASSERT_TRUE(reading.until_seen(wanted.size())) << size;
        EXPECT_EQ(texts(), wanted) << size;
        EXPECT_EQ(reading.total("hark_stream_messages_total"), 7U) << "signs of life are none";
        stream.reset();
        server.reset();
    }
}

TEST_F(HttpStreamTest, asks_as_the_platform_says) {
    std::string target;
    std::string token;
    std::string accept;
    auto& reading = open({[&](WebSocketPeer& peer) {
        target = peer.target();
        token = peer.header("Authorization");
        accept = peer.header("Accept");
        peer.raw(std::string(kOk) + "{}\r\n");
        peer.listen();
    }});
    reading.platform.request.headers.emplace_back("Authorization", "Bearer abc");
    reading.start();
    ASSERT_TRUE(reading.until_seen(1));
    EXPECT_EQ(target, "/live");
    EXPECT_EQ(token, "Bearer abc");
    EXPECT_EQ(accept, "application/json");
}

TEST_F(HttpStreamTest, recorded_events_have_their_envelope) {
    for (const std::size_t size : {1, 3, 4096}) {
        auto& reading = open({pieces(file("mastodon_sse_http11_chunked.bin"), size)},
                             Framing::enveloped_events);
        reading.start();
        ASSERT_TRUE(reading.until_seen(5)) << size;
        std::vector<std::string> names;
        simdjson::dom::parser parser;
        for (const auto& text : texts()) {
            const simdjson::dom::element event = parser.parse(text);
            names.emplace_back(std::string_view(event["event"]));
            const std::string payload{std::string_view(event["payload"])};
            EXPECT_THAT(file("mastodon_sse.txt"), HasSubstr("data: " + payload + "\n"));
        }
        EXPECT_THAT(names, ElementsAre("update", "status.update", "delete", "filters_changed",
                                       "notification"));
        stream.reset();
        server.reset();
    }
}

TEST_F(HttpStreamTest, events_by_their_standard) {
    auto& reading =
        open({pieces(std::string(kOk) +
                     ": a comment\n\nevent: x\ndata: one\ndata:two\nid: 7\n\n"
                     "event: without data\n\ndata\n\ndata: {\"a\":1}\r\n\r\nretry: 5\n\n"
                     "data: not finished\n")},
             Framing::events);
    reading.start();
    ASSERT_TRUE(reading.until_seen(2));
    reading.for_a_while(50ms);
    EXPECT_THAT(texts(), ElementsAre("one\ntwo", "{\"a\":1}"));
}

TEST_F(HttpStreamTest, a_broken_line_is_not_handed_over_and_the_stream_is_opened_anew) {
    auto& reading = open({[](WebSocketPeer& peer) { peer.raw(std::string(kOk) + "1\n2\n3 is cu"); },
                          pieces(std::string(kOk) + "3\n")});
    reading.start();
    ASSERT_TRUE(reading.until_seen(3));
    EXPECT_THAT(texts(), ElementsAre("1", "2", "3"));
    EXPECT_EQ(reading.total("hark_stream_reconnects_total"), 1U);
}

TEST_F(HttpStreamTest, a_response_that_ends_is_opened_anew) {
    auto& reading = open(
        {[](WebSocketPeer& peer) {
             peer.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n1\n\r\n0\r\n\r\n");
             peer.listen();
         },
         pieces(std::string(kOk) + "2\n")});
    reading.start();
    ASSERT_TRUE(reading.until_seen(2));
    EXPECT_THAT(texts(), ElementsAre("1", "2"));
}

TEST_F(HttpStreamTest, too_many_connections_are_waited_for) {
    auto& reading = open(
        {pieces(file("x_stream_too_many_connections_http.bin")), pieces(std::string(kOk) + "1\n")});
    reading.options.rate_limit_wait = 300ms;
    reading.start();
    ASSERT_TRUE(reading.until_connections(1));
    reading.for_a_while(150ms);
    EXPECT_EQ(server->connections(), 1) << "sooner than the platform allows";
    EXPECT_TRUE(reading.until_seen(1));
}

TEST_F(HttpStreamTest, a_reset_that_is_told_is_waited_for) {
    const auto soon = std::chrono::system_clock::to_time_t(now()) + 2;
    auto& reading =
        open({pieces("HTTP/1.1 429 Slow down\r\nx-rate-limit-reset: " + std::to_string(soon) +
                     "\r\nContent-Length: 0\r\n\r\n"),
              pieces(std::string(kOk) + "1\n")});
    reading.options.rate_limit_wait = 20s;
    reading.start();
    ASSERT_TRUE(reading.until_connections(1));
    reading.for_a_while(300ms);
    EXPECT_EQ(server->connections(), 1);
    EXPECT_TRUE(reading.until_seen(1));
}

TEST_F(HttpStreamTest, a_token_that_is_refused_is_not_tried_at_once) {
    auto& reading = open({pieces("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
                          pieces(std::string(kOk) + "1\n")});
    reading.options.refused_wait = 300ms;
    reading.start();
    ASSERT_TRUE(reading.until_connections(1));
    reading.for_a_while(150ms);
    EXPECT_EQ(server->connections(), 1);
    EXPECT_TRUE(reading.until_seen(1)) << "somebody may have mended it";
}

TEST_F(HttpStreamTest, signs_of_life_are_life) {
    auto& reading = open({[](WebSocketPeer& peer) {
        peer.raw(kOk);
        for (int i = 0; i < 10; ++i) {
            peer.raw("\r\n");
            std::this_thread::sleep_for(50ms);
        }
        peer.listen();
    }});
    reading.options.idle_timeout = 200ms;
    reading.start();
    reading.for_a_while(400ms);
    EXPECT_EQ(reading.total("hark_stream_idle_total"), 0U);
    EXPECT_TRUE(reading.until([&] { return reading.total("hark_stream_idle_total") == 1; }))
        << "and then it was mute";
    EXPECT_TRUE(reading.handler.seen.empty());
}

TEST_F(HttpStreamTest, what_is_too_long_is_a_dead_letter_and_the_next_is_read) {
    const std::string longer(5000, 'x');
    for (const auto framing : {Framing::lines, Framing::events}) {
        const bool events = framing == Framing::events;
        const std::string lead = events ? "data: " : "";
        const std::string end = events ? "\n\n" : "\n";
        const std::string more = events ? "\ndata: of the same event" : "";
        auto& reading =
            open({pieces(kOk + lead + longer + more + end + lead + "good" + end)}, framing);
        reading.options.message_bytes = 1000;
        reading.start();
        ASSERT_TRUE(reading.until_seen(2));
        EXPECT_EQ(reading.handler.seen[0].error, Errc::too_large);
        EXPECT_GT(reading.handler.seen[0].whole_bytes, 1000U);
        EXPECT_EQ(reading.handler.seen[1].text, "good");
        EXPECT_EQ(reading.handler.seen[1].error, Errc::ok);
        stream.reset();
        server.reset();
    }
}

TEST_F(HttpStreamTest, no_http_at_all_is_a_break) {
    auto& reading = open({pieces("SSH-2.0-OpenSSH\r\n\r\n"), pieces(std::string(kOk) + "1\n")});
    reading.start();
    ASSERT_TRUE(reading.until_seen(1));
}

TEST(HttpStreamTls, a_verified_server_is_read_another_is_not) {
    const Folder folder;
    const ServerCertificate certificate{folder / "server.pem", folder / "server.key"};
    make_certificate(certificate.certificate, certificate.key, "DNS:localhost");
    WebSocketServer server({pieces(std::string(kOk) + "1\n")}, certificate);
    for (const bool known : {true, false}) {
        Stream stream(server, "https", "localhost");
        stream.platform.request.framing = Framing::lines;
        if (known) stream.options.ca_file = certificate.certificate;
        stream.start();
        if (known) EXPECT_TRUE(stream.until_seen(1));
        else stream.for_a_while(300ms);
        EXPECT_EQ(stream.handler.seen.size(), known ? 1U : 0U);
    }
}

TEST_F(HttpStreamTest, an_address_of_another_kind_is_refused_at_the_start) {
    auto& reading = open({pieces(kOk)});
    reading.platform.request.framing = Framing::websocket;
    EXPECT_THROW(reading.start(), std::runtime_error);
}

}  // namespace
}  // namespace hark::ingest
