// The gateway against a server that behaves as Discord does, on good days and bad ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

const SettingPairs kBot = {{"url", "wss://%"}, {"bot_token", "secret:MTk.abc-d"}};
const std::string kIdentify = R"({"op":2,"d":{"token":"MTk.abc-d","intents":37376,)"
                              R"("properties":{"os":"linux","browser":"hark","device":"hark"}}})";
const std::string kResumed = R"({"op":0,"s":4,"t":"RESUMED","d":{}})";

std::string hello(int interval_ms = 41'250) {
    return R"({"t":null,"s":null,"op":10,"d":{"heartbeat_interval":)" +
           std::to_string(interval_ms) + "}}";
}
std::string ready(const std::string& resume_url) {
    return R"({"op":0,"s":1,"t":"READY","d":{"v":10,"user":{"id":"90"},"session_id":"5e55",)"
           R"("resume_gateway_url":")" +
           resume_url + R"("}})";
}
std::string message(int s, const std::string& id) {
    return R"({"op":0,"s":)" + std::to_string(s) + R"(,"t":"MESSAGE_CREATE","d":{"id":")" + id +
           R"(","channel_id":"7","content":"a","author":{"id":"8"}}})";
}

/// What the client said when it was greeted, and where.
struct Greetings {
    std::vector<std::string> said;
    std::vector<std::string> targets;

    /// Greets, notes the answer, and goes on with `then`.
    WebSocketServer::Script greet(std::function<void(WebSocketPeer&)> then,
                                  int interval_ms = 41'250) {
        return [this, then = std::move(then), interval_ms](WebSocketPeer& peer) {
            targets.push_back(peer.target());
            peer.accept();
            peer.text(hello(interval_ms));
            said.push_back(peer.hear());
            then(peer);
        };
    }
};

TEST(LiveDiscord, greets_and_listens) {
    Greetings greetings;
    Live discord("discord", kBot, {greetings.greet([](WebSocketPeer& peer) {
                     peer.text(ready("wss://other"));
                     peer.text(message(2, "1"));
                     peer.listen();
                 })});
    discord.start();
    ASSERT_TRUE(discord.until_seen(1));
    EXPECT_THAT(discord.seen, ElementsAre("created discord:1"));
    EXPECT_THAT(greetings.said, ElementsAre(kIdentify));
    EXPECT_THAT(greetings.targets, ElementsAre("/?v=10&encoding=json"));
    EXPECT_EQ(discord.cursor(), "2 5e55");
}

TEST(LiveDiscord, resumes_where_it_broke_off) {
    Greetings greetings;
    std::string resume_url;
    Live discord("discord", kBot,
                 {greetings.greet([&](WebSocketPeer& peer) {
                      peer.text(ready(resume_url));
                      peer.text(message(2, "1"));
                      peer.farewell(4000);
                  }),
                  greetings.greet([](WebSocketPeer& peer) {
                      peer.text(message(3, "2"));
                      peer.text(kResumed);
                      peer.text(R"({"op":7,"d":null,"s":null,"t":null})");
                      peer.listen();
                  }),
                  greetings.greet([](WebSocketPeer& peer) {
                      peer.text(message(5, "3"));
                      peer.listen();
                  })});
    resume_url = "wss://" + host_of(discord.server) + "/resumed/";
    discord.start();
    ASSERT_TRUE(discord.until_seen(3));
    EXPECT_THAT(
        greetings.said,
        ElementsAre(kIdentify, R"({"op":6,"d":{"token":"MTk.abc-d","session_id":"5e55","seq":2}})",
                    R"({"op":6,"d":{"token":"MTk.abc-d","session_id":"5e55","seq":4}})"));
    EXPECT_THAT(greetings.targets,
                ElementsAre("/?v=10&encoding=json", "/resumed/?v=10&encoding=json",
                            "/resumed/?v=10&encoding=json"));
    EXPECT_THAT(discord.gaps, IsEmpty());
}

TEST(LiveDiscord, a_session_that_is_gone_is_begun_anew_and_the_gap_is_told) {
    for (const int code : {4007, 4009}) {
        Greetings greetings;
        Live discord("discord", kBot,
                     {greetings.greet([code](WebSocketPeer& peer) {
                          peer.text(ready("wss://localhost:1"));
                          peer.text(message(2, "1"));
                          peer.farewell(static_cast<std::uint16_t>(code));
                      }),
                      greetings.greet([](WebSocketPeer& peer) {
                          peer.text(ready(""));
                          peer.text(message(2, "2"));
                          peer.listen();
                      })});
        discord.start();
        ASSERT_TRUE(discord.until_seen(2)) << code;
        EXPECT_THAT(greetings.said, ElementsAre(kIdentify, kIdentify)) << code;
        EXPECT_EQ(discord.gaps.size(), 1U) << code;
    }
}

TEST(LiveDiscord, an_invalid_session_is_begun_anew_after_a_while) {
    Greetings greetings;
    Live discord("discord", kBot,
                 {greetings.greet([](WebSocketPeer& peer) {
                      peer.text(ready("wss://localhost:1"));
                      peer.text(R"({"op":9,"d":false,"s":null,"t":null})");
                      peer.listen();
                  }),
                  greetings.greet([](WebSocketPeer& peer) {
                      peer.text(message(2, "2"));
                      peer.listen();
                  })});
    const auto began = std::chrono::steady_clock::now();
    discord.start();
    ASSERT_TRUE(discord.until_seen(1));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
    EXPECT_THAT(greetings.said, ElementsAre(kIdentify, kIdentify));
}

TEST(LiveDiscord, what_needs_somebodys_hand_is_asked_seldom) {
    for (const int code : {4004, 4010, 4011, 4012, 4013, 4014}) {
        Live discord("discord", kBot, {[code](WebSocketPeer& peer) {
                         peer.accept();
                         peer.text(hello());
                         peer.farewell(static_cast<std::uint16_t>(code));
                     }});
        discord.start();
        EXPECT_TRUE(discord.until_state(LinkState::refused)) << code;
    }
}

TEST(LiveDiscord, heartbeats_have_the_last_number_and_want_an_answer) {
    constexpr std::string_view kLastBeat = R"({"op":1,"d":2})";
    Greetings greetings;
    std::promise<std::string> beat;
    Live discord("discord", kBot,
                 {greetings.greet(
                      [&](WebSocketPeer& peer) {
                          peer.text(ready("wss://localhost:1"));
                          peer.text(message(2, "1"));
                          auto heard = peer.hear();
                          while (heard != kLastBeat) {  // its first may be early
                              peer.text(R"({"op":11,"d":null,"s":null,"t":null})");
                              heard = peer.hear();
                          }
                          beat.set_value(heard);  // and no answer
                          peer.listen();
                      },
                      1000),
                  [](WebSocketPeer& peer) {
                      peer.accept();
                      peer.text(message(3, "2"));
                      peer.listen();
                  }});
    discord.start();
    ASSERT_TRUE(discord.until([&] {
        return discord.status().state != LinkState::starting && !discord.status().problem.empty();
    }));
    EXPECT_EQ(discord.status().problem, "Discord does not answer heartbeats");
    EXPECT_EQ(beat.get_future().get(), kLastBeat);
}

TEST(LiveDiscord, a_heartbeat_that_is_asked_for_is_given) {
    Greetings greetings;
    std::string beat;
    Live discord("discord", kBot, {greetings.greet([&](WebSocketPeer& peer) {
                     peer.text(R"({"op":1,"d":null,"s":null,"t":null})");
                     beat = peer.hear();
                     peer.text(message(2, "1"));
                     peer.listen();
                 })});
    discord.start();
    ASSERT_TRUE(discord.until_seen(1));
    EXPECT_EQ(beat, R"({"op":1,"d":null})");
}

}  // namespace
}  // namespace hark::ingest
