// Bluesky's Jetstream: how its streams are opened, what real events give, and what nobody honest
// sends.

#include <gtest/gtest.h>
#include <simdjson.h>
#include <zstd.h>

#include <filesystem>
#include <sstream>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

constexpr std::string_view kV2 = R"({"protocol":"v2"})";

StreamRequest open(std::string_view settings, std::string_view cursor = "") {
    const auto request = make("bluesky", settings)->stream(Cursor(cursor));
    EXPECT_TRUE(request.has_value());
    return request.value_or(StreamRequest{});
}

// -- the stream

TEST(BlueskyStream, OpensThePostsOfAPublicHost) {
    const auto request = open("{}");
    EXPECT_EQ(request.url,
              "wss://jetstream2.us-east.bsky.network/subscribe"
              "?wantedCollections=app.bsky.feed.post&maxMessageSizeBytes=4194304&compress=true");
    EXPECT_FALSE(request.permessage_deflate);
    EXPECT_EQ(request.zstd_dictionary.size(), 112'640U);
    EXPECT_EQ(request.hello, "");
}

TEST(BlueskyStream, OpensV2) {
    const auto request = open(kV2);
    EXPECT_EQ(request.url,
              "wss://jetstream2.us-east.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents"
              "?collections=app.bsky.feed.post&kinds=commit&kinds=account"
              "&maxMessageSizeBytes=4194304"
              "&zstdDictionary=20260811");
    EXPECT_FALSE(request.permessage_deflate);
    EXPECT_EQ(request.zstd_dictionary.size(), 65'536U);
}

TEST(BlueskyStream, TakesAnAddressOfOnesOwn) {
    const auto request = open(
        R"({"url":"ws://localhost:6008/subscribe?x=1","compress":false,
            "collections":["app.bsky.feed.post","app.bsky.graph.*"]})");
    EXPECT_EQ(request.url,
              "ws://localhost:6008/subscribe?x=1&wantedCollections=app.bsky.feed.post"
              "&wantedCollections=app.bsky.graph.%2A&maxMessageSizeBytes=4194304");
    EXPECT_TRUE(request.permessage_deflate);
    EXPECT_TRUE(request.zstd_dictionary.empty());
    EXPECT_FALSE(open(R"({"protocol":"v2","compress":false})").permessage_deflate);
}

TEST(BlueskyStream, ResumesSomeSecondsEarlierByTheClockAndExactlyBySequence) {
    const auto has = [](const StreamRequest& request, std::string_view parameter) {
        return request.url.find(parameter) != std::string::npos;
    };
    EXPECT_TRUE(has(open("{}", "1772445000123456"), "&cursor=1772444995123456"));
    EXPECT_TRUE(has(open(kV2, "41230045"), "&cursor=41230045"));
    for (const auto* nonsense : {"", "0", "-5", "x", "99999999999999999999"}) {
        EXPECT_FALSE(has(open("{}", nonsense), "cursor")) << nonsense;
        EXPECT_FALSE(has(open(kV2, nonsense), "cursor")) << nonsense;
    }
    // A cursor of the other protocol would be taken for another place.
    EXPECT_FALSE(has(open("{}", "41230045"), "cursor"));
    EXPECT_FALSE(has(open(kV2, "1772445000123456"), "cursor"));
}

TEST(BlueskyStream, ReportsWrongSettings) {
    for (const auto* settings : {R"({"protocol":"v3"})", R"({"url":"https://x"})",
                                 R"({"compress":"perhaps"})", R"({"colections":["x"]})"}) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("bluesky", settings, faults), nullptr) << settings;
        EXPECT_EQ(faults.size(), 1U) << settings;
    }
}

TEST(BlueskyStream, TellsThatAPlaceIsNotThereAnyMore) {
    const auto platform = make("bluesky", kV2);
    EXPECT_FALSE(platform->react(Moment::message).has_value());
    EXPECT_EQ(decode(*platform, read("payloads/bluesky/v2_info_outdated_cursor.json")),
              (Fields{{"ignored", "1"}}));
    EXPECT_EQ(platform->react(Moment::message)->gap->reason, "cursor_too_old");
    EXPECT_FALSE(platform->react(Moment::message).has_value()) << "told once";
}

TEST(BlueskyStream, HasNoWebhook) {
    TestRequest request("POST", "{}");
    const auto reception = make("bluesky", "{}")->receive(request);
    EXPECT_FALSE(reception.decode);
    EXPECT_EQ(reception.reply.status, 404U);
}

// -- compressed messages

std::string unpack(const std::string& packed, std::span<const std::byte> dictionary) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                       &ZSTD_freeDCtx);
    std::string text(64 * limits::kKiB, '\0');
    const auto size =
        ZSTD_decompress_usingDict(context.get(), text.data(), text.size(), packed.data(),
                                  packed.size(), dictionary.data(), dictionary.size());
    if (ZSTD_isError(size) != 0) return "error";
    text.resize(size);
    return text;
}

std::size_t compare_folder(const std::string& name, std::string_view own, std::string_view other) {
    const auto own_request = open(own);
    const auto other_request = open(other);
    std::size_t count = 0;
    const auto folder = "bluesky_data/" + name;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(HARK_SOURCE_DIR "/tests/platforms") / folder)) {
        const auto packed = read(folder + "/" + entry.path().filename().string());
        const auto stem = entry.path().stem().string();
        EXPECT_EQ(unpack(packed, own_request.zstd_dictionary),
                  read("payloads/bluesky/" + stem + ".json"));
        EXPECT_EQ(unpack(packed, other_request.zstd_dictionary), "error") << stem;
        ++count;
    }
    return count;
}

TEST(BlueskyDictionaries, UnpackWhatTheServersSend) {
    EXPECT_EQ(compare_folder("jetstream_v1_zstd", "{}", kV2), 13U);
    EXPECT_EQ(compare_folder("jetstream_v2_zstd", kV2, "{}"), 6U);
}

// -- real events

TEST(BlueskyEvents, GiveEveryPostAndNothingElse) {
    const auto platform = make("bluesky", "{}");
    std::istringstream lines(read("bluesky_data/jetstream_v1_events.jsonl"));
    simdjson::dom::parser parser;
    std::map<std::string, int> actions;
    int events = 0;
    int ignored = 0;
    for (std::string line; std::getline(lines, line); ++events) {
        const auto fields = decode(*platform, line);
        const auto event = parser.parse(simdjson::padded_string(line)).value();
        EXPECT_EQ(fields.count("error"), 0U) << line;
        EXPECT_EQ(fields.at("cursor"), std::to_string(event["time_us"].get_int64().value()));
        std::string_view collection;
        const bool is_post = event["commit"]["collection"].get(collection) == simdjson::SUCCESS &&
                             collection == "app.bsky.feed.post";
        EXPECT_EQ(fields.count("mentions[0].id"), is_post ? 1U : 0U) << line;
        ignored += is_post ? 0 : 1;
        if (!is_post) continue;
        ++actions[fields.at("mentions[0].action")];
        std::string_view text;
        if (event["commit"]["record"]["text"].get(text) == simdjson::SUCCESS && !text.empty()) {
            EXPECT_EQ(fields.at("mentions[0].text"), text);
        }
    }
    EXPECT_EQ(events, 152);
    EXPECT_EQ(ignored, 134);
    EXPECT_EQ(actions["created"], 17);
    EXPECT_EQ(actions["deleted"], 1);
}

// -- traps

class BlueskyTraps : public ::testing::Test {
protected:
    /// A created post whose record has these members.
    static std::string post(std::string_view record) {
        return R"({"did":"did:plc:a","time_us":1772445000123456,"kind":"commit","commit":{)"
               R"("rev":"r","operation":"create","collection":"app.bsky.feed.post","rkey":"k",)"
               R"("record":{)" +
               std::string(record) + "}}}";
    }
    Fields decode(std::string_view body) { return testing::decode(*platform_, body); }

    std::unique_ptr<Platform> platform_ = make("bluesky", "{}");
};

TEST_F(BlueskyTraps, MembersComeInAnyOrder) {
    const auto straight = decode(post(R"("text":"hi","createdAt":"2026-03-02T09:50:00Z")"));
    EXPECT_EQ(straight.at("mentions[0].text"), "hi");
    EXPECT_EQ(decode(R"({"commit":{"record":{"createdAt":"2026-03-02T09:50:00Z","text":"hi"},)"
                     R"("rkey":"k","collection":"app.bsky.feed.post","operation":"create",)"
                     R"("rev":"r"},"kind":"commit","time_us":1772445000123456,)"
                     R"("did":"did:plc:a"})"),
              straight);
}

TEST_F(BlueskyTraps, RecordsOfOtherCollectionsMayLookLikeAnything) {
    const auto fields =
        decode(R"({"commit":{"record":{"text":{"a":1},"facets":7,"createdAt":[]},"rkey":5,)"
               R"("collection":"com.example.thing","operation":"create"},"kind":"commit",)"
               R"("time_us":1772445000123456,"did":"did:plc:a"})");
    EXPECT_EQ(fields, (Fields{{"ignored", "1"}, {"cursor", "1772445000123456"}}));
}

TEST_F(BlueskyTraps, WhatIsMissingIsToldAndWhatIsNewIsIgnored) {
    const std::string head = R"({"did":"did:plc:a","time_us":1772445000123456,"kind":)";
    EXPECT_EQ(decode(head + R"("commit"})").at("error"), "missing_member");
    EXPECT_EQ(decode(head + R"("commit","commit":{"operation":"create"}})").at("error"),
              "missing_member");
    EXPECT_EQ(decode(head + R"("commit","commit":{"operation":"create","rkey":"k",)"
                            R"("collection":"app.bsky.feed.post"}})")
                  .at("error"),
              "missing_member");
    EXPECT_EQ(decode(head + R"("commit","commit":{"operation":"create",)"
                            R"("collection":"app.bsky.feed.post","record":{"text":"x"}}})")
                  .at("error"),
              "missing_member");
    EXPECT_EQ(decode(head + "7}").at("error"), "wrong_type");
    EXPECT_EQ(decode(head + R"("labels"})").at("ignored"), "1");
    EXPECT_EQ(decode(head + R"("commit","commit":{"operation":"merge","rkey":"k",)"
                            R"("collection":"app.bsky.feed.post"}})")
                  .at("ignored"),
              "1");
    EXPECT_EQ(decode(R"({"$type":"error","error":"Whatever"})").at("error"),
              "unknown_platform_error");
}

TEST_F(BlueskyTraps, TimesOutsideTheCalendarAreRefused) {
    for (const auto* time : {"-1", "0", "7289654400000001", "99999999999999999999", "1.5", "{}"}) {
        auto body = post(R"("text":"x")");
        body.replace(body.find("1772445000123456"), 16, time);
        const auto fields = decode(body);
        ASSERT_TRUE(fields.contains("error")) << time;
        EXPECT_FALSE(fields.contains("mentions[0].id")) << time;
    }
}

TEST_F(BlueskyTraps, AnAuthorsClockIsBelievedWithinReason) {
    const auto created = [&](const std::string& claimed) {
        return decode(post("\"text\":\"x\",\"createdAt\":\"" + claimed + "\""))
            .at("mentions[0].created_at");
    };
    EXPECT_EQ(created("2026-02-28T10:00:00+02:00"), "2026-02-28T08:00:00.000Z");
    EXPECT_EQ(created("2026-03-02T12:59:59Z"), "2026-03-02T12:59:59.000Z");
    for (const auto* unbelievable : {"1970-01-01T00:00:00Z", "2026-03-02T13:00:00Z",
                                     "2199-01-01T00:00:00Z", "yesterday", ""}) {
        EXPECT_EQ(created(unbelievable), "2026-03-02T09:50:00.123Z") << unbelievable;
    }
}

std::string facet(std::string_view begin, std::string_view end, std::string_view uri) {
    return R"({"features":[{"$type":"app.bsky.richtext.facet#link","uri":")" + std::string(uri) +
           R"("}],"index":{"byteEnd":)" + std::string(end) + R"(,"byteStart":)" +
           std::string(begin) + "}}";
}

TEST_F(BlueskyTraps, FacetsCountWhereTheirRangeIsInTheText) {
    // The text has 6 bytes and comes after the facets, as on the wire.
    const auto links = [&](std::string_view begin, std::string_view end) {
        return decode(post("\"facets\":[" + facet(begin, end, "https://example.com/") +
                           "],\"text\":\"ąść\""))
            .count("mentions[0].links[0]");
    };
    EXPECT_EQ(links("0", "6"), 1U);
    EXPECT_EQ(links("1", "3"), 1U);  // within a character: clients show it all the same
    for (const auto& [begin, end] :
         std::vector<std::pair<std::string, std::string>>{{"0", "7"},
                                                          {"6", "6"},
                                                          {"4", "2"},
                                                          {"0", "0"},
                                                          {"0", "18446744073709551615"},
                                                          {"0", "99999999999999999999999"},
                                                          {"5", "-1"},
                                                          {"0", "\"6\""},
                                                          {"0", "6.0"},
                                                          {"0", "null"},
                                                          {"0", "{}"}}) {
        EXPECT_EQ(links(begin, end), 0U) << begin << " to " << end;
    }
}

TEST_F(BlueskyTraps, FacetsOfTheExampleNameWhatTheyStandOn) {
    simdjson::dom::parser parser;
    const auto body = read("payloads/bluesky/v1_post_facets_embed.json");
    const auto record = parser.parse(simdjson::padded_string(body)).value()["commit"]["record"];
    const auto text = decode(body).at("mentions[0].text");
    std::vector<std::string> slices;
    for (const auto item : record["facets"].get_array()) {
        const auto begin = item["index"]["byteStart"].get_uint64().value();
        slices.push_back(text.substr(begin, item["index"]["byteEnd"].get_uint64().value() - begin));
    }
    EXPECT_EQ(slices,
              (std::vector<std::string>{"@demo.bsky.social", "example.com/news", "#транспорт"}));
}

TEST_F(BlueskyTraps, AddressesOfCardsAndWordsAreKeptOnce) {
    const auto fields =
        decode(post(R"("embed":{"external":{"uri":"https://a.example"}},"facets":[)" +
                    facet("0", "1", "https://a.example") + "," +
                    facet("1", "2", "https://b.example") + R"(],"text":"xy")"));
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://a.example");
    EXPECT_EQ(fields.at("mentions[0].links[1]"), "https://b.example");
    EXPECT_EQ(fields.count("mentions[0].links[2]"), 0U);
}

TEST_F(BlueskyTraps, EmbedsCountPicturesAndNameTheQuotedPost) {
    const auto fields =
        decode(post(R"("text":"x","embed":{"media":{"images":[{},{},{}]},"record":{"record":)"
                    R"({"uri":"at://did:plc:b/app.bsky.feed.post/q"}}})"));
    EXPECT_EQ(fields.at("mentions[0].media"), "3");
    EXPECT_EQ(fields.at("mentions[0].parent"), "bluesky:at://did:plc:b/app.bsky.feed.post/q");
    EXPECT_EQ(fields.at("mentions[0].kind"), "post");
    EXPECT_EQ(decode(post(R"("text":"x","embed":{"video":{}})")).at("mentions[0].media"), "1");
    EXPECT_EQ(decode(post(R"("text":"x","embed":{"items":[{},{}]})")).at("mentions[0].media"), "2");
    const auto list = decode(
        post(R"("text":"x","embed":{"record":{"uri":"at://did:plc:b/app.bsky.graph.list/q"}})"));
    EXPECT_EQ(list.count("mentions[0].parent"), 0U);
}

TEST_F(BlueskyTraps, AReplyThatQuotesAnswersItsParent) {
    const auto fields =
        decode(post(R"("text":"x","embed":{"record":{"uri":"at://b/app.bsky.feed.post/q"}},)"
                    R"("reply":{"parent":{"uri":"at://b/app.bsky.feed.post/p"},)"
                    R"("root":{"uri":"at://b/app.bsky.feed.post/r"}})"));
    EXPECT_EQ(fields.at("mentions[0].parent"), "bluesky:at://b/app.bsky.feed.post/p");
    EXPECT_EQ(fields.at("mentions[0].thread"), "bluesky:at://b/app.bsky.feed.post/r");
    EXPECT_EQ(fields.at("mentions[0].kind"), "comment");
}

TEST_F(BlueskyTraps, LinksOfARefusedPostAreNotLeftBehind) {
    const PaddedBytes bytes(post("\"facets\":[" + facet("0", "1", "https://example.com/") +
                                 "],\"text\":\"" + std::string(limits::kTextBytes + 1, 'x') +
                                 "\""));
    Frame frame;
    frame.bytes = bytes.view();
    Arena arena;
    Mentions mentions;
    EXPECT_EQ(platform_->decode(frame, arena, mentions), Errc::too_large);
    EXPECT_TRUE(mentions.list.empty());
    EXPECT_TRUE(mentions.links.empty());
}

}  // namespace
}  // namespace hark::platforms::testing
