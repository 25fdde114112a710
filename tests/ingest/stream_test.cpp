#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "ingest/certificate.hpp"
#include "ingest/folder.hpp"
#include "ingest/stream_harness.hpp"
#include "platforms/bluesky/dictionaries.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

const std::string kData = HARK_SOURCE_DIR "/tests/ingest/data/";

std::vector<std::string> recorded() {
    std::vector<std::string> messages;
    std::ifstream in(kData + "jetstream_v1.jsonl");
    for (std::string line; std::getline(in, line);) messages.push_back(line);
    return messages;
}

void give(WebSocketPeer& peer, const std::vector<std::string>& messages) {
    peer.accept();
    for (const auto& message : messages) peer.text(message);
}
/// A script that gives these messages and then nothing more.
WebSocketServer::Script giving(std::vector<std::string> messages) {
    return [messages = std::move(messages)](WebSocketPeer& peer) {
        give(peer, messages);
        peer.listen();
    };
}

TEST(StreamClientTest, hands_recorded_messages_over) {
    const auto messages = recorded();
    ASSERT_EQ(messages.size(), 3U);
    for (const bool deflate : {true, false}) {
        std::string extensions;
        WebSocketServer server({[&](WebSocketPeer& peer) {
            extensions = peer.header("Sec-WebSocket-Extensions");
            give(peer, messages);
            peer.listen();
        }});
        Stream stream(server);
        stream.platform.request.permessage_deflate = deflate;
        stream.start();
        ASSERT_TRUE(stream.until_seen(3));
        EXPECT_EQ(stream.handler.texts(), messages);
        EXPECT_EQ(stream.handler.seen[0].source, 5U);
        EXPECT_EQ(extensions.find("permessage-deflate") != std::string::npos, deflate);
        EXPECT_TRUE(stream.client->connected());
        EXPECT_EQ(stream.total("hark_stream_messages_total"), 3U);
        EXPECT_EQ(stream.total("hark_stream_reconnects_total"), 0U);
    }
}

TEST(StreamClientTest, says_what_the_platform_wants_said) {
    std::string header;
    std::string target;
    std::vector<std::string> said;
    {
        WebSocketServer server({[&](WebSocketPeer& peer) {
            header = peer.header("X-Key");
            target = peer.target();
            give(peer, {"a"});
            said = peer.listen();
        }});
        Stream stream(server);
        stream.platform.request.headers = {{"X-Key", "value"}};
        stream.platform.request.hello = "{\"subscribe\":true}";
        stream.start();
        ASSERT_TRUE(stream.until_seen(1));
    }
    EXPECT_EQ(header, "value");
    EXPECT_EQ(target, "/live");
    EXPECT_THAT(said, ElementsAre("{\"subscribe\":true}"));
}

TEST(StreamClientTest, unpacks_zstd_with_its_dictionary) {
    WebSocketServer server({[&](WebSocketPeer& peer) {
        peer.accept();
        peer.binary(read_file(kData + "v1_post_create.zst"));
        peer.binary("no zstd");
        peer.binary(read_file(kData + "v1_post_delete.zst"));
        peer.text("{\"plain\":1}");
        peer.listen();
    }});
    Stream stream(server);
    stream.platform.request.zstd_dictionary = platforms::bluesky::dictionary_v1();
    stream.start();
    ASSERT_TRUE(stream.until_seen(4));
    EXPECT_EQ(stream.handler.seen[0].text, recorded()[0]);
    EXPECT_EQ(stream.handler.seen[1].error, Errc::bad_compression);
    EXPECT_THAT(stream.handler.seen[2].text, HasSubstr("\"operation\":\"delete\""));
    EXPECT_EQ(stream.handler.seen[3].text, "{\"plain\":1}");
}

TEST(StreamClientTest, resumes_after_the_last_message_when_the_stream_breaks) {
    std::string target;
    WebSocketServer server({[](WebSocketPeer& peer) {
                                give(peer, {"11", "12"});
                                peer.raw({"\x81\x7E\x10\x00half a message", 18});
                            },
                            [&](WebSocketPeer& peer) {
                                target = peer.target();
                                give(peer, {"13"});
                                peer.listen();
                            }});
    Stream stream(server);
    stream.handler.cursor = [](std::string_view text) { return Cursor(text); };
    stream.start();
    ASSERT_TRUE(stream.until_seen(3));
    EXPECT_THAT(stream.handler.texts(), ElementsAre("11", "12", "13"));
    EXPECT_EQ(target, "/live?cursor=12");
    EXPECT_EQ(stream.total("hark_stream_reconnects_total"), 1U);
}

TEST(StreamClientTest, stores_the_acknowledged_place_and_goes_on_there) {
    std::string target;
    WebSocketServer server({[&](WebSocketPeer& peer) {
        target = peer.target();
        give(peer, {"21", "22", "23"});
        peer.listen();
    }});
    Stream stream(server);
    stream.cursors.set("stream", Cursor("20"));
    stream.handler.cursor = [](std::string_view text) { return Cursor(text); };
    stream.handler.hold = true;
    stream.start();
    ASSERT_TRUE(stream.until_seen(3));
    EXPECT_EQ(target, "/live?cursor=20");
    stream.client->store_cursor();
    EXPECT_EQ(stream.cursors.get("stream").text(), "20");
    stream.handler.acknowledge(2);
    stream.client->store_cursor();
    EXPECT_EQ(stream.cursors.get("stream").text(), "22");
}

TEST(StreamClientTest, garbage_on_the_socket_is_a_break) {
    WebSocketServer server({[](WebSocketPeer& peer) {
                                give(peer, {"a"});
                                peer.raw(std::string(64, '\xFF'));
                                peer.listen();
                            },
                            giving({"b"})});
    Stream stream(server);
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(stream.handler.texts(), ElementsAre("a", "b"));
}

TEST(StreamClientTest, a_message_too_large_is_a_dead_letter_and_the_next_is_read) {
    for (const bool deflate : {true, false}) {
        WebSocketServer server({giving({"a", std::string(300'000, 'x'), "b"})});
        Stream stream(server);
        stream.platform.request.permessage_deflate = deflate;
        stream.options.message_bytes = 1000;
        stream.start();
        ASSERT_TRUE(stream.until_seen(3));
        EXPECT_EQ(stream.handler.seen[1].error, Errc::too_large);
        EXPECT_THAT(stream.handler.seen[1].text, StartsWith("xxxx"));
        EXPECT_LE(stream.handler.seen[1].text.size(), limits::kDeadLetterBytes);
        EXPECT_EQ(stream.handler.seen[1].whole_bytes, 300'000U);
        EXPECT_EQ(stream.handler.seen[2].whole_bytes, 0U);
        EXPECT_EQ(stream.handler.seen[2].text, "b");
        EXPECT_EQ(stream.handler.seen[2].error, Errc::ok);
        EXPECT_EQ(stream.total("hark_stream_reconnects_total"), 0U);
    }
}

TEST(StreamClientTest, pings_though_nobody_asked) {
    WebSocketServer server({giving({})});
    Stream stream(server);
    stream.options.ping_interval = 10ms;
    stream.start();
    EXPECT_TRUE(stream.until([&] { return server.pings() >= 3; }));
    EXPECT_EQ(server.connections(), 1);
}

TEST(StreamClientTest, a_mute_stream_is_opened_anew_though_its_pongs_come) {
    WebSocketServer server({giving({"a"}), giving({"b"})});
    Stream stream(server);
    stream.options.ping_interval = 10ms;
    stream.options.idle_timeout = 60ms;
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_THAT(stream.handler.texts(), ElementsAre("a", "b"));
    EXPECT_EQ(stream.total("hark_stream_idle_total"), 1U);
    EXPECT_EQ(stream.total("hark_stream_reconnects_total"), 1U);
}

TEST(StreamClientTest, without_room_it_does_not_read_nor_take_that_for_silence) {
    WebSocketServer server({giving({"a", "b", "c"})});
    Stream stream(server);
    stream.options.idle_timeout = 40ms;
    stream.handler.full_after = 1;
    stream.start();
    ASSERT_TRUE(stream.until([&] { return stream.handler.waiting_for_room() == 1; }));
    stream.for_a_while(150ms);
    EXPECT_THAT(stream.handler.texts(), ElementsAre("a"));
    EXPECT_EQ(stream.total("hark_stream_idle_total"), 0U);
    stream.handler.set_room(true);
    ASSERT_TRUE(stream.until_seen(3));
    EXPECT_EQ(server.connections(), 1);
}

TEST(StreamClientTest, waits_as_long_as_the_server_asks) {
    WebSocketServer server({[](WebSocketPeer& peer) {
                                peer.raw(
                                    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n"
                                    "Content-Length: 0\r\n\r\n");
                            },
                            giving({"a"})});
    Stream stream(server);
    stream.start();
    ASSERT_TRUE(stream.until_connections(1));
    stream.for_a_while(500ms);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_TRUE(stream.until_seen(1));
}

TEST(StreamClientTest, another_refusal_or_a_polite_end_is_tried_again) {
    WebSocketServer server(
        {[](WebSocketPeer& peer) { peer.raw("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"); },
         [](WebSocketPeer& peer) {
             give(peer, {"a"});
             peer.farewell();
         },
         giving({"b"})});
    Stream stream(server);
    stream.start();
    ASSERT_TRUE(stream.until_seen(2));
    EXPECT_EQ(stream.total("hark_stream_reconnects_total"), 2U);
}

TEST(StreamClientTest, stop_closes_and_waits_for_acknowledgements) {
    WebSocketServer server({giving({"a"})});
    Stream stream(server);
    stream.handler.hold = true;
    stream.start();
    ASSERT_TRUE(stream.until_seen(1));
    stream.client->stop();
    EXPECT_TRUE(stream.until([&] { return !stream.client->connected(); }));
    EXPECT_FALSE(stream.client->drained());
    stream.handler.acknowledge_all();
    EXPECT_TRUE(stream.client->drained());
    EXPECT_EQ(server.connections(), 1);
}

TEST(StreamClientTest, stop_ends_what_was_never_open) {
    WebSocketServer server({[](WebSocketPeer& peer) { peer.raw("HTTP/1.1 500 Oh\r\n\r\n"); }});
    Stream stream(server);
    stream.options.backoff_first = stream.options.backoff_max = 10s;
    stream.start();
    ASSERT_TRUE(stream.until([&] { return stream.total("hark_stream_reconnects_total") == 1; }));
    stream.client->stop();
    EXPECT_TRUE(stream.client->drained());
}

class StreamTls : public testing::Test {
protected:
    StreamTls() { make_certificate(tls.certificate, tls.key, "DNS:localhost"); }

    Folder folder;
    ServerCertificate tls{folder / "certificate.pem", folder / "key.pem"};
};

TEST_F(StreamTls, a_verified_server_is_read) {
    WebSocketServer server({giving(recorded())}, tls);
    Stream stream(server, "wss", "localhost");
    stream.options.ca_file = tls.certificate;
    stream.start();
    ASSERT_TRUE(stream.until_seen(3));
    EXPECT_EQ(stream.handler.texts(), recorded());
}

TEST_F(StreamTls, an_unknown_authority_is_refused) {
    WebSocketServer server({giving({"a"})}, tls);
    Stream stream(server, "wss", "localhost");
    stream.start();
    ASSERT_TRUE(stream.until_connections(3));
    EXPECT_THAT(stream.handler.texts(), IsEmpty());
    EXPECT_FALSE(stream.client->connected());
}

TEST_F(StreamTls, another_host_s_certificate_is_refused) {
    WebSocketServer server({giving({"a"})}, tls);
    Stream stream(server, "wss", "127.0.0.1");
    stream.options.ca_file = tls.certificate;
    stream.start();
    ASSERT_TRUE(stream.until_connections(3));
    EXPECT_THAT(stream.handler.texts(), IsEmpty());
}

TEST_F(StreamTls, an_authority_file_that_is_not_there_is_named_at_start) {
    WebSocketServer server({giving({})});
    Stream stream(server);
    stream.options.ca_file = folder / "none.pem";
    try {
        stream.start();
        ADD_FAILURE() << "started";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(folder / "none.pem"));
    }
}

}  // namespace
}  // namespace hark::ingest
