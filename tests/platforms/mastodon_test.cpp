// Mastodon: how its streams are opened, and what statuses give that the payloads do not show.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <tuple>
#include <variant>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

std::unique_ptr<Platform> mastodon() {
    return make("mastodon", read("payloads/mastodon/settings.json"));
}

StreamRequest open(std::string_view members) {
    auto settings = R"({"url":"https://a.example/","access_token":"secret:token0",)" +
                    std::string(members) + "}";
    if (members.find("streaming_url") == std::string_view::npos)
        settings.insert(1, R"("streaming_url":"https://s.example",)");
    const auto step = make("mastodon", settings)->next(Progress{});
    const auto* const request = std::get_if<StreamRequest>(&step);
    EXPECT_NE(request, nullptr);
    return request != nullptr ? *request : StreamRequest{};
}

/// A frame of a WebSocket around a payload.
std::string frame(std::string_view event, std::string_view payload) {
    std::string text =
        R"({"stream":["public"],"event":")" + std::string(event) + R"(","payload":")";
    for (const char c : payload) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\"}";
}

std::string status(std::string_view id, std::string_view members) {
    return R"({"id":")" + std::string(id) + R"(","uri":"https://b.example/s/)" + std::string(id) +
           R"(","account":{"acct":"ola@b.example","url":"https://b.example/@ola"},)" +
           std::string(members) + "}";
}

// -- the stream

TEST(MastodonStream, OpensEachStreamAsEvents) {
    const auto request = open(R"("stream":"public:local")");
    EXPECT_EQ(request.framing, Framing::enveloped_events);
    EXPECT_FALSE(request.resumes);
    EXPECT_EQ(request.url, "https://s.example/api/v1/streaming/public/local");
    ASSERT_EQ(request.headers.size(), 1U);
    EXPECT_EQ(request.headers[0].first, "Authorization");
    EXPECT_EQ(request.headers[0].second, "Bearer token0");
    const auto url = [](std::string_view members) { return open(members).url; };
    EXPECT_EQ(url(R"("stream":"public:remote:media")"),
              "https://s.example/api/v1/streaming/public/remote?only_media=true");
    EXPECT_EQ(url(R"("stream":"hashtag:local","tag":"łódź")"),
              "https://s.example/api/v1/streaming/hashtag/local?tag=%C5%82%C3%B3d%C5%BA");
    EXPECT_EQ(url(R"("stream":"list","list":"12","streaming_url":"http://127.0.0.1:9/")"),
              "http://127.0.0.1:9/api/v1/streaming/list?list=12");
}

TEST(MastodonStream, OpensEachStreamByWebSocket) {
    const auto request = open(R"("transport":"websocket","stream":"public:local:media")");
    EXPECT_EQ(request.framing, Framing::websocket);
    EXPECT_EQ(request.url, "wss://s.example/api/v1/streaming?stream=public%3Alocal%3Amedia");
    EXPECT_EQ(request.headers[0].second, "Bearer token0");
    EXPECT_EQ(open(R"("transport":"websocket","stream":"hashtag","tag":"łódź")").url,
              "wss://s.example/api/v1/streaming?stream=hashtag&tag=%C5%82%C3%B3d%C5%BA");
    EXPECT_EQ(open(R"("transport":"websocket","stream":"list","list":"12",)"
                   R"("streaming_url":"http://127.0.0.1:9")")
                  .url,
              "ws://127.0.0.1:9/api/v1/streaming?stream=list&list=12");
}

TEST(MastodonStream, ReportsWrongSettings) {
    for (const auto* members :
         {R"("url":"a.example")", R"("url":"wss://a.example")", R"("url":"https://a.example/x")",
          R"("streaming_url":"ftp://a.example")", R"("stream":"home")", R"("stream":"hashtag")",
          R"("tag":"x")", R"("stream":"list")", R"("list":"1")", R"("access_token":"")",
          R"("transport":"carrier pigeon")", R"("silence_timeout":"soon")", R"("uri":"x")"}) {
        std::string settings = R"({"url":"https://a.example","access_token":"secret:t"})";
        simdjson::dom::parser parser;
        const auto name = std::string(members).substr(0, std::string(members).find(':'));
        for (const auto* known : {R"("url":"https://a.example")", R"("access_token":"secret:t")"}) {
            if (std::string_view(known).starts_with(name + ":"))
                settings.replace(settings.find(known), std::string_view(known).size(), members);
        }
        if (settings.find(members) == std::string::npos)
            settings.insert(1, std::string(members) + ",");
        std::vector<Fault> faults;
        EXPECT_EQ(make("mastodon", settings, faults), nullptr) << settings;
        EXPECT_EQ(faults.size(), 1U) << settings;
    }
}

/// Decodes what the call of this purpose was answered; every mention must be there.
void decode_in(Platform& platform, const std::string& body, std::uint32_t purpose) {
    const PaddedBytes bytes(body);
    Arena arena;
    Mentions mentions;
    Frame frame;
    frame.bytes = bytes.view();
    frame.purpose = purpose;
    ASSERT_EQ(platform.decode(frame, arena, mentions), Errc::ok);
    EXPECT_EQ(mentions.list.size(), purpose == 0 ? 1U : 40U);
}

/// Where the timeline is read after a break, from a status on.
std::string timeline(std::string_view members) {
    const auto platform =
        make("mastodon", R"({"url":"https://a.example","streaming_url":"https://s.example",)"
                         R"("access_token":"secret:t",)" +
                             std::string(members) + "}");
    Progress progress;
    progress.cursor = Cursor("116000000000000001");
    std::ignore = platform->next(progress);
    const auto reaction = platform->react(Moment::opened);
    if (!reaction || !reaction->call) return "none";
    EXPECT_EQ(reaction->call->headers.at(0).second, "Bearer t");
    return reaction->call->url;
}

TEST(MastodonStream, HasATimelineForAlmostEachStream) {
    const std::string head = "https://a.example/api/v1/";
    const std::string tail = "limit=40&min_id=116000000000000001";
    EXPECT_EQ(timeline(R"("stream":"public")"), head + "timelines/public?" + tail);
    EXPECT_EQ(timeline(R"("stream":"public:remote:media")"),
              head + "timelines/public?remote=true&only_media=true&" + tail);
    EXPECT_EQ(timeline(R"("stream":"hashtag:local","tag":"x y")"),
              head + "timelines/tag/x%20y?local=true&" + tail);
    EXPECT_EQ(timeline(R"("stream":"list","list":"7")"), head + "timelines/list/7?" + tail);
    EXPECT_EQ(timeline(R"("stream":"user")"), head + "timelines/home?" + tail);
    EXPECT_EQ(timeline(R"("stream":"user:notification")"), head + "notifications?" + tail);
    EXPECT_EQ(timeline(R"("stream":"direct")"), "none");
}

TEST(MastodonStream, FetchesSoManyPagesAndTellsThatThereWereMore) {
    const auto platform =
        make("mastodon", R"({"url":"https://a.example","access_token":"secret:t"})");
    decode_in(*platform, frame("update", status("1000", R"("content":"x")")), 0);
    auto reaction = platform->react(Moment::opened);
    std::size_t pages = 0;
    for (; reaction && reaction->call; ++pages) {
        std::string page;
        for (std::size_t i = 0; i < 40; ++i) {
            const auto id = std::to_string(1001 + pages * 40 + i);
            page = status(id, R"("content":"x")") + (page.empty() ? "" : ",") + page;
        }
        decode_in(*platform, "[" + page + "]", reaction->call->purpose);
        reaction = platform->react(Moment::reply);
    }
    EXPECT_EQ(pages, 250U);
    ASSERT_TRUE(reaction && reaction->gap);
    EXPECT_EQ(reaction->gap->reason, "too_long_to_fill");
}

TEST(MastodonStream, TheCursorIsTheNewestStatusOfItsTimeline) {
    const auto platform = make("mastodon", R"({"url":"https://a.example","stream":"user",)"
                                           R"("access_token":"secret:t"})");
    const auto cursor = [&](const std::string& said) {
        const auto fields = decode(*platform, said);
        return fields.contains("cursor") ? fields.at("cursor") : "";
    };
    EXPECT_EQ(cursor(frame("delete", "99")), "");
    EXPECT_EQ(cursor(frame("update", status("9", R"("content":"x")"))), "9");
    EXPECT_EQ(cursor(frame("update", status("10", R"("content":"x")"))), "10");
    EXPECT_EQ(cursor(frame("update", status("7", R"("content":"late")"))), "10");
    EXPECT_EQ(cursor(frame("status.update", status("11", R"("content":"x")"))), "10");
    EXPECT_EQ(cursor(frame("notification", R"({"id":"500","type":"follow"})")), "10");
    const auto of_notifications =
        make("mastodon", R"({"url":"https://a.example","stream":"user:notification",)"
                         R"("access_token":"secret:t"})");
    EXPECT_EQ(decode(*of_notifications, frame("notification", R"({"id":"500","type":"follow"})"))
                  .at("cursor"),
              "500");
}

TEST(MastodonStream, IsNoneWithoutAnInstance) {
    const auto step = make("mastodon", "{}")->next(Progress{});
    EXPECT_TRUE(std::holds_alternative<std::monostate>(step));
}

// -- what came before

TEST(Mastodon, DeletionsAndAnswersFindTheStatusByTheInstancesOwnId) {
    const auto platform = mastodon();
    const auto root = decode(*platform, frame("update", status("1", R"("content":"one")")));
    const auto answer =
        decode(*platform, frame("update", status("2", R"("content":"two","in_reply_to_id":"1")")));
    const auto again = decode(
        *platform, frame("update", status("3", R"("content":"three","in_reply_to_id":"2")")));
    EXPECT_EQ(root.at("mentions[0].id"), "mastodon:https://b.example/s/1");
    EXPECT_EQ(answer.at("mentions[0].kind"), "comment");
    EXPECT_EQ(answer.at("mentions[0].parent"), "mastodon:https://b.example/s/1");
    EXPECT_EQ(again.at("mentions[0].parent"), "mastodon:https://b.example/s/2");
    EXPECT_EQ(again.at("mentions[0].thread"), "mastodon:https://b.example/s/1");
    const auto gone = decode(*platform, frame("delete", "3"));
    EXPECT_EQ(gone.at("mentions[0].action"), "deleted");
    EXPECT_EQ(gone.at("mentions[0].id"), "mastodon:https://b.example/s/3");
    EXPECT_EQ(gone.at("mentions[0].thread"), "mastodon:https://b.example/s/1");
    EXPECT_EQ(decode(*platform, frame("delete", "4")).at("mentions[0].id"),
              "mastodon:mastodon.example/4");
}

TEST(Mastodon, RemembersTheLatestOfManyMoreStatusesThanItHasRoomFor) {
    const auto platform = mastodon();
    const auto last = limits::kKnownStatuses * 4;
    for (std::size_t id = 0; id <= last; ++id) {
        ASSERT_FALSE(
            decode(*platform, status(std::to_string(id), R"("content":"x")")).contains("error"));
    }
    EXPECT_EQ(decode(*platform, frame("delete", std::to_string(last))).at("mentions[0].id"),
              "mastodon:https://b.example/s/" + std::to_string(last));
    const std::string long_id(31, '7');
    EXPECT_FALSE(decode(*platform, status(long_id, R"("content":"x")")).contains("error"));
    EXPECT_EQ(decode(*platform, frame("delete", long_id)).at("mentions[0].id"),
              "mastodon:mastodon.example/" + long_id);
}

TEST(Mastodon, IsTheSamePostOnEveryInstance) {
    auto here = decode(*mastodon(), frame("update", status("9", R"("content":"x")")));
    auto elsewhere = status("9", R"("content":"x")");
    elsewhere.replace(elsewhere.find(R"("id":"9")"), 8, R"("id":"555")");
    elsewhere.replace(elsewhere.find("ola@b.example"), 13, "ola");
    auto there = decode(*make("mastodon", "{}"), frame("update", elsewhere));
    EXPECT_EQ(here.extract("cursor").mapped(), "9");
    EXPECT_EQ(there.extract("cursor").mapped(), "555");
    EXPECT_EQ(here, there) << "the handle of an instance's own account is without its domain";
    EXPECT_EQ(here.at("mentions[0].author.handle"), "ola@b.example");
}

// -- statuses

TEST(Mastodon, ABoostHasTheWordsOfWhatItBoosts) {
    const auto original =
        status("1", R"("content":"<p>hi</p>","language":"de","spoiler_text":"cw",)"
                    R"("media_attachments":[{"description":"a cat"},{}])");
    const auto fields = decode(*mastodon(), status("2", R"("content":"","reblog":)" + original));
    EXPECT_EQ(fields.at("mentions[0].id"), "mastodon:https://b.example/s/2");
    EXPECT_EQ(fields.at("mentions[0].parent"), "mastodon:https://b.example/s/1");
    EXPECT_EQ(fields.at("mentions[0].text"), "cw\n\nhi\n\na cat");
    EXPECT_EQ(fields.at("mentions[0].lang"), "de");
    EXPECT_EQ(fields.at("mentions[0].media"), "2");
}

TEST(Mastodon, AQuoteAnswersWhatItQuotes) {
    const auto parent = [](std::string_view quote) {
        const auto fields =
            decode(*mastodon(), status("2", R"("content":"no","quote":)" + std::string(quote)));
        return fields.contains("mentions[0].parent") ? fields.at("mentions[0].parent") : "none";
    };
    EXPECT_EQ(parent(R"({"state":"accepted","quoted_status":)" + status("1", R"("x":1)") + "}"),
              "mastodon:https://b.example/s/1");
    EXPECT_EQ(parent(status("1", R"("x":1)")), "mastodon:https://b.example/s/1");
    EXPECT_EQ(parent(R"({"state":"revoked","quoted_status":null})"), "none");
}

TEST(Mastodon, WhatStandsInAPollIsText) {
    const auto fields =
        decode(*mastodon(), status("2", R"("poll":{"options":[{"title":"yes"},{"title":"no"}]},)"
                                        R"("content":"<p>Well?</p>")"));
    EXPECT_EQ(fields.at("mentions[0].text"), "Well?\n\nyes\n\nno");
    EXPECT_FALSE(fields.contains("mentions[0].media"));
}

TEST(Mastodon, NotificationsOfWhatHappenedToOnesOwnPostsAreIgnored) {
    const auto notification = [](std::string_view type) {
        const auto said = R"({"id":"1","type":")" + std::string(type) + R"(","status":)" +
                          status("7", R"("content":"x")") + "}";
        return decode(*mastodon(), frame("notification", said));
    };
    for (const auto* type : {"reblog", "favourite", "poll", "admin.report", "new_type"})
        EXPECT_EQ(notification(type), (Fields{{"ignored", "1"}})) << type;
    for (const auto* type : {"status", "update", "quote"})
        EXPECT_EQ(notification(type).at("mentions[0].kind"), "post") << type;
    EXPECT_EQ(notification("mention").at("mentions[0].kind"), "mention");
    EXPECT_EQ(decode(*mastodon(), R"({"id":"1","type":"follow","account":{}})"),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode(*mastodon(), frame("conversation", R"({"id":"1","last_status":null})")),
              (Fields{{"ignored", "1"}}));
}

TEST(Mastodon, APayloadThatIsNoJsonSpoilsTheFrameOnlyWhereItIsRead) {
    EXPECT_EQ(decode(*mastodon(), frame("update", R"({"uri":"x")")).at("error"), "truncated");
    EXPECT_EQ(decode(*mastodon(), frame("update", "undefined")).at("error"), "wrong_type");
    EXPECT_EQ(decode(*mastodon(), frame("update", "{]")).at("error"), "malformed_json");
    EXPECT_EQ(decode(*mastodon(), frame("update", "[]")).at("error"), "wrong_type");
    EXPECT_EQ(decode(*mastodon(), R"({"event":"update"})").at("error"), "truncated");
    EXPECT_EQ(decode(*mastodon(), R"({"event":"update","payload":{}})").at("error"), "truncated");
    EXPECT_EQ(decode(*mastodon(), R"({"event":"delete"})").at("error"), "missing_member");
    EXPECT_EQ(decode(*mastodon(), frame("filters_changed", "undefined")),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode(*mastodon(), frame("shiny.new", "{")), (Fields{{"ignored", "1"}}));
}

}  // namespace
}  // namespace hark::platforms::testing
