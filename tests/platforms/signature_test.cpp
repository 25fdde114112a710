#include "platforms/signature.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>

#include "platforms/percent.hpp"

namespace hark::platforms {
namespace {

// RFC 4231, test case 2; RFC 2202, test case 2.
constexpr std::string_view kMessage = "what do ya want for nothing?";
constexpr std::string_view kSha256 =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
constexpr std::string_view kSha1 = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";

const std::vector<std::string> kJefe = {"Jefe"};

TEST(Hmac, KnowsTheVectorsOfTheRfcs) {
    EXPECT_TRUE(Hmac(Digest::sha256, kJefe).verify({kMessage}, kSha256, Encoding::hex));
    EXPECT_TRUE(Hmac(Digest::sha1, kJefe).verify({kMessage}, kSha1, Encoding::hex));
    EXPECT_TRUE(
        Hmac(Digest::sha256, kJefe)
            .verify({kMessage}, "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", Encoding::base64));
}

/// Right as it is; wrong with a byte of the message cut, and with a bit of it flipped.
void expect_exact(std::string message, const std::function<bool(std::string_view)>& verify) {
    EXPECT_TRUE(verify(message)) << message;
    EXPECT_FALSE(verify(std::string_view(message).substr(1))) << message;
    message.back() ^= 1;
    EXPECT_FALSE(verify(message)) << message;
}

TEST(Hmac, KnowsPublishedVectorsForTheWholeMessageAlone) {
    const std::vector<std::tuple<std::string, std::string, std::string>> vectors = {
        {"Jefe", std::string(kMessage), std::string(kSha256)},
        // RFC 4231, test case 6: a key longer than a block.
        {std::string(131, '\xAA'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"test", "secret", "7fb147aac86a78b6e898a05f2d6b68fb2bd98810963d161badfbdf4ffd3e13a0"},
        // GitHub's documentation, whose scheme is Meta's.
        {"It's a Secret to Everybody", "Hello, World!",
         "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
    };
    for (const auto& [secret, message, mac] : vectors) {
        const std::vector<std::string> secrets = {secret};
        Hmac hmac(Digest::sha256, secrets);
        expect_exact(message, [&, &expected = mac](std::string_view bytes) {
            return hmac.verify({bytes}, expected, Encoding::hex);
        });
    }
}

// RFC 8032, 7.1, test 3.
TEST(Ed25519, KnowsTheVectorOfTheRfcForTheWholeMessageAlone) {
    const auto key = decode_hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    const auto signature = decode_hex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    expect_exact("\xAF\x82",
                 [&](std::string_view bytes) { return verify_ed25519(*key, bytes, *signature); });
}

TEST(Hmac, TakesTheMessageInParts) {
    Hmac hmac(Digest::sha256, kJefe);
    EXPECT_TRUE(hmac.verify({"what do ya ", "", "want for nothing?"}, kSha256, Encoding::hex));
    EXPECT_FALSE(hmac.verify({"what do ya", "want for nothing?"}, kSha256, Encoding::hex));
}

TEST(Hmac, StaysRightFromMessageToMessage) {
    Hmac hmac(Digest::sha256, kJefe);
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(hmac.verify({"something else"}, kSha256, Encoding::hex));
        EXPECT_TRUE(hmac.verify({kMessage}, kSha256, Encoding::hex));
    }
}

TEST(Hmac, AcceptsEitherOfTwoSecrets) {
    const std::vector<std::string> both = {"the old one", "Jefe"};
    const std::vector<std::string> swapped = {"Jefe", "the new one"};
    const std::vector<std::string> neither = {"the old one", "the new one"};
    EXPECT_TRUE(Hmac(Digest::sha256, both).verify({kMessage}, kSha256, Encoding::hex));
    EXPECT_TRUE(Hmac(Digest::sha256, swapped).verify({kMessage}, kSha256, Encoding::hex));
    EXPECT_FALSE(Hmac(Digest::sha256, neither).verify({kMessage}, kSha256, Encoding::hex));
    EXPECT_FALSE(Hmac(Digest::sha256, {}).verify({kMessage}, kSha256, Encoding::hex));
}

TEST(Hmac, RefusesEveryFlippedBitAndEveryOtherLength) {
    Hmac hmac(Digest::sha256, kJefe);
    for (std::size_t bit = 0; bit < kSha256.size() * 8; ++bit) {
        std::string mac(kSha256);
        mac[bit / 8] = static_cast<char>(mac[bit / 8] ^ (1 << (bit % 8)));
        // A letter's sixth bit is its case, and case means nothing in hex.
        const bool same = decode_hex(mac) == decode_hex(kSha256);
        EXPECT_EQ(hmac.verify({kMessage}, mac, Encoding::hex), same) << mac;
    }
    for (std::size_t size = 0; size < kSha256.size(); ++size) {
        EXPECT_FALSE(hmac.verify({kMessage}, kSha256.substr(0, size), Encoding::hex));
    }
    EXPECT_FALSE(hmac.verify({kMessage}, std::string(kSha256) + "00", Encoding::hex));
    EXPECT_FALSE(hmac.verify({kMessage}, "sha256=" + std::string(kSha256), Encoding::hex));
    EXPECT_FALSE(hmac.verify({kMessage}, kSha256, Encoding::base64));
}

TEST(DecodeHex, IsStrict) {
    EXPECT_EQ(decode_hex("00fFa5"), std::string("\0\xff\xa5", 3));
    EXPECT_EQ(decode_hex(""), "");
    for (const auto* bad : {"0", "0g", "0x", " 00", "00 ", "0 0", "-1"}) {
        EXPECT_EQ(decode_hex(bad), std::nullopt) << bad;
    }
}

TEST(DecodeBase64, IsStrict) {
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9v"), "foo");
    EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
    for (const auto* bad : {"Zg", "Zg=", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "Zm9-",
                            "=Zm9", "Zg==Zg==", "Z"}) {
        EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
    }
}

TEST(EqualSecret, ComparesWholeTokens) {
    const std::vector<std::string> secrets = {"first", "second"};
    EXPECT_TRUE(equal_secret(secrets, "first"));
    EXPECT_TRUE(equal_secret(secrets, "second"));
    for (const auto* bad : {"", "firs", "first ", "First", "firstsecond"}) {
        EXPECT_FALSE(equal_secret(secrets, bad)) << bad;
    }
    EXPECT_FALSE(equal_secret({}, "first"));
    const std::vector<std::string> empty = {""};
    EXPECT_FALSE(equal_secret(empty, ""));
}

TEST(PercentDecode, ReadsBytesAndBlanks) {
    EXPECT_EQ(percent_decode("%C4%85+b%2b"), "\xC4\x85 b+");
    EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
    for (const auto* bad : {"%", "%4", "%zz", "a%4", "%%41"}) {
        EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
    }
}

TEST(QueryValue, FindsTheFirstParameterOfTheName) {
    EXPECT_EQ(query_value("a=1&b=2&a=3", "a"), "1");
    EXPECT_EQ(query_value("a=1&b=2", "b"), "2");
    EXPECT_EQ(query_value("hub%2Emode=sub%73cribe", "hub.mode"), "subscribe");
    EXPECT_EQ(query_value("a=x=y", "a"), "x=y");
    EXPECT_EQ(query_value("&&a=&", "a"), "");
    EXPECT_EQ(query_value("a", "a"), "");
    EXPECT_EQ(query_value("ab=1", "a"), std::nullopt);
    EXPECT_EQ(query_value("", "a"), std::nullopt);
    EXPECT_EQ(query_value("a=%zz", "a"), std::nullopt);
}

}  // namespace
}  // namespace hark::platforms
