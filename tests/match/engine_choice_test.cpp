// Which sequences go to the table of words and which to Hyperscan, and that nobody can tell from
// the hits.

#include <gtest/gtest.h>

#include <algorithm>

#include "match/matcher.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

bool vocabulary_takes(const std::string& pattern) {
    PatternFault fault;
    const auto parsed = parse_pattern(pattern, fold, fault);
    EXPECT_TRUE(parsed && parsed->sequences.size() == 1) << pattern;
    return parsed && Vocabulary::takes(parsed->sequences.front());
}

TEST(EngineChoice, WordsStemsAndRowsOfThemAreVocabulary) {
    for (const auto* pattern :
         {"refund", "x", "refund*", "re*", "money back", "money ~15 back*", "a b", "@acme", "ж",
          "же*", "a b cd*", "acme.co.uk", "a ~2 b ~15 c ~0 de*"}) {
        EXPECT_TRUE(vocabulary_takes(pattern)) << pattern;
    }
    EXPECT_TRUE(vocabulary_takes(std::string(63, 'a') + "b*")) << "folds to two letters";
    std::string stem;
    for (int i = 0; i < 63; ++i) stem += i % 2 == 0 ? 'a' : 'b';
    EXPECT_TRUE(vocabulary_takes(stem + "*"));
    EXPECT_TRUE(vocabulary_takes(stem + "bab"));
}

TEST(EngineChoice, TheRestIsForHyperscan) {
    for (const auto* pattern : {"*fund", "*fund*", "a *b", "*a b", "r*", "x ~2 r*", "a b *c"}) {
        EXPECT_FALSE(vocabulary_takes(pattern)) << pattern;
    }
    std::string stem;
    for (int i = 0; i < 64; ++i) stem += i % 2 == 0 ? 'a' : 'b';
    EXPECT_FALSE(vocabulary_takes(stem + "*"));
}

/// Has both engines look for the same and expects one answer.
void expect_alike(const std::string& pattern, const std::string& text, bool expected) {
    PatternFault fault;
    const auto parsed = parse_pattern(pattern, fold, fault);
    ASSERT_TRUE(parsed && parsed->sequences.size() == 1) << pattern;
    ASSERT_TRUE(Vocabulary::takes(parsed->sequences.front())) << pattern;
    const auto rules =
        compiled(book_of({pattern, "re:" + to_expression(parsed->sequences.front())}));
    ASSERT_NE(rules, nullptr);
    const auto hits = expected ? std::vector<RuleIndex>{0, 1} : std::vector<RuleIndex>{};
    EXPECT_EQ(fired(rules, text), hits) << pattern << " in " << text;
}

TEST(EngineChoice, BothGiveTheSameHits) {
    expect_alike("refund", "REFUND!", true);
    expect_alike("refund", "refunds", false);
    expect_alike("refund*", "refunds", true);
    expect_alike("refund*", "refund", true);
    expect_alike("refund*", "refun d", false);
    expect_alike("re*", "r e", false);
    expect_alike("re*", "are", false);
    expect_alike("money back", "Money, back", true);
    expect_alike("money back", "money came back", false);
    expect_alike("money ~1 back", "money came back", true);
    expect_alike("money ~1 back", "money never came back", false);
    expect_alike("money ~1 back", "money money never back", true);
    expect_alike("money ~15 back", "money a b c d e f g h i j k l m n o back", true);
    expect_alike("money ~15 back", "money a b c d e f g h i j k l m n o p back", false);
    expect_alike("money back", "back money", false);
    expect_alike("ha ha", "ha", false);
    expect_alike("ha ha", "ha ha", true);
}

TEST(EngineChoice, RowsOfAnyLength) {
    expect_alike("a b c d", "x a b c d", true);
    expect_alike("a b c d", "a b c x d", false);
    expect_alike("a ~1 b ~1 c", "a a x b x c", true);
    expect_alike("a ~1 b ~1 c", "a a x b b x c", false);
    expect_alike("a ~1 b ~1 c", "a x b x x c", false);
    expect_alike("a ~2 a ~2 a", "a a", false);
    expect_alike("a ~2 a ~2 a", "a a a", true);
    expect_alike("ab* ~2 abc* ~2 abcd*", "abcd abc", false);
    expect_alike("ab* ~2 abc* ~2 abcd*", "x abcd abcd x abcde", true);
}

TEST(EngineChoice, OneWordIsNotBothOfAPair) {
    expect_alike("ref* refund", "refund", false);
    expect_alike("ref* refund", "refund refund", true);
    expect_alike("ref* ~3 refu*", "refund", false);
    expect_alike("ref* ~3 refu*", "ref refund", true);
}

TEST(EngineChoice, APairKeepsTheWidestOfItsGaps) {
    const auto rules = compiled(book_of({"a ~1 b", "a ~3 b", "c ~2 b", "a b"}));
    EXPECT_EQ(fired(rules, "a x x x b"), std::vector<RuleIndex>{1});
    EXPECT_EQ(fired(rules, "c a x b"), (std::vector<RuleIndex>{0, 1, 2}));
    EXPECT_EQ(fired(rules, "a b"), (std::vector<RuleIndex>{0, 1, 3}));
}

TEST(EngineChoice, StemsOfAllLengthsBesideOneAnother) {
    std::vector<std::string> patterns;
    std::string word;
    for (char c = 'a'; c <= 'p'; ++c) {
        word += c;
        if (word.size() >= 2) patterns.push_back(word + "*");
    }
    const auto rules = compiled(book_of(patterns));
    for (std::size_t length = 1; length <= word.size(); ++length)
        EXPECT_EQ(fired(rules, word.substr(0, length)).size(), length - 1) << length;
}

TEST(Matcher, ARuleCountsOnceAPost) {
    const auto rules = compiled(book_of({"(spam|junk|*unk|re:x)", "spam"}));
    EXPECT_EQ(fired(rules, "spam junk spam trunk"), (std::vector<RuleIndex>{0, 1}));
}

TEST(Matcher, EachScanStartsAnew) {
    const auto rules = compiled(book_of({"a", "*bc", "re:[0-9]{3}"}));
    Matcher matcher;
    matcher.use(rules);
    Matches matches;
    matcher.scan({" a xbc 123 ", {}}, matches);
    EXPECT_EQ(matches.rules.size(), 3U);
    matcher.scan({" a ", {}}, matches);
    EXPECT_EQ(matches.rules, std::vector<RuleIndex>{0});
    EXPECT_TRUE(matcher.locate(0, {" a ", {}}).has_value());
    EXPECT_FALSE(matcher.locate(1, {" a ", {}}).has_value());
    EXPECT_FALSE(matcher.locate(2, {" a ", {}}).has_value());
    matcher.scan({"", {}}, matches);
    EXPECT_TRUE(matches.rules.empty());
    EXPECT_FALSE(matcher.locate(0, {"", {}}).has_value());
}

TEST(Matcher, RulesWithoutPatternNeverFire) {
    auto book = book_of({""});
    book.rules[0].when.facts.push_back({Fact::words, Compare::at_least, 0});
    const auto rules = compiled(std::move(book));
    EXPECT_TRUE(fired(rules, "anything").empty());
}

TEST(Matcher, PlacesComeFromWhicheverEngine) {
    const auto rules = compiled(book_of({"money ~2 back", "*und", "a b *c", "re:x[0-9]+ y",
                                         "(nowhere at all|refund)", "re: [a-z]+und "}));
    const std::string text = " my refund a b c x12 y money is back ";
    Matcher matcher;
    matcher.use(rules);
    Matches matches;
    matcher.scan({text, {}}, matches);
    ASSERT_EQ(matches.rules.size(), 6U);
    const std::vector<std::string> expected = {"money is back", "refund", "a b c",
                                               "x12 y",         "refund", "refund"};
    for (RuleIndex i = 0; i < 6; ++i) {
        const auto place = matcher.locate(i, {text, {}});
        ASSERT_TRUE(place.has_value()) << i;
        EXPECT_EQ(text.substr(place->begin, place->end - place->begin), expected[i]) << i;
    }
}

RuleBook raw_book(const std::vector<std::string>& expressions) {
    auto book = book_of(expressions);
    for (auto& rule : book.rules) rule.pii_type = "NUMBER";
    return book;
}

TEST(Matcher, RawExpressionsSeeTheOriginalBytes) {
    const auto rules = compiled(raw_book({"[A-Z]{2}-[0-9]+", "No[0-9]+"}));
    Matcher matcher;
    matcher.use(rules);
    Matches matches;
    matcher.scan({" x ", {}}, matches);
    const std::string text = "ab-1 AB-123, żółć No7 CD-4";
    matcher.scan_raw(text, matches);
    EXPECT_TRUE(matches.rules.empty());
    std::vector<std::string> found;
    for (const auto& [rule, span] : matches.candidates)
        found.push_back(std::to_string(rule) + text.substr(span.begin, span.end - span.begin));
    EXPECT_EQ(found, (std::vector<std::string>{"0AB-123", "1No7", "0CD-4"}));
    matcher.scan({" x ", {}}, matches);
    EXPECT_TRUE(matches.candidates.empty());
    matcher.scan_raw("", matches);
    EXPECT_TRUE(matches.candidates.empty());
}

TEST(Compiler, NamesEveryRuleThatIsWrong) {
    auto book = book_of({"a ~99 b", "re:x(", "fine", "re:[a-", "re:a*"});
    std::vector<Fault> faults;
    EXPECT_EQ(compile(book, fold, {}, faults), nullptr);
    // Hyperscan sees only what the parser let pass.
    EXPECT_EQ(joined(faults),
              "praise/en.yaml:5:5: rule `r0`, character 3 of `a ~99 b`: a gap is ~0 to ~15\n");
    faults.clear();
    book.rules[0].pattern = "a ~9 b";
    EXPECT_EQ(compile(book, fold, {}, faults), nullptr);
    ASSERT_EQ(faults.size(), 3U) << joined(faults);
    EXPECT_EQ(joined({faults[0]}).find("praise/en.yaml:6:5: rule `r1`: "), 0U);
    EXPECT_EQ(joined({faults[1]}).find("praise/en.yaml:8:5: rule `r3`: "), 0U);
    EXPECT_EQ(joined({faults[2]}).find("praise/en.yaml:9:5: rule `r4`: "), 0U);
}

TEST(Compiler, PlacesAreCountedInCharacters) {
    std::vector<Fault> faults;
    EXPECT_EQ(compile(book_of({"не ~99 надо"}), fold, {}, faults), nullptr);
    EXPECT_EQ(compile(raw_book({"xб?"}), fold, {}, faults), nullptr);
    EXPECT_EQ(compile(raw_book({std::string("б\0", 3)}), fold, {}, faults), nullptr);
    EXPECT_EQ(joined(faults).substr(0, joined(faults).find(": an expression")),
              "praise/en.yaml:5:5: rule `r0`, character 4 of `не ~99 надо`: a gap is ~0 to ~15\n"
              "praise/en.yaml:5:5: rule `r0`, character 2 of `xб?`");
    EXPECT_EQ(faults.size(), 3U);
}

TEST(Compiler, AnEmptyBookIsARuleSet) {
    const auto rules = compiled({});
    ASSERT_NE(rules, nullptr);
    EXPECT_TRUE(fired(rules, "any words").empty());
    EXPECT_EQ(rules->hash().size(), 16U);
}

}  // namespace
}  // namespace hark::match::testing
