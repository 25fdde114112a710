// Each client that Hark has, against a TLS server that has the bad days which the platforms are
// known for. What one platform alone does is tested with that platform.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <thread>

#include "ingest/platform_run.hpp"

namespace hark::ingest {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

enum class Shape { poll, response, websocket };

struct Client {
    std::string name;
    std::string platform;
    SettingPairs settings;
    Shape shape;
    std::string good;            ///< the reply, or the bytes or message, that holds one mention
    std::string seen;            ///< which; empty: a good reply tells nothing
    std::string token_key = {};  ///< takes two tokens while one is changed
    /// What is asked before, or beside: the beginning of the target, and the reply's body.
    std::vector<std::pair<std::string, std::string>> around = {};
    bool renews = false;  ///< what it was refused with it fetches anew
};

void PrintTo(const Client& client, std::ostream* out) {
    *out << client.name;
}

std::string file(const std::string& name) {
    return read_file(HARK_SOURCE_DIR "/tests/platforms/" + name);
}

SettingPairs with(SettingPairs all, const SettingPairs& more) {
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

const std::string kVkPost =
    R"({"code":100,"event":{"event_type":"post","event_id":{"post_owner_id":1,"post_id":1},)"
    R"("action":"new","text":"t","author":{"id":1}}})";
const std::string kStatus =
    R"({"id":"1","uri":"https://b.example/1","content":"x","account":{"acct":"ola"}})";
const SettingPairs kVk = {{"access_token", "secret:k"}, {"api_url", "https://%/method"}};
const SettingPairs kMastodon = {{"url", "https://%"}, {"stream", "public:local"}};
const SettingPairs kGeneric = {{"platform_name", "g"}};
const std::vector<std::pair<std::string, std::string>> kInstance = {{"/api/v2/instance", "{}"},
                                                                    {"/api/v1/timelines", "[]"}};
const std::string kBlueskySeen =
    "created bluesky:at://did:plc:exampleaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3mgexampl2k22";

const std::vector<Client> kClients = {
    {"x",
     "x",
     {{"url", "https://%"}, {"stream", "filtered"}},
     Shape::response,
     R"({"data":{"id":"1","text":"a"}})"
     "\r\n",
     "created x:1",
     "bearer_token"},
    {"telegram",
     "telegram",
     {{"url", "https://%"}},
     Shape::poll,
     R"({"ok":true,"result":[{"update_id":7,"message":{"message_id":7,"chat":{"id":5},)"
     R"("date":1772443010,"text":"a"}}]})",
     "created telegram:5:7",
     "bot_token"},
    {"discord",
     "discord",
     {{"url", "wss://%"}, {"bot_token", "secret:MTk"}},
     Shape::websocket,
     R"({"op":0,"s":1,"t":"MESSAGE_CREATE","d":{"id":"1","channel_id":"7","content":"a",)"
     R"("author":{"id":"8"}}})",
     "created discord:1"},
    {"vk_streaming",
     "vk",
     with(kVk, {{"api", "streaming"}}),
     Shape::websocket,
     kVkPost,
     "created vk:wall_post:1_1",
     "",
     {{"/method/streaming.getServerUrl", R"({"response":{"endpoint":"%","key":"k"}})"},
      {"/rules", R"({"code":200,"rules":null})"}},
     true},
    {"vk_long_poll",
     "vk",
     with(kVk, {{"api", "long_poll"}, {"group_id", "7"}}),
     Shape::poll,
     R"({"ts":"11","updates":[{"type":"wall_post_new","group_id":7,"event_id":"e",)"
     R"("object":{"id":1,"owner_id":1,"from_id":1,"date":7,"text":"t"}}]})",
     "created vk:wall_post:1_1",
     "",
     {{"/method/groups.getLongPollServer",
       R"({"response":{"server":"https://%/lp","key":"k1","ts":"10"}})"}}},
    {"mastodon_events", "mastodon", kMastodon, Shape::response,
     "event: update\ndata: " + kStatus + "\n\n", "created mastodon:https://b.example/1",
     "access_token", kInstance},
    {"mastodon_websocket", "mastodon", with(kMastodon, {{"transport", "websocket"}}),
     Shape::websocket,
     R"({"stream":["public:local"],"event":"update","payload":"{\"id\":\"1\",)"
     R"(\"uri\":\"https://b.example/1\",\"content\":\"x\",\"account\":{\"acct\":\"ola\"}}"})",
     "created mastodon:https://b.example/1", "access_token", kInstance},
    {"reddit",
     "reddit",
     {{"client_id", "app"},
      {"client_secret", "secret:s"},
      {"user_agent", "linux:hark:1"},
      {"subreddits", "example"},
      {"interval", "1 s"},
      {"api_url", "https://%"},
      {"token_url", "https://%/token"}},
     Shape::poll,
     R"({"kind":"Listing","data":{"children":[{"kind":"t1","data":{"name":"t1_a",)"
     R"("body":"b"}}]}})",
     "created reddit:t1_a",
     "",
     {{"/token", R"({"access_token":"T","expires_in":86400})"}},
     true},
    {"youtube_comments",
     "youtube",
     {{"channels", "UC1"},
      {"api_key", "secret:s"},
      {"quota", "8640000"},
      {"api_url", "https://%/v3"}},
     Shape::poll,
     R"({"items":[{"snippet":{"videoId":"V","topLevelComment":{"id":"20","snippet":{)"
     R"("textOriginal":"t","publishedAt":"2026-03-02T11:00:20Z",)"
     R"("updatedAt":"2026-03-02T11:00:20Z"}}}}]})",
     "created youtube:comment:20"},
    {"youtube_hub",
     "youtube",
     {{"channels", "UC1"},
      {"secret", "secret:s"},
      {"callback", "https://hark.example/yt"},
      {"hub", "https://%/subscribe"}},
     Shape::poll,
     "",
     ""},
    {"bluesky_v1",
     "bluesky",
     {{"url", "wss://%/subscribe"}, {"compress", "false"}},
     Shape::websocket,
     file("payloads/bluesky/v1_post_create.json"),
     kBlueskySeen},
    {"bluesky_relay",
     "bluesky",
     {{"url", "wss://%/xrpc"}, {"protocol", "relay"}},
     Shape::websocket,
     file("fuzz/corpus/bluesky_relay/v1_post_create"),
     kBlueskySeen},
    {"generic_poll", "generic", with(kGeneric, {{"url", "https://%"}, {"interval", "1 s"}}),
     Shape::poll, R"([{"id":"1","text":"a"}])", "created g:1"},
    {"generic_lines", "generic", with(kGeneric, {{"url", "https://%"}, {"read", "lines"}}),
     Shape::response,
     R"({"id":"1","text":"a"})"
     "\n",
     "created g:1"},
    {"generic_events", "generic", with(kGeneric, {{"url", "https://%"}, {"read", "events"}}),
     Shape::response, "data: {\"id\":\"1\",\"text\":\"a\"}\n\n", "created g:1"},
    {"generic_websocket", "generic", with(kGeneric, {{"url", "wss://%"}}), Shape::websocket,
     R"({"id":"1","text":"a"})", "created g:1"},
};

class LiveBadDay : public testing::TestWithParam<Client> {
protected:
    /// The good day comes after the bad ones.
    Live& meet(std::vector<WebSocketServer::Script> bad_ones, SettingPairs more = {}) {
        bad = std::move(bad_ones);
        auto settings = GetParam().settings;
        if (more.empty() && !GetParam().token_key.empty())
            settings.emplace_back(GetParam().token_key, "secret:12:aB");
        settings.insert(settings.end(), more.begin(), more.end());
        live.emplace(
            GetParam().platform, settings,
            std::vector<WebSocketServer::Script>{[this](WebSocketPeer& peer) { answer(peer); }});
        live->options.refused_wait = 20s;
        return *live;
    }
    [[nodiscard]] bool is_told() {
        if (!GetParam().seen.empty()) return live->until_seen(1);
        return live->until_state(LinkState::up);
    }
    [[nodiscard]] std::size_t asked() const { return count; }
    /// Between two requests.
    [[nodiscard]] Clock::duration wait_after(std::size_t request) const {
        return times[request + 1] - times[request];
    }

    static WebSocketServer::Script refusing(const std::string& reason,
                                            const std::string& headers = {}) {
        return replying(http_reply(reason, "{}", headers));
    }
    /// Until just before anything that matters.
    static void open(WebSocketPeer& peer) {
        if (GetParam().shape == Shape::response) peer.raw("HTTP/1.1 200 OK\r\n\r\n");
        if (GetParam().shape == Shape::websocket) peer.accept();
    }

private:
    void answer(WebSocketPeer& peer) {
        ++requests;
        const auto target = peer.target();
        for (auto [path, body] : GetParam().around) {
            if (!target.starts_with(path)) continue;
            if (const auto at = body.find('%'); at != std::string::npos)
                body.replace(at, 1, host_of(live->server));
            return peer.raw(http_reply("200 OK", body));
        }
        const std::size_t now = count;
        if (now < times.size()) times[now] = Clock::now();
        ++count;
        if (now < bad.size()) return bad[now](peer);
        if (GetParam().shape == Shape::poll) return peer.raw(http_reply("200 OK", GetParam().good));
        open(peer);
        if (GetParam().platform == "discord") {
            peer.text(R"({"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null})");
            EXPECT_THAT(peer.hear(), HasSubstr(R"("op":2)"));
        }
        if (GetParam().shape == Shape::response) peer.raw(GetParam().good);
        else if (GetParam().name == "bluesky_relay") peer.binary(GetParam().good);
        else peer.text(GetParam().good);
        peer.listen();
    }

    std::vector<WebSocketServer::Script> bad;
    std::atomic<std::size_t> count{0};
    std::array<Clock::time_point, 16> times{};

protected:
    std::atomic<std::size_t> requests{0};  ///< of any kind
    std::optional<Live> live;              // the server's thread uses what stands above
};

TEST_P(LiveBadDay, asked_too_often_waits_as_long_as_it_is_told_and_else_longer_and_longer) {
    auto& client = meet({refusing("429 Too Many Requests", "Retry-After: 1\r\n"),
                         refusing("429 Too Many Requests"), refusing("420 Enhance Your Calm"),
                         refusing("503 Busy")});
    client.options.rate_limit_wait = 100ms;
    client.start();
    ASSERT_TRUE(is_told());
    EXPECT_GE(wait_after(0), 950ms);
    EXPECT_GE(wait_after(1), 200ms) << "the second time";
    EXPECT_GE(wait_after(2), 400ms) << "the third time";
    EXPECT_EQ(client.total("hark_source_failures_total"), 4U);
    EXPECT_THAT(client.errors, IsEmpty());
}

TEST_P(LiveBadDay, a_servers_clock_may_be_years_off) {
    auto& client = meet({refusing("429 Too Many Requests",
                                  "Date: Fri, 22 Nov 2047 10:00:00 GMT\r\n"
                                  "Retry-After: Fri, 22 Nov 2047 10:00:01 GMT\r\n")});
    client.start();
    ASSERT_TRUE(is_told());
    EXPECT_GE(wait_after(0), 950ms);
}

TEST_P(LiveBadDay, cut_in_the_middle_of_a_message_is_no_message) {
    const auto cut = [](WebSocketPeer& peer) {
        open(peer);
        const auto half = GetParam().good.substr(0, GetParam().good.size() / 2);
        if (GetParam().shape == Shape::poll)
            peer.raw("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + half);
        else if (GetParam().shape == Shape::websocket)
            peer.raw(std::string("\x81\x7E\x10\x00", 4) + half);
        else peer.raw(half);
    };
    auto& client = meet({cut, cut});
    client.start();
    ASSERT_TRUE(is_told());
    if (!GetParam().seen.empty()) {
        EXPECT_EQ(client.seen.at(0), GetParam().seen);
    }
    EXPECT_THAT(client.errors, IsEmpty());
    EXPECT_EQ(client.total("hark_source_failures_total"), 2U);
    EXPECT_EQ(asked(), 3U);
}

TEST_P(LiveBadDay, cut_in_the_middle_of_a_header_or_before) {
    auto& client = meet({replying("HTTP/1.1 200 OK\r\nContent-"), [](WebSocketPeer&) {},
                         replying("\x15\x03"), refusing("502 Bad Gateway")});
    client.start();
    ASSERT_TRUE(is_told());
    EXPECT_EQ(client.total("hark_source_failures_total"), 4U);
    EXPECT_THAT(client.errors, IsEmpty());
}

/// Not polls: a call has its time-out, see bad_days_test.
class LiveBadStream : public LiveBadDay {};

TEST_P(LiveBadStream, open_and_silent) {
    auto& client = meet({[](WebSocketPeer& peer) {
        open(peer);
        std::this_thread::sleep_for(900ms);  // not even a ping is answered
    }});
    client.options.idle_timeout = 200ms;
    client.options.ping_interval = 50ms;
    client.start();
    ASSERT_TRUE(is_told());
    EXPECT_EQ(client.total("hark_stream_idle_total"), 1U);
}

TEST_P(LiveBadDay, credentials_that_are_refused) {
    auto& client = meet({refusing("401 Unauthorized")});
    client.start();
    if (GetParam().renews) {
        EXPECT_TRUE(is_told()) << "with a new key";
        return;
    }
    ASSERT_TRUE(client.until_state(LinkState::refused));
    EXPECT_THAT(client.status().problem, HasSubstr("401"));
    client.for_a_while(200ms);
    EXPECT_EQ(asked(), 1U) << "not again soon";
}

class LiveRotation : public LiveBadDay {};

TEST_P(LiveRotation, a_rotated_token) {
    const std::vector<Setting> two = {"secret:12:aB", "secret:34:cD"};
    auto& client = meet({refusing("401 Unauthorized")}, {{GetParam().token_key, two}});
    client.start();
    EXPECT_TRUE(is_told()) << "without the long wait for somebody's hand";
}

TEST_P(LiveBadDay, a_server_that_nobody_vouches_for_is_told_nothing) {
    auto& client = meet({});
    client.options.ca_file.clear();
    client.start();
    ASSERT_TRUE(client.until([&] { return !client.status().problem.empty(); }));
    EXPECT_THAT(client.status().problem, HasSubstr("certificate"));
    EXPECT_EQ(requests, 0U);
}

template <typename Test>
std::vector<Client> clients_that(Test test) {
    std::vector<Client> some;
    std::copy_if(kClients.begin(), kClients.end(), std::back_inserter(some), test);
    return some;
}
std::string name_of(const testing::TestParamInfo<Client>& given) {
    return given.param.name;
}
INSTANTIATE_TEST_SUITE_P(Clients, LiveBadDay, testing::ValuesIn(kClients), name_of);
INSTANTIATE_TEST_SUITE_P(Clients, LiveBadStream,
                         testing::ValuesIn(clients_that([](const Client& client) {
                             return client.shape != Shape::poll;
                         })),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Clients, LiveRotation,
                         testing::ValuesIn(clients_that([](const Client& client) {
                             return !client.token_key.empty();
                         })),
                         name_of);

}  // namespace
}  // namespace hark::ingest
