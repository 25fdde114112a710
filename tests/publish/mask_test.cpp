#include "publish/mask.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "publish/record.hpp"
#include "publish/sample.hpp"

namespace hark::publish {
namespace {

std::string masked(MaskOptions options, std::string_view type, std::string_view value) {
    std::string out = "left over";
    Mask(std::move(options)).replace(type, value, out);
    return out;
}

TEST(MaskTest, TypeSaysNothingElse) {
    EXPECT_EQ(masked({}, "PHONE", "+48 600 700 800"), "[PHONE]");
}

TEST(MaskTest, HashIsHmacSha256OfLettersAndDigits) {
    const MaskOptions hash{MaskStyle::hash, "key"};
    EXPECT_EQ(masked(hash, "PHONE", "+48 600 700 800"), "[PHONE:6e135b5c2607fd78]");
    EXPECT_EQ(masked(hash, "PHONE", "(48) 600-700-800"), "[PHONE:6e135b5c2607fd78]");
    EXPECT_EQ(masked({MaskStyle::hash, std::string(100, 'k')}, "EMAIL", "Anna@Example.com"),
              "[EMAIL:bfdb96a146ca3d0e]")
        << "a key longer than a block is hashed first";
    EXPECT_NE(masked(hash, "PHONE", "+48 600 700 801"), "[PHONE:6e135b5c2607fd78]");
}

TEST(MaskTest, PartialShowsTheLastTwoOfLongValues) {
    const MaskOptions partial{MaskStyle::partial, {}};
    EXPECT_EQ(masked(partial, "PHONE", "8 916 123-45-67"), "[PHONE:* *** ***-**-67]");
    EXPECT_EQ(masked(partial, "EMAIL", "a@b.co"), "[EMAIL:*@*.**]");
    EXPECT_EQ(masked(partial, "PLATE", "А123ВС777"), "[PLATE:*******77]");
    EXPECT_EQ(masked(partial, "PLATE", "А123ВС77"), "[PLATE:******77]") << "letters, not bytes";
    EXPECT_EQ(masked(partial, "PASSWORD", "hunter2hunter2"), "[PASSWORD]");
}

rapidjson::Document record_of(Sample& sample, MaskOptions mask, bool restricted = false) {
    RecordWriter writer(std::move(mask));
    rapidjson::Document document;
    document.Parse(
        std::string(restricted ? writer.restricted(sample.input()) : writer.record(sample.input()))
            .c_str());
    return document;
}

TEST(MaskTest, SpansReferToTheTextAsMasked) {
    Sample sample("Żółć: +7 912 345-67-89 и 4111111111111111");
    sample.find("pii.phone", "+7 912 345-67-89", Tier::pattern, false);
    sample.find("pii.card", "4111111111111111", Tier::checksum, false);
    const auto record = record_of(sample, {MaskStyle::partial, {}});
    EXPECT_STREQ(record["text"].GetString(),
                 "Żółć: [PHONE:+* *** ***-**-89] и [CARD:**************11]");
    EXPECT_EQ(record["pii"][1]["span"][0].GetInt(), 33);
    EXPECT_EQ(record["pii"][1]["span"][1].GetInt(), 56);
}

TEST(MaskTest, IdsAreHashedInAnyStyleWhereThereIsAKey) {
    Sample sample("hello");
    sample.mention.thread = "whatsapp:1066:48600700800";
    sample.mention.url = "https://wa.me/48600700800";
    sample.verdict.exposed = {{Member::url, "PHONE", {14, 25}},
                              {Member::thread, "PHONE", {14, 25}}};
    for (const auto style : {MaskStyle::type, MaskStyle::partial, MaskStyle::hash}) {
        const auto record = record_of(sample, {style, "key"});
        EXPECT_STREQ(record["thread"].GetString(), "whatsapp:1066:[PHONE:6e135b5c2607fd78]");
    }
    const auto record = record_of(sample, {});
    EXPECT_STREQ(record["thread"].GetString(), "whatsapp:1066:48600700800") << "no key: whole";
    EXPECT_STREQ(record["url"].GetString(), "https://wa.me/[PHONE]");
    EXPECT_STREQ(record_of(sample, {MaskStyle::type, "key"}, true)["thread"].GetString(),
                 "whatsapp:1066:48600700800");
}

TEST(MaskTest, AuthorsAreMaskedOnDemandOrWhenTheyAreTheDatum) {
    Sample sample("me: 89123456789");
    sample.find("pii.phone", "89123456789", Tier::pattern, false);
    sample.mention.author.id = "77";
    sample.mention.author.handle = "tel89123456789";
    sample.mention.author.name = "Anna";
    auto record = record_of(sample, {});
    EXPECT_STREQ(record["author"]["id"].GetString(), "77");
    EXPECT_STREQ(record["author"]["handle"].GetString(), "[HANDLE]");
    EXPECT_STREQ(record["author"]["name"].GetString(), "Anna");
    sample.mention.author.name = "Anna 8 (912) 345-67-89";
    EXPECT_STREQ(record_of(sample, {})["author"]["name"].GetString(), "[NAME]");
    MaskOptions all;
    all.authors = true;
    record = record_of(sample, all);
    EXPECT_STREQ(record["author"]["id"].GetString(), "[ID]");
    EXPECT_STREQ(record["author"]["name"].GetString(), "[NAME]");
    record = record_of(sample, all, true);
    EXPECT_STREQ(record["author"]["handle"].GetString(), "tel89123456789");
}

}  // namespace
}  // namespace hark::publish
