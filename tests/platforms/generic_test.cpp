// Any sender of JSON: who is let in, and what JSON Pointers and CloudEvents make of a body.

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

// -- who is let in

struct Vector {
    std::string id;
    std::string secret;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    Timestamp signed_at{};
};

std::vector<Vector> vectors() {
    simdjson::dom::parser parser;
    const auto document =
        parser.parse(simdjson::padded_string(read("payloads/generic/signatures.json"))).value();
    std::vector<Vector> all;
    for (const auto item : document["vectors"].get_array()) {
        Vector vector;
        std::string_view text;
        vector.id = item["id"].get_string().value();
        if (item["secret"].get(text) != simdjson::SUCCESS) text = item["public_key"];
        vector.secret = text;
        for (const auto header : item["headers"].get_object())
            vector.headers.emplace_back(header.key, header.value.get_string().value());
        vector.body = item["body"].get(text) == simdjson::SUCCESS
                          ? std::string(text)
                          : read("payloads/" + std::string(item["body_file"].get_string().value()));
        const std::string seconds(item["headers"]["webhook-timestamp"].get_string().value());
        vector.signed_at = Timestamp{std::chrono::seconds(std::stoll(seconds))};
        all.push_back(std::move(vector));
    }
    return all;
}

class StandardWebhooks : public ::testing::TestWithParam<Vector> {
protected:
    static Errc verdict(const Vector& vector, const std::string& secrets,
                        std::chrono::microseconds age = {}) {
        const auto platform =
            make("generic", R"({"verify":"standard_webhooks","secrets":[)" + secrets + "]}");
        TestRequest request("POST", vector.body);
        request.headers = vector.headers;
        request.received_at = vector.signed_at + age;
        const auto reception = platform->receive(request);
        EXPECT_EQ(reception.decode, reception.error == Errc::ok);
        EXPECT_EQ(reception.reply.status, reception.decode ? 204U : 401U);
        EXPECT_EQ(reception.reply.body, "");
        return reception.error;
    }
    static std::string quoted(const std::string& secret) { return "\"secret:" + secret + "\""; }
    static Vector without(Vector vector, std::string_view header) {
        std::erase_if(vector.headers, [&](const auto& one) { return one.first == header; });
        return vector;
    }

    const std::string own_ = quoted(GetParam().secret);
    const std::string other_ = quoted("whsec_" + std::string(32, 'B'));
};

TEST_P(StandardWebhooks, AreLetIn) {
    EXPECT_EQ(verdict(GetParam(), own_), Errc::ok);
    EXPECT_EQ(verdict(GetParam(), other_ + "," + own_), Errc::ok);
    EXPECT_EQ(verdict(GetParam(), own_ + "," + other_), Errc::ok);
    EXPECT_EQ(verdict(GetParam(), other_), Errc::bad_signature);
}

TEST_P(StandardWebhooks, AreRefusedWhenDamaged) {
    auto cut = GetParam();
    cut.body.pop_back();
    EXPECT_EQ(verdict(cut, own_), Errc::bad_signature);
    for (std::size_t byte = 0; byte < GetParam().body.size(); ++byte) {
        auto flipped = GetParam();
        flipped.body[byte] = static_cast<char>(flipped.body[byte] ^ 1);
        EXPECT_EQ(verdict(flipped, own_), Errc::bad_signature) << byte;
    }
    for (const auto* header : {"webhook-id", "webhook-timestamp", "webhook-signature"}) {
        EXPECT_EQ(verdict(without(GetParam(), header), own_), Errc::missing_signature) << header;
        for (auto changed = GetParam(); auto& [name, value] : changed.headers) {
            if (name != header) continue;
            // Not the very last: the last digit of base64 holds bits that do not count.
            value[value.size() - 4] = value[value.size() - 4] == '1' ? '2' : '1';
            EXPECT_EQ(verdict(changed, own_), Errc::bad_signature) << header;
        }
    }
}

TEST_P(StandardWebhooks, AreRefusedWhenTheClockDisagrees) {
    using namespace std::chrono_literals;
    EXPECT_EQ(verdict(GetParam(), own_, 5min), Errc::ok);
    EXPECT_EQ(verdict(GetParam(), own_, -5min), Errc::ok);
    EXPECT_EQ(verdict(GetParam(), own_, 5min + 1us), Errc::stale_timestamp);
    EXPECT_EQ(verdict(GetParam(), own_, -5min - 1us), Errc::stale_timestamp);
}

INSTANTIATE_TEST_SUITE_P(Vectors, StandardWebhooks, ::testing::ValuesIn(vectors()),
                         [](const auto& test) { return test.param.id; });

TEST(GenericVerify, ReadsOnlySoManySignatures) {
    auto vector = vectors().front();
    for (auto& [name, value] : vector.headers) {
        if (name != "webhook-signature") continue;
        std::string list;
        for (int i = 0; i < 16; ++i) list += "v2,x ";
        value = list + value;
    }
    const auto platform = make(
        "generic", R"({"verify":"standard_webhooks","secrets":["secret:)" + vector.secret + "\"]}");
    TestRequest request("POST", vector.body);
    request.headers = vector.headers;
    request.received_at = vector.signed_at;
    EXPECT_EQ(platform->receive(request).error, Errc::bad_signature);
}

Errc verdict(const std::string& settings, std::string_view header, std::string_view value) {
    TestRequest request("POST", "what do ya want for nothing?");
    if (!header.empty()) request.headers.emplace_back(header, value);
    return make("generic", settings)->receive(request).error;
}

TEST(GenericVerify, ChecksAnHmac) {
    // RFC 4231, test case 2; RFC 2202, test case 2.
    const std::string hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const std::string base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    const std::string start = R"({"verify":"hmac","secrets":["secret:Jefe","secret:other"])";
    EXPECT_EQ(verdict(start + "}", "X-Hub-Signature-256", "sha256=" + hex), Errc::ok);
    EXPECT_EQ(verdict(start + "}", "X-Hub-Signature-256", hex), Errc::bad_signature);
    EXPECT_EQ(verdict(start + "}", "X-Hub-Signature-256", "sha256=" + hex.substr(1) + "0"),
              Errc::bad_signature);
    EXPECT_EQ(verdict(start + "}", "", ""), Errc::missing_signature);
    const auto custom = start + R"(,"signature_header":"X-Shop-Sign")";
    EXPECT_EQ(verdict(custom + "}", "x-shop-sign", hex), Errc::ok);
    EXPECT_EQ(verdict(custom + "}", "x-shop-sign", base64), Errc::bad_signature);
    EXPECT_EQ(verdict(custom + R"(,"signature_encoding":"base64"})", "x-shop-sign", base64),
              Errc::ok);
    EXPECT_EQ(verdict(custom + R"(,"signature_prefix":"v0="})", "x-shop-sign", "v0=" + hex),
              Errc::ok);
    EXPECT_EQ(verdict(custom + R"(,"signature_digest":"sha1"})", "x-shop-sign",
                      "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
              Errc::ok);
}

TEST(GenericVerify, ChecksABearerToken) {
    const std::string settings = R"({"verify":"bearer","secrets":["secret:one","secret:two"]})";
    EXPECT_EQ(verdict(settings, "Authorization", "Bearer one"), Errc::ok);
    EXPECT_EQ(verdict(settings, "authorization", "bearer two"), Errc::ok);
    EXPECT_EQ(verdict(settings, "", ""), Errc::missing_signature);
    for (const auto* bad : {"Bearer", "Bearer ", "Bearer on", "Bearer onee", "Basic one", "one",
                            "Bearer  one", "Bearer One"}) {
        EXPECT_EQ(verdict(settings, "Authorization", bad), Errc::bad_signature) << bad;
    }
}

TEST(GenericVerify, LetsEverybodyInOnlyWhenToldSo) {
    EXPECT_EQ(verdict(R"({"verify":"none"})", "", ""), Errc::ok);
    TestRequest request("GET", "");
    EXPECT_EQ(make("generic", "{}")->receive(request).reply.status, 405U);
}

TEST(GenericSettings, ReportWhatIsWrong) {
    for (const auto* settings : {
             R"({"verify":"hmac"})",
             R"({"verify":"bearer","secrets":"plain"})",
             R"({"verify":"md5"})",
             R"({"verify":"standard_webhooks","secrets":"secret:whsec_%%%"})",
             R"({"verify":"standard_webhooks","secrets":"secret:whpk_AAAA"})",
             R"({"signature_encoding":"base32"})",
             R"({"mapping":{"id":"/id"}})",
             R"({"mapping":{"id":"/id","text":"text"}})",
             R"({"mapping":{"id":"/id","text":"/text","txt":"/text"}})",
             R"({"platform_name":""})",
             R"({"secret":"x"})",
         }) {
        std::vector<Fault> faults;
        EXPECT_EQ(make("generic", settings, faults), nullptr) << settings;
        EXPECT_EQ(faults.size(), 1U) << settings;
    }
}

TEST(GenericSettings, AWebhookMustSayHowItIsVerified) {
    const auto named = [](std::string_view settings) {
        std::vector<Fault> faults;
        const auto platform = make("generic", settings, faults);
        return std::count_if(faults.begin(), faults.end(), [](const Fault& fault) {
            return fault.what.starts_with("`verify` is missing");
        });
    };
    EXPECT_EQ(named(R"({"path":"/x"})"), 1);
    EXPECT_EQ(named(R"({"path":"/x","verify":"none"})"), 0);
    EXPECT_EQ(named("{}"), 0);  // a file
}

// -- the mapping

Fields mapped(std::string_view mapping, std::string_view body) {
    return decode(*make("generic", "{\"mapping\":" + std::string(mapping) + "}"), body);
}

TEST(GenericMapping, ReadsEveryMember) {
    const auto fields = mapped(
        R"({"items":"/list","id":"/a/0","event_id":"/e","text":"/t~1x","lang":"/l","kind":"/k",
            "action":"/v","created_at":"/c","url":"/u","thread":"/th","parent":"/p",
            "author_id":"/w/i","author_handle":"/w/h","author_name":"/w/n","author_phone":"/w/p"})",
        R"({"list":[{"a":[18446744073709551615],"e":-7,"t/x":"hi","l":"pl","k":"review",
            "v":"edited","c":"2026-03-02T09:50:00Z","u":"https://example.com/","th":3,"p":"4",
            "w":{"i":5,"h":"h","n":"N","p":"+48 600-700-800"}}]})");
    EXPECT_EQ(fields, (Fields{{"mentions[0].platform", "generic"},
                              {"mentions[0].id", "generic:18446744073709551615"},
                              {"mentions[0].event_id", "-7"},
                              {"mentions[0].text", "hi"},
                              {"mentions[0].lang", "pl"},
                              {"mentions[0].kind", "review"},
                              {"mentions[0].action", "edited"},
                              {"mentions[0].created_at", "2026-03-02T09:50:00.000Z"},
                              {"mentions[0].url", "https://example.com/"},
                              {"mentions[0].thread", "generic:3"},
                              {"mentions[0].parent", "generic:4"},
                              {"mentions[0].phone", "48600700800"},
                              {"mentions[0].author.id", "5"},
                              {"mentions[0].author.handle", "h"},
                              {"mentions[0].author.name", "N"}}));
}

TEST(GenericMapping, ReadsTimesInEveryForm) {
    const auto time = [](std::string_view json) {
        return mapped(R"({"id":"/i","text":"/t","created_at":"/c"})",
                      R"({"i":"1","t":"x","c":)" + std::string(json) + "}");
    };
    for (const auto* same : {"1772445000", "1772445000000", "1772445000.0", "\"1772445000\"",
                             "\"2026-03-02T09:50:00Z\"", "\"2026-03-02T11:50:00+02:00\""}) {
        EXPECT_EQ(time(same)["mentions[0].created_at"], "2026-03-02T09:50:00.000Z") << same;
    }
    EXPECT_EQ(time("1772445000.25").at("mentions[0].created_at"), "2026-03-02T09:50:00.250Z");
    EXPECT_EQ(time("null").count("mentions[0].created_at"), 0U);
    for (const auto* bad : {"-1", "1e300", "-0.5", "\"yesterday\"", "9999999999999999"}) {
        EXPECT_EQ(time(bad), (Fields{{"error", "number_range"}})) << bad;
    }
    EXPECT_EQ(time("true"), (Fields{{"error", "wrong_type"}}));
}

TEST(GenericMapping, WithoutOneReadsHarksOwnNames) {
    const auto platform = make("generic", "{}");
    const auto plain = decode(*platform, R"({"id":"7","text":"hi","author":{"handle":"h"}})");
    EXPECT_EQ(plain.at("mentions[0].id"), "generic:7");
    EXPECT_EQ(plain.at("mentions[0].author.handle"), "h");
    EXPECT_EQ(decode(*platform, R"([{"id":"7","text":"hi","author":{"handle":"h"}}])"), plain);
    EXPECT_EQ(decode(*platform, R"({"type":"x","data":{"id":"7","text":"hi",)"
                                R"("author":{"handle":"h"}}})"),
              plain);
    const auto deleted = decode(*platform, R"({"id":"7","action":"deleted"})");
    EXPECT_EQ(deleted.at("mentions[0].action"), "deleted");
}

TEST(GenericMapping, RefusesBadItemsAndGoesOn) {
    const auto platform =
        make("generic", R"({"mapping":{"items":"/l","id":"/id","text":"/text"}})");
    const PaddedBytes bytes(
        R"({"l":[{"id":1,"text":"a"},{"id":2},{"text":"b"},5,{"id":true,"text":"c"},)"
        R"({"id":3,"text":"d\u0000"},{"id":4,"text":"e"}]})");
    Frame frame;
    frame.bytes = bytes.view();
    Arena arena;
    Mentions mentions;
    ASSERT_EQ(platform->decode(frame, arena, mentions), Errc::ok);
    ASSERT_EQ(mentions.list.size(), 3U);
    EXPECT_EQ(mentions.list[1].text, "d\uFFFD");
    EXPECT_EQ(mentions.list[2].text, "e");
    ASSERT_EQ(mentions.refused.size(), 4U);
    EXPECT_EQ(mentions.refused[0].reason, Errc::missing_member);
    EXPECT_EQ(mentions.refused[0].bytes, R"({"id":2})");
    EXPECT_EQ(mentions.refused[1].bytes, R"({"text":"b"})");
    EXPECT_EQ(mentions.refused[2].reason, Errc::wrong_type);
    EXPECT_EQ(mentions.refused[2].bytes, "5");
    EXPECT_EQ(mentions.refused[3].reason, Errc::wrong_type);
}

TEST(GenericMapping, BoundsWhatOneBodyMayHold) {
    const auto list = [](std::string_view item, std::size_t count) {
        std::string body = "[";
        for (std::size_t i = 0; i < count; ++i) body += (i == 0 ? "" : ",") + std::string(item);
        return body + "]";
    };
    const auto platform = make("generic", "{}");
    const std::string item = R"({"id":1,"text":""})";
    const auto last = "[" + std::to_string(limits::kMentionsPerFrame - 1) + "]";
    const auto full = decode(*platform, list(item, limits::kMentionsPerFrame));
    EXPECT_EQ(full.count("error"), 0U);
    EXPECT_EQ(full.count("mentions" + last + ".id"), 1U);
    const Fields too_many = {{"error", "too_many"}};
    EXPECT_EQ(decode(*platform, list(item, limits::kMentionsPerFrame + 1)), too_many);
    EXPECT_EQ(decode(*platform, list("0", limits::kMentionsPerFrame + 1)), too_many);
    EXPECT_EQ(decode(*platform, "[" + item + "," + list("0", limits::kMentionsPerFrame).substr(1))
                  .count("refused" + last),
              1U);
}

TEST(GenericMapping, ABatchOfNothingButBadItemsIsRefusedWhole) {
    const auto platform = make("generic", "{}");
    const Fields wrong_type = {{"error", "wrong_type"}};
    EXPECT_EQ(decode(*platform, R"([5])"), wrong_type);
    EXPECT_EQ(decode(*platform, R"([5,{"id":1}])"), wrong_type);
    EXPECT_EQ(decode(*platform, R"([{"id":1},{"id":2}])"), (Fields{{"error", "missing_member"}}));
    EXPECT_EQ(decode(*platform, R"({"data":[5,6]})"), wrong_type);
    EXPECT_EQ(decode(*platform, R"({"specversion":"1.0","id":"e","source":"/s","data":[5,6]})"),
              wrong_type);
    EXPECT_TRUE(decode(*platform, "[]").empty());

    // An item that is nobody's business was understood.
    const auto picky = make("generic", R"({"mapping":{"where":{"/k":"x"},"text":"/t"}})");
    const auto fields = decode(*picky, R"([{"k":"y"},5])");
    EXPECT_EQ(fields.count("error"), 0U);
    EXPECT_EQ(fields.count("refused[0]"), 1U);
}

// -- CloudEvents

TEST(GenericCloudEvents, TellTheItemsOfOneEventApart) {
    const auto fields = decode(*make("generic", "{}"),
                               R"({"specversion":"1.0","id":"e","source":"/s","type":"t",)"
                               R"("data":[{"text":"a"},{"text":"b"},{"id":"own","text":"c"}]})");
    EXPECT_EQ(fields.at("mentions[0].id"), "generic:/s#e#0");
    EXPECT_EQ(fields.at("mentions[1].id"), "generic:/s#e#1");
    EXPECT_EQ(fields.at("mentions[2].id"), "generic:own");
}

TEST(GenericCloudEvents, AreMappedFromTheirData) {
    const auto platform = make("generic", R"({"mapping":{"items":"/l","text":"/t"}})");
    const std::string head = R"({"specversion":"1.0","id":"e","source":"/s","type":"t")";
    EXPECT_EQ(decode(*platform, head + R"(,"data":{"l":{"t":"a"}}})").at("mentions[0].text"), "a");
    EXPECT_EQ(decode(*platform, head + R"(,"data":{"t":"a"}})").at("error"), "missing_member");
    EXPECT_EQ(decode(*platform, head + "}").at("error"), "missing_member");
    EXPECT_EQ(decode(*platform, R"({"specversion":"1.0","id":"e","data":{}})").at("error"),
              "missing_member");
    EXPECT_TRUE(decode(*platform, "[]").empty());
}

class BinaryCloudEvent : public ::testing::Test {
protected:
    Fields post(std::string_view body, std::vector<std::pair<std::string, std::string>> headers) {
        TestRequest request("POST", body);
        request.headers = std::move(headers);
        EXPECT_TRUE(platform_->receive(request).decode);
        return decode(request.body);
    }
    Fields decode(std::string_view bytes) {
        Frame frame;
        frame.bytes = bytes;
        Arena arena;
        Mentions mentions;
        const auto error = platform_->decode(frame, arena, mentions);
        return fields_of(error, mentions);
    }
    std::unique_ptr<Platform> platform_ = make("generic", R"({"verify":"none"})");
};

TEST_F(BinaryCloudEvent, HasItsAttributesInHeaders) {
    const auto fields = post(R"({"text":"hi"})", {{"ce-specversion", "1.0"},
                                                  {"ce-id", "a+b%20%C4%85"},
                                                  {"ce-source", "//shop"},
                                                  {"ce-type", "t"},
                                                  {"ce-time", "2026-03-02T11:50:00+02:00"},
                                                  {"ce-subject", "order/7"}});
    EXPECT_EQ(fields.at("mentions[0].id"), "generic://shop#a+b ą");
    EXPECT_EQ(fields.at("mentions[0].event_id"), "//shop#a+b ą");
    EXPECT_EQ(fields.at("mentions[0].created_at"), "2026-03-02T09:50:00.000Z");
    EXPECT_EQ(fields.at("mentions[0].thread"), "generic:order/7");
    EXPECT_EQ(fields.at("mentions[0].text"), "hi");
}

TEST_F(BinaryCloudEvent, IsRefusedWithoutIdOrSource) {
    for (const auto* bad : {"", "%", "%4", "%zz", "%00", "%C4"}) {
        const auto fields =
            post(R"({"id":"1","text":"hi"})",
                 {{"ce-specversion", "1.0"}, {"ce-id", bad}, {"ce-source", "//shop"}});
        EXPECT_EQ(fields, (Fields{{"error", "missing_member"}})) << bad;
    }
    EXPECT_EQ(
        post("[]", {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}}).count("error"),
        0U);
    EXPECT_EQ(post("\"text\"", {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "/s"}})
                  .at("error"),
              "wrong_type");
}

TEST_F(BinaryCloudEvent, LendsItsHeadersToNoOtherBody) {
    const PaddedBytes other(R"({"text":"hi"})");
    TestRequest request("POST", R"({"text":"hi"})");
    request.headers = {{"ce-specversion", "1.0"}, {"ce-id", "1"}, {"ce-source", "//shop"}};
    ASSERT_TRUE(platform_->receive(request).decode);
    EXPECT_EQ(decode(other.view()).at("error"), "missing_member");
    EXPECT_EQ(decode(request.body).at("error"), "missing_member");
    ASSERT_TRUE(platform_->receive(request).decode);
    request.headers.clear();
    ASSERT_TRUE(platform_->receive(request).decode);
    EXPECT_EQ(decode(request.body).at("error"), "missing_member");
}

}  // namespace
}  // namespace hark::platforms::testing
