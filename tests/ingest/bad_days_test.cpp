// What goes wrong with servers on the other side, for each kind of client, over TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ingest/certificate.hpp"
#include "ingest/folder.hpp"
#include "ingest/stream_harness.hpp"

namespace hark::ingest {
namespace {

using platforms::Call;
using platforms::Framing;
using platforms::GapNotice;
using platforms::HttpResponse;
using platforms::Outcome;
using platforms::Progress;
using platforms::Step;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

enum class Kind { poll, lines, events, websocket };

std::string reply(const std::string& status, const std::string& headers, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A server with a certificate, and a client of one kind that takes its cursor along.
class BadDay : public testing::TestWithParam<Kind> {
protected:
    BadDay() { make_certificate(tls.certificate, tls.key, "DNS:localhost"); }

    [[nodiscard]] static bool is_poll() { return GetParam() == Kind::poll; }
    [[nodiscard]] static std::string as_message(const std::string& text) {
        return GetParam() == Kind::events ? "data: " + text + "\n\n" : text + "\r\n";
    }
    /// The messages, and then a stream that stays open.
    static WebSocketServer::Script good(const std::string& text) {
        return [text](WebSocketPeer& peer) {
            give(peer, text);
            if (!is_poll()) peer.listen();
        };
    }
    static void give(WebSocketPeer& peer, const std::string& text) {
        if (is_poll()) return peer.raw(reply("200 OK", "", text));
        if (GetParam() == Kind::websocket) {
            peer.accept();
            return peer.text(text);
        }
        peer.raw("HTTP/1.1 200 OK\r\n\r\n" + as_message(text));
    }
    static WebSocketServer::Script refusing(const std::string& status,
                                            const std::string& headers = {},
                                            const std::string& body = {}) {
        return [=](WebSocketPeer& peer) { peer.raw(reply(status, headers, body)); };
    }

    Stream& meet(std::vector<WebSocketServer::Script> scripts) {
        server.emplace(std::move(scripts), tls);
        stream.emplace(*server, GetParam() == Kind::websocket ? "wss" : "https", "localhost");
        stream->options.ca_file = tls.certificate;
        stream->options.refused_wait = 20s;
        stream->options.call_spacing = 20ms;
        if (GetParam() == Kind::lines) stream->platform.request.framing = Framing::lines;
        if (GetParam() == Kind::events) stream->platform.request.framing = Framing::events;
        stream->platform.on_next = [this](const Progress& at) { return step(at); };
        stream->handler.cursor = [](std::string_view text) { return Cursor(text); };
        return *stream;
    }
    [[nodiscard]] Step step(const Progress& at) const {
        auto request = stream->platform.request;
        if (!at.cursor.empty()) request.url += "?after=" + std::string(at.cursor.text());
        if (!token.empty()) request.headers.emplace_back("Authorization", token);
        if (!is_poll()) return request;
        Call call;
        call.url = request.url;
        call.headers = request.headers;
        call.timeout = 400ms;
        return call;
    }
    /// How long it took from the first connection until there was a second one.
    [[nodiscard]] std::chrono::milliseconds wait_for_second() {
        EXPECT_TRUE(stream->until_connections(1));
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_TRUE(stream->until_connections(2));
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin);
    }

    Folder folder;
    ServerCertificate tls{folder / "certificate.pem", folder / "key.pem"};
    std::string token;
    std::optional<WebSocketServer> server;
    std::optional<Stream> stream;
};

// Longer than any back-off of the harness, shorter than its patience.
constexpr auto kLong = 900ms;

TEST_P(BadDay, too_often_and_it_says_how_long) {
    for (const auto* status : {"429 Too Many Requests", "420 Enhance Your Calm", "503 Busy"}) {
        auto& client = meet({refusing(status, "Retry-After: 1\r\n"), good("a")});
        client.start();
        EXPECT_GE(wait_for_second(), kLong) << status;
        EXPECT_TRUE(client.until_seen(1)) << status;
        stream.reset();
        server.reset();
    }
}

TEST_P(BadDay, too_often_and_it_does_not_say_how_long) {
    for (const auto* status : {"429 Too Many Requests", "420 Enhance Your Calm"}) {
        auto& client = meet({refusing(status), refusing(status), good("a")});
        client.options.rate_limit_wait = 400ms;
        client.start();
        EXPECT_GE(wait_for_second(), 350ms) << status;
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_TRUE(client.until_seen(1)) << status;
        EXPECT_GE(std::chrono::steady_clock::now() - begin, 700ms) << "it is waited twice as long";
        stream.reset();
        server.reset();
    }
}

TEST_P(BadDay, unwell_without_a_word_is_tried_again_after_a_back_off) {
    auto& client = meet({refusing("503 Busy"), refusing("500 Oh"), refusing("502 Bad"), good("a")});
    client.start();
    ASSERT_TRUE(client.until_seen(1));
    EXPECT_EQ(client.handler.texts().front(), "a");
    EXPECT_EQ(client.total("hark_source_failures_total"), 3U);
}

TEST_P(BadDay, clocks_that_differ_by_years_do_not_matter) {
    auto& client = meet({refusing("429 Too Many Requests",
                                  "Date: Sun, 22 Nov 2015 10:00:00 GMT\r\n"
                                  "x-rate-limit-reset: 1448186401\r\n"),
                         refusing("429 Too Many Requests",
                                  "Date: Fri, 22 Nov 2047 10:00:00 GMT\r\n"
                                  "Retry-After: Fri, 22 Nov 2047 10:00:01 GMT\r\n"),
                         good("a")});
    client.options.rate_limit_wait = 10ms;
    client.start();
    EXPECT_GE(wait_for_second(), kLong);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(client.until_seen(1));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, kLong);
}

TEST_P(BadDay, cut_in_the_middle_of_a_message) {
    auto& client = meet({[](WebSocketPeer& peer) {
                             if (is_poll())
                                 return peer.raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha");
                             give(peer, "a");
                             const bool is_socket = GetParam() == Kind::websocket;
                             const std::string cut("\x81\x7E\x10\x00half", 8);
                             peer.raw(is_socket ? cut : "data: ha");
                         },
                         good("b")});
    client.start();
    const std::size_t wanted = is_poll() ? 1 : 2;
    ASSERT_TRUE(client.until_seen(wanted));
    auto texts = client.handler.texts();
    texts.resize(wanted);
    if (is_poll()) EXPECT_THAT(texts, ElementsAre("b"));
    else EXPECT_THAT(texts, ElementsAre("a", "b"));
    EXPECT_THAT(client.handler.gaps, IsEmpty()) << "it goes on after what it had";
}

TEST_P(BadDay, cut_in_the_middle_of_the_handshake_or_header) {
    auto& client = meet({[](WebSocketPeer& peer) { peer.raw("HTTP/1.1 200 OK\r\nContent-"); },
                         [](WebSocketPeer&) {}, [](WebSocketPeer& peer) { peer.raw("\x15\x03"); },
                         good("a")});
    client.start();
    ASSERT_TRUE(client.until_seen(1));
    EXPECT_EQ(client.handler.seen[0].text, "a");
}

TEST_P(BadDay, open_and_silent) {
    auto& client = meet({[](WebSocketPeer& peer) {
                             if (GetParam() == Kind::websocket) peer.accept();
                             else if (!is_poll()) peer.raw("HTTP/1.1 200 OK\r\n\r\n");
                             peer.listen();
                         },
                         good("a")});
    client.options.idle_timeout = 400ms;
    client.options.ping_interval = 50ms;
    client.start();
    ASSERT_TRUE(client.until_seen(1));
    EXPECT_EQ(client.total("hark_stream_idle_total"), is_poll() ? 0U : 1U);
    EXPECT_EQ(client.total("hark_source_failures_total"), 1U);
}

TEST_P(BadDay, a_server_that_never_answers_the_request) {
    auto& client = meet({[](WebSocketPeer& peer) { peer.listen(); }, good("a")});
    client.options.connect_timeout = 400ms;
    client.start();
    ASSERT_TRUE(client.until_seen(1));
}

TEST_P(BadDay, a_token_that_was_rotated) {
    std::vector<std::string> shown;
    const auto noting = [&](WebSocketServer::Script script) {
        return [&shown, script = std::move(script)](WebSocketPeer& peer) {
            shown.push_back(peer.header("Authorization"));
            script(peer);
        };
    };
    auto& client = meet({noting(refusing("401 Unauthorized")), noting(good("a"))});
    token = "Bearer old";
    client.platform.on_replied = [this](const HttpResponse& response) {
        auto outcome = platforms::outcome_of(response.status);
        if (response.status != 401) return outcome;
        token = "Bearer new";
        return Outcome{};
    };
    client.start();
    ASSERT_TRUE(client.until_seen(1));
    EXPECT_EQ(shown[0], "Bearer old");
    EXPECT_EQ(shown[1], "Bearer new");
}

TEST_P(BadDay, a_token_that_stays_wrong_is_not_shown_again_soon) {
    auto& client = meet({refusing("401 Unauthorized")});
    client.start();
    ASSERT_TRUE(
        client.until([&] { return client.client->status().state == LinkState::refused; }));
    client.for_a_while(300ms);
    EXPECT_EQ(server->connections(), 1);
    EXPECT_EQ(client.client->status().problem,
              "HTTP status 401: the credentials were not accepted");
}

TEST_P(BadDay, a_cursor_too_old_is_a_gap_and_a_new_begin) {
    std::vector<std::string> targets;
    auto& client = meet({[&](WebSocketPeer& peer) {
                             targets.push_back(peer.target());
                             peer.raw(reply("400 Bad Request", "", R"({"error":"CursorTooOld"})"));
                         },
                         [&](WebSocketPeer& peer) {
                             targets.push_back(peer.target());
                             good("b")(peer);
                         }});
    client.cursors.set("stream", Cursor("1"));
    bool too_old = false;
    client.platform.on_next = [&](const Progress& at) {
        auto from = at;
        if (too_old) from.cursor = {};
        return step(from);
    };
    client.platform.on_replied = [&](const HttpResponse& response) {
        if (response.body.find("CursorTooOld") == std::string_view::npos)
            return platforms::outcome_of(response.status);
        too_old = true;
        Outcome outcome;
        outcome.gap = GapNotice{"cursor_too_old", {}, {}};
        return outcome;
    };
    client.start();
    ASSERT_TRUE(client.until_seen(1));
    ASSERT_THAT(client.handler.gaps, SizeIs(1));
    EXPECT_EQ(client.handler.gaps[0].reason, "cursor_too_old");
    EXPECT_EQ(targets[0], "/live?after=1");
    EXPECT_EQ(targets[1], "/live");
}

TEST_P(BadDay, everything_at_once_loses_nothing) {
    std::vector<WebSocketServer::Script> scripts;
    for (int i = 1; i <= 8; ++i) {
        scripts.push_back([i](WebSocketPeer& peer) {
            give(peer, std::to_string(i));
            if (i % 2 == 0 && GetParam() == Kind::websocket) peer.raw("\xFF\xFF\xFF\xFF");
        });
        if (i % 3 == 0) scripts.push_back(refusing("503 Busy"));
        if (i % 4 == 0) scripts.push_back([](WebSocketPeer&) {});
    }
    scripts.push_back(good("9"));
    auto& client = meet(std::move(scripts));
    client.start();
    ASSERT_TRUE(client.until_seen(9));
    auto texts = client.handler.texts();
    texts.resize(9);
    EXPECT_THAT(texts, ElementsAre("1", "2", "3", "4", "5", "6", "7", "8", "9"));
}

std::string name_of(const testing::TestParamInfo<Kind>& given) {
    constexpr const char* kNames[] = {"poll", "lines", "events", "websocket"};
    return kNames[static_cast<std::size_t>(given.param)];
}
INSTANTIATE_TEST_SUITE_P(Clients, BadDay,
                         testing::Values(Kind::poll, Kind::lines, Kind::events, Kind::websocket),
                         name_of);

}  // namespace
}  // namespace hark::ingest
