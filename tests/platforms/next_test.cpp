// What platforms that Hark goes to want done next. How they fare against servers is in
// tests/ingest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

const auto kNow = *parse_rfc3339(kReceivedAt);

Progress progress(std::string_view cursor, Timestamp::duration unheard) {
    Progress at;
    at.cursor = Cursor(cursor);
    at.now = kNow;
    at.last_heard = kNow - unheard;
    return at;
}

struct Reply final : HttpResponse {
    Reply(unsigned code, std::uint32_t of, std::string_view text) : padded(text) {
        status = code;
        purpose = of;
        body = padded.view();
        received_at = kNow;
    }
    [[nodiscard]] std::string_view header(std::string_view) const noexcept override { return {}; }
    PaddedBytes padded;
};

std::size_t faults_of(std::string_view name, std::string_view settings) {
    std::vector<Fault> faults;
    const auto platform = make(name, settings, faults);
    EXPECT_EQ(platform == nullptr, !faults.empty());
    return faults.size();
}

TEST(NextOfX, AsksForWhatWasMissedAsFarAsItIsKept) {
    const auto x =
        make("x", R"({"stream":"filtered","bearer_token":"secret:t","backfill_minutes":5})");
    const auto request = [&](Timestamp::duration unheard) {
        return std::get<StreamRequest>(x->next(progress("", unheard)));
    };
    EXPECT_THAT(request(3min + 30s).url, HasSubstr("&backfill_minutes=4"));
    EXPECT_TRUE(request(3min + 30s).resumes);
    EXPECT_THAT(request(10min).url, HasSubstr("&backfill_minutes=5"));
    EXPECT_FALSE(request(10min).resumes);
    Progress first;
    first.now = kNow;
    EXPECT_THAT(std::get<StreamRequest>(x->next(first)).url, Not(HasSubstr("backfill")));
    EXPECT_FALSE(std::get<StreamRequest>(x->next(first)).resumes);
}

TEST(NextOfX, EveryStreamHasItsAddress) {
    for (const auto& [name, path] :
         {std::pair{"sample", "/2/tweets/sample/stream?tweet.fields="},
          {"sample10", "/2/tweets/sample10/stream?tweet.fields="},
          {"firehose", "/2/tweets/firehose/stream?tweet.fields="},
          {"activity", "/2/activity/stream"},
          {"post_compliance", "/2/tweets/compliance/stream?partition=2"},
          {"user_compliance", "/2/users/compliance/stream?partition=2"}}) {
        const bool parted =
            std::string_view(name) != "sample" && std::string_view(name) != "activity";
        const auto x = make("x", R"({"bearer_token":"secret:t","stream":")" + std::string(name) +
                                     (parted ? R"(","partition":2})" : "\"}"));
        const auto url = std::get<StreamRequest>(x->next({})).url;
        EXPECT_TRUE(url.starts_with("https://api.x.com" + std::string(path))) << url;
        EXPECT_EQ(url.find("partition=2") != std::string::npos, parted) << url;
    }
}

TEST(NextOfX, FaultsAreSaid) {
    EXPECT_EQ(faults_of("x", R"({"stream":"filtered"})"), 1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"all","bearer_token":"secret:t"})"), 1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"sample10","bearer_token":"secret:t","partition":3})"),
              1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"sample","bearer_token":"secret:t",)"
                             R"("rules":[{"value":"a"}]})"),
              1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"filtered","bearer_token":"secret:t","rules":[{}]})"),
              1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"filtered","bearer_token":"secret:t","path":"/x",)"
                             R"("consumer_secret":"secret:s"})"),
              1U);
    EXPECT_EQ(faults_of("x", R"({"stream":"filtered","bearer_token":"secret:t","url":"x.com"})"),
              1U);
}

TEST(NextOfX, WhatRulesChoseIsMeantForUs) {
    for (const auto& [name, ours] : {std::pair{"filtered", true},
                                     {"activity", true},
                                     {"post_compliance", true},
                                     {"sample", false},
                                     {"firehose", false}}) {
        const auto x =
            make("x", R"({"bearer_token":"secret:t","stream":")" + std::string(name) + "\"}");
        EXPECT_EQ(x->is_ours(), ours) << name;
    }
}

TEST(NextOfX, WithoutAStreamThereIsNothingToDo) {
    const auto x = make("x", R"({"consumer_secret":"secret:s","path":"/x"})");
    EXPECT_TRUE(std::holds_alternative<std::monostate>(x->next({})));
}

constexpr std::string_view kBot = R"({"bot_token":"secret:12:ab"})";

TEST(NextOfTelegram, AnOldPositionIsLeftOut) {
    const auto telegram = make("telegram", kBot);
    const auto body = [&](std::string_view cursor) {
        return std::get<Call>(telegram->next(progress(cursor, 1min))).body;
    };
    const auto seconds = [](Timestamp::duration ago) {
        return std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>((kNow - ago).time_since_epoch())
                .count());
    };
    EXPECT_THAT(body("7 " + seconds(1h)), HasSubstr(R"({"offset":7,)"));
    EXPECT_THAT(body("7 " + seconds(5 * 24h)), HasSubstr(R"({"offset":7,)"));
    for (const auto& cursor : {"7 " + seconds(7 * 24h), std::string("7"), std::string("x 5"),
                               std::string("7 x"), std::string()}) {
        EXPECT_THAT(body(cursor), Not(HasSubstr("offset"))) << cursor;
    }
}

TEST(NextOfTelegram, WhatTelegramDoesNotKeepIsAGap) {
    for (const auto& [unheard, is_gap] :
         {std::pair<Timestamp::duration, bool>{23h, false}, {25h, true}}) {
        const auto telegram = make("telegram", kBot);
        (void)telegram->next(progress("", unheard));
        const auto outcome = telegram->replied(Reply(200, 1, R"({"ok":true,"result":[]})"));
        EXPECT_TRUE(outcome.decode);
        ASSERT_EQ(outcome.gap.has_value(), is_gap);
        if (is_gap) {
            EXPECT_EQ(outcome.gap->reason, "cursor_too_old");
            EXPECT_EQ(outcome.gap->from, kNow - unheard);
            EXPECT_EQ(outcome.gap->to, kNow - 24h);
        }
        EXPECT_FALSE(telegram->replied(Reply(200, 1, "{}")).gap) << "it is told once";
    }
}

TEST(NextOfTelegram, FaultsAreSaid) {
    EXPECT_EQ(faults_of("telegram", R"({"bot_token":"secret:a/../b:c"})"), 1U);
    EXPECT_EQ(faults_of("telegram", R"({"bot_token":"secret:noColon"})"), 1U);
    EXPECT_EQ(faults_of("telegram", R"({"bot_token":"secret:1:a","path":"/t"})"), 1U);
    EXPECT_EQ(faults_of("telegram", R"({"bot_token":"secret:1:a","url":"telegram.org"})"), 1U);
}

TEST(NextOfDiscord, ResumesAPositionThatIsOne) {
    const auto discord = make("discord", R"({"bot_token":"secret:a.b-c"})");
    const auto resumes = [&](std::string_view cursor, unsigned close_code = 0) {
        auto at = progress(cursor, 1min);
        at.close_code = close_code;
        const auto request = std::get<StreamRequest>(discord->next(at));
        EXPECT_EQ(request.url, "wss://gateway.discord.gg/?v=10&encoding=json");
        return request.resumes;
    };
    EXPECT_TRUE(resumes("42 5e55"));
    EXPECT_TRUE(resumes("42 5e55", 4000));
    EXPECT_FALSE(resumes("42 5e55", 4009));
    for (const auto* cursor : {"", "42", "42 ", "x 5e55", "42 5e\"55", "-1 5e55"})
        EXPECT_FALSE(resumes(cursor)) << cursor;
}

TEST(NextOfDiscord, FaultsAreSaid) {
    EXPECT_EQ(faults_of("discord", R"({"bot_token":"secret:a b"})"), 1U);
    EXPECT_EQ(faults_of("discord", R"({"bot_token":["secret:a","secret:b"]})"), 1U);
    EXPECT_EQ(faults_of("discord", R"({"bot_token":"secret:a","intents":["presences"]})"), 1U);
    EXPECT_EQ(faults_of("discord", R"({"bot_token":"secret:a","url":"discord.gg"})"), 1U);
    EXPECT_EQ(faults_of("discord", R"({"bot_token":"secret:a","path":"/d","public_key":")" +
                                       std::string(64, 'a') + "\"}"),
              1U);
}

TEST(Discord, SessionsOfOthersAreNotTheGateways) {
    const auto discord = make("discord", R"({"bot_token":"secret:a.b-c"})");
    const auto ready = decode(
        *discord, R"({"op":0,"s":1,"t":"READY","d":{"session_id":"5e55","user":{"id":"90"}}})");
    EXPECT_EQ(ready.at("cursor"), "1 5e55");
    const auto voice = decode(
        *discord,
        R"({"op":0,"s":2,"t":"VOICE_STATE_UPDATE","d":{"session_id":"beef","user":{"id":"1"}}})");
    EXPECT_EQ(voice.at("cursor"), "2 5e55");
    const auto own =
        decode(*discord, R"({"op":0,"s":3,"t":"MESSAGE_CREATE","d":{"id":"5","content":"a",)"
                         R"("author":{"id":"90"},"channel_id":"7"}})");
    EXPECT_EQ(own.at("mentions[0].author.is_brand"), "true");
}

}  // namespace
}  // namespace hark::platforms::testing
