#include "ingest/stream_url.hpp"

#include <gtest/gtest.h>

#include "ingest/stream_retry.hpp"

namespace hark::ingest {
namespace {

using namespace std::chrono_literals;

TEST(StreamUrl, takes_addresses_apart) {
    const auto expect = [](std::string_view text, const StreamUrl& wanted) {
        const auto url = parse_stream_url(text);
        ASSERT_TRUE(url.has_value()) << text;
        EXPECT_EQ(url->websocket, wanted.websocket) << text;
        EXPECT_EQ(url->tls, wanted.tls) << text;
        EXPECT_EQ(url->host, wanted.host) << text;
        EXPECT_EQ(url->port, wanted.port) << text;
        EXPECT_EQ(url->target, wanted.target) << text;
    };
    expect("wss://example.com", {true, true, "example.com", "443", "/"});
    expect("ws://example.com/live?a=b", {true, false, "example.com", "80", "/live?a=b"});
    expect("wss://example.com?a=b", {true, true, "example.com", "443", "/?a=b"});
    expect("ws://[::1]:8080/x", {true, false, "::1", "8080", "/x"});
    expect("wss://[::1]", {true, true, "::1", "443", "/"});
    expect("https://example.com/a", {false, true, "example.com", "443", "/a"});
    expect("http://example.com", {false, false, "example.com", "80", "/"});
}

TEST(StreamUrl, refuses_what_is_none) {
    for (const auto* text :
         {"", "ftp://example.com", "example.com", "ws://", "ws://:80", "ws://user@example.com",
          "ws://[::1", "ws://[::1]x", "ws://example.com:80a", "ws://example.com:123456"}) {
        EXPECT_FALSE(parse_stream_url(text).has_value()) << text;
    }
}

TEST(RetryAfter, is_seconds_or_a_date_and_bounded) {
    const auto time = *parse_rfc3339("2026-11-22T10:00:00Z");
    EXPECT_EQ(parse_retry_after("7", time), 7s);
    EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 10:00:30 GMT", time), 30s);
    EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 09:00:00 GMT", time), 0s);
    EXPECT_EQ(parse_retry_after("4000000000", time), 1h);
    for (const auto* text : {"", "soon", "-5", "7 s", "1e9", "99999999999999999999"})
        EXPECT_EQ(parse_retry_after(text, time), 0s) << text;
}

TEST(RateLimitReset, is_a_time_that_is_to_come_and_bounded) {
    const Timestamp time(2'000'000'000s);
    EXPECT_EQ(parse_rate_limit_reset("2000000007", time), 7s);
    EXPECT_EQ(parse_rate_limit_reset("1999999990", time), 0s);
    EXPECT_EQ(parse_rate_limit_reset("7", time), 7s) << "seconds from now";
    EXPECT_EQ(parse_rate_limit_reset("7.5", time), 7500ms);
    EXPECT_EQ(parse_rate_limit_reset("2033-05-18T03:33:30Z", time), 10s);
    EXPECT_EQ(parse_rate_limit_reset("4000000000", time), 1h);
    for (const auto* text : {"", "soon", "-5", "1007 ", "1e9", "99999999999999999999"})
        EXPECT_EQ(parse_rate_limit_reset(text, time), 0s) << text;
}

}  // namespace
}  // namespace hark::ingest
