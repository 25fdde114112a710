#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/packed.hpp"
#include "ingest/webhook_harness.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr std::string_view kChunked =
    "POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Webhook, keeps_the_connection_and_hands_bodies_over) {
    WebhookHarness server;
    auto client = server.connect();
    for (const std::string body : {"{\"a\":1}", "", "{\"b\":2}"}) {
        const auto answer = client.ask(post(body));
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.body, "ok");
        EXPECT_THAT(answer.head, Not(HasSubstr("Connection: close")));
    }
    EXPECT_THAT(server.texts(), ElementsAre("{\"a\":1}", "", "{\"b\":2}"));
    EXPECT_EQ(server.with_handler([](Recorder& handler) { return handler.seen[0].source; }), 3U);
    EXPECT_EQ(server.answered(200), 3U);
}

TEST(Webhook, what_the_platform_opened_is_the_frame) {
    WebhookHarness server;
    auto client = server.connect();
    for (const std::string body : {"sealed:hello", "plain", "sealed:"})
        EXPECT_EQ(client.ask(post(body)).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("hello", "plain", ""));
}

TEST(Webhook, what_is_dropped_silently_is_counted) {
    WebhookHarness server;
    auto client = server.connect();
    const auto answer = client.ask(post("forged"));
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "");
    EXPECT_THAT(server.texts(), IsEmpty());
    EXPECT_EQ(server.metrics.total("hark_webhook_refused_total",
                                   {{"source", "gate"}, {"reason", "bad_signature"}}),
              1U);
}

TEST(Webhook, answers_pipelined_requests_in_their_order) {
    WebhookHarness server;
    auto client = server.connect();
    client.send(post("1") + post("2") + "GET /hook?a=b%20c HTTP/1.1\r\nHost: h\r\n\r\n" +
                post("3"));
    EXPECT_EQ(client.answer().body, "ok");
    EXPECT_EQ(client.answer().body, "ok");
    EXPECT_EQ(client.answer().body, "a=b%20c");
    EXPECT_EQ(client.answer().body, "ok");
    EXPECT_THAT(server.texts(), ElementsAre("1", "2", "3"));
}

TEST(Webhook, platforms_see_who_asks) {
    WebhookHarness server;
    auto client = server.connect();
    EXPECT_EQ(client.ask("GET /hook?peer HTTP/1.1\r\nHost: h\r\n\r\n").body, "127.0.0.1");
}

TEST(Webhook, a_header_that_comes_twice_counts_for_none) {
    WebhookHarness server;
    auto client = server.connect();
    const std::string_view rest = "Host: h\r\nContent-Length: 0\r\n\r\n";
    const std::string head = "POST /hook HTTP/1.1\r\nX-Token: secret\r\n";
    EXPECT_EQ(client.ask(head + std::string(rest)).status, 200U);
    EXPECT_EQ(client.ask(head + "x-token: secret\r\n" + std::string(rest)).status, 401U);
}

TEST(Webhook, a_request_may_come_byte_by_byte) {
    WebhookHarness server;
    auto client = server.connect();
    for (const char c : post("body")) client.send({&c, 1});
    EXPECT_EQ(client.answer().status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("body"));
}

TEST(Webhook, reads_chunks) {
    WebhookHarness server;
    auto client = server.connect();
    client.send(
        "POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n");
    client.send("6\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
    EXPECT_EQ(client.answer().status, 200U);
    EXPECT_EQ(client.ask(post("next")).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("hello world", "next"));
}

TEST(Webhook, says_continue_before_the_body_is_sent) {
    WebhookHarness server;
    auto client = server.connect();
    client.send(
        "POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\n"
        "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(client.answer().status, 100U);
    EXPECT_EQ(client.ask("body").status, 200U);
    // Refused without asking for the body.
    client.send(
        "POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\n"
        "Expect: 100-continue\r\nContent-Length: 400000\r\n\r\n");
    EXPECT_EQ(client.answer().status, 413U);
    EXPECT_TRUE(client.ends());
}

TEST(Webhook, unpacks_gzip_within_its_bounds) {
    WebhookHarness server;
    auto client = server.connect();
    const auto zipped = "Content-Encoding: gzip\r\n";
    EXPECT_EQ(client.ask(post(gzip("{\"a\":1}"), zipped)).status, 200U);
    std::string whole;
    for (int i = 0; whole.size() < 100'000; ++i) whole += std::to_string(i * 7919);
    whole.resize(100'000);
    EXPECT_EQ(client.ask(post(gzip(whole), zipped)).status, 200U);
    EXPECT_EQ(server.texts()[1], whole);
    EXPECT_EQ(server.connect().ask(post(gzip(whole + "1"), zipped)).status, 413U);
    // A bomb.
    EXPECT_EQ(server.connect().ask(post(gzip(std::string(9'000'000, ' ')), zipped)).status, 413U);
    const auto torn = gzip("{\"a\":1}").substr(0, 12);
    EXPECT_EQ(server.connect().ask(post(torn, zipped)).status, 400U);
    EXPECT_EQ(server.connect().ask(post("{\"a\":1}", zipped)).status, 400U);
    EXPECT_EQ(server.texts().size(), 2U);
    EXPECT_EQ(server.metrics.total("hark_webhook_refused_total",
                                   {{"source", "gate"}, {"reason", "too_large"}}),
              2U);
}

TEST(Webhook, members_of_a_gzip_body_are_one_stream) {
    WebhookHarness server;
    auto client = server.connect();
    const auto zipped = "Content-Encoding: gzip\r\n";
    EXPECT_EQ(client.ask(post(gzip("{\"a\"") + gzip("") + gzip(":1}"), zipped)).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("{\"a\":1}"));
    // The bound is of all of them together.
    std::string half;
    for (int i = 0; half.size() < 50'001; ++i) half += std::to_string(i * 7919);
    half.resize(50'000);
    EXPECT_EQ(client.ask(post(gzip(half) + gzip(half), zipped)).status, 200U);
    EXPECT_EQ(server.texts()[1], half + half);
    EXPECT_EQ(server.connect().ask(post(gzip(half) + gzip(half + "1"), zipped)).status, 413U);
    // Nothing else may follow.
    for (const std::string rest : {"x", "garbage that is longer than a header", "\x1F"}) {
        auto other = server.connect();
        EXPECT_EQ(other.ask(post(gzip("{}") + rest, zipped)).status, 400U) << rest;
    }
    EXPECT_EQ(server.connect().ask(post(gzip("{}") + std::string(8, '\0'), zipped)).status, 400U);
    const auto torn = gzip("{}") + gzip("{}").substr(0, 12);
    EXPECT_EQ(server.connect().ask(post(torn, zipped)).status, 400U);
    EXPECT_EQ(server.texts().size(), 2U);
}

TEST(Webhook, a_target_may_be_a_whole_url) {
    WebhookHarness server;
    auto client = server.connect();
    for (const auto* const target : {"http://hark.example/hook", "HTTPS://hark.example:8443/hook"})
        EXPECT_EQ(client.ask(post("x", "", target)).status, 200U) << target;
    EXPECT_EQ(client.ask("GET http://h/hook?a=http://b/c HTTP/1.1\r\nHost: h\r\n\r\n").body,
              "a=http://b/c");
    EXPECT_THAT(server.texts(), ElementsAre("x", "x"));
    for (const auto* const target : {"http://h", "http://h?/hook", "http:///other", "ftp://h/hook",
                                     "h/hook", "*", "/http://h/hook"})
        EXPECT_EQ(server.connect().ask(post("x", "", target)).status, 404U) << target;
}

TEST(Webhook, knows_clients_of_http_1_0) {
    WebhookHarness server;
    const std::string head = "POST /hook HTTP/1.0\r\nX-Token: secret\r\nContent-Length: 1\r\n";
    // Nobody told them what a 100 is (RFC 9110 section 10.1.1).
    auto expects = server.connect();
    expects.send(head + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(expects.ask("x").status, 200U);
    EXPECT_TRUE(expects.ends());
    // The connection stays when they ask for it, and they are told.
    auto keeps = server.connect();
    for (int i = 0; i < 2; ++i) {
        const auto answer = keeps.ask(head + "Connection: keep-alive\r\n\r\nx");
        EXPECT_EQ(answer.status, 200U);
        EXPECT_THAT(answer.head, HasSubstr("Connection: keep-alive"));
    }
    const auto last = keeps.ask(head + "\r\nx");
    EXPECT_THAT(last.head, HasSubstr("Connection: close"));
    EXPECT_TRUE(keeps.ends());
    // Chunks they do not know: where such a request ends is anybody's guess.
    auto chunks = server.connect();
    chunks.send(
        "POST /hook HTTP/1.0\r\nX-Token: secret\r\nConnection: keep-alive\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    EXPECT_THAT(chunks.answer().head, HasSubstr("Connection: close"));
    EXPECT_TRUE(chunks.ends());
}

TEST(Webhook, header_fields_are_counted) {
    WebhookHarness server;
    const auto fields = [](std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += "a:\r\n";
        return all;
    };
    constexpr std::size_t kOurs = 3;  // of post()
    auto client = server.connect();
    EXPECT_EQ(client.ask(post("x", fields(limits::kHttpFields - kOurs))).status, 200U);
    EXPECT_EQ(client.ask(post("x", fields(limits::kHttpFields - kOurs + 1))).status, 431U);
    EXPECT_TRUE(client.ends());
    // Those of a trailer count too.
    auto trailer = server.connect();
    trailer.send(std::string(kChunked) + "1\r\nx\r\n0\r\n" + fields(limits::kHttpFields) + "\r\n");
    EXPECT_EQ(trailer.answer().status, 431U);
    EXPECT_TRUE(trailer.ends());
    EXPECT_EQ(server.texts().size(), 1U);
}

struct Refusal {
    std::string request;
    unsigned status;
    std::string source = "gate";
};

TEST(Webhook, refuses_with_the_right_status_and_counts) {
    WebhookHarness server;
    const std::string canary = "canary-body";
    const std::vector<Refusal> refusals = {
        {post(canary, "", "/other"), 404, ""},
        {"PUT /hook HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405},
        {"DELETE /hook HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {"BREW /hook HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {post(std::string(100'001, 'x')), 413},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\nTransfer-Encoding: chunked\r\n\r\n"
         "30d40\r\n" +
             std::string(200'000, 'x') + "\r\n0\r\n\r\n",
         413},
        {post(canary, "Content-Type: multipart/form-data; boundary=x\r\n"), 415},
        {post(canary, "Content-Encoding: br\r\n"), 415},
        {post(canary, "X-Long: " + std::string(17'000, 'x') + "\r\n"), 431, ""},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: wrong\r\nContent-Length: 11\r\n\r\n" + canary,
         401},
        {post(canary, "Transfer-Encoding: chunked\r\n"), 400, ""},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
         "0\r\n\r\n",
         400, ""},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
         400, ""},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400, ""},
        {"POST /hook HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\nTransfer-Encoding: chunked\r\n\r\n"
         "zz\r\nhello\r\n0\r\n\r\n",
         400},
        {"garbage \x01\x02\xFF\r\n\r\n", 400, ""},
        {"\x16\x03\x01\x02\x05\x01\x01\xFC\x03\x03\r\n\r\n", 400, ""},
    };
    for (const auto& refusal : refusals) {
        const auto before = server.answered(refusal.status, refusal.source);
        const auto answer = server.connect().ask(refusal.request);
        EXPECT_EQ(answer.status, refusal.status) << refusal.request.substr(0, 100);
        EXPECT_THAT(answer.body, Not(HasSubstr("canary")));
        EXPECT_EQ(server.answered(refusal.status, refusal.source), before + 1)
            << refusal.request.substr(0, 100);
    }
    EXPECT_THAT(server.texts(), IsEmpty());
    EXPECT_THAT(server.connect().ask(refusals[1].request).head, HasSubstr("Allow: "));
    EXPECT_EQ(server.metrics.total("hark_webhook_refused_total",
                                   {{"source", "gate"}, {"reason", "bad_signature"}}),
              1U);
}

TEST(Webhook, tells_that_a_body_was_bad_but_never_what_it_was) {
    WebhookHarness server;
    server.with_handler([](Recorder& handler) { handler.verdict = Errc::malformed_json; });
    auto client = server.connect();
    const auto answer = client.ask(post("{\"secret-text\":"));
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(answer.body, "malformed_json");
    EXPECT_EQ(client.ask(post("{")).status, 400U);
}

TEST(Webhook, answers_head_without_a_body) {
    WebhookHarness server;
    auto client = server.connect();
    client.send("HEAD /hook?abc HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.answer(true).head, HasSubstr("Content-Length: 3"));
    EXPECT_EQ(client.ask(post("x")).body, "ok");
}

TEST(Webhook, without_room_the_sender_is_told_to_come_again) {
    WebhookHarness server;
    server.with_handler([](Recorder& handler) { handler.set_room(false); });
    auto client = server.connect();
    const auto answer = client.ask(post("x"));
    EXPECT_EQ(answer.status, 503U);
    EXPECT_THAT(answer.head, HasSubstr("Retry-After: 1"));
    // A handshake brings nothing that needs room.
    EXPECT_EQ(server.connect().ask("GET /hook?abc HTTP/1.1\r\nHost: h\r\n\r\n").body, "abc");
    server.with_handler([](Recorder& handler) { handler.set_room(true); });
    EXPECT_EQ(server.connect().ask(post("x")).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("x"));
}

TEST(Webhook, closes_when_the_client_wants_it) {
    WebhookHarness server;
    auto client = server.connect();
    EXPECT_EQ(client.ask(post("x", "Connection: close\r\n")).status, 200U);
    EXPECT_TRUE(client.ends());
    auto old = server.connect();
    EXPECT_EQ(old.ask("GET /hook?abc HTTP/1.0\r\n\r\n").body, "abc");
    EXPECT_TRUE(old.ends());
}

TEST(Webhook, shards_share_a_port) {
    WebhookHarness server({}, 2);
    // The kernel deals connections out by their ports: of fifty each shard has some.
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(server.connect());
    for (auto& client : clients) EXPECT_EQ(client.ask(post("x")).status, 200U);
    EXPECT_GT(server.texts(0).size(), 0U);
    EXPECT_GT(server.texts(1).size(), 0U);
    EXPECT_EQ(server.texts(0).size() + server.texts(1).size(), 50U);
    EXPECT_EQ(server.answered(200), 50U);
}

TEST(Webhook, an_address_that_is_taken_is_named) {
    runtime::ShardPool pool(1);
    telemetry::Metrics metrics;
    Recorder handler;
    WebhookOptions options;
    options.address = "192.0.2.1";  // of no machine
    options.port = 1;
    try {
        const WebhookServer server(pool[0], options, handler, metrics);
        ADD_FAILURE() << "bound";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("192.0.2.1:1"));
    }
}

TEST(Webhook, the_head_of_a_chunk_and_the_trailer_have_an_end) {
    WebhookHarness server;
    const std::string much(limits::kHttpBufferBytes, 'a');
    for (const auto& without_end : {"1;x=" + much, "1\r\na\r\n0\r\nX: " + much}) {
        auto client = server.connect();
        client.send(kChunked);
        client.send(without_end);
        EXPECT_EQ(client.answer().status, 431U);
        EXPECT_TRUE(client.ends());
    }
    EXPECT_EQ(server.metrics.total("hark_webhook_refused_total",
                                   {{"source", "gate"}, {"reason", "too_large"}}),
              2U);
    EXPECT_THAT(server.texts(), IsEmpty());
}

TEST(Webhook, bodies_on_their_way_share_a_budget) {
    WebhookOptions options;
    options.received_bytes = 120'000;
    WebhookHarness server(options);
    const auto body = std::string(100'000, 'x');
    const auto whole = post(body);
    auto slow = server.connect();
    slow.send(whole.substr(0, 80'000));
    ASSERT_TRUE(server.until([&] { return *options.received > 70'000; }));
    // Another that is as large is told to come again, small ones are served.
    auto other = server.connect();
    other.send(whole.substr(0, 80'000));
    const auto answer = other.answer();
    EXPECT_EQ(answer.status, 503U);
    EXPECT_THAT(answer.head, HasSubstr("Retry-After: 1"));
    EXPECT_EQ(server.metrics.total("hark_webhook_refused_total",
                                   {{"source", "gate"}, {"reason", "too_many"}}),
              1U);
    EXPECT_EQ(server.connect().ask(post("small")).status, 200U);
    EXPECT_EQ(slow.ask(whole.substr(80'000)).status, 200U);
    EXPECT_EQ(*options.received, 0U);
    EXPECT_EQ(server.connect().ask(whole).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("small", body, body));
    // Whoever goes away in the middle holds nothing any more.
    auto gone = server.connect();
    gone.send(whole.substr(0, 80'000));
    ASSERT_TRUE(server.until([&] { return *options.received > 70'000; }));
    gone.reset();
    EXPECT_TRUE(server.until([&] { return *options.received == 0; }));
}

TEST(Webhook, a_port_in_use_is_named) {
    const WebhookHarness server({}, 2);
    WebhookOptions options;
    options.port = server.port();
    EXPECT_THROW(WebhookHarness other(options), std::runtime_error);
}

}  // namespace
}  // namespace hark::ingest
