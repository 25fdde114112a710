// WeChat and WeCom: the vectors of payloads/wechat/signatures.json, what is let in and what not,
// and XML that nobody honest sends.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <memory>

#include "platforms/payload_test.hpp"
#include "platforms/signature.hpp"
#include "platforms/wechat/cipher.hpp"

namespace hark::platforms::testing {
namespace {

constexpr std::string_view kToken = "exampleToken123";
constexpr std::string_view kAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
constexpr std::string_view kAppId = "wx0123456789abcdef";

using Query = std::map<std::string, std::string, std::less<>>;

/// As it goes over the wire.
std::string encoded(const Query& query) {
    std::string text;
    for (const auto& [name, value] : query) {
        if (!text.empty()) text += '&';
        text += name + "=";
        for (const char c : value) {
            const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
            text += plain ? std::string(1, c) : "%" + encode_hex({&c, 1});
        }
    }
    return text;
}

struct Vector {
    std::string id;
    bool enterprise = false;
    std::string token;
    std::string aes_key;
    std::string app_id;
    Query query;
    std::string encrypted;
    std::string body;
    std::string plaintext;
    std::string reply;
};

std::string text_of(simdjson::dom::element item, std::string_view key) {
    std::string_view text;
    return item[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string envelope(std::string_view encrypted) {
    return "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[" +
           std::string(encrypted) + "]]></Encrypt></xml>";
}

std::string signature_of(std::initializer_list<std::string_view> given) {
    std::vector<std::string_view> parts(given);
    std::sort(parts.begin(), parts.end());
    std::string joined;
    for (const auto part : parts) joined += part;
    return encode_hex(sha1({joined}));
}

Vector vector_of(simdjson::dom::element item) {
    Vector vector;
    vector.id = text_of(item, "id");
    vector.enterprise = text_of(item, "platform") == "wechat_work";
    vector.token = text_of(item, "token");
    vector.aes_key = text_of(item, "encoding_aes_key");
    vector.app_id = text_of(item, "app_id");
    vector.encrypted = text_of(item, "encrypt");
    vector.plaintext = text_of(item, "plaintext");
    vector.reply = text_of(item, "expected_response_text");
    const auto body_file = text_of(item, "body_file");
    if (!body_file.empty()) vector.body = read("payloads/" + body_file);
    if (!vector.encrypted.empty()) vector.body = envelope(vector.encrypted);
    const auto plaintext_file = text_of(item, "plaintext_file");
    if (!plaintext_file.empty()) vector.plaintext = read("payloads/" + plaintext_file);
    simdjson::dom::object query;
    if (item["query"].get(query) == simdjson::SUCCESS) {
        for (const auto member : query)
            vector.query.emplace(member.key, member.value.get_string().value());
    } else {
        // These vectors are of the cipher alone: the signature is made here.
        vector.token = kToken;
        vector.query = {{"timestamp", "1772444000"}, {"nonce", "5"}};
        vector.query["msg_signature"] =
            signature_of({vector.token, "1772444000", "5", vector.encrypted});
    }
    return vector;
}

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto document =
        parser.parse(simdjson::padded_string(read("payloads/wechat/signatures.json"))).value();
    std::vector<Vector> all;
    for (const auto item : document["vectors"].get_array()) all.push_back(vector_of(item));
    return all;
}

std::string settings_of(const Vector& vector) {
    auto settings = R"({"token":"secret:)" + vector.token + "\"";
    if (vector.enterprise) settings += R"(,"product":"wecom")";
    if (!vector.aes_key.empty()) {
        settings += R"(,"encoding_aes_key":"secret:)" + vector.aes_key + R"(","app_id":")" +
                    vector.app_id + "\"";
    }
    return settings + "}";
}

std::unique_ptr<Platform> platform_of(const Vector& vector) {
    return make("wechat", settings_of(vector));
}

/// What became of the request; the bytes to decode are copied.
struct Outcome {
    Reception reception;
    std::string frame;
};

Outcome receive(Platform& platform, const Vector& vector) {
    TestRequest request(vector.body.empty() ? "GET" : "POST", vector.body);
    const auto query = encoded(vector.query);
    request.query = query;
    const auto seconds = std::stoll("0" + vector.query.at("timestamp"));
    request.received_at = Timestamp{std::chrono::seconds(seconds % 7'000'000'000)};
    Outcome outcome{platform.receive(request), {}};
    outcome.frame = outcome.reception.frame;
    return outcome;
}

void expect_refused(Platform& platform, const Vector& vector, const std::string& how) {
    const auto reception = receive(platform, vector).reception;
    EXPECT_FALSE(reception.decode) << how;
    EXPECT_NE(reception.error, Errc::ok) << how;
    EXPECT_GE(reception.reply.status, 400U) << how;
    EXPECT_EQ(reception.reply.body, "") << how;
}

class WeChatVector : public ::testing::TestWithParam<Vector> {};

TEST_P(WeChatVector, IsLetInAndOpened) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector);
    const auto outcome = receive(*platform, vector);
    EXPECT_EQ(outcome.reception.error, Errc::ok);
    EXPECT_EQ(outcome.reception.reply.status, 200U);
    EXPECT_EQ(outcome.frame, vector.plaintext);
    EXPECT_EQ(outcome.reception.decode, !vector.body.empty());
    const auto success = vector.enterprise ? "" : "success";
    EXPECT_EQ(outcome.reception.reply.body, vector.body.empty() ? vector.reply : success);
}

/// What of the query is signed. The bare signature of an encrypted message is not looked at.
std::vector<std::string> signed_names(const Vector& vector) {
    std::vector<std::string> names = {"timestamp", "nonce"};
    names.emplace_back(vector.query.contains("msg_signature") ? "msg_signature" : "signature");
    if (vector.enterprise && vector.body.empty()) names.emplace_back("echostr");
    return names;
}

TEST_P(WeChatVector, IsRefusedWithAnyBitOfItsQueryFlipped) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector);
    for (const auto& name : signed_names(vector)) {
        for (std::size_t bit = 0; bit < vector.query.at(name).size() * 8; ++bit) {
            auto damaged = vector;
            auto& text = damaged.query.at(name);
            text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
            if (name == "timestamp" && text.find_first_not_of("0123456789") != std::string::npos)
                damaged.query.at(name) = "1" + vector.query.at(name);
            expect_refused(*platform, damaged, name + " bit " + std::to_string(bit));
        }
    }
}

TEST_P(WeChatVector, IsRefusedWithAnyBitOfItsMessageFlipped) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector);
    const auto begin = vector.body.find("<Encrypt><![CDATA[");
    const auto end = vector.body.find("]]></Encrypt>");
    for (auto bit = (begin + 18) * 8; !vector.body.empty() && bit < end * 8; ++bit) {
        auto damaged = vector;
        damaged.body[bit / 8] = static_cast<char>(damaged.body[bit / 8] ^ (1 << (bit % 8)));
        expect_refused(*platform, damaged, "body bit " + std::to_string(bit));
    }
}

TEST_P(WeChatVector, IsRefusedWithAByteCut) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector);
    for (const auto& name : signed_names(vector)) {
        auto damaged = vector;
        damaged.query.at(name).pop_back();
        expect_refused(*platform, damaged, name);
    }
    if (vector.body.empty()) return;
    auto damaged = vector;
    damaged.body.pop_back();
    expect_refused(*platform, damaged, "the body's last byte");
    damaged.body = vector.body;
    damaged.body.erase(damaged.body.find("]]></Encrypt>") - 1, 1);
    expect_refused(*platform, damaged, "the message's last byte");
}

TEST_P(WeChatVector, IsRefusedUnderAnotherTokenOrForAnotherReceiver) {
    auto vector = GetParam();
    const auto other_token = [&] {
        auto other = vector;
        other.token = "another";
        return platform_of(other);
    }();
    expect_refused(*other_token, vector, "token");
    if (vector.aes_key.empty()) return;
    auto other = vector;
    other.app_id.back() = '0';
    expect_refused(*platform_of(other), vector, "receiver");
    other = vector;
    other.app_id += "0";
    expect_refused(*platform_of(other), vector, "longer receiver");
    other = vector;
    other.aes_key.front() = 'Z';
    expect_refused(*platform_of(other), vector, "key");
}

TEST_P(WeChatVector, IsStaleAfterFiveMinutes) {
    const auto& vector = GetParam();
    const auto platform = platform_of(vector);
    const auto error_at = [&](std::chrono::seconds later) {
        TestRequest request(vector.body.empty() ? "GET" : "POST", vector.body);
        const auto query = encoded(vector.query);
        request.query = query;
        request.received_at =
            Timestamp{std::chrono::seconds(std::stoll(vector.query.at("timestamp")))} + later;
        return platform->receive(request).error;
    };
    EXPECT_EQ(error_at(std::chrono::minutes(5)), Errc::ok);
    EXPECT_EQ(error_at(std::chrono::seconds(301)), Errc::stale_timestamp);
    EXPECT_EQ(error_at(std::chrono::seconds(-301)), Errc::stale_timestamp);
}

INSTANTIATE_TEST_SUITE_P(Published, WeChatVector, ::testing::ValuesIn(vectors()),
                         [](const auto& test) { return test.param.id; });

// -- messages made here

/// What WeChat would send: padded to `padding_block` after the key's owner.
std::string encrypt(std::string_view message, std::string_view receiver, std::size_t padding) {
    std::string plain = "0123456789abcdef";
    for (int shift = 24; shift >= 0; shift -= 8)
        plain += static_cast<char>(message.size() >> shift & 0xFF);
    plain += message;
    plain += receiver;
    plain.append(padding, static_cast<char>(padding));
    const auto key = *wechat::decode_aes_key(kAesKey);
    const auto* const bytes = reinterpret_cast<const unsigned char*>(key.data());
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
        EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(plain.size() + 32, '\0');
    int size = 0;
    EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes, bytes);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                      reinterpret_cast<const unsigned char*>(plain.data()),
                      static_cast<int>(plain.size()));
    out.resize(static_cast<std::size_t>(size));
    return encode_base64(out);
}

Vector encrypted_vector(std::string_view body, std::string_view encrypted) {
    Vector vector;
    vector.token = kToken;
    vector.aes_key = kAesKey;
    vector.app_id = kAppId;
    vector.body = body;
    vector.query = {{"timestamp", "1772444000"}, {"nonce", "5"}};
    vector.query["msg_signature"] = signature_of({kToken, "1772444000", "5", encrypted});
    return vector;
}

Vector encrypted_vector(std::string_view encrypted) {
    return encrypted_vector(envelope(encrypted), encrypted);
}

TEST(WeChatCipher, TakesOffPaddingOfOneTo32) {
    for (std::size_t padding = 1; padding <= 32; ++padding) {
        const auto fill = (128 - 20 - kAppId.size() - padding) % 32;
        const std::string message(fill + 32, 'a');
        const auto vector = encrypted_vector(encrypt(message, kAppId, padding));
        EXPECT_EQ(receive(*platform_of(vector), vector).frame, message) << padding;
    }
}

TEST(WeChatCipher, RefusesWhatIsNoPaddingOrNoLength) {
    const auto opened = [](std::string_view message, std::string_view receiver,
                           std::size_t padding) {
        const auto vector = encrypted_vector(encrypt(message, receiver, padding));
        return receive(*platform_of(vector), vector).reception.decode;
    };
    EXPECT_TRUE(opened(std::string(10, 'a'), kAppId, 16));
    EXPECT_FALSE(opened(std::string(9, 'a'), kAppId, 33)) << "more than a block";
    EXPECT_FALSE(opened(std::string(10, 'a'), std::string(kAppId) + std::string(16, '\0'), 0));
    EXPECT_FALSE(opened(std::string(9, 'a'), std::string(kAppId) + "x", 16)) << "receiver";
    EXPECT_FALSE(
        opened(std::string(10, 'a'), std::string(kAppId) + std::string(14, 'x') + "\2\3", 0))
        << "padding that does not repeat";
    {
        wechat::Cipher cipher({*wechat::decode_aes_key(kAesKey)}, std::string(kAppId));
        EXPECT_FALSE(cipher.open(""));
        EXPECT_FALSE(cipher.open("AAAA"));
        EXPECT_FALSE(cipher.open("AAAAAAAAAAAAAAAAAAAAAA==")) << "one block of noise";
        EXPECT_FALSE(cipher.open("not base64!"));
    }
}

TEST(WeChatCipher, ReadsKeysWithSpareBits) {
    // `G` and `H` differ in a bit that belongs to no byte.
    auto spare = std::string(kAesKey);
    spare.back() = 'H';
    EXPECT_EQ(*wechat::decode_aes_key(kAesKey), *wechat::decode_aes_key(spare));
    EXPECT_EQ(encode_hex(*wechat::decode_aes_key(kAesKey)),
              "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051");
    EXPECT_FALSE(wechat::decode_aes_key(std::string(kAesKey) + "A"));
    EXPECT_FALSE(wechat::decode_aes_key(kAesKey.substr(1)));
    EXPECT_FALSE(wechat::decode_aes_key("!" + std::string(kAesKey.substr(1))));
}

TEST(WeChat, OpensUnderEitherOfTwoKeysAndTokens) {
    const auto vector = encrypted_vector(encrypt("<xml/>", kAppId, 20));
    const auto other = std::string(43, 'A');
    for (const auto& [first, second] :
         {std::pair(std::string(kAesKey), other), std::pair(other, std::string(kAesKey))}) {
        const auto platform =
            make("wechat", R"({"token":["secret:another","secret:exampleToken123"],"app_id":")" +
                               std::string(kAppId) + R"(","encoding_aes_key":["secret:)" + first +
                               R"(","secret:)" + second + R"("]})");
        EXPECT_EQ(receive(*platform, vector).frame, "<xml/>");
    }
}

TEST(WeChat, CompatibleModeBelievesWhatIsEncryptedOnly) {
    const auto encrypted = encrypt(read("payloads/wechat/text.xml"), kAppId, 26);
    auto body = envelope(encrypted);
    body.insert(5, "<Content>forged</Content><MsgType>text</MsgType><MsgId>1</MsgId>");
    const auto vector = encrypted_vector(body, encrypted);
    EXPECT_EQ(receive(*platform_of(vector), vector).frame, read("payloads/wechat/text.xml"));
    auto plain = vector;
    plain.body = read("payloads/wechat/text.xml");
    plain.query["signature"] = signature_of({kToken, "1772444000", "5"});
    plain.query.erase("msg_signature");
    const auto reception = receive(*platform_of(vector), plain).reception;
    EXPECT_EQ(reception.error, Errc::missing_signature) << "a key is there, so it has to be used";
}

TEST(WeChat, PlainModeIsDecodedAsItIs) {
    Vector vector;
    vector.token = kToken;
    vector.body = read("payloads/wechat/text.xml");
    vector.query = {{"timestamp", "1772444000"}, {"nonce", "5"}};
    vector.query["signature"] = signature_of({kToken, "1772444000", "5"});
    const auto platform = platform_of(vector);
    const auto outcome = receive(*platform, vector);
    EXPECT_TRUE(outcome.reception.decode);
    EXPECT_EQ(outcome.reception.reply.body, "success");
    EXPECT_EQ(outcome.reception.frame.data(), nullptr) << "no copy";
    vector.query.erase("signature");
    EXPECT_EQ(receive(*platform, vector).reception.error, Errc::missing_signature);
    TestRequest put("PUT", "");
    EXPECT_EQ(platform->receive(put).reply.status, 405U);
}

TEST(WeChat, EnvelopesThatAreNoXmlAreRefused) {
    const auto encrypted = encrypt("<xml/>", kAppId, 20);
    const auto refused_as = [&](const std::string& body) {
        const auto vector = encrypted_vector(body, encrypted);
        return receive(*platform_of(vector), vector).reception.error;
    };
    EXPECT_EQ(refused_as(envelope(encrypted)), Errc::ok);
    EXPECT_EQ(refused_as("<!DOCTYPE xml>" + envelope(encrypted)), Errc::malformed_xml);
    EXPECT_EQ(refused_as("<xml><Encrypt>" + encrypted), Errc::truncated);
    EXPECT_EQ(refused_as("{}"), Errc::malformed_xml);
    EXPECT_EQ(refused_as("<xml></xml>"), Errc::missing_signature);
}

TEST(WeChat, CannotBeConfiguredByHalves) {
    const auto faults_of = [](std::string_view settings) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("wechat", settings, faults), nullptr) << settings;
        return faults.size();
    };
    EXPECT_EQ(faults_of("{}"), 1U);
    EXPECT_EQ(faults_of(R"({"token":"secret:x","product":"wecom"})"), 1U);
    EXPECT_EQ(faults_of(R"({"token":"secret:x","encoding_aes_key":"secret:short",)"
                        R"("app_id":"wx1"})"),
              1U);
    EXPECT_EQ(faults_of(R"({"token":"secret:x","encoding_aes_key":"secret:)" +
                        std::string(kAesKey) + "\"}"),
              1U);
}

// -- what messages say

Fields decode_xml(std::string_view members) {
    const auto platform = make("wechat", R"({"token":"secret:x"})");
    return decode(*platform, "<xml>" + std::string(members) + "</xml>");
}

std::string text_message(std::string_view content) {
    return "<ToUserName>gh</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>"
           "<MsgType>text</MsgType><MsgId>5</MsgId><Content>" +
           std::string(content) + "</Content>";
}

TEST(WeChat, TextIsCharactersReferencesAndCdataInARow) {
    const auto text = [](std::string_view content) {
        return decode_xml(text_message(content)).at("mentions[0].text");
    };
    EXPECT_EQ(text("a &lt;b&gt; &amp;amp; &quot;&apos;&#x8c22;&#128545;"),
              "a <b> &amp; \"'\xE8\xB0\xA2\xF0\x9F\x98\xA1");
    EXPECT_EQ(text("<![CDATA[1 ]]]]><![CDATA[> 2 & <3]]> end"), "1 ]]> 2 & <3 end");
    EXPECT_EQ(text("one\r\ntwo"), "one\ntwo");
}

TEST(WeChat, MembersOfMembersAndUnknownOnesPass) {
    const auto fields = decode_xml("<More><Content>no</Content></More>" + text_message("yes") +
                                   "<Content>late</Content><New x='1'/>");
    EXPECT_EQ(fields.at("mentions[0].text"), "yes");
    EXPECT_EQ(decode_xml("<MsgType>some_day</MsgType>"), (Fields{{"ignored", "1"}}));
}

TEST(WeChat, WhatWasUnderstoodOfAVoiceIsItsText) {
    const auto fields = decode_xml(
        "<FromUserName>o</FromUserName><MsgType>voice</MsgType><MsgId>5</MsgId>"
        "<Recognition>where is it</Recognition>");
    EXPECT_EQ(fields.at("mentions[0].text"), "where is it");
    EXPECT_EQ(fields.at("mentions[0].media"), "1");
}

TEST(WeChat, WhatIsMissingOrWrongIsSaid) {
    EXPECT_EQ(decode_xml(""), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_xml("<MsgType>text</MsgType><FromUserName>o</FromUserName>"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_xml("<MsgType>text</MsgType><MsgId>1</MsgId>"),
              (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode_xml("<MsgType>text</MsgType><FromUserName>o</FromUserName><MsgId>1</MsgId>"
                         "<CreateTime>soon</CreateTime>"),
              (Fields{{"error", "number_range"}}));
    EXPECT_EQ(decode_xml(text_message(std::string(limits::kTextBytes + 1, 'a'))),
              (Fields{{"error", "too_large"}}));
    EXPECT_EQ(decode_xml(text_message(std::string(limits::kTextBytes, 'a'))).count("error"), 0U);
}

TEST(WeComMessage, HasItsOwnName) {
    const auto platform = make("wechat", R"({"token":"secret:x","product":"wecom","app_id":"ww1",)"
                                         R"("encoding_aes_key":"secret:)" +
                                             std::string(kAesKey) + "\"}");
    const auto fields = decode(*platform, "<xml>" + text_message("hi") + "</xml>");
    EXPECT_EQ(fields.at("mentions[0].platform"), "wecom");
    EXPECT_EQ(fields.at("mentions[0].id"), "wecom:gh:5");
    EXPECT_EQ(fields.at("mentions[0].thread"), "wecom:gh:o");
}

}  // namespace
}  // namespace hark::platforms::testing
