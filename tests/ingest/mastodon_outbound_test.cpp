// Mastodon as Hark goes to it: where an instance streams, what was posted meanwhile, bad days.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::string status(int id) {
    const auto text = std::to_string(id);
    return R"({"id":")" + text + R"(","uri":"https://b.example/)" + text +
           R"(","content":"x","account":{"acct":"ola"}})";
}
std::string seen_status(int id) {
    return "created mastodon:https://b.example/" + std::to_string(id);
}
std::string event(int id) {
    return "event: update\ndata: " + status(id) + "\n\n";
}
/// Statuses as a timeline has them, the newest first.
std::string page(int first, int last) {
    std::string all;
    for (int id = last; id >= first; --id) all += (all.empty() ? "" : ",") + status(id);
    return "[" + all + "]";
}

/// An instance: its API and its streaming server. `log` has every request of both.
class Instance {
public:
    std::vector<WebSocketServer::Script> streams;
    std::vector<std::string> pages;  ///< replies of the timeline; then empty ones
    std::string about;               ///< reply of /api/v2/instance; empty: the streaming server

    Instance()
        : api_({[this](WebSocketPeer& peer) { answer(peer); }}, own_certificate()),
          streaming_({[this](WebSocketPeer& peer) {
                         note(peer);
                         streams[std::min(stream_++, streams.size() - 1)](peer);
                     }},
                     own_certificate()) {}

    [[nodiscard]] std::string url() const { return "https://" + host_of(api_); }
    RequestLog log;

private:
    void note(WebSocketPeer& peer) { log.add(peer.target() + " " + peer.header("Authorization")); }
    void answer(WebSocketPeer& peer) {
        note(peer);
        if (peer.target() == "/api/v2/instance") {
            peer.raw(about.empty()
                         ? http_reply("200 OK", R"({"domain":"a","configuration":{"urls":{)"
                                                R"("streaming":"wss://)" +
                                                    host_of(streaming_) + R"("}}})")
                         : about);
        } else {
            peer.raw(page_ < pages.size() ? pages[page_++] : http_reply("200 OK", "[]"));
        }
    }

    std::size_t page_ = 0;
    std::size_t stream_ = 0;
    WebSocketServer api_;
    WebSocketServer streaming_;
};

WebSocketServer::Script giving(std::string bytes, bool breaks) {
    return [bytes = std::move(bytes), breaks](WebSocketPeer& peer) {
        peer.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:)\n" + bytes);
        if (!breaks) peer.listen();
    };
}

std::unique_ptr<platforms::Platform> local(const Instance& instance, SettingPairs more = {}) {
    SettingPairs all = {{"url", instance.url()}, {"stream", "public:local"}};
    all.insert(all.end(), more.begin(), more.end());
    if (more.empty() || more.front().first != "access_token")
        all.emplace_back("access_token", "secret:t0");
    return make_source("mastodon", all);
}

TEST(MastodonRun, goes_where_the_instance_streams) {
    Instance instance;
    instance.streams = {giving(event(1), false)};
    PlatformRun run(local(instance));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(run.seen, ElementsAre(seen_status(1)));
    EXPECT_THAT(instance.log.lines(),
                ElementsAre("/api/v2/instance ", "/api/v1/streaming/public/local Bearer t0"))
        << "the token goes to the stream only, and nothing is fetched at the first start";
}

TEST(MastodonRun, an_instance_that_tells_no_host_streams_itself) {
    for (const auto& about :
         {http_reply("404 Not Found", ""), http_reply("200 OK", "{}"),
          http_reply("200 OK",
                     R"({"configuration":{"urls":{"streaming":"ftp://evil.example"}}})")}) {
        Instance instance;
        instance.about = about;
        instance.pages = {http_reply("500 No", "")};
        instance.streams = {giving("", false)};
        PlatformRun run(local(instance));
        run.start();
        EXPECT_TRUE(run.until([&] { return instance.log.lines().size() >= 2; }));
        EXPECT_EQ(instance.log.lines().at(1), "/api/v1/streaming/public/local Bearer t0");
    }
}

TEST(MastodonRun, what_was_posted_meanwhile_is_fetched_page_by_page) {
    Instance instance;
    instance.streams = {giving(event(100), true), giving("", false)};
    instance.pages = {http_reply("200 OK", page(101, 140)), http_reply("200 OK", page(141, 143))};
    PlatformRun run(local(instance));
    run.start();
    ASSERT_TRUE(run.until_seen(44));
    run.for_a_while(50ms);
    for (int id = 100; id <= 143; ++id) EXPECT_THAT(run.seen, testing::Contains(seen_status(id)));
    const std::string from = "/api/v1/timelines/public?local=true&limit=40&min_id=";
    EXPECT_EQ(instance.log.count(from + "100 Bearer t0"), 1U);
    EXPECT_EQ(instance.log.count(from + "140 Bearer t0"), 1U);
    EXPECT_EQ(instance.log.count("/api/v1/timelines"), 2U);
    EXPECT_THAT(run.gaps, IsEmpty()) << "it was filled";
}

TEST(MastodonRun, bad_days_are_waited_for) {
    Instance instance;
    const auto refusing = [](const std::string& status, const std::string& headers) {
        return [=](WebSocketPeer& peer) { peer.raw(http_reply(status, "", headers)); };
    };
    instance.streams = {refusing("503 Busy", ""), refusing("429 Slow", "Retry-After: 1\r\n"),
                        refusing("429 Slow", ""), giving("event: update\ndata: {\"id\":\"1", true),
                        giving(event(1), false)};
    PlatformRun run(local(instance));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(run.seen, ElementsAre(seen_status(1)));
    EXPECT_THAT(run.errors, IsEmpty());
}

TEST(MastodonRun, a_token_that_is_refused_is_said) {
    Instance instance;
    instance.streams = {[](WebSocketPeer& peer) { peer.raw(http_reply("401 Unauthorized", "")); },
                        giving(event(1), false)};
    PlatformRun run(local(instance));
    run.start();
    ASSERT_TRUE(run.until_state(LinkState::refused));
    EXPECT_TRUE(run.seen.empty());
    EXPECT_TRUE(run.until_seen(1)) << "somebody may have mended it";
}

TEST(MastodonRun, a_timeline_that_is_refused_is_a_gap) {
    Instance instance;
    instance.streams = {giving(event(100), true), giving(event(101), false)};
    instance.pages = {http_reply("403 Forbidden", ""), http_reply("403 Forbidden", ""),
                      http_reply("403 Forbidden", ""), http_reply("403 Forbidden", "")};
    PlatformRun run(local(instance));
    run.start();
    EXPECT_TRUE(run.until([&] { return !run.gaps.empty(); }));
    EXPECT_TRUE(run.until_seen(2));
}

TEST(MastodonRun, a_stream_that_lives_and_says_nothing_is_opened_anew) {
    Instance instance;
    const auto thumping = [](WebSocketPeer& peer) {
        peer.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:)\n");
        for (int i = 0; i < 30; ++i) {
            peer.raw(":thump\n");
            std::this_thread::sleep_for(50ms);
        }
    };
    instance.streams = {thumping, giving(event(1), false)};
    PlatformRun run(local(instance, {{"silence_timeout", "300 ms"}}));
    run.options.idle_timeout = 10s;
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_GE(instance.log.count("/api/v1/streaming"), 2U);
    EXPECT_EQ(run.total("hark_stream_idle_total"), 0U) << "it gave signs of life";
}

TEST(MastodonRun, a_stream_that_is_dead_is_opened_anew) {
    Instance instance;
    instance.streams = {giving("", false), giving(event(1), false)};
    PlatformRun run(local(instance));
    run.options.idle_timeout = 200ms;
    run.start();
    EXPECT_TRUE(run.until_seen(1));
}

TEST(MastodonRun, a_stream_without_a_timeline_tells_its_gaps) {
    Instance instance;
    instance.streams = {giving(event(100), true), giving(event(101), false)};
    PlatformRun run(make_source(
        "mastodon",
        {{"url", instance.url()}, {"stream", "direct"}, {"access_token", "secret:t0"}}));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_EQ(run.gaps.size(), 1U);
    EXPECT_EQ(instance.log.count("/api/v1/timelines"), 0U);
}

}  // namespace
}  // namespace hark::ingest
