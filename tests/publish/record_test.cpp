#include "publish/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>

#include "core/limits.hpp"
#include "publish/sample.hpp"

namespace hark::publish {
namespace {

using testing::ElementsAre;

std::string whole(const RecordInput& input) {
    RecordWriter writer;
    return std::string(writer.record(input));
}

rapidjson::Document parsed(std::string_view json) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    EXPECT_FALSE(document.HasParseError()) << json;
    return document;
}

std::string piece(std::string_view text, const rapidjson::Value& span) {
    std::string out;
    unsigned point = 0;
    const auto begin = span[0].GetUint();
    const auto end = span[1].GetUint();
    for (const char c : text) {
        if ((c & 0xC0) != 0x80) ++point;
        if (point > begin && point <= end) out += c;
    }
    return out;
}

TEST(Record, HasEveryFieldOfTheSchema) {
    Sample sample("Верните деньги! Звоните +7 912 345-67-89");
    auto& mention = sample.mention;
    mention.id = "vk:wall_reply:-123_456";
    mention.platform = "vk";
    mention.kind = Kind::comment;
    mention.action = Action::edited;
    mention.created_at = *parse_rfc3339("2026-11-22T10:00:00.5Z");
    mention.url = "https://vk.com/wall-123_456";
    mention.author = {"42", "ivan", "Иван \"Гром\"", true};
    mention.thread = "vk:wall:-123_400";
    mention.parent = "vk:wall_reply:-123_455";
    sample.verdict.lang = "ru";
    sample.verdict.advice = "answer_first";
    sample.verdict.brands = {1, 0};
    sample.give("complaint", 0.97F);
    sample.give("pii", 1.0F);
    sample.fire("complaint.ru.refund", "Верните деньги");
    sample.find("pii.phone", "+7 912 345-67-89", Tier::context);
    EXPECT_EQ(whole(sample.input()),
              R"({"schema":1,"id":"vk:wall_reply:-123_456","platform":"vk","kind":"comment",)"
              R"("action":"edited","created_at":"2026-11-22T10:00:00.500Z",)"
              R"("received_at":"2026-11-22T10:00:01.250Z","url":"https://vk.com/wall-123_456",)"
              R"("lang":"ru","author":{"id":"42","handle":"ivan","name":"Иван \"Гром\"",)"
              R"("is_brand":true},"thread":"vk:wall:-123_400","parent":"vk:wall_reply:-123_455",)"
              R"("brands":["globex","acme"],"text":"Верните деньги! Звоните [PHONE]",)"
              R"("labels":{"complaint":0.97,"pii":1.0},)"
              R"("sublabels":{"complaint":["refund"],"pii":["phone"]},"advice":"answer_first",)"
              R"("evidence":[{"rule":"complaint.ru.refund","label":"complaint","weight":1.8,)"
              R"("span":[0,14]},{"rule":"pii.phone","label":"pii","weight":6.0,"span":[24,31]}],)"
              R"("pii":[{"type":"PHONE","tier":"context","span":[24,31]}],"ruleset":"f00d"})");
}

TEST(Record, LeavesOutWhatIsUnknown) {
    Sample sample("");
    sample.mention.id = "x";
    sample.mention.action = Action::deleted;
    sample.ruleset = "";
    EXPECT_EQ(whole(sample.input()),
              R"({"schema":1,"id":"x","platform":"text","kind":"post","action":"deleted",)"
              R"("received_at":"2026-11-22T10:00:01.250Z","labels":{}})");
}

TEST(Record, ADeletionOfAllThatAnAuthorPostedSaysSo) {
    Sample sample("");
    sample.mention.action = Action::deleted;
    sample.mention.all_of_author = true;
    EXPECT_THAT(whole(sample.input()),
                testing::HasSubstr(R"("action":"deleted","scope":"author","received_at":)"));
}

TEST(Record, AnAuthorOfWhomOnlyTheBrandIsKnown) {
    Sample sample("hi");
    sample.mention.author.is_brand = true;
    EXPECT_THAT(whole(sample.input()), testing::HasSubstr(R"("author":{"is_brand":true})"));
}

TEST(Record, RestrictedHoldsTheTextWhole) {
    Sample sample("звоните 89123456789 скорее");
    sample.give("pii", 1.0F);
    sample.find("pii.phone", "89123456789", Tier::pattern);
    RecordWriter writer;
    const std::string open(writer.record(sample.input()));
    const std::string restricted(writer.restricted(sample.input()));
    EXPECT_THAT(open, testing::Not(testing::HasSubstr("8912")));
    const auto document = parsed(restricted);
    EXPECT_STREQ(document["text"].GetString(), "звоните 89123456789 скорее");
    EXPECT_EQ(piece(document["text"].GetString(), document["pii"][0]["span"]), "89123456789");
}

TEST(RecordTest, WhatADatumMightBeAsWellStandsBehindIt) {
    Sample sample("no 89123456789");
    sample.find("pii.card", "89123456789", Tier::checksum, false);
    sample.verdict.pii_also.push_back(sample.verdict.pii[0]);
    sample.verdict.pii_also[0].rule = sample.rule_index("pii.phone");
    sample.verdict.pii_also[0].tier = Tier::pattern;
    RecordWriter writer;
    const auto record = writer.record(sample.input());
    EXPECT_NE(record.find(R"("text":"no [CARD]")"), std::string_view::npos);
    EXPECT_NE(record.find(R"("pii":[{"type":"CARD","tier":"checksum","span":[3,9]},)"
                          R"({"type":"PHONE","tier":"pattern","span":[3,9]}])"),
              std::string_view::npos)
        << record;
}

TEST(Record, SpansReferToTheTextAsPublished) {
    Sample sample("карта 4111111111111111, 📞 89123456789: верните 📞 деньги");
    sample.give("complaint", 0.5F);
    sample.fire("complaint.ru.refund", "верните 📞 деньги");
    sample.fire("complaint.en.late", "карта");
    sample.find("pii.card", "4111111111111111", Tier::checksum);
    sample.find("pii.phone", "89123456789", Tier::pattern);
    const auto document = parsed(whole(sample.input()));
    const std::string text = document["text"].GetString();
    EXPECT_EQ(text, "карта [CARD], 📞 [PHONE]: верните 📞 деньги");
    std::vector<std::string> pieces;
    for (const auto& evidence : document["evidence"].GetArray()) {
        pieces.push_back(piece(text, evidence["span"]));
    }
    EXPECT_THAT(pieces, ElementsAre("верните 📞 деньги", "карта", "[CARD]", "[PHONE]"));
    EXPECT_EQ(piece(text, document["pii"][0]["span"]), "[CARD]");
    EXPECT_EQ(piece(text, document["pii"][1]["span"]), "[PHONE]");
}

TEST(Record, EvidenceThatReachesIntoARedactionTakesTheBracket) {
    const std::string text = "call 5551234567 now";
    for (const auto& [original, published] :
         {std::pair<std::string, std::string>{"call 555", "call [PHONE]"},
          {"4567 now", "[PHONE] now"},
          {"1234", "[PHONE]"},
          {"call 5551234567 now", "call [PHONE] now"},
          {"5551234567", "[PHONE]"},
          {"call ", "call "},
          {" now", " now"}}) {
        Sample sample(text);
        sample.give("complaint", 0.5F);
        sample.fire("complaint.en.late", original);
        sample.find("pii.phone", "5551234567", Tier::pattern, false);
        const auto document = parsed(whole(sample.input()));
        EXPECT_EQ(piece(document["text"].GetString(), document["evidence"][0]["span"]), published)
            << original;
    }
}

TEST(Record, EvidenceOfConditionsHasNoSpan) {
    Sample sample("WHY");
    sample.give("urgent", 0.7F);
    sample.fire("urgent.capitals", "");
    EXPECT_THAT(
        whole(sample.input()),
        testing::HasSubstr(
            R"("evidence":[{"rule":"urgent.capitals","label":"urgent","weight":-0.0125}])"));
}

TEST(Record, SublabelsStandOnceInTheOrderOfTheirEvidence) {
    Sample sample("late late refund");
    sample.give("complaint", 0.9F);
    sample.fire("complaint.en.late", "late");
    sample.fire("complaint.ru.refund", "refund");
    sample.fire("complaint.en.delay", "late");
    EXPECT_THAT(whole(sample.input()),
                testing::HasSubstr(R"("sublabels":{"complaint":["delivery","refund"]})"));
}

TEST(Record, ProbabilitiesHaveFourDigits) {
    for (const auto& [given, written] : {std::pair<float, std::string>{0.8123456F, "0.8123"},
                                         {0.99996F, "1.0"},
                                         {0.5F, "0.5"},
                                         {0.00004F, "0.0"},
                                         {0.0101F, "0.0101"}}) {
        Sample sample("x");
        sample.give("spam", given);
        EXPECT_THAT(whole(sample.input()),
                    testing::HasSubstr(R"("labels":{"spam":)" + written + "}"));
    }
}

TEST(Record, EscapesWhatJsonForbidsAtEveryPlace) {
    for (std::size_t size = 0; size < 70; ++size) {
        for (const std::string_view hard : {"\"", "\\", "\n", "\x01", "\x1F", "\t", "\r"}) {
            const std::string text = std::string(size, 'a') + std::string(hard) + "ж" +
                                     std::string(size % 17, 'z') + std::string(hard);
            Sample sample(text);
            const auto document = parsed(whole(sample.input()));
            ASSERT_EQ(std::string(document["text"].GetString()), text);
        }
    }
}

TEST(Record, ReplacesWhatIsNotUtf8) {
    Sample sample("ok \xD0\xBF \xD0 \xED\xA0\x80 \xF5 end \"q\"");
    sample.mention.author.name = "\xFF\xFE";
    const auto document = parsed(whole(sample.input()));
    EXPECT_STREQ(document["text"].GetString(), "ok п \uFFFD \uFFFD\uFFFD\uFFFD \uFFFD end \"q\"");
    EXPECT_STREQ(document["author"]["name"].GetString(), "\uFFFD\uFFFD");
}

TEST(Record, SpansCountReplacedBytes) {
    Sample sample("\xFF\xFF late \xD0 5551234567");
    sample.give("complaint", 0.5F);
    sample.fire("complaint.en.late", "late");
    sample.find("pii.phone", "5551234567", Tier::pattern, false);
    const auto document = parsed(whole(sample.input()));
    const std::string text = document["text"].GetString();
    EXPECT_EQ(piece(text, document["evidence"][0]["span"]), "late");
    EXPECT_EQ(piece(text, document["pii"][0]["span"]), "[PHONE]");
}

TEST(Record, NeedsNoAllocationOnceWarm) {
    Sample sample("Верните деньги! Звоните +7 912 345-67-89");
    sample.give("complaint", 0.97F);
    sample.fire("complaint.ru.refund", "Верните деньги");
    sample.find("pii.phone", "+7 912 345-67-89", Tier::context);
    RecordWriter writer;
    const auto* const first = writer.record(sample.input()).data();
    EXPECT_EQ(writer.record(sample.input()).data(), first);
    EXPECT_EQ(writer.restricted(sample.input()).data(), first);
}

TEST(DeadLetter, HoldsThePayloadInBase64) {
    RecordWriter writer;
    const auto letter = writer.dead_letter(
        {Errc::malformed_json, "shop \"a\"", *parse_rfc3339("2026-11-22T10:00:01.25Z"), "{\"a\":"});
    EXPECT_EQ(letter.value, R"({"schema":1,"id":")" + std::string(letter.id) +
                                R"(","reason":"malformed_json","source":"shop \"a\"",)"
                                R"("received_at":"2026-11-22T10:00:01.250Z","payload_bytes":5,)"
                                R"("payload":"eyJhIjo="})");
    EXPECT_THAT(std::string(letter.id), testing::StartsWith("deadletter:"));
}

TEST(GapRecord, HoldsSourceReasonAndTimes) {
    RecordWriter writer;
    Gap gap{*parse_rfc3339("2026-11-22T10:00:01Z"), *parse_rfc3339("2026-11-22T10:01:02.5Z"),
            "not_resumed"};
    const std::string first(writer.gap(gap, "vk").id);
    EXPECT_THAT(first, testing::StartsWith("gap:"));
    EXPECT_EQ(writer.gap(gap, "vk").value,
              R"({"schema":1,"id":")" + first +
                  R"(","source":"vk","reason":"not_resumed","from":"2026-11-22T10:00:01.000Z",)"
                  R"("to":"2026-11-22T10:01:02.500Z"})");
    EXPECT_NE(writer.gap(gap, "ok").id, first);
    gap.from = {};
    const auto unknown = writer.gap(gap, "vk");
    EXPECT_NE(unknown.id, first);
    EXPECT_FALSE(parsed(unknown.value).HasMember("from"));
}

TEST(DeadLetter, IsBounded) {
    RecordWriter writer;
    const std::string payload(4 * limits::kMiB, '\xFF');
    const auto letter = writer.dead_letter({Errc::too_large, "shop", {}, payload});
    EXPECT_LE(letter.value.size(), limits::kRecordBytes);
    EXPECT_GT(letter.value.size(), limits::kRecordBytes - 8 * limits::kKiB);
    const auto document = parsed(letter.value);
    EXPECT_TRUE(document["truncated"].GetBool());
    EXPECT_EQ(document["payload_bytes"].GetUint(), payload.size());
}

TEST(DeadLetter, ItsIdTellsReasonSourceAndPayloadApart) {
    RecordWriter writer;
    const auto id = [&](Errc reason, std::string_view source, std::string_view payload,
                        Timestamp at) {
        return std::string(writer.dead_letter({reason, source, at, payload}).id);
    };
    const auto base = id(Errc::truncated, "a", "x", {});
    EXPECT_EQ(id(Errc::truncated, "a", "x", now()), base);
    EXPECT_NE(id(Errc::too_deep, "a", "x", {}), base);
    EXPECT_NE(id(Errc::truncated, "b", "x", {}), base);
    EXPECT_NE(id(Errc::truncated, "a", "y", {}), base);
}

}  // namespace
}  // namespace hark::publish
