#include <gmock/gmock.h>

#include "triage/book.hpp"
#include "triage/pii.hpp"
#include "triage/pii_email.hpp"
#include "triage/pii_kinds.hpp"

namespace hark::triage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string email(std::string_view text) {
    const auto valid = validate_email(text, {0, static_cast<std::uint32_t>(text.size())});
    if (!valid) return {};
    return std::string(text.substr(valid->span.begin, valid->span.end - valid->span.begin));
}

TEST(EmailTest, TakesAddresses) {
    EXPECT_EQ(email("anna.nowak+shop@mail.example.com"), "anna.nowak+shop@mail.example.com");
    EXPECT_EQ(email("mail me: bob_2@example.org."), "bob_2@example.org");
    EXPECT_EQ(email("почта:ivan-p@example.ru,жду"), "ivan-p@example.ru");
    EXPECT_EQ(email("<a@b.co>"), "a@b.co");
    EXPECT_EQ(email("mailto:x@example.com?subject=1"), "x@example.com");
    EXPECT_EQ(email("https://x.example/?mail=x@example.com"), "x@example.com");
    EXPECT_EQ(email("see x@example.com.Then"), "x@example.com.Then");
}

TEST(EmailTest, LookAlikes) {
    EXPECT_EQ(email("@user hello"), "");
    EXPECT_EQ(email("thanks @user.name!"), "");
    EXPECT_EQ(email("follow @user@mastodon.example"), "");
    EXPECT_EQ(email("icon@2x.png"), "");
    EXPECT_EQ(email("https://user@host.example/path"), "");
    EXPECT_EQ(email("https://user:secret@host.example/path"), "");
    EXPECT_EQ(email("a@b"), "");
    EXPECT_EQ(email("a@-b.com"), "");
    EXPECT_EQ(email("a..b@example.com"), "");
    EXPECT_EQ(email("5 @ 3.50"), "");
    EXPECT_EQ(email("x@1.2.3.4"), "");
    EXPECT_EQ(email(std::string(65, 'a') + "@example.com"), "");
    EXPECT_EQ(email("a@" + std::string(64, 'b') + ".com"), "");
}

struct Found {
    Book made;
    PiiFinder finder;
    std::vector<PiiFinding> list;

    void find(std::string_view text, const std::vector<Candidate>& candidates) {
        list.clear();
        finder.use(made.book);
        finder.find(text, candidates, list);
    }
};

Candidate whole(RuleIndex rule, std::string_view text) {
    return {rule, {0, static_cast<std::uint32_t>(text.size())}};
}

TEST(PiiFinderTest, KnowsItsValidators) {
    for (const auto* name : {"email", "iban", "password", "wallet"})
        EXPECT_NE(find_validator(name), nullptr) << name;
    for (const auto* name : {"phone", "phone_national", "card", "pesel", "snils", "address"})
        EXPECT_NE(find_number_kind(name), nullptr) << name;
    EXPECT_EQ(find_validator("nonsense"), nullptr);
    EXPECT_EQ(find_number_kind("email"), nullptr);
}

TEST(PiiFinderTest, TheTierRisesWithKeywordAndChecksum) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    const auto phone = it.made.pii(pack, 7, "PHONE", "phone", {"call", "тел"});
    const auto card = it.made.pii(pack, 7, "CARD", "card", {"card"});
    it.find("600 700 800", {whole(phone, "600 700 800")});
    ASSERT_EQ(it.list.size(), 1U);
    EXPECT_EQ(it.list[0].tier, Tier::pattern);
    it.find("CALL 600 700 800", {{phone, {5, 16}}});
    EXPECT_EQ(it.list.at(0).tier, Tier::context);
    it.find("Тел: 600 700 800", {{phone, {8, 19}}});
    EXPECT_EQ(it.list.at(0).tier, Tier::context);
    it.find("card 4111111111111111", {{card, {5, 21}}});
    EXPECT_EQ(it.list.at(0).tier, Tier::checksum);
}

TEST(PiiFinderTest, AKeywordThatIsNeededMustBeThere) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    const auto rule =
        it.made.pii(pack, 7, "PHONE", "phone_national", {"zadzwoń*", "numer tel*"}, true);
    const auto tier = [&](std::string_view text) {
        const auto begin = static_cast<std::uint32_t>(text.find("600"));
        it.find(text, {{rule, {begin, begin + 9}}});
        return it.list.size();
    };
    EXPECT_EQ(tier("nr 600700800"), 0U);
    EXPECT_EQ(tier("ZADZWOŃ 600700800"), 1U);
    EXPECT_EQ(tier("600700800 zadzwońcie"), 1U) << "a beginning";
    EXPECT_EQ(tier("numer, tel.: 600700800"), 1U) << "signs between words";
    EXPECT_EQ(tier("nazadzwoń 600700800"), 0U) << "inside a word";
    EXPECT_EQ(tier("zadzwo 600700800"), 0U);
}

TEST(PiiFinderTest, WholeKeywordsAreWholeWords) {
    Found it;
    const auto rule =
        it.made.pii(it.made.pack("pii", "any", -4), 7, "PHONE", "phone_national", {"tel"}, true);
    it.find("hotel 600700800", {{rule, {6, 15}}});
    EXPECT_THAT(it.list, IsEmpty());
    it.find("tell 600700800", {{rule, {5, 14}}});
    EXPECT_THAT(it.list, IsEmpty());
    it.find("tel.600700800", {{rule, {4, 13}}});
    EXPECT_EQ(it.list.size(), 1U);
}

TEST(PiiFinderTest, AKeywordReachesThreeHundredCharacters) {
    Found it;
    const auto rule = it.made.pii(it.made.pack("pii", "any", -4), 7, "PHONE", "phone_national",
                                  {"телефон"}, true);
    const auto tried = [&](std::size_t between, bool keyword_first) {
        std::string gap;
        for (std::size_t i = 0; i < between; ++i) gap += i % 2 == 0 ? " " : "ж";
        const std::string number = "600700800";
        const std::string text =
            keyword_first ? "телефон" + gap + " " + number : number + gap + " телефон";
        const auto begin = static_cast<std::uint32_t>(text.find('6'));
        it.find(text, {{rule, {begin, begin + 9}}});
        return !it.list.empty();
    };
    EXPECT_TRUE(tried(292, true));
    EXPECT_FALSE(tried(293, true)) << "the keyword's first letter is 301 before";
    EXPECT_TRUE(tried(298, false));
    EXPECT_FALSE(tried(299, false));
}

TEST(PiiFinderTest, OfOverlapsTheHigherTierStaysThenTheLonger) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    const auto phone = it.made.pii(pack, 7, "PHONE", "phone");
    const auto pesel = it.made.pii(pack, 7, "PESEL", "pesel");
    const auto bare = it.made.pii(pack, 7, "ID", "");
    it.find("89011263920", {whole(phone, "89011263920"), whole(pesel, "89011263920")});
    ASSERT_EQ(it.list.size(), 1U);
    EXPECT_EQ(it.list[0].rule, phone) << "the check digit is wrong";
    it.find("89011263925", {whole(phone, "89011263925"), whole(pesel, "89011263925")});
    ASSERT_EQ(it.list.size(), 1U);
    EXPECT_EQ(it.list[0].rule, pesel);
    it.find("abcdefghij", {{bare, {0, 3}}, {bare, {2, 8}}, {bare, {7, 9}}, {bare, {9, 10}}});
    ASSERT_EQ(it.list.size(), 2U);
    EXPECT_EQ(it.list[0].span, (Span{2, 8}));
    EXPECT_EQ(it.list[1].span, (Span{9, 10}));
}

TEST(PiiFinderTest, EveryTypeThatADatumPassesAsIsToldWithItsTier) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    it.made.pii(pack, 7, "PHONE", "phone");
    it.made.pii(pack, 7, "PHONE", "phone_national", {"call"});
    const auto pesel = it.made.pii(pack, 7, "PESEL", "pesel");
    it.find("call 89011263925, 600 700 800", {});
    ASSERT_EQ(it.list.size(), 2U);
    EXPECT_EQ(it.list[0].rule, pesel);
    ASSERT_EQ(it.finder.also().size(), 1U) << "a type once";
    EXPECT_EQ(it.finder.also()[0].span, it.list[0].span);
    EXPECT_NE(it.finder.also()[0].tier, Tier::checksum);
    EXPECT_EQ(it.list[1].tier, Tier::context) << "the keyword of the other rule";
    it.find("nothing", {});
    EXPECT_TRUE(it.finder.also().empty());
}

TEST(PiiFinderTest, WhatIsFoundOnceIsHiddenEverywhereInTheText) {
    Found it;
    it.made.pii(it.made.pack("pii", "any", -4), 7, "PHONE", "phone_national", {"call"}, true);
    it.find("order 600700800, or call 600700800 (id600700800)", {});
    ASSERT_EQ(it.list.size(), 3U);
    EXPECT_EQ(it.list[0].span, (Span{6, 15}));
    EXPECT_EQ(it.list[1].span, (Span{25, 34}));
    EXPECT_EQ(it.list[2].span, (Span{38, 47}));
}

TEST(PiiFinderTest, WhatAnOverlapSetsFreeIsKept) {
    Found it;
    const auto bare = it.made.pii(it.made.pack("pii", "any", -4), 7, "ID", "");
    it.find("abcdefghijklmnop", {{bare, {0, 5}}, {bare, {4, 10}}, {bare, {9, 16}}});
    ASSERT_EQ(it.list.size(), 2U);
    EXPECT_EQ(it.list[0].span, (Span{0, 5}));
    EXPECT_EQ(it.list[1].span, (Span{9, 16}));
}

TEST(PiiFinderTest, TheSameDatumReportedAtEachOfItsEndsIsOneFinding) {
    Found it;
    const auto phone = it.made.pii(it.made.pack("pii", "any", -4), 7, "PHONE", "phone");
    const std::string text = "+48 600 700 800";
    std::vector<Candidate> candidates;
    for (std::uint32_t end = 9; end <= text.size(); ++end) candidates.push_back({phone, {0, end}});
    it.find(text, candidates);
    ASSERT_EQ(it.list.size(), 1U);
    EXPECT_EQ(it.list[0].span, (Span{0, 15}));
}

TEST(PiiFinderTest, ShadowRulesFindNothing) {
    Found it;
    const auto rule = it.made.pii(it.made.pack("pii", "any", -4), 7, "EMAIL", "email");
    it.made.book.rules[rule].mode = Mode::shadow;
    it.find("a@example.com", {whole(rule, "a@example.com")});
    EXPECT_THAT(it.list, IsEmpty());
}

TEST(PiiFinderTest, ATextFullOfNumbersIsDecidedToItsEnd) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    const auto phone = it.made.pii(pack, 7, "PHONE", "phone_national", {"call"}, true);
    const auto card = it.made.pii(pack, 7, "CARD", "card");
    std::string text = "call ";
    std::vector<Candidate> candidates;
    while (text.size() < 256 * 1024) {
        const auto begin = static_cast<std::uint32_t>(text.size());
        const auto number = std::to_string(600'100'001 + candidates.size() / 10);
        text += number.substr(0, 3) + " " + number.substr(3, 3) + " " + number.substr(6) + ", ";
        for (std::uint32_t end = begin + 7; end <= begin + 11; ++end) {
            candidates.push_back({phone, {begin, end}});
            candidates.push_back({card, {begin, end}});
        }
    }
    it.find(text, candidates);
    EXPECT_EQ(it.list.size(), 23U) << "those that begin within 300 characters of the keyword";
}

TEST(PiiFinderTest, WhatABrandPublishesItselfIsNobodysData) {
    Found it;
    const auto pack = it.made.pack("pii", "any", -4);
    it.made.pii(pack, 7, "PHONE", "phone");
    const auto mail = it.made.pii(pack, 7, "EMAIL", "email");
    auto& brand = it.made.book.brands.emplace_back();
    brand.phones = {"+48 600 700 800"};
    brand.published = {"care@acme.example"};
    for (const auto* text :
         {"600 700 800", "+48600700800", "(+48) 600-700-800", "0048 600 700 800"}) {
        it.find(text, {});
        EXPECT_THAT(it.list, IsEmpty()) << text;
    }
    it.find("600 700 801", {});
    EXPECT_EQ(it.list.size(), 1U);
    it.find("Care@Acme.example", {whole(mail, "Care@Acme.example")});
    EXPECT_THAT(it.list, IsEmpty());
    it.find("anna@acme.example", {whole(mail, "anna@acme.example")});
    EXPECT_EQ(it.list.size(), 1U);
}

TEST(MayHoldPiiTest, AsksForDigitsAnAtOrAWordThatTells) {
    const auto may = [](std::uint32_t digits, std::uint32_t at_signs, std::uint32_t mentions,
                        std::string_view folded) {
        FoldedText text;
        text.bytes = folded;
        text.facts.digits = digits;
        text.facts.at_signs = at_signs;
        text.facts.mentions = mentions;
        return may_hold_pii(text);
    };
    EXPECT_FALSE(may(4, 0, 0, " in 2024 "));
    EXPECT_TRUE(may(5, 0, 0, ""));
    EXPECT_TRUE(may(0, 1, 0, ""));
    EXPECT_FALSE(may(0, 2, 2, " @ anna @ bob "));
    EXPECT_TRUE(may(0, 3, 2, ""));
    EXPECT_TRUE(may(0, 0, 0, " anna at example dot com "));
    EXPECT_TRUE(may(0, 0, 0, " пароль "));
    EXPECT_FALSE(may(0, 0, 0, " dotted line "));
    EXPECT_FALSE(may(0, 0, 0, " "));
}

}  // namespace
}  // namespace hark::triage::testing
