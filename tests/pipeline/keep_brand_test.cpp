// `keep: brand` and what has no words that could name one: deletions of posts and of accounts, as
// Bluesky and X tell of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "pipeline/hearing.hpp"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Heard kJetstream = {"bluesky", {}, {"bluesky", false}};

std::string jet_post(const std::string& did, const std::string& words) {
    return R"({"did":")" + did + R"(","time_us":1772445000123456,"kind":"commit","commit":{)" +
           R"("rev":"3mg","operation":"create","collection":"app.bsky.feed.post","rkey":"1",)" +
           R"("record":{"createdAt":"2026-03-02T09:50:00.000Z","text":")" + words + R"("}}})";
}
std::string jet_account(const std::string& did, const std::string& status, int number = 1) {
    return R"({"did":")" + did + R"(","time_us":177244501112345)" + std::to_string(number) +
           R"(,"kind":"account","account":{"active":false,"status":")" + status + R"("}})";
}

TEST(KeepBrand, AnAccountThatIsGoneIsToldWhenAPostOfItsWasHandedOn) {
    for (const auto* status : {"deleted", "takendown"}) {
        Hark hark({kJetstream});
        EXPECT_THAT(hark.hear(jet_post("did:plc:a", "I like Acme")),
                    ElementsAre("bluesky:at://did:plc:a/app.bsky.feed.post/1"));
        EXPECT_THAT(hark.hear(jet_post("did:plc:b", "I like rain")), IsEmpty());
        EXPECT_THAT(hark.hear(jet_account("did:plc:b", status)), IsEmpty());
        EXPECT_THAT(hark.hear(jet_account("did:plc:a", status)),
                    ElementsAre("bluesky:at://did:plc:a deleted author"));
        EXPECT_THAT(hark.hear(jet_account("did:plc:a", status)), IsEmpty()) << "a redelivery";
        EXPECT_EQ(hark.left_out(), 2U);
    }
    Hark hark({kJetstream});
    EXPECT_THAT(hark.hear(jet_post("did:plc:a", "I like Acme")), testing::SizeIs(1));
    EXPECT_THAT(hark.hear(jet_account("did:plc:a", "deactivated")), IsEmpty());
}

TEST(KeepBrand, ARelayTellsOfAccountsAlike) {
    for (const bool about_brand : {true, false}) {
        Hark hark({{"bluesky", {{"protocol", "relay"}}, {"relay", false}},
                   {"mention", {}, {"lines", false}}});
        // The account of the relay's frame, by another source of the same platform.
        const std::string words = about_brand ? "Acme" : "rain";
        hark.hear(R"({"id":"bluesky:at://did:plc:a/app.bsky.feed.post/1","platform":"bluesky",)"
                  R"("author":{"id":"did:plc:a"},"text":")" +
                      words + "\"}",
                  1);
        const auto told = hark.hear(file("fuzz/corpus/bluesky_relay/account"));
        if (about_brand) EXPECT_THAT(told, ElementsAre("bluesky:at://did:plc:a deleted author"));
        else EXPECT_THAT(told, IsEmpty());
    }
}

TEST(KeepBrand, WhatIsOnItsWayToTheSinkIsKnownToo) {
    const Heard lines = {"mention", {}, {"lines", false}};
    const std::string post = R"({"id":"1","text":"Acme is bad"})";
    const std::string edit = R"({"id":"1","action":"edited","text":"it is fine"})";
    const std::string gone = R"({"id":"1","action":"deleted"})";
    constexpr bool kAway = true;
    Hark hark({lines});
    EXPECT_THAT(hark.hear(post, 0, kAway), ElementsAre("1"));
    EXPECT_THAT(hark.hear(edit, 0, kAway), ElementsAre("1 edited"));
    EXPECT_THAT(hark.hear(gone, 0, kAway), ElementsAre("1 deleted"));
    EXPECT_THAT(hark.hear(post, 0, kAway), IsEmpty()) << "it would come after its own deletion";
    EXPECT_THAT(hark.hear(gone, 0, kAway), ElementsAre("1 deleted")) << "nobody has it yet";
}

TEST(KeepBrand, WhoWasHandedOnIsKnownAfterARestart) {
    const auto window = testing::TempDir() + "keep_brand_window." + std::to_string(::getpid());
    std::filesystem::remove(window);
    Hark({kJetstream}, window).hear(jet_post("did:plc:a", "I like Acme"));
    Hark hark({kJetstream}, window);
    EXPECT_THAT(hark.hear(jet_account("did:plc:b", "deleted")), IsEmpty());
    EXPECT_THAT(hark.hear(jet_account("did:plc:a", "deleted")),
                ElementsAre("bluesky:at://did:plc:a deleted author"));
    std::filesystem::remove(window);
}

TEST(KeepBrand, AnAccountThatCameBackIsHeardAgain) {
    Hark hark({kJetstream});
    EXPECT_THAT(hark.hear(jet_account("did:plc:a", "deleted")), IsEmpty());
    EXPECT_THAT(hark.hear(jet_post("did:plc:a", "I like Acme")), testing::SizeIs(1))
        << "an account may come back";
    EXPECT_THAT(hark.hear(jet_account("did:plc:a", "deleted", 2)), testing::SizeIs(1));
}

std::string x_post(const std::string& id, const std::string& words) {
    return R"({"data":{"id":")" + id + R"(","author_id":"1500000000000000002","text":")" + words +
           "\"}}";
}

TEST(KeepBrand, ComplianceIsHeardOverAnotherSourceThanThePosts) {
    const SettingPairs filtered = {{"stream", "filtered"}, {"bearer_token", "secret:a"}};
    const SettingPairs users = {{"stream", "user_compliance"}, {"bearer_token", "secret:a"}};
    const SettingPairs posts = {{"stream", "post_compliance"}, {"bearer_token", "secret:a"}};
    Hark hark({{"x", filtered, {"x", true, true}},
               {"x", users, {"x-users", false, true}},
               {"x", posts, {"x-posts", false, true}}});
    const auto user_gone = file("payloads/x/compliance_user_delete.json");
    const std::string gone =
        R"({"data":{"delete":{"tweet":{"id":"7","author_id":"1500000000000000002"},)"
        R"("event_at":"2026-03-02T10:15:10.000Z"}}})";
    const std::string edited =
        R"({"data":{"tweet_edit":{"tweet":{"id":"8","author_id":"1500000000000000002"},)"
        R"("initial_tweet_id":"7","edit_tweet_ids":["7","8"],)"
        R"("event_at":"2026-03-02T10:14:10.000Z"}}})";
    EXPECT_THAT(hark.hear(user_gone, 1), IsEmpty());
    EXPECT_THAT(hark.hear(edited, 2), IsEmpty());
    hark.hear(x_post("7", "no name in it: the source keeps all"));
    EXPECT_THAT(hark.hear(edited, 2), ElementsAre("x:7 edited"));
    EXPECT_THAT(hark.hear(gone, 2), ElementsAre("x:7 deleted"));
    auto again = user_gone;
    again.replace(again.find("2026-03-02"), 10, "2026-03-03");
    EXPECT_THAT(hark.hear(again, 1), ElementsAre("x:user:1500000000000000002 deleted author"));
}

TEST(KeepBrand, AnUnsentMessageIsToldWhenItWasHandedOn) {
    Hark hark({{"line", {{"channel_secret", "secret:a"}}, {"line", false}}});
    EXPECT_THAT(hark.hear(file("payloads/line/unsend.json")), IsEmpty());
    const auto said = [](const std::string& id) {
        return R"({"events":[{"type":"message","timestamp":1,"source":{"userId":"U"},)"
               R"("webhookEventId":"e)" +
               id + R"(","message":{"id":")" + id + R"(","type":"text","text":"Acme!"}}]})";
    };
    const auto unsent = [](const std::string& id) {
        return R"({"events":[{"type":"unsend","timestamp":2,"source":{"userId":"U"},)"
               R"("webhookEventId":"u)" +
               id + R"(","unsend":{"messageId":")" + id + R"("}}]})";
    };
    hark.hear(said("5"));
    EXPECT_THAT(hark.hear(unsent("5")), ElementsAre("line:5 deleted"));
    EXPECT_THAT(hark.hear(unsent("6")), IsEmpty());
}

}  // namespace
}  // namespace hark::pipeline
