// What a mention is known by may be somebody's telephone number or address of mail.

#include "triage/identifiers.hpp"

#include <gtest/gtest.h>

#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "publish/record.hpp"

namespace hark::pipeline {
namespace {

class IdentifiersTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        std::vector<Fault> faults;
        rules = load_rules({{shipped_rules()}, {}, ""}, faults);
    }
    static void TearDownTestSuite() { rules.reset(); }

    void SetUp() override { identifiers.use(rules->book()); }

    /// The member with each find in brackets.
    std::string shown(Mention mention, std::string_view value) {
        verdict.clear();
        identifiers.find(mention, verdict.exposed);
        std::string out(value);
        for (auto at = verdict.exposed.rbegin(); at != verdict.exposed.rend(); ++at)
            out.replace(at->span.begin, at->span.end - at->span.begin,
                        "[" + std::string(at->type) + "]");
        return out;
    }
    std::string of_url(std::string_view url) {
        Mention mention;
        mention.url = url;
        return shown(mention, url);
    }
    std::string of_thread(std::string_view thread, std::string_view phone = {}) {
        Mention mention;
        mention.thread = thread;
        mention.phone = phone;
        return shown(mention, thread);
    }

    static std::shared_ptr<const match::RuleSet> rules;
    triage::Identifiers identifiers;
    Verdict verdict;
};

std::shared_ptr<const match::RuleSet> IdentifiersTest::rules;

TEST_F(IdentifiersTest, ANumberThatThePlatformNamesIsOneWhereverItStands) {
    EXPECT_EQ(of_thread("whatsapp:1066:48600700800", "48600700800"), "whatsapp:1066:[PHONE]");
    EXPECT_EQ(of_thread("whatsapp:1066:486007008001", "48600700800"), "whatsapp:1066:486007008001");
    EXPECT_EQ(of_thread("whatsapp:1066:48600700800"), "whatsapp:1066:48600700800")
        << "digits alone are an id's";
    // WhatsApp's own ids have it in base64.
    EXPECT_EQ(of_thread("whatsapp:reaction:wamid.HBgLNDg2MDA3MDA4MDAVAgASGBQzQQA=:48600700800",
                        "48600700800"),
              "whatsapp:reaction:[ID]:[PHONE]");
    EXPECT_EQ(of_thread("whatsapp:message:wamid.HBgLNDg2MDA3MDA4MDAVAgASGBQzQQA="),
              "whatsapp:message:[ID]");
    EXPECT_EQ(of_thread("whatsapp:message:wamid.QUJDREVGRw=="),
              "whatsapp:message:wamid.QUJDREVGRw==");
}

TEST_F(IdentifiersTest, ASureNumberOrAddressInAnIdIsOne) {
    EXPECT_EQ(of_thread("sms:+48600700800"), "sms:[PHONE]");
    EXPECT_EQ(of_thread("sms:+48 600 700 800"), "sms:[PHONE]");
    EXPECT_EQ(of_thread("8 (916) 123-45-67"), "[PHONE]");
    EXPECT_EQ(of_thread("desk:anna.nowak@example.com"), "desk:[EMAIL]");
}

TEST_F(IdentifiersTest, IdsOfPostsAreNone) {
    for (const auto* id :
         {"vk:wall_reply:-123_456789012", "x:1745678901234567890", "crm:2026-11-22T10:00:00+02:00",
          "crm:2026-11-22 10:00:00", "slack:T024BE7LD:C061EG9SL:1745678901.123456",
          "mastodon:https://example.social/users/anna/statuses/112345678901234567",
          "telegram:-1001234567890:55", "urn:uuid:550e8400-e29b-41d4-a716-446655440000"}) {
        EXPECT_EQ(of_thread(id), id);
    }
}

TEST_F(IdentifiersTest, PartsOfLinksAreTriedEachForItself) {
    EXPECT_EQ(of_url("https://shop.example/form?mail=anna.nowak%40example.com&x=1"),
              "https://shop.example/form?mail=[EMAIL]&x=1");
    EXPECT_EQ(of_url("https://shop.example/u/anna.nowak@example.com/orders"),
              "https://shop.example/u/[EMAIL]/orders");
    EXPECT_EQ(of_url("https://shop.example/?phone=48600700800"),
              "https://shop.example/?phone=[PHONE]");
    EXPECT_EQ(of_url("https://shop.example/?n=%2B48600700800#top"),
              "https://shop.example/?n=[PHONE]#top");
    EXPECT_EQ(of_url("https://t.me/+48600700800"), "https://t.me/[PHONE]");
    EXPECT_EQ(of_url("https://wa.me/48600700800?text=hi"), "https://wa.me/[PHONE]?text=hi");
    EXPECT_EQ(of_url("tel:+48600700800"), "[PHONE]");
    EXPECT_EQ(of_url("mailto:anna.nowak@example.com"), "[EMAIL]");
}

TEST_F(IdentifiersTest, NumbersInLinksAloneAreNone) {
    for (const auto* url :
         {"https://vk.com/wall-123_456?reply=789012345",
          "https://x.com/i/status/1745678901234567890", "https://shop.example/orders/600700800",
          "https://shop.example/?order=48600700800",
          "https://www.facebook.com/permalink.php?story_fbid=1234567890&id=100064",
          "https://example.social/@anna@other.social/112345678901234567",
          "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugx1234567890",
          "https://allegro.pl/oferta/telefon-samsung-12345678901",
          "https://shop.example/2026/11/22/10-00-00+0200"}) {
        EXPECT_EQ(of_url(url), url);
    }
}

TEST_F(IdentifiersTest, HandlesOfTheFediverseAreNoMail) {
    Mention mention;
    mention.author.handle = "anna@example.social";
    EXPECT_EQ(shown(mention, mention.author.handle), "anna@example.social");
    mention.author.handle = {};
    mention.author.name = "+48 600 700 800";
    EXPECT_EQ(shown(mention, mention.author.name), "[PHONE]");
}

}  // namespace
}  // namespace hark::pipeline
