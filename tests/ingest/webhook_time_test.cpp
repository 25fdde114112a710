#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/webhook_harness.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

void hold(WebhookHarness& server) {
    server.with_handler([](Recorder& handler) { handler.hold = true; });
}
void acknowledge(WebhookHarness& server, std::size_t count) {
    server.with_handler([&](Recorder& handler) { handler.acknowledge(count); });
}

TEST(WebhookTime, answers_only_after_the_acknowledgement) {
    WebhookHarness server;
    hold(server);
    auto client = server.connect();
    client.send(post("x"));
    ASSERT_TRUE(server.until_held(1));
    EXPECT_EQ(server.answered(200), 0U);
    acknowledge(server, 1);
    EXPECT_EQ(client.answer().status, 200U);
}

TEST(WebhookTime, no_acknowledgement_in_time_is_503_and_a_late_one_is_of_no_other_request) {
    WebhookOptions options;
    options.answer_timeout = 30ms;
    WebhookHarness server(options);
    hold(server);
    auto client = server.connect();
    EXPECT_EQ(client.ask(post("first")).status, 503U);
    client.send(post("second"));
    ASSERT_TRUE(server.until_held(2));
    acknowledge(server, 1);  // the first one's
    EXPECT_EQ(client.answer().status, 503U);
    acknowledge(server, 1);
    server.with_handler([](Recorder& handler) { handler.hold = false; });
    EXPECT_EQ(client.ask(post("third")).status, 200U);
    EXPECT_THAT(server.texts(), ElementsAre("first", "second", "third"));
}

TEST(WebhookTime, an_acknowledgement_may_come_long_after_the_client_has_gone) {
    WebhookOptions options;
    options.answer_timeout = 20ms;
    WebhookHarness server(options);
    hold(server);
    for (const bool reset : {false, true}) {
        auto client = server.connect();
        client.send(post("x"));
        ASSERT_TRUE(server.until_held(1));
        if (reset) client.reset();
        else client.close();
        ASSERT_TRUE(server.until_idle());
        acknowledge(server, 1);
    }
    // And while its request still waits.
    auto client = server.connect();
    client.send(post("x"));
    ASSERT_TRUE(server.until_held(1));
    client.reset();
    acknowledge(server, 1);
    EXPECT_TRUE(server.until_idle());
}

TEST(WebhookTime, closes_a_slow_header_a_slow_body_and_an_idle_connection) {
    WebhookOptions header;
    header.header_timeout = 30ms;
    WebhookOptions body;
    body.body_timeout = 30ms;
    WebhookOptions idle;
    idle.idle_timeout = 30ms;
    const std::string half = "POST /hook HTTP/1.1\r\nHost: h\r\n";
    const auto whole = post("0123456789");
    for (const auto& [options, sent] :
         {std::pair(header, half), std::pair(body, whole.substr(0, whole.size() - 1)),
          std::pair(idle, std::string())}) {
        WebhookHarness server(options);
        auto client = server.connect();
        client.send(sent);
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_TRUE(client.ends());
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
        EXPECT_TRUE(server.until_idle());
        EXPECT_EQ(server.texts().size(), 0U);
    }
}

TEST(WebhookTime, drops_of_a_header_do_not_win_time) {
    WebhookOptions options;
    options.header_timeout = 60ms;
    WebhookHarness server(options);
    auto client = server.connect();
    client.send("POST /hook HTTP/1.1\r\n");
    bool gone = false;
    for (int i = 0; i < 100 && !gone; ++i) {
        client.send("X: y\r\n");
        std::this_thread::sleep_for(10ms);
        gone = server.with_server([](auto& one) { return one.idle(); });
    }
    EXPECT_TRUE(gone);
}

TEST(WebhookTime, bounds_connections_and_tells_those_too_many) {
    WebhookOptions options;
    options.connections = 2;
    WebhookHarness server(options);
    auto first = server.connect();
    auto second = server.connect();
    EXPECT_EQ(first.ask(post("1")).status, 200U);
    EXPECT_EQ(second.ask(post("2")).status, 200U);
    auto third = server.connect();
    EXPECT_EQ(third.answer().status, 503U);
    EXPECT_TRUE(third.ends());
    first.close();
    ASSERT_TRUE(server.until([&] { return options.open->load() == 1; }));
    EXPECT_EQ(server.connect().ask(post("4")).status, 200U);
}

TEST(WebhookTime, bounds_requests_of_a_connection) {
    WebhookOptions options;
    options.requests_per_connection = 2;
    WebhookHarness server(options);
    auto client = server.connect();
    client.send(post("1") + post("2") + post("3"));
    EXPECT_EQ(client.answer().status, 200U);
    EXPECT_THAT(client.answer().head, HasSubstr("Connection: close"));
    EXPECT_TRUE(client.ends());
    EXPECT_THAT(server.texts(), ElementsAre("1", "2"));
}

TEST(WebhookTime, stops_in_two_steps) {
    WebhookHarness server;
    hold(server);
    auto waiting = server.connect();
    auto between = server.connect();
    waiting.send(post("x"));
    ASSERT_TRUE(server.until_held(1));
    server.with_server([](auto& one) { one.stop_accepting(); });
    EXPECT_TRUE(between.ends());
    EXPECT_THROW((void)server.connect(), std::runtime_error);
    EXPECT_FALSE(server.with_server([](auto& one) { return one.idle(); }));
    acknowledge(server, 1);
    const auto answer = waiting.answer();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_THAT(answer.head, HasSubstr("Connection: close"));
    EXPECT_TRUE(waiting.ends());
    waiting.close();
    EXPECT_TRUE(server.until_idle());
}

TEST(WebhookTime, close_does_not_wait_for_an_acknowledgement) {
    WebhookOptions options;
    options.answer_timeout = 50ms;
    WebhookHarness server(options);
    hold(server);
    auto client = server.connect();
    client.send(post("x"));
    ASSERT_TRUE(server.until_held(1));
    server.with_server([](auto& one) {
        one.stop_accepting();
        one.close();
    });
    EXPECT_TRUE(client.ends());
    EXPECT_TRUE(server.until_idle());
    acknowledge(server, 1);
}

}  // namespace
}  // namespace hark::ingest
