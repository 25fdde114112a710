// What webhooks are let in: the raw requests of wire/, handshakes, and requests that are almost
// right. The vectors of payloads/signatures.json are in vector_test.cpp.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

bool accepted(const Reception& reception) {
    return reception.error == Errc::ok && reception.reply.status == 200;
}

void expect_refused(const Reception& reception) {
    EXPECT_FALSE(reception.decode);
    EXPECT_GE(reception.reply.status, 400U);
    EXPECT_EQ(reception.reply.body, "");
}

/// A raw HTTP request of wire/ as the webhook server would hand it in.
std::unique_ptr<TestRequest> wire_request(std::string_view name, std::string& query_storage) {
    const auto raw = read("wire/" + std::string(name));
    const auto head_end = raw.find("\r\n\r\n");
    if (head_end == std::string::npos) throw std::runtime_error("no header in the request");
    const auto line_end = raw.find("\r\n");
    const auto line = raw.substr(0, line_end);
    const auto target = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
    auto request = std::make_unique<TestRequest>(line.starts_with("GET") ? "GET" : "POST",
                                                 std::string_view(raw).substr(head_end + 4));
    const auto question = target.find('?');
    if (question != std::string::npos) query_storage = target.substr(question + 1);
    request->query = query_storage;
    for (auto at = line_end + 2; at < head_end;) {
        const auto end = raw.find("\r\n", at);
        const auto colon = raw.find(": ", at);
        request->headers.emplace_back(raw.substr(at, colon - at),
                                      raw.substr(colon + 2, end - colon - 2));
        at = end + 2;
    }
    return request;
}

struct WireCase {
    std::string file;
    std::string platform;
    std::string payload;  ///< whose body the request carries; empty: a handshake
    std::string reply;
    std::string received_at = std::string(kReceivedAt);
};

class WireRequest : public ::testing::TestWithParam<WireCase> {};

TEST_P(WireRequest, IsLetIn) {
    const auto& wire = GetParam();
    const auto platform = make(wire.platform, read("payloads/" + wire.platform + "/settings.json"));
    std::string query;
    const auto request = wire_request(wire.file, query);
    request->received_at = *parse_rfc3339(wire.received_at);
    const auto reception = platform->receive(*request);
    EXPECT_TRUE(accepted(reception));
    EXPECT_EQ(reception.reply.body, wire.reply);
    EXPECT_EQ(reception.reply.content_type,
              wire.reply.starts_with('{') ? "application/json" : "text/plain");
    EXPECT_EQ(reception.decode, !wire.payload.empty());
    if (reception.decode) {
        EXPECT_EQ(request->body, read("payloads/" + wire.payload));
        const auto frame = reception.frame.data() == nullptr ? request->body : reception.frame;
        EXPECT_TRUE(decode(*platform, frame).contains("mentions[0].id"));
    }
}

INSTANTIATE_TEST_SUITE_P(
    AllPlatforms, WireRequest,
    ::testing::Values(WireCase{"meta_get_handshake_http.bin", "meta", "", "1158201444"},
                      WireCase{"meta_post_http.bin", "meta", "meta/page_comment_add.json", ""},
                      WireCase{"x_get_crc_http.bin", "x", "",
                               R"({"response_token":"sha256=)"
                               R"(olK/JNnAF1aKm719NJe7UMANx/jvNfqkIOuoD3OOuss="})"},
                      WireCase{"vk_confirmation_http.bin", "vk", "", "a1b2c3d4"},
                      WireCase{"telegram_post_http.bin", "telegram",
                               "telegram/message_private.json", ""},
                      WireCase{"websub_get_verify_http.bin", "youtube", "", "12345678901234567890"},
                      WireCase{"wechat_post_encrypted_http.bin", "wechat",
                               "wechat/encrypted_text.xml", "success",
                               "2026-03-02T09:33:20.000Z"}),
    [](const auto& test) { return test.param.file.substr(0, test.param.file.find('.')); });

class Receive : public ::testing::Test {
protected:
    static Reception post(Platform& platform, std::string_view body,
                          std::vector<std::pair<std::string, std::string>> headers = {}) {
        TestRequest request("POST", body);
        request.headers = std::move(headers);
        return platform.receive(request);
    }
    static Reception get(Platform& platform, std::string_view query) {
        TestRequest request("GET", "");
        request.query = query;
        return platform.receive(request);
    }

    std::unique_ptr<Platform> meta_ = make("meta", read("payloads/meta/settings.json"));
    std::unique_ptr<Platform> vk_ = make("vk", read("payloads/vk/settings.json"));
    std::unique_ptr<Platform> telegram_ = make("telegram", read("payloads/telegram/settings.json"));
};

constexpr std::string_view kSha1OfCommentAdd = "sha1=b13f32f0c2c0bc75f12fbb2cc1160597b8e9d783";
constexpr std::string_view kSha256OfCommentAdd =
    "sha256=21a1cdc74f020cd83e8cc65f2d4f6c16b1b0b06ed9fa9dd4dd02cb8a6b4e047c";

TEST_F(Receive, MetaRefusesWhatIsNotSignedWithSha256) {
    const auto body = read("payloads/meta/page_comment_add.json");
    EXPECT_EQ(post(*meta_, body).error, Errc::missing_signature);
    const auto sha1 = post(*meta_, body, {{"X-Hub-Signature", std::string(kSha1OfCommentAdd)}});
    expect_refused(sha1);
    EXPECT_EQ(sha1.error, Errc::missing_signature);
    auto wrong = std::string(kSha256OfCommentAdd);
    wrong.back() = 'd';
    const auto both =
        post(*meta_, body,
             {{"X-Hub-Signature", std::string(kSha1OfCommentAdd)}, {"X-Hub-Signature-256", wrong}});
    expect_refused(both);
    EXPECT_EQ(both.error, Errc::bad_signature);
}

TEST_F(Receive, MetaRefusesASignatureInAnotherForm) {
    const auto body = read("payloads/meta/page_comment_add.json");
    const std::string hex(kSha256OfCommentAdd.substr(7));
    for (const auto& value : {hex, "sha1=" + hex, "SHA256=" + hex, "sha256=" + hex + "00",
                              "sha256=" + hex.substr(2), std::string("sha256=")}) {
        const auto reception = post(*meta_, body, {{"X-Hub-Signature-256", value}});
        expect_refused(reception);
        EXPECT_EQ(reception.error, Errc::bad_signature) << value;
    }
}

TEST_F(Receive, MetaAnswersTheChallengeOnlyToOurToken) {
    const auto right = get(*meta_,
                           "hub.verify%5Ftoken=my_verify_token&hub.challenge=a%2Bb%3Cc&"
                           "hub%2Emode=subscribe");
    EXPECT_EQ(right.reply.status, 200U);
    EXPECT_EQ(right.reply.body, "a+b<c");
    EXPECT_FALSE(right.decode);
    for (const auto* query :
         {"", "hub.mode=subscribe&hub.challenge=1",
          "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
          "hub.mode=subscribe&hub.challenge=1&hub.verify_token=my_verify",
          "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=my_verify_token",
          "hub.challenge=1&hub.verify_token=my_verify_token",
          "hub.mode=subscribe&hub.verify_token=my_verify_token"}) {
        const auto reception = get(*meta_, query);
        expect_refused(reception);
        EXPECT_EQ(reception.reply.status, 403U) << query;
    }
}

TEST_F(Receive, VkWantsTheSecretOfEveryEventButTheOldConfirmation) {
    EXPECT_EQ(post(*vk_, R"({"type":"confirmation","group_id":1})").reply.body, "a1b2c3d4");
    const auto wrong = post(*vk_, R"({"type":"confirmation","group_id":1,"secret":"x"})");
    expect_refused(wrong);
    EXPECT_EQ(wrong.error, Errc::bad_signature);
    const auto missing = post(*vk_, R"({"type":"wall_reply_new","group_id":1,"object":{}})");
    expect_refused(missing);
    EXPECT_EQ(missing.error, Errc::missing_signature);
    const auto number = post(*vk_, R"({"type":"wall_reply_new","secret":12,"object":{}})");
    expect_refused(number);
    // Only the envelope's secret counts, whatever an author can put further in.
    const auto inner = post(*vk_, R"({"type":"wall_reply_new","object":{"secret":"dc73Hq0pVk"}})");
    expect_refused(inner);
}

TEST_F(Receive, VkAnswersOkToTypesItDoesNotKnow) {
    const auto reception =
        post(*vk_, R"({"object":[],"type":"some_day_new","secret":"dc73Hq0pVk","group_id":1})");
    EXPECT_EQ(reception.reply.status, 200U);
    EXPECT_EQ(reception.reply.body, "ok");
    EXPECT_TRUE(reception.decode);
}

TEST_F(Receive, VkHearsOnlyTheConfiguredCommunity) {
    const auto platform =
        make("vk", R"({"secret":"secret:dc73Hq0pVk","confirmation":"a1b2c3d4","group_id":7})");
    EXPECT_TRUE(
        post(*platform, R"({"type":"x","group_id":7,"secret":"dc73Hq0pVk","object":{}})").decode);
    EXPECT_EQ(post(*platform, R"({"type":"confirmation","group_id":7})").reply.body, "a1b2c3d4");
    expect_refused(
        post(*platform, R"({"type":"x","group_id":8,"secret":"dc73Hq0pVk","object":{}})"));
    expect_refused(post(*platform, R"({"type":"x","secret":"dc73Hq0pVk","object":{}})"));
    expect_refused(post(*platform, R"({"type":"confirmation","group_id":8})"));
}

TEST_F(Receive, VkRefusesWhatIsNoJsonObject) {
    for (const auto* body : {"", " ", "[]", "\"ok\"", "{", "null", "{\"type\":}", "\xff"}) {
        const auto reception = post(*vk_, body);
        expect_refused(reception);
        EXPECT_EQ(reception.reply.status, 400U) << body;
    }
}

TEST_F(Receive, TelegramWantsTheHeader) {
    const auto missing = post(*telegram_, "{}");
    expect_refused(missing);
    EXPECT_EQ(missing.error, Errc::missing_signature);
    const auto reception =
        post(*telegram_, "{}", {{"x-telegram-bot-api-secret-token", "Ex4mple_Secret-Token"}});
    EXPECT_TRUE(reception.decode);
    EXPECT_EQ(reception.reply.body, "");
}

TEST_F(Receive, OtherMethodsAreRefused) {
    for (auto* platform : {meta_.get(), vk_.get(), telegram_.get()}) {
        TestRequest request("PUT", "{}");
        const auto reception = platform->receive(request);
        expect_refused(reception);
        EXPECT_EQ(reception.reply.status, 405U);
    }
    EXPECT_EQ(get(*vk_, "").reply.status, 405U);
    EXPECT_EQ(get(*telegram_, "").reply.status, 405U);
}

TEST(MakePlatform, ReportsWhatIsMissingOrWrong) {
    const auto faults_of = [](std::string_view name, std::string_view settings) {
        std::vector<Fault> faults;
        EXPECT_EQ(make(name, settings, faults), nullptr);
        return faults.size();
    };
    EXPECT_EQ(faults_of("meta", "{}"), 2U);
    EXPECT_EQ(faults_of("meta", R"({"app_secret":"plain","verify_token":"secret:x"})"), 1U);
    EXPECT_EQ(faults_of("vk", "{}"), 2U);
    EXPECT_EQ(faults_of("telegram", "{}"), 1U);
    EXPECT_EQ(faults_of("telegram", R"({"secret_token":"secret:no blanks"})"), 1U);
    EXPECT_EQ(faults_of("telegram", R"({"secret_token":"secret:x","secret_tokn":"y"})"), 1U);
}

TEST(MakePlatform, KnowsTheNamesItLists) {
    std::vector<Fault> faults;
    EXPECT_EQ(make("no_such_platform", "{}", faults), nullptr);
    EXPECT_TRUE(faults.empty());
    const auto names = platform_names();
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    for (const auto* name : {"meta", "telegram", "vk"}) {
        EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
    }
}

}  // namespace
}  // namespace hark::platforms::testing
