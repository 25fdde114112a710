// Every vector of payloads/signatures.json gets its verdict, under either of two secrets too; with
// any bit flipped or the last byte cut of what is signed or secret it is refused.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
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
    std::string received_at;  ///< empty: when all other requests of the tests were
    bool handshake = false;
    bool valid = false;
};

/// How the vectors of a platform are configured and what of them counts.
struct Scheme {
    std::string key;      ///< the setting of the secret
    std::string further;  ///< other members of the settings
    std::string other;    ///< two other secrets of the right form
    std::string another;
    std::string clock;  ///< the header with the time that is signed
    bool body_is_signed = true;
    std::string platform = {};  ///< when it is not called as the scheme is
    bool plain = false;         ///< the key is public and stands in the settings as it is
};

const std::map<std::string, Scheme, std::less<>>& schemes() {
    static const std::string kOther = "another_Secret-0123456";
    static const std::string kAnother = "a_third_one-789";
    static const std::map<std::string, Scheme, std::less<>> all = {
        {"meta", {"app_secret", "", kOther, kAnother, "", true}},
        {"vk", {"secret", R"(,"confirmation":"a1b2c3d4")", kOther, kAnother, "", false}},
        {"telegram", {"secret_token", "", kOther, kAnother, "", false}},
        {"slack", {"signing_secret", "", kOther, kAnother, "X-Slack-Request-Timestamp", true}},
        {"line", {"channel_secret", "", kOther, kAnother, "", true}},
        {"x", {"consumer_secret", "", kOther, kAnother, "", true}},
        {"viber", {"auth_token", "", kOther, kAnother, "", true}},
        {"tiktok", {"client_secret", "", kOther, kAnother, "TikTok-Signature", true}},
        {"tiktok_shop",
         {"client_secret", R"(,"service":"shop","app_key":"6example0key")", kOther, kAnother, "",
          true, "tiktok"}},
        {"douyin",
         {"client_secret", R"(,"service":"douyin")", kOther, kAnother, "", true, "tiktok"}},
        {"linkedin", {"client_secret", "", kOther, kAnother, "", true}},
        {"zendesk",
         {"signing_secret", "", kOther, kAnother, "X-Zendesk-Webhook-Signature-Timestamp", true}},
        {"intercom", {"client_secret", "", kOther, kAnother, "", true}},
        {"max", {"secret", "", kOther, kAnother, "", false}},
        {"discord",
         {"public_key", "", std::string(64, '0'), std::string(64, '1'), "X-Signature-Timestamp",
          true, "", true}},
    };
    return all;
}

std::string text_or_empty(simdjson::dom::element object, std::string_view key) {
    std::string_view text;
    return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

/// The time that is signed, as RFC 3339, so that the test's clock shows it.
std::string clock_of(const Vector& vector) {
    const auto& wanted = schemes().at(vector.platform).clock;
    for (const auto& [name, value] : vector.headers) {
        if (wanted.empty() || name != wanted) continue;
        const auto digits = value.find_first_of("0123456789");
        const bool seconds = value.find('-') == std::string::npos;
        if (!seconds) return value;
        const auto time = Timestamp{std::chrono::seconds(std::stoll(value.substr(digits)))};
        const auto text = format_rfc3339(time);
        return {text.data(), text.size()};
    }
    return {};
}

/// Requests with a body that hold no event, and their answers where the vector has none.
const std::map<std::string, std::string, std::less<>>& handshakes() {
    static const std::map<std::string, std::string, std::less<>> all = {
        {"vk_confirmation", ""},
        {"slack_official", ""},
        {"discord_interaction_ping", ""},
        {"slack_url_verification", "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"},
    };
    return all;
}

Vector vector_of(simdjson::dom::element item) {
    Vector vector;
    vector.id = text_or_empty(item, "id");
    vector.platform = text_or_empty(item, "platform");
    for (const auto* key : {"secret", "verify_token", "token", "public_key_hex"}) {
        if (vector.secret.empty()) vector.secret = text_or_empty(item, key);
    }
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
    vector.body = body_file.empty() ? text_or_empty(item, "body") : read("payloads/" + body_file);
    vector.received_at = clock_of(vector);
    vector.expected_reply = text_or_empty(item, "expected_response_text");
    if (item["expected_response_json"].get(members) == simdjson::SUCCESS) {
        vector.expected_reply = simdjson::minify(members);
    }
    const auto found = handshakes().find(vector.id);
    vector.handshake = vector.body.empty() || found != handshakes().end();
    if (found != handshakes().end() && !found->second.empty()) {
        vector.expected_reply = found->second;
    }
    return vector;
}

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto document =
        parser.parse(simdjson::padded_string(read("payloads/signatures.json"))).value();
    std::vector<Vector> all;
    for (const auto item : document["vectors"].get_array()) all.push_back(vector_of(item));
    return all;
}

/// The platform of a vector with these secrets active.
std::unique_ptr<Platform> platform_of(const Vector& vector,
                                      const std::vector<std::string>& secrets) {
    const auto& scheme = schemes().at(vector.platform);
    std::string list = "[";
    for (const auto& secret : secrets) {
        list += std::string(list.size() > 1 ? "," : "") + (scheme.plain ? "\"" : "\"secret:") +
                secret + "\"";
    }
    list += "]";
    auto settings = "{\"" + scheme.key + "\":" + list + scheme.further;
    if (vector.platform == "meta") settings += ",\"verify_token\":" + list;
    const auto& name = scheme.platform.empty() ? vector.platform : scheme.platform;
    return make(name, settings + "}");
}

Reception receive(Platform& platform, const Vector& vector) {
    TestRequest request(vector.body.empty() ? "GET" : "POST", vector.body);
    request.query = vector.query;
    request.headers = vector.headers;
    if (!vector.received_at.empty()) request.received_at = *parse_rfc3339(vector.received_at);
    return platform.receive(request);
}

bool accepted(const Reception& reception) {
    return reception.error == Errc::ok && reception.reply.status < 300;
}

void expect_refused(const Reception& reception) {
    EXPECT_FALSE(reception.decode);
    EXPECT_NE(reception.error, Errc::ok);
    EXPECT_GE(reception.reply.status, 400U);
    EXPECT_EQ(reception.reply.body, "");
}

class SignatureVector : public ::testing::TestWithParam<Vector> {};

TEST_P(SignatureVector, GetsItsVerdict) {
    const auto& vector = GetParam();
    const auto reception = receive(*platform_of(vector, {vector.secret}), vector);
    EXPECT_EQ(accepted(reception), vector.valid);
    EXPECT_EQ(reception.error, vector.valid ? Errc::ok : Errc::bad_signature);
    EXPECT_EQ(reception.reply.body, vector.valid ? vector.expected_reply : "");
    EXPECT_EQ(reception.decode, vector.valid && !vector.handshake);
}

TEST_P(SignatureVector, GetsItsVerdictUnderEitherOfTwoSecrets) {
    const auto& vector = GetParam();
    const auto& other = schemes().at(vector.platform).other;
    for (const auto& secrets : {std::vector<std::string>{vector.secret, other},
                                std::vector<std::string>{other, vector.secret}}) {
        EXPECT_EQ(accepted(receive(*platform_of(vector, secrets), vector)), vector.valid);
    }
}

/// Requests in which the platform proves nothing, but wants a proof of us.
std::string_view question_of(const Vector& vector) {
    for (const std::string_view name : {"crc_token", "challengeCode"}) {
        if (vector.query.starts_with(name)) return name;
    }
    return {};
}

/// A request that proves nothing is refused; a question gets another answer than ours.
void expect_not_taken(Platform& platform, const Vector& vector, const Vector& original) {
    const auto reception = receive(platform, vector);
    if (question_of(original).empty()) return expect_refused(reception);
    EXPECT_FALSE(reception.decode);
    EXPECT_NE(reception.reply.body, original.expected_reply);
}

TEST_P(SignatureVector, IsRefusedUnderOtherSecrets) {
    const auto& vector = GetParam();
    const auto& scheme = schemes().at(vector.platform);
    const auto platform = platform_of(vector, {scheme.other, scheme.another});
    expect_not_taken(*platform, vector, vector);
    if (question_of(vector).empty()) {
        EXPECT_EQ(receive(*platform, vector).error, Errc::bad_signature);
    }
}

/// A stretch of a vector that is secret or signed.
struct Part {
    std::function<std::string&(Vector&)> text;
    std::size_t begin = 0;
    std::size_t end = 0;
};

Part part_of_query(const Vector& vector, std::string_view name) {
    const auto key = vector.query.find(std::string(name) + "=");
    const auto begin = key + name.size() + 1;
    const auto end = std::min(vector.query.find('&', begin), vector.query.size());
    return {[](Vector& v) -> std::string& { return v.query; }, begin, end};
}

std::vector<Part> parts_of(const Vector& vector) {
    const auto body = [](Vector& v) -> std::string& { return v.body; };
    std::vector<Part> parts;
    if (vector.platform == "vk") {
        const auto at = vector.body.find(vector.secret);
        return {{body, at, at + vector.secret.size()}};
    }
    if (vector.platform == "meta" && vector.body.empty()) {
        return {part_of_query(vector, "hub.verify_token")};
    }
    if (!question_of(vector).empty()) return {part_of_query(vector, question_of(vector))};
    for (std::size_t i = 0; i < vector.headers.size(); ++i) {
        if (vector.platform == "meta" && vector.headers[i].first == "X-Hub-Signature") continue;
        parts.push_back({[i](Vector& v) -> std::string& { return v.headers[i].second; }, 0,
                         vector.headers[i].second.size()});
    }
    if (schemes().at(vector.platform).body_is_signed)
        parts.push_back({body, 0, vector.body.size()});
    return parts;
}

bool same_but_for_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

/// Case means nothing in hex, and in nothing else that is signed.
bool still_right(const Vector& vector, const Vector& damaged) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (std::size_t i = 0; i < vector.headers.size(); ++i) {
        const auto& before = vector.headers[i].second;
        const auto digits = before.substr(before.rfind('=') + 1);
        const auto& after = damaged.headers[i].second;
        if (digits.empty() || digits.find_first_not_of(kHex) != std::string::npos) continue;
        if (before != after && same_but_for_case(before, after) &&
            before.substr(0, before.size() - digits.size()) ==
                after.substr(0, before.size() - digits.size())) {
            return true;
        }
    }
    return false;
}

TEST_P(SignatureVector, IsRefusedWithAnyBitFlipped) {
    const auto& vector = GetParam();
    if (!vector.valid)
        return expect_refused(receive(*platform_of(vector, {vector.secret}), vector));
    const auto platform = platform_of(vector, {vector.secret});
    for (const auto& part : parts_of(vector)) {
        for (std::size_t bit = part.begin * 8; bit < part.end * 8; ++bit) {
            auto damaged = vector;
            auto& text = part.text(damaged);
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
            if (!still_right(vector, damaged)) expect_not_taken(*platform, damaged, vector);
        }
    }
}

TEST_P(SignatureVector, IsRefusedWithAByteCut) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector, {vector.secret});
    for (const auto& part : parts_of(vector)) {
        auto damaged = vector;
        part.text(damaged).erase(part.end - 1, 1);
        expect_not_taken(*platform, damaged, vector);
    }
}

TEST(Reserialised, IsTheSameJsonAndAnotherBody) {
    const auto meta = make("meta", read("payloads/meta/settings.json"));
    const auto signed_body = read("payloads/meta/page_comment_add.json");
    const auto reserialised = read("payloads/meta/page_comment_add_reserialised.json");
    EXPECT_EQ(decode(*meta, reserialised), decode(*meta, signed_body));
    const auto all = vectors();
    const auto vector = std::find_if(all.begin(), all.end(), [](const Vector& one) {
        return one.id == "meta_negative_reserialised";
    });
    ASSERT_NE(vector, all.end());
    EXPECT_EQ(vector->body, reserialised);
    EXPECT_FALSE(vector->valid) << "what it gets stands in SignatureVector";
}

class SignedTime : public ::testing::TestWithParam<Vector> {};

TEST_P(SignedTime, IsStaleAfterFiveMinutes) {
    auto vector = GetParam();
    const auto platform = platform_of(vector, {vector.secret});
    const auto signed_at = *parse_rfc3339(vector.received_at);
    const auto error_at = [&](std::chrono::seconds later) {
        const auto text = format_rfc3339(signed_at + later);
        vector.received_at.assign(text.data(), text.size());
        return receive(*platform, vector).error;
    };
    EXPECT_EQ(error_at(std::chrono::minutes(5)), Errc::ok);
    EXPECT_EQ(error_at(std::chrono::seconds(301)), Errc::stale_timestamp);
    EXPECT_EQ(error_at(std::chrono::minutes(-5)), Errc::ok);
    EXPECT_EQ(error_at(std::chrono::seconds(-301)), Errc::stale_timestamp);
}

INSTANTIATE_TEST_SUITE_P(AllPlatforms, SignatureVector, ::testing::ValuesIn(vectors()),
                         [](const auto& test) { return test.param.id; });

std::vector<Vector> vectors_with_a_clock() {
    auto all = vectors();
    std::erase_if(all, [](const Vector& v) { return v.received_at.empty() || !v.valid; });
    return all;
}

INSTANTIATE_TEST_SUITE_P(AllPlatforms, SignedTime, ::testing::ValuesIn(vectors_with_a_clock()),
                         [](const auto& test) { return test.param.id; });

}  // namespace
}  // namespace hark::platforms::testing
