#include "platforms/signature.hpp"

#include <gtest/gtest.h>

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
