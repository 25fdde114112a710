// VK as Hark goes to it: the Streaming API with its rules, Bots Long Poll, good days and bad.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rule.hpp"
#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::string post(int id) {
    return R"({"code":100,"event":{"event_type":"post","event_id":{"post_owner_id":1,"post_id":)" +
           std::to_string(id) + R"(},"action":"new","text":"t","author":{"id":1}}})";
}
std::string seen_post(int id) {
    return "created vk:wall_post:1_" + std::to_string(id);
}

/// What VK is for one test: it answers by what is asked. `log` has every request.
class Vk {
public:
    /// The stream of each connection; the last is that of all later ones.
    std::vector<WebSocketServer::Script> streams = {[](WebSocketPeer& peer) {
        peer.accept();
        peer.listen();
    }};
    std::string server_reply;  ///< of streaming.getServerUrl; empty: this server
    std::string rules = R"({"code":200,"rules":null})";
    std::string rule_reply = R"({"code":200})";
    std::vector<std::string> polls;  ///< replies of the long poll, one after another

    Vk() : server_({[this](WebSocketPeer& peer) { answer(peer); }}, own_certificate()) {}

    [[nodiscard]] std::string url() const { return "https://" + host_of(server_) + "/method"; }
    RequestLog log;

private:
    void answer(WebSocketPeer& peer) {
        const auto target = peer.target();
        log.add(peer.method() + " " + target + " " + peer.body());
        if (target == "/method/streaming.getServerUrl") {
            peer.raw(server_reply.empty()
                         ? http_reply("200 OK", R"({"response":{"endpoint":")" + host_of(server_) +
                                                    R"(","key":"k+1"}})")
                         : std::exchange(server_reply, ""));
        } else if (target == "/method/groups.getLongPollServer") {
            peer.raw(http_reply("200 OK", R"({"response":{"server":"https://)" + host_of(server_) +
                                              R"(/lp","key":"k1","ts":"10"}})"));
        } else if (target.starts_with("/rules")) {
            peer.raw(http_reply("200 OK", peer.method() == "GET" ? rules : rule_reply));
        } else if (target.starts_with("/lp")) {
            if (poll_ < polls.size()) peer.raw(polls[poll_++]);
            else peer.listen();
        } else {
            streams[std::min(stream_++, streams.size() - 1)](peer);
        }
    }

    std::size_t poll_ = 0;
    std::size_t stream_ = 0;
    WebSocketServer server_;
};

WebSocketServer::Script giving(std::vector<std::string> messages, bool breaks) {
    return [messages = std::move(messages), breaks](WebSocketPeer& peer) {
        peer.accept();
        for (const auto& message : messages) peer.text(message);
        if (!breaks) peer.listen();
    };
}

std::unique_ptr<platforms::Platform> streaming(const Vk& vk) {
    return make_source(
        "vk",
        {{"api", "streaming"}, {"access_token", "secret:service key"}, {"api_url", vk.url()}});
}
std::unique_ptr<platforms::Platform> long_poll(const Vk& vk) {
    return make_source("vk", {{"api", "long_poll"},
                              {"access_token", "secret:group key"},
                              {"group_id", "7"},
                              {"api_url", vk.url()}});
}

// -- Streaming

TEST(VkStreamingRun, asks_for_its_server_makes_the_rules_its_own_and_listens) {
    Vk vk;
    vk.rules = R"({"code":200,"rules":[{"value":"old","tag":"hark:old"},)"
               R"({"value":"theirs","tag":"theirs"},{"value":"acme","tag":"hark:acme"}]})";
    vk.streams = {giving({post(1), R"({"code":200,"rules":[]})", post(2)}, false)};
    PlatformRun run(streaming(vk));
    Brand brand;
    brand.names = {"Acme*", "re:ac.e", "acme shop"};
    brand.hashtags = {"#acme", "#acme\"s"};
    brand.names[0] = "acme*";
    const std::vector<Brand> brands = {brand};
    run.platform->set_brands(brands);
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_THAT(run.seen, ElementsAre(seen_post(1), seen_post(2)));
    EXPECT_THAT(
        vk.log.lines(),
        ElementsAre("POST /method/streaming.getServerUrl "
                    "v=5.199&access_token=service%20key",
                    "GET /rules?key=k%2B1 ", R"(DELETE /rules?key=k%2B1 {"tag":"hark:old"})",
                    R"(POST /rules?key=k%2B1 )"
                    R"({"rule":{"value":"acme shop","tag":"hark:acme shop"}})",
                    "GET /stream?key=k%2B1&stream_id=0 "));
    EXPECT_THAT(run.errors, IsEmpty());
    EXPECT_THAT(run.gaps, IsEmpty());
}

TEST(VkStreamingRun, frames_in_pieces_of_any_size) {
    std::string bytes;
    for (const auto* name : {"post", "comment", "comment_delete", "share"})
        bytes +=
            websocket_frame(read_file(HARK_SOURCE_DIR "/tests/platforms/payloads/vk/streaming_" +
                                      std::string(name) + ".json"));
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        Vk vk;
        vk.streams = {[&](WebSocketPeer& peer) {
            peer.accept();
            write_in_pieces(peer, bytes, size);
            peer.listen();
        }};
        PlatformRun run(streaming(vk));
        run.start();
        ASSERT_TRUE(run.until_seen(4)) << size;
        EXPECT_THAT(run.seen, ElementsAre("created vk:wall_post:1999000011_901",
                                          "created vk:wall_reply:-999000002_5007",
                                          "deleted vk:wall_reply:-999000002_5007",
                                          "created vk:wall_post:1999000013_77"))
            << size;
        EXPECT_THAT(run.errors, IsEmpty()) << size;
    }
}

TEST(VkStreamingRun, a_break_is_a_gap) {
    Vk vk;
    vk.streams = {giving({post(1)}, true), giving({post(2)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_EQ(run.gaps.size(), 1U);
}

TEST(VkStreamingRun, a_server_that_goes_away_is_asked_for_anew) {
    Vk vk;
    vk.streams = {
        giving({R"({"code":300,"service_message":{"message":"m","service_code":3000}})"}, false),
        giving({post(2)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_EQ(vk.log.count("POST /method/streaming.getServerUrl"), 2U);
    EXPECT_THAT(run.errors, IsEmpty());
}

TEST(VkStreamingRun, an_error_in_the_stream_is_one_and_ends_it) {
    Vk vk;
    vk.streams = {
        giving({R"({"code":400,"error":{"message":"Wrong key","error_code":1004}})"}, false),
        giving({post(2)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(run.errors, ElementsAre("unknown_platform_error"));
    EXPECT_EQ(vk.log.count("POST /method/streaming.getServerUrl"), 2U);
}

TEST(VkStreamingRun, a_refused_stream_needs_a_new_key) {
    Vk vk;
    vk.streams = {[](WebSocketPeer& peer) { peer.raw(http_reply("400 Bad Request", "")); },
                  giving({post(2)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_EQ(vk.log.count("POST /method/streaming.getServerUrl"), 2U);
}

TEST(VkStreamingRun, a_token_that_is_refused_is_said_and_asked_seldom) {
    Vk vk;
    vk.server_reply = http_reply("200 OK", R"({"error":{"error_code":5,"error_msg":"no"}})");
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_state(LinkState::refused));
    EXPECT_THAT(run.status().problem, HasSubstr("error 5"));
    run.for_a_while(100ms);
    EXPECT_EQ(vk.log.count("POST /method/streaming.getServerUrl"), 1U);
    EXPECT_TRUE(run.until_state(LinkState::up)) << "somebody may have mended it";
}

TEST(VkStreamingRun, a_busy_server_is_asked_again) {
    Vk vk;
    vk.server_reply = http_reply("503 Busy", "");
    vk.streams = {giving({post(1)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
}

TEST(VkStreamingRun, an_endpoint_that_is_more_than_a_host_gets_no_key) {
    Vk vk;
    vk.server_reply =
        http_reply("200 OK", R"({"response":{"endpoint":"evil.example/x?","key":"k"}})");
    vk.streams = {giving({post(1)}, false)};
    PlatformRun run(streaming(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_EQ(vk.log.count("POST /method/streaming.getServerUrl"), 2U);
}

TEST(VkStreamingRun, a_rule_that_vk_refuses_leaves_the_others) {
    Vk vk;
    vk.rule_reply = R"({"code":400,"error":{"message":"m","error_code":2003}})";
    vk.streams = {giving({post(1)}, false)};
    PlatformRun run(make_source("vk", {{"api", "streaming"},
                                       {"access_token", "secret:k"},
                                       {"api_url", vk.url()},
                                       {"rules", "\"acme shop\" -jobs"}}));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(vk.log.lines(), Contains(HasSubstr(R"({"value":"\"acme shop\" -jobs",)"
                                                   R"("tag":"hark:\"acme)")));
    EXPECT_EQ(vk.log.count("POST /rules"), 1U);
}

TEST(VkStreamingRun, a_stream_that_does_not_even_answer_pings_is_opened_anew) {
    Vk vk;
    vk.streams = {[](WebSocketPeer& peer) {
                      peer.accept();
                      std::this_thread::sleep_for(600ms);
                  },
                  giving({post(1)}, false)};
    PlatformRun run(streaming(vk));
    run.options.idle_timeout = 200ms;
    run.start();
    EXPECT_TRUE(run.until_seen(1));
    EXPECT_EQ(vk.log.count("GET /stream"), 2U);
}

// -- Long Poll

std::string events(std::string_view ts, int id) {
    return http_reply("200 OK",
                      R"({"ts":")" + std::string(ts) +
                          R"(","updates":[{"type":"wall_post_new","group_id":7,"event_id":"e)" +
                          std::to_string(id) + R"(","object":{"id":)" + std::to_string(id) +
                          R"(,"owner_id":1,"from_id":1,"date":7,"text":"t"}}]})");
}

TEST(VkLongPollRun, asks_from_the_last_events_on) {
    Vk vk;
    vk.polls = {events("11", 1), events("12", 2)};
    PlatformRun run(long_poll(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    ASSERT_TRUE(run.until([&] { return vk.log.lines().size() == 4; }));
    EXPECT_THAT(run.seen, ElementsAre(seen_post(1), seen_post(2)));
    EXPECT_THAT(vk.log.lines(), ElementsAre("POST /method/groups.getLongPollServer "
                                            "v=5.199&access_token=group%20key&group_id=7",
                                            "GET /lp?act=a_check&key=k1&ts=10&wait=25 ",
                                            "GET /lp?act=a_check&key=k1&ts=11&wait=25 ",
                                            "GET /lp?act=a_check&key=k1&ts=12&wait=25 "));
    EXPECT_THAT(run.gaps, IsEmpty());
}

TEST(VkLongPollRun, takes_the_servers_ts_when_its_own_is_too_old) {
    Vk vk;
    vk.polls = {events("11", 1), http_reply("200 OK", R"({"failed":1,"ts":30})"), events("31", 2)};
    PlatformRun run(long_poll(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_THAT(run.gaps, ElementsAre("cursor_too_old"));
    EXPECT_THAT(vk.log.lines(), Contains(HasSubstr("ts=30")));
    EXPECT_TRUE(run.until([&] { return vk.log.count("GET /lp?act=a_check&key=k1&ts=31") == 1; }));
}

TEST(VkLongPollRun, a_key_that_is_over_is_fetched_anew_and_nothing_is_missed) {
    Vk vk;
    vk.polls = {events("11", 1), http_reply("200 OK", R"({"failed":2})"), events("12", 2)};
    PlatformRun run(long_poll(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_EQ(vk.log.count("POST /method/groups.getLongPollServer"), 2U);
    EXPECT_EQ(vk.log.count("GET /lp?act=a_check&key=k1&ts=11"), 2U);
    EXPECT_THAT(run.gaps, IsEmpty());
}

TEST(VkLongPollRun, a_lost_history_is_a_gap) {
    Vk vk;
    vk.polls = {events("55", 1), http_reply("200 OK", R"({"failed":3})"), events("11", 2)};
    PlatformRun run(long_poll(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_THAT(run.gaps, ElementsAre("cursor_too_old"));
    EXPECT_EQ(vk.log.count("GET /lp?act=a_check&key=k1&ts=10"), 2U);
}

TEST(VkLongPollRun, bad_days_are_waited_for) {
    Vk vk;
    vk.polls = {
        http_reply("503 Busy", ""),      http_reply("429 Slow", "", "Retry-After: 1\r\n"),
        http_reply("429 Slow", ""),      "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ts",
        http_reply("200 OK", "no json"), events("11", 1)};
    PlatformRun run(long_poll(vk));
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(run.seen, ElementsAre(seen_post(1)));
    EXPECT_THAT(run.gaps, IsEmpty());
}

}  // namespace
}  // namespace hark::ingest
