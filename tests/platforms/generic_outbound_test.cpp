// The generic platform where Hark goes to the sender: what it asks, and how a place is kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using namespace std::chrono_literals;

Call call_of(Platform& platform, std::string_view cursor = {}) {
    Progress progress;
    progress.cursor = Cursor(cursor);
    return std::get<Call>(platform.next(progress));
}
StreamRequest stream_of(Platform& platform, std::string_view cursor = {}) {
    Progress progress;
    progress.cursor = Cursor(cursor);
    return std::get<StreamRequest>(platform.next(progress));
}
Mentions decoded(Platform& platform, std::string_view body) {
    static Arena arena;
    const PaddedBytes bytes(body);
    Frame frame;
    frame.bytes = bytes.view();
    Mentions out;
    EXPECT_EQ(platform.decode(frame, arena, out), Errc::ok);
    return out;
}

TEST(GenericOutbound, without_an_address_there_is_nothing_to_go_to) {
    const auto platform = make("generic", R"({"verify":"none"})");
    EXPECT_EQ(platform->next({}).index(), 0U);
}

TEST(GenericOutbound, a_poll_asks_with_its_cursor_and_waits_its_interval) {
    const auto platform = make("generic", R"({"url":"https://api.example.com/v1?sort=new",
        "headers":{"Accept":"application/json"},
        "secret_headers":{"Authorization":"secret:Bearer x"},
        "interval":"30 s","cursor":"/meta/next","cursor_parameter":"after","more":"/meta/more",
        "mapping":{"items":"/data","id":"/id","text":"/text"}})");
    auto call = call_of(*platform);
    EXPECT_EQ(call.method, "GET");
    EXPECT_EQ(call.url, "https://api.example.com/v1?sort=new");
    EXPECT_THAT(call.headers, ElementsAre(Pair("Accept", "application/json"),
                                          Pair("Authorization", "Bearer x")));
    EXPECT_EQ(call.delay, 0s) << "the first time at once";

    auto page = decoded(
        *platform, R"({"data":[{"id":"1","text":"a"}],"meta":{"next":"é 7","more":true}})");
    ASSERT_EQ(page.list.size(), 1U);
    EXPECT_EQ(page.cursor.text(), "é 7");
    call = call_of(*platform, page.cursor.text());
    EXPECT_EQ(call.url, "https://api.example.com/v1?sort=new&after=%C3%A9%207");
    EXPECT_EQ(call.delay, 0s) << "there is more";

    page = decoded(*platform, R"({"data":[],"meta":{"next":9,"more":false}})");
    EXPECT_EQ(page.cursor.text(), "9");
    EXPECT_EQ(call_of(*platform, "9").delay, 30s);
    EXPECT_TRUE(platform->is_ours());
}

TEST(GenericOutbound, a_body_makes_it_a_post_and_a_header_may_hold_the_place) {
    const auto platform = make("generic", R"({"url":"http://a.example","body":"{}",
        "cursor":"/0/id","cursor_header":"X-After"})");
    const auto call = call_of(*platform, "5");
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.url, "http://a.example");
    EXPECT_THAT(call.headers, ElementsAre(Pair("X-After", "5")));
    EXPECT_EQ(decoded(*platform, R"([{"id":"8","text":"b"},{"id":"7","text":"a"}])").cursor.text(),
              "8");
}

TEST(GenericOutbound, what_says_that_there_is_more) {
    const auto platform = make("generic", R"({"url":"https://a.example","more":"/more"})");
    const auto delay = [&](const std::string& more) {
        decoded(*platform, R"({"id":"1","text":"a","more":)" + more + "}");
        return call_of(*platform).delay;
    };
    for (const auto* yes : {"true", "1", "\"page2\""}) EXPECT_EQ(delay(yes), 0s) << yes;
    for (const auto* no : {"false", "0", "null", "\"\"", "[]"}) EXPECT_EQ(delay(no), 60s) << no;
}

TEST(GenericOutbound, nothing_new_is_no_frame) {
    struct Reply final : HttpResponse {
        Reply(unsigned code, std::string_view text) { status = code, body = text; }
        [[nodiscard]] std::string_view header(std::string_view) const noexcept override {
            return {};
        }
    };
    const auto platform = make("generic", R"({"url":"https://a.example"})");
    EXPECT_FALSE(platform->replied(Reply(200, "")).decode);
    EXPECT_FALSE(platform->replied(Reply(204, "")).decode);
    EXPECT_EQ(platform->replied(Reply(304, "")).problem, "");
    EXPECT_TRUE(platform->replied(Reply(200, "{}")).decode);
    EXPECT_TRUE(platform->replied(Reply(401, "{}")).lasting);
}

TEST(GenericOutbound, streams) {
    auto stream = stream_of(*make("generic", R"({"url":"wss://a.example/live",
        "secret_hello":"secret:{\"token\":\"t\"}","cursor":"/seq","cursor_parameter":"from"})"),
                            "12");
    EXPECT_EQ(stream.url, "wss://a.example/live?from=12");
    EXPECT_EQ(stream.framing, Framing::websocket);
    EXPECT_EQ(stream.hello, R"({"token":"t"})");
    EXPECT_TRUE(stream.resumes);
    stream = stream_of(*make("generic", R"({"url":"https://a.example","read":"lines"})"));
    EXPECT_EQ(stream.framing, Framing::lines);
    EXPECT_FALSE(stream.resumes) << "it has no place to go on from";
    const auto events = make("generic", R"({"url":"https://a.example","read":"events"})");
    EXPECT_EQ(stream_of(*events).framing, Framing::events);
    EXPECT_FALSE(events->is_ours());
}

TEST(GenericOutbound, only_what_is_wanted_is_a_mention) {
    const auto platform = make("generic", R"({"url":"wss://a.example",
        "mapping":{"items":"/data","text":"/text","id":"/id","where":{"/type":"comment"}}})");
    const auto out = decoded(*platform, R"({"data":[{"type":"comment","id":"1","text":"a"},
        {"type":"like","id":"2"},{"id":"3","text":"no type"}]})");
    ASSERT_EQ(out.list.size(), 1U);
    EXPECT_EQ(out.list[0].id, "generic:1");
    EXPECT_EQ(out.ignored, 2U);
    EXPECT_EQ(decoded(*platform, R"({"type":"ping"})").ignored, 1U);
}

TEST(GenericOutbound, a_place_too_long_to_be_kept_is_none) {
    const auto platform = make("generic", R"({"url":"https://a.example","cursor":"/next",
        "cursor_parameter":"after"})");
    const std::string place(Cursor::kMaxBytes + 1, 'x');
    EXPECT_TRUE(
        decoded(*platform, R"({"id":"1","text":"a","next":")" + place + "\"}").cursor.empty());
}

TEST(GenericOutbound, wrong_keys_are_named) {
    const auto faulty = [](std::string_view settings) {
        std::vector<Fault> faults;
        (void)make("generic", settings, faults);
        return faults.empty() ? std::string{} : faults.front().what;
    };
    EXPECT_EQ(faulty(R"({"url":"ftp://a.example"})"), "`url` is a wss:// or https:// address");
    EXPECT_EQ(faulty(R"({"url":"wss://a.example","read":"lines"})"),
              "`read` is for https:// addresses");
    EXPECT_EQ(faulty(R"({"url":"https://a.example","hello":"hi"})"),
              "`hello` is said to a wss:// address only");
    EXPECT_EQ(faulty(R"({"url":"https://a.example","cursor":"/a"})"),
              "`cursor` goes with exactly one of `cursor_parameter` and `cursor_header`");
    EXPECT_EQ(faulty(R"({"url":"https://a.example","more":"next"})"),
              "`more` is a JSON Pointer such as /meta/next");
    EXPECT_NE(faulty(R"({"url":"https://a.example","secret_headers":{"A":"plain"}})"), "");
}

}  // namespace
}  // namespace hark::platforms::testing
