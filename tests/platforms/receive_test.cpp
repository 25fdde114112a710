// What webhooks are let in: every vector of payloads/signatures.json with its verdict, damaged in
// every way that must be noticed, and the raw requests of wire/.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <functional>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

struct Vector {
    std::string id;
    std::string platform;
    std::string secret;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string query;
    std::string body;
    std::string expected_reply;
    std::string confirmation;
    bool valid = false;
};

std::string text_or_empty(simdjson::dom::element object, std::string_view key) {
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto document =
        parser.parse(simdjson::padded_string(read("payloads/signatures.json"))).value();
    std::vector<Vector> all;
    for (const auto item : document["vectors"].get_array()) {
        Vector vector;
        vector.id = text_or_empty(item, "id");
        vector.platform = text_or_empty(item, "platform");
        vector.secret = text_or_empty(item, "secret");
        if (vector.secret.empty()) vector.secret = text_or_empty(item, "verify_token");
        vector.expected_reply = text_or_empty(item, "expected_response_text");
        vector.confirmation = text_or_empty(item, "confirmation_code");
        vector.valid = item["valid"].get_bool().value();
        simdjson::dom::object members;
        if (item["headers"].get(members) == simdjson::SUCCESS) {
            for (const auto header : members) {
                vector.headers.emplace_back(header.key, header.value.get_string().value());
            }
        }
        if (item["query"].get(members) == simdjson::SUCCESS) {
            for (const auto parameter : members) {
                if (!vector.query.empty()) vector.query += '&';
                vector.query += std::string(parameter.key) + "=" +
                                std::string(parameter.value.get_string().value());
            }
        }
        const auto body_file = text_or_empty(item, "body_file");
        if (!body_file.empty()) vector.body = read("payloads/" + body_file);
        all.push_back(std::move(vector));
    }
    return all;
}

/// The platform of a vector with these secrets active.
std::unique_ptr<Platform> platform_of(const Vector& vector,
                                      const std::vector<std::string>& secrets) {
    std::string list = "[";
    for (const auto& secret : secrets) {
        list += (list.size() > 1 ? "," : "") + std::string("\"secret:") + secret + "\"";
    }
    list += "]";
    if (vector.platform == "meta") {
        return make("meta", "{\"app_secret\":" + list + ",\"verify_token\":" + list + "}");
    }
    if (vector.platform == "vk") {
        return make("vk", "{\"secret\":" + list + R"(,"confirmation":"a1b2c3d4"})");
    }
    return make("telegram", "{\"secret_token\":" + list + "}");
}

Reception receive(Platform& platform, const Vector& vector) {
    TestRequest request(vector.query.empty() ? "POST" : "GET", vector.body);
    request.query = vector.query;
    request.headers = vector.headers;
    return platform.receive(request);
}

bool accepted(const Reception& reception) {
    return reception.error == Errc::ok && reception.reply.status == 200;
}

void expect_refused(const Reception& reception) {
    EXPECT_FALSE(reception.decode);
    EXPECT_GE(reception.reply.status, 400U);
    EXPECT_EQ(reception.reply.body, "");
}

class SignatureVector : public ::testing::TestWithParam<Vector> {};

TEST_P(SignatureVector, GetsItsVerdict) {
    const auto& vector = GetParam();
    const auto reception = receive(*platform_of(vector, {vector.secret}), vector);
    EXPECT_EQ(accepted(reception), vector.valid);
    EXPECT_EQ(reception.error, vector.valid ? Errc::ok : Errc::bad_signature);
    EXPECT_EQ(reception.reply.body, vector.expected_reply);
    const bool handshake = !vector.query.empty() || !vector.confirmation.empty();
    EXPECT_EQ(reception.decode, vector.valid && !handshake);
}

TEST_P(SignatureVector, GetsItsVerdictUnderEitherOfTwoSecrets) {
    const auto& vector = GetParam();
    for (const auto& secrets :
         {std::vector<std::string>{vector.secret, "another_Secret-0123456"},
          std::vector<std::string>{"another_Secret-0123456", vector.secret}}) {
        EXPECT_EQ(accepted(receive(*platform_of(vector, secrets), vector)), vector.valid);
    }
}

TEST_P(SignatureVector, IsRefusedUnderOtherSecrets) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector, {"another_Secret-0123456", "a_third_one-789"});
    const auto reception = receive(*platform, vector);
    expect_refused(reception);
    EXPECT_EQ(reception.error, Errc::bad_signature);
}

/// Calls `check` with every copy of the vector in which one bit of what is secret or signed is
/// flipped.
void with_every_bit_flipped(const Vector& vector, const std::function<void(const Vector&)>& check) {
    const auto flip_all = [&](auto part, std::size_t begin, std::size_t end) {
        for (std::size_t bit = begin * 8; bit < end * 8; ++bit) {
            auto damaged = vector;
            auto& text = part(damaged);
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
            check(damaged);
        }
    };
    if (vector.platform == "meta" && !vector.query.empty()) {
        const auto at = vector.query.find("my_verify_token");
        flip_all([](Vector& v) -> std::string& { return v.query; }, at, at + 15);
    } else if (vector.platform == "meta") {
        flip_all([](Vector& v) -> std::string& { return v.body; }, 0, vector.body.size());
    } else if (vector.platform == "vk") {
        const auto at = vector.body.find(vector.secret);
        flip_all([](Vector& v) -> std::string& { return v.body; }, at, at + vector.secret.size());
    } else {
        flip_all([](Vector& v) -> std::string& { return v.headers[0].second; }, 0,
                 vector.headers[0].second.size());
    }
}

TEST_P(SignatureVector, IsRefusedWithAnyBitFlipped) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector, {vector.secret});
    with_every_bit_flipped(
        vector, [&](const Vector& damaged) { expect_refused(receive(*platform, damaged)); });
}

TEST_P(SignatureVector, IsRefusedWithAByteCut) {
    auto vector = GetParam();
    const auto platform = platform_of(vector, {vector.secret});
    if (!vector.query.empty()) vector.query.pop_back();
    else if (vector.platform == "telegram") vector.headers[0].second.pop_back();
    else vector.body.pop_back();
    expect_refused(receive(*platform, vector));
}

INSTANTIATE_TEST_SUITE_P(AllPlatforms, SignatureVector, ::testing::ValuesIn(vectors()),
                         [](const auto& test) { return test.param.id; });

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
};

class WireRequest : public ::testing::TestWithParam<WireCase> {};

TEST_P(WireRequest, IsLetIn) {
    const auto& wire = GetParam();
    const auto platform = make(wire.platform, read("payloads/" + wire.platform + "/settings.json"));
    std::string query;
    const auto request = wire_request(wire.file, query);
    const auto reception = platform->receive(*request);
    EXPECT_TRUE(accepted(reception));
    EXPECT_EQ(reception.reply.body, wire.reply);
    EXPECT_EQ(reception.reply.content_type, "text/plain");
    EXPECT_EQ(reception.decode, !wire.payload.empty());
    if (reception.decode) {
        EXPECT_EQ(request->body, read("payloads/" + wire.payload));
        EXPECT_TRUE(decode(*platform, request->body).contains("mentions[0].id"));
    }
}

INSTANTIATE_TEST_SUITE_P(
    AllPlatforms, WireRequest,
    ::testing::Values(WireCase{"meta_get_handshake_http.bin", "meta", "", "1158201444"},
                      WireCase{"meta_post_http.bin", "meta", "meta/page_comment_add.json", ""},
                      WireCase{"vk_confirmation_http.bin", "vk", "", "a1b2c3d4"},
                      WireCase{"telegram_post_http.bin", "telegram",
                               "telegram/message_private.json", ""}),
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
