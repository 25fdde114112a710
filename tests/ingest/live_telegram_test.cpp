// getUpdates against a server that behaves as Telegram does, on good days and bad ones.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using namespace std::chrono_literals;

std::string update(int id) {
    return R"({"update_id":)" + std::to_string(id) + R"(,"message":{"message_id":)" +
           std::to_string(id) + R"(,"chat":{"id":5},"date":1772443010,"text":"a"}})";
}
std::string updates(const std::string& list) {
    return http_reply("200 OK", R"({"ok":true,"result":[)" + list + "]}");
}
/// Telegram waits when there is nothing.
void nothing(WebSocketPeer& peer) {
    peer.listen();
}

class LiveTelegram : public testing::Test {
protected:
    Live& poll(std::vector<WebSocketServer::Script> scripts) {
        live.emplace("telegram",
                     SettingPairs{{"url", "https://%"}, {"bot_token", "secret:12:aB-c"}},
                     std::move(scripts));
        return *live;
    }
    WebSocketServer::Script noting(std::string answer) {
        return [this, answer = std::move(answer)](WebSocketPeer& peer) {
            targets.push_back(peer.method() + " " + peer.target());
            bodies.push_back(peer.body());
            peer.raw(answer);
        };
    }

    std::vector<std::string> targets;
    std::vector<std::string> bodies;
    std::optional<Live> live;
};

TEST_F(LiveTelegram, each_poll_confirms_the_one_before) {
    auto& telegram = poll({noting(updates(update(7) + "," + update(8))), noting(updates("")),
                           noting(updates(update(9))), nothing});
    telegram.start();
    ASSERT_TRUE(telegram.until_seen(3));
    ASSERT_TRUE(telegram.until([&] { return telegram.server.connections() == 4; }));
    EXPECT_THAT(telegram.seen, ElementsAre("created telegram:5:7", "created telegram:5:8",
                                           "created telegram:5:9"));
    EXPECT_EQ(targets[0], "POST /bot12:aB-c/getUpdates");
    EXPECT_THAT(bodies[0],
                StartsWith(R"({"timeout":50,"limit":100,"allowed_updates":["message",)"));
    EXPECT_THAT(bodies[1], StartsWith(R"({"offset":9,"timeout":50,)"));
    EXPECT_THAT(bodies[2], StartsWith(R"({"offset":9,"timeout":50,)"));
    EXPECT_THAT(telegram.cursor(), StartsWith("10 "));
}

TEST_F(LiveTelegram, one_bad_update_leaves_the_others_and_is_not_asked_for_again) {
    auto& telegram = poll({noting(updates(update(7) + R"(,{"update_id":8,"message":{"text":7}})")),
                           noting(updates(update(9))), nothing});
    telegram.start();
    ASSERT_TRUE(telegram.until_seen(2));
    EXPECT_EQ(telegram.refused, 1U);
    EXPECT_THAT(bodies[1], HasSubstr(R"("offset":9,)"));
}

TEST_F(LiveTelegram, the_wait_that_the_body_asks_for_is_waited) {
    auto& telegram = poll({replying(http_reply("429 Too Many Requests",
                                               R"({"ok":false,"parameters":{"retry_after":1}})")),
                           noting(updates(update(7))), nothing});
    telegram.options.rate_limit_wait = 10ms;
    const auto began = std::chrono::steady_clock::now();
    telegram.start();
    ASSERT_TRUE(telegram.until_seen(1));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(LiveTelegram, a_webhook_or_a_second_poller_needs_somebodys_hand) {
    auto& telegram = poll({replying(http_reply("409 Conflict", R"({"ok":false})"))});
    telegram.start();
    ASSERT_TRUE(telegram.until_state(LinkState::refused));
    EXPECT_THAT(telegram.status().problem, HasSubstr("a webhook is set"));
    EXPECT_THAT(telegram.status().problem, Not(HasSubstr("aB-c")));
}

TEST_F(LiveTelegram, a_token_that_is_none_needs_somebodys_hand) {
    for (const auto* status : {"401 Unauthorized", "404 Not Found"}) {
        auto& telegram = poll({replying(http_reply(status, R"({"ok":false})"))});
        telegram.start();
        EXPECT_TRUE(telegram.until_state(LinkState::refused)) << status;
    }
}

}  // namespace
}  // namespace hark::ingest
