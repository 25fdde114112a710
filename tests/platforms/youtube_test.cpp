// YouTube: the vectors of payloads/youtube/signatures.json, the hub's questions, feeds and comments
// that the payloads do not hold.

#include <gtest/gtest.h>
#include <simdjson.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

constexpr std::string_view kTopic =
    "https%3A%2F%2Fwww.youtube.com%2Fxml%2Ffeeds%2Fvideos.xml%3Fchannel_id%3D";
constexpr std::string_view kChannel = "UCexampleChannel0000000001";

std::unique_ptr<Platform> make_youtube() {
    return make("youtube", read("payloads/youtube/settings.json"));
}

Reception post(Platform& platform, std::string_view body, std::string_view signature) {
    TestRequest request("POST", body);
    if (!signature.empty()) request.headers = {{"X-Hub-Signature", std::string(signature)}};
    return platform.receive(request);
}

/// WebSub: whoever signs wrongly is not told.
void expect_dropped(const Reception& reception, Errc error, const std::string& how) {
    EXPECT_FALSE(reception.decode) << how;
    EXPECT_EQ(reception.reply.status, 200U) << how;
    EXPECT_EQ(reception.reply.body, "") << how;
    EXPECT_EQ(reception.error, error) << how;
}

struct Vector {
    std::string id;
    std::string secret;
    std::string signature;
    std::string body;
};

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto document =
        parser.parse(simdjson::padded_string(read("payloads/youtube/signatures.json"))).value();
    std::vector<Vector> all;
    for (const auto item : document["vectors"].get_array()) {
        const auto text = [&](std::string_view key) {
            return std::string(item[key].get_string().value());
        };
        all.push_back({text("id"), text("secret"),
                       std::string(item["headers"]["X-Hub-Signature"].get_string().value()),
                       read("payloads/" + text("body_file"))});
    }
    return all;
}

std::unique_ptr<Platform> with_secrets(const std::string& list) {
    return make("youtube", R"({"secret":[)" + list + R"(],"channels":["UC1"]})");
}

class YouTubeVector : public ::testing::TestWithParam<Vector> {};

TEST_P(YouTubeVector, IsLetInUnderEitherOfTwoSecrets) {
    const auto& vector = GetParam();
    const auto ours = "\"secret:" + vector.secret + "\"";
    for (const auto& list : {ours, ours + ",\"secret:other\"", "\"secret:other\"," + ours}) {
        const auto reception = post(*with_secrets(list), vector.body, vector.signature);
        EXPECT_TRUE(reception.decode);
        EXPECT_EQ(reception.error, Errc::ok);
        EXPECT_EQ(reception.reply.status, 200U);
    }
    expect_dropped(post(*with_secrets("\"secret:other\""), vector.body, vector.signature),
                   Errc::bad_signature, "another secret");
}

TEST_P(YouTubeVector, IsDroppedWithAnyBitFlippedOrAByteCut) {
    const auto& vector = GetParam();
    const auto platform = with_secrets("\"secret:" + vector.secret + "\"");
    for (std::size_t bit = 0; bit < vector.body.size() * 8; ++bit) {
        auto body = vector.body;
        body[bit / 8] = static_cast<char>(body[bit / 8] ^ (1 << (bit % 8)));
        expect_dropped(post(*platform, body, vector.signature), Errc::bad_signature, "body");
    }
    for (std::size_t bit = 0; bit < vector.signature.size() * 8; ++bit) {
        auto signature = vector.signature;
        auto& c = signature[bit / 8];
        const bool letter = c >= 'a' && c <= 'f' && bit / 8 > vector.signature.find('=');
        if (letter && bit % 8 == 5) continue;  // an upper-case digit is the same digit
        c = static_cast<char>(c ^ (1 << (bit % 8)));
        expect_dropped(post(*platform, vector.body, signature), Errc::bad_signature, signature);
    }
    const auto body_cut = vector.body.substr(0, vector.body.size() - 1);
    expect_dropped(post(*platform, body_cut, vector.signature), Errc::bad_signature, "body cut");
    const auto cut = vector.signature.substr(0, vector.signature.size() - 1);
    expect_dropped(post(*platform, vector.body, cut), Errc::bad_signature, "signature cut");
    expect_dropped(post(*platform, vector.body, ""), Errc::missing_signature, "no signature");
}

INSTANTIATE_TEST_SUITE_P(Computed, YouTubeVector, ::testing::ValuesIn(vectors()),
                         [](const auto& test) { return test.param.id; });

TEST(YouTubeSignature, OfAnUnknownMethodIsDropped) {
    const auto platform = make_youtube();
    for (const auto* signature : {"md5=00", "sha1", "sha256=", "=", "SHA1=00", "00"}) {
        expect_dropped(post(*platform, "<feed/>", signature), Errc::bad_signature, signature);
    }
}

// -- verification of intent

Reception get(std::string_view query) {
    TestRequest request("GET", "");
    request.query = query;
    return make_youtube()->receive(request);
}

std::string intent(std::string_view mode, std::string_view channel) {
    return "hub.mode=" + std::string(mode) + "&hub.topic=" + std::string(kTopic) +
           std::string(channel) + "&hub.challenge=12%2B34&hub.lease_seconds=432000";
}

TEST(YouTubeIntent, IsConfirmedForOurChannelsOnly) {
    const auto ours = get(intent("subscribe", kChannel));
    EXPECT_EQ(ours.reply.status, 200U);
    EXPECT_EQ(ours.reply.body, "12+34");
    EXPECT_EQ(ours.reply.content_type, "text/plain");
    EXPECT_FALSE(ours.decode);
    for (const auto& query :
         {intent("subscribe", "UCother"), intent("subscribe", ""), intent("unsubscribe", kChannel),
          intent("some_day", kChannel), std::string(), std::string("hub.mode=subscribe"),
          "hub.mode=subscribe&hub.topic=" + std::string(kTopic) + std::string(kChannel)}) {
        const auto other = get(query);
        EXPECT_EQ(other.reply.status, 404U) << query;
        EXPECT_EQ(other.reply.body, "") << query;
    }
}

TEST(YouTubeIntent, ToHearNoMoreIsConfirmedForChannelsThatAreNotOurs) {
    EXPECT_EQ(get(intent("unsubscribe", "UCother")).reply.body, "12+34");
}

TEST(YouTubeIntent, ADenialIsOnlyTold) {
    const auto denied = get("hub.mode=denied&hub.topic=x&hub.reason=no");
    EXPECT_EQ(denied.reply.status, 200U);
    EXPECT_EQ(denied.reply.body, "");
    TestRequest put("PUT", "");
    EXPECT_EQ(make_youtube()->receive(put).reply.status, 405U);
}

TEST(YouTube, CannotBeConfiguredByHalves) {
    const auto faults_of = [](const std::string& settings) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("youtube", settings, faults), nullptr);
        return faults.size();
    };
    EXPECT_EQ(faults_of(R"({"channels":["UC1"]})"), 1U);
    EXPECT_EQ(faults_of(R"({"secret":"secret:x"})"), 1U);
    const std::string longest(199, 's');
    EXPECT_EQ(faults_of(R"({"channels":"UC1","secret":"secret:)" + longest + "s\"}"), 1U);
    EXPECT_NE(make("youtube", R"({"channels":"UC1","secret":"secret:)" + longest + "\"}"), nullptr);
}

// -- feeds

std::string feed(std::string_view entries) {
    return "<feed xmlns:y='http://www.youtube.com/xml/schemas/2015' "
           "xmlns:gone='http://purl.org/atompub/tombstones/1.0' "
           "xmlns='http://www.w3.org/2005/Atom'>" +
           std::string(entries) + "</feed>";
}

Fields decode_feed(std::string_view entries) {
    return decode(*make_youtube(), feed(entries));
}

std::string entry(std::string_view updated) {
    return "<entry><y:videoId>v1</y:videoId><title>t</title><published>2026-03-02T10:00:00+00:00"
           "</published><updated>" +
           std::string(updated) + "</updated></entry>";
}

TEST(YouTubeFeed, AnUpdateLongAfterPublicationIsAnEdit) {
    EXPECT_EQ(decode_feed(entry("2026-03-02T10:10:00+00:00")).at("mentions[0].action"), "created");
    EXPECT_EQ(decode_feed(entry("2026-03-02T10:10:01+00:00")).at("mentions[0].action"), "edited");
}

TEST(YouTubeFeed, PrefixesAreFreeAndSeveralEntriesToo) {
    const auto fields = decode_feed("<title>not this</title>" + entry("2026-03-02T10:00:05Z") +
                                    "<gone:deleted-entry ref='yt:video:v2' when='w'/>");
    EXPECT_EQ(fields.at("mentions[0].id"), "youtube:video:v1");
    EXPECT_EQ(fields.at("mentions[0].text"), "t");
    EXPECT_EQ(fields.at("mentions[1].id"), "youtube:video:v2");
    EXPECT_EQ(fields.at("mentions[1].action"), "deleted");
}

TEST(YouTubeFeed, WhatIsMissingOrWrongIsSaid) {
    EXPECT_EQ(decode_feed(""), (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_feed("<entry/>"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_feed("<gone:deleted-entry ref='yt:channel:x'/>"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_feed("<entry><y:videoId>v</y:videoId><published>soon</published></entry>"),
              (Fields{{"error", "number_range"}}));
    EXPECT_EQ(decode(*make_youtube(), "<rss/>"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(*make_youtube(), "<!DOCTYPE feed>" + feed("")),
              (Fields{{"error", "malformed_xml"}}));
}

// -- comments

Fields decode_page(std::string_view body) {
    return decode(*make("youtube", R"({"channels":"UC1","api_key":"secret:key"})"), body);
}

Fields decode_comments(std::string_view items) {
    return decode_page(R"({"items":[)" + std::string(items) + "]}");
}

TEST(YouTubeComments, RepliesAnswerTheirComment) {
    const auto fields = decode_comments(
        R"({"replies":{"comments":[{"id":"C.1","snippet":{"parentId":"C","videoId":"V",)"
        R"("textOriginal":"yes","publishedAt":"2026-03-02T10:46:00Z",)"
        R"("updatedAt":"2026-03-02T10:46:00Z"}},{"id":7},{"snippet":{"textOriginal":"no id"}}]},)"
        R"("snippet":{"videoId":"V","topLevelComment":{"id":"C","snippet":{"textDisplay":)"
        R"("a<br>b &amp; c","authorDisplayName":"Ola","publishedAt":"2026-03-02T10:45:00Z",)"
        R"("updatedAt":"2026-03-02T11:45:00Z"}}}})");
    EXPECT_EQ(fields.at("mentions[0].id"), "youtube:comment:C.1");
    EXPECT_EQ(fields.at("mentions[0].parent"), "youtube:comment:C");
    EXPECT_EQ(fields.at("mentions[0].thread"), "youtube:video:V");
    EXPECT_EQ(fields.at("refused[0]"), "missing_member");
    EXPECT_EQ(fields.at("mentions[2].id"), "youtube:comment:C");
    EXPECT_EQ(fields.at("mentions[2].text"), "a\nb & c");
    EXPECT_EQ(fields.at("mentions[2].action"), "edited");
    EXPECT_EQ(fields.at("mentions[2].author.name"), "Ola");
}

TEST(YouTubeComments, OfAChannelsOwnPageAreOneConversation) {
    const auto fields = decode_comments(
        R"({"snippet":{"topLevelComment":{"id":"C","snippet":{"channelId":"UC1"}}}})");
    EXPECT_EQ(fields.at("mentions[0].thread"), "youtube:channel:UC1");
    EXPECT_EQ(fields.count("mentions[0].url"), 0U);
}

TEST(YouTubeComments, NothingNewAndErrorsAreSaid) {
    EXPECT_EQ(decode_comments(""), (Fields{{"ignored", "1"}}));
    EXPECT_EQ(decode_page("{}"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_page(R"({"error":{"code":403}})"),
              (Fields{{"error", "unknown_platform_error"}}));
    EXPECT_EQ(decode_comments(R"({"snippet":{"topLevelComment":{"id":"C","snippet":)"
                              R"({"publishedAt":"soon","updatedAt":"soon"}}}})"),
              (Fields{{"error", "number_range"}}));
}

// -- Reddit

Fields decode_listing(std::string_view children) {
    return decode(*make("reddit", read("payloads/reddit/settings.json")),
                  R"({"data":{"children":[)" + std::string(children) + R"(]},"kind":"Listing"})");
}

std::string comment(std::string_view members) {
    return R"({"data":{"name":"t1_c","link_id":"t3_p","parent_id":"t1_b",)" +
           std::string(members) + R"(},"kind":"t1"})";
}

TEST(Reddit, BodiesAreUnescapedOnce) {
    EXPECT_EQ(decode_listing(comment(R"("body":"1 &lt; 2 &amp;amp; \u0105")"))
                  .at("mentions[0].text"),
              "1 < 2 &amp; \xC4\x85");
}

TEST(Reddit, EditsAreTheSameComment) {
    const auto fields =
        decode_listing(comment(R"("body":"b","created_utc":1772447000.0,"edited":1772447100.0)"));
    EXPECT_EQ(fields.at("mentions[0].id"), "reddit:t1_c");
    EXPECT_EQ(fields.at("mentions[0].parent"), "reddit:t1_b");
    EXPECT_EQ(fields.at("mentions[0].action"), "edited");
    EXPECT_EQ(fields.at("mentions[0].event_id"), "1772447100");
    EXPECT_EQ(decode_listing(comment(R"("body":"b","edited":null)")).at("mentions[0].action"),
              "created");
}

TEST(Reddit, WhatItsAuthorOrAModeratorTookAwayIsADeletion) {
    for (const auto* body : {"[deleted]", "[removed]"}) {
        const auto fields = decode_listing(comment(R"("author":"[deleted]","body":")" +
                                                   std::string(body) + "\""));
        EXPECT_EQ(fields.at("mentions[0].action"), "deleted");
        EXPECT_EQ(fields.count("mentions[0].text"), 0U);
        EXPECT_EQ(fields.count("mentions[0].author.handle"), 0U);
    }
}

TEST(Reddit, PostsHaveATitleAndPerhapsALink) {
    const auto fields = decode_listing(
        R"({"kind":"t3","data":{"name":"t3_p","title":"A &amp; B","selftext":"","is_self":false,)"
        R"("url":"https://a.example/?x=1&amp;y=2"}},)"
        R"({"kind":"t3","data":{"name":"t3_q","title":"T","selftext":"words","is_self":true,)"
        R"("url":"https://www.reddit.com/r/x"}},{"kind":"more","data":{"name":7}})");
    EXPECT_EQ(fields.at("mentions[0].kind"), "post");
    EXPECT_EQ(fields.at("mentions[0].text"), "A & B");
    EXPECT_EQ(fields.at("mentions[0].thread"), "reddit:t3_p");
    EXPECT_EQ(fields.at("mentions[0].links[0]"), "https://a.example/?x=1&y=2");
    EXPECT_EQ(fields.at("mentions[1].text"), "T\n\nwords");
    EXPECT_EQ(fields.count("mentions[1].links[0]"), 0U);
    EXPECT_EQ(fields.at("ignored"), "1");
}

TEST(Reddit, OneBadThingLeavesTheOthers) {
    const auto fields = decode_listing(comment(R"("body":7)") + "," + comment(R"("body":"b")") +
                                       "," + comment(R"("body":"b","created_utc":"soon")"));
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type");
    EXPECT_EQ(fields.at("refused[1]"), "number_range");
    EXPECT_EQ(fields.at("mentions[0].text"), "b");
}

TEST(Reddit, NothingNewAndErrorsAreSaid) {
    EXPECT_EQ(decode_listing(""), (Fields{{"ignored", "1"}}));
    const auto reddit = make("reddit", read("payloads/reddit/settings.json"));
    EXPECT_EQ(decode(*reddit, R"({"kind":"Listing","data":{}})"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(*reddit, R"({"message":"Forbidden","error":403})"),
              (Fields{{"error", "unknown_platform_error"}}));
}

}  // namespace
}  // namespace hark::platforms::testing
