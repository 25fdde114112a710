// The language that authors write: what each construct becomes, and what is said of a wrong one.

#include "match/pattern.hpp"

#include <gtest/gtest.h>

#include "match/explain.hpp"
#include "match/support.hpp"

namespace hark::match {

static void PrintTo(const Element& element, std::ostream* out) {
    *out << "~" << element.gap_before << " " << (element.group ? "group " : "")
         << (element.open_left ? "*" : "") << element.word << (element.open_right ? "*" : "");
}

namespace testing {
namespace {

Element word(const std::string& text, std::uint32_t gap = 0) {
    Element element;
    element.word = text;
    element.gap_before = gap;
    return element;
}

Element open(bool left, const std::string& text, bool right) {
    auto element = word(text);
    element.open_left = left;
    element.open_right = right;
    return element;
}

std::vector<Sequence> sequences(std::string_view text) {
    PatternFault fault;
    const auto pattern = parse_pattern(text, fold, fault);
    EXPECT_TRUE(pattern.has_value()) << text << ": " << fault.what;
    return pattern ? pattern->sequences : std::vector<Sequence>{};
}

using Sequences = std::vector<Sequence>;

TEST(Pattern, WordsAreFolded) {
    EXPECT_EQ(sequences("Refund"), (Sequences{{word("refund")}}));
    EXPECT_EQ(sequences("  ЁЛКИ\tŻółć\n"), (Sequences{{word("елки"), word("zolc")}}));
    EXPECT_EQ(sequences("e-mail"), (Sequences{{word("e"), word("mail")}}));
    EXPECT_EQ(sequences("@acme #sale"),
              (Sequences{{word("@"), word("acme"), word("#"), word("sale")}}));
}

TEST(Pattern, AStarOpensAWord) {
    EXPECT_EQ(sequences("refund*"), (Sequences{{open(false, "refund", true)}}));
    EXPECT_EQ(sequences("*fund"), (Sequences{{open(true, "fund", false)}}));
    EXPECT_EQ(sequences("*fund*"), (Sequences{{open(true, "fund", true)}}));
    EXPECT_EQ(sequences("*e-mail*"),
              (Sequences{{open(true, "e", false), open(false, "mail", true)}}));
}

TEST(Pattern, GapsStandBeforeTheirWord) {
    EXPECT_EQ(sequences("order ~3 late"), (Sequences{{word("order"), word("late", 3)}}));
    EXPECT_EQ(sequences("order~3late"), (Sequences{{word("order"), word("late", 3)}}));
    EXPECT_EQ(sequences("a ~15 b ~0 c"), (Sequences{{word("a"), word("b", 15), word("c")}}));
    EXPECT_EQ(sequences("a ~2 \"b c\""), (Sequences{{word("a"), word("b", 2), word("c")}}));
    EXPECT_EQ(sequences("a ~2 (b c|d)"),
              (Sequences{{word("a"), word("b", 2), word("c")}, {word("a"), word("d", 2)}}));
}

TEST(Pattern, AlternativesMultiply) {
    EXPECT_EQ(sequences("(refund|money back)"),
              (Sequences{{word("refund")}, {word("money"), word("back")}}));
    EXPECT_EQ(sequences("(a|b) (c|d)"), (Sequences{{word("a"), word("c")},
                                                   {word("a"), word("d")},
                                                   {word("b"), word("c")},
                                                   {word("b"), word("d")}}));
    EXPECT_EQ(sequences("(a|(b|c) d)"),
              (Sequences{{word("a")}, {word("b"), word("d")}, {word("c"), word("d")}}));
    EXPECT_EQ(sequences("( a | b* )"), (Sequences{{word("a")}, {open(false, "b", true)}}));
}

TEST(Pattern, NothingInQuotesIsASign) {
    EXPECT_EQ(sequences("\"not (a|joke*) ~3\""),
              (Sequences{{word("not"), word("a"), word("joke"), word("3")}}));
}

TEST(Pattern, GroupsStandForTheirNumber) {
    const GroupFunction group = [](std::string_view name, bool forms,
                                   std::string& problem) -> std::optional<GroupNumber> {
        if (name == "colours" && !forms) return 3;
        if (name == "возврат" && forms) return 4;
        problem = "no group";
        return std::nullopt;
    };
    PatternFault fault;
    const auto pattern = parse_pattern("a ~2 {colours} (возврат/forms|b)", fold, fault, group);
    ASSERT_TRUE(pattern.has_value()) << fault.what;
    Element colours = word("", 2);
    colours.group = 3;
    Element refund;
    refund.group = 4;
    EXPECT_EQ(pattern->sequences,
              (Sequences{{word("a"), colours, refund}, {word("a"), colours, word("b")}}));
    EXPECT_FALSE(parse_pattern("a {shapes}", fold, fault, group).has_value());
    EXPECT_EQ(fault.at, 2U);
    EXPECT_EQ(fault.what, "no group");
    EXPECT_FALSE(parse_pattern("a ~1 (b|colours/forms)", fold, fault, group).has_value());
    EXPECT_EQ(fault.at, 8U);
}

TEST(Pattern, AnExpressionStaysAsItIs) {
    PatternFault fault;
    const auto pattern = parse_pattern("re: Ticket [0-9]{5,8} ", fold, fault);
    ASSERT_TRUE(pattern.has_value()) << fault.what;
    EXPECT_EQ(pattern->expression, " Ticket [0-9]{5,8} ");
    EXPECT_TRUE(pattern->sequences.empty());
}

struct Wrong {
    std::string pattern;
    std::size_t at;
    std::string what;
};

void expect_fault(const Wrong& wrong) {
    PatternFault fault{99, "of an earlier pattern"};
    EXPECT_FALSE(parse_pattern(wrong.pattern, fold, fault).has_value()) << wrong.pattern;
    EXPECT_EQ(fault.at, wrong.at) << wrong.pattern << ": " << fault.what;
    EXPECT_EQ(fault.what, wrong.what) << wrong.pattern;
}

TEST(Pattern, EveryFaultHasItsPlace) {
    const std::string between = "a gap stands between two words";
    const std::string range = "a gap is ~0 to ~15";
    const std::string blank = "alternatives and lists are whole words: a blank is missing here";
    const std::string star = "`*` stands at the begin or the end of a word";
    for (const auto& wrong : std::vector<Wrong>{
             {"", 0, "there is no word in it"},
             {"  ", 2, "there is no word in it"},
             {"a b)", 3, "`)` without its `(`"},
             {"a | b", 2, "write alternatives in brackets: (a|b)"},
             {"a (b", 2, "`(` without its `)`"},
             {"a ((b|c) d", 2, "`(` without its `)`"},
             {"a ()", 2, "an alternative without a word"},
             {"a (b|)", 2, "an alternative without a word"},
             {"a (|b)", 2, "an alternative without a word"},
             {"refund(ed|s)", 6, blank},
             {"(re|un)fund", 7, blank},
             {"(a|b)(c|d)", 5, blank},
             {"(a|b)\"c\"", 5, blank},
             {"~2 a", 0, between},
             {"a ~2", 2, between},
             {"a ~2 ~3 b", 5, between},
             {"a (~2 b)", 3, between},
             {"a (b ~2) c", 5, between},
             {"a ~ b", 2, range},
             {"a ~16 b", 2, range},
             {"a ~99999999999 b", 2, range},
             {"a ~-1 b", 2, range},
             {"a \"b c", 2, "a quote that does not end"},
             {"a }", 2, "`}` without its `{`"},
             {"a {b", 2, "`{` without its `}`"},
             {"a{b}", 1, blank},
             {"a {b} c", 2, "lists and forms of words do not belong here"},
             {"a b/forms", 2, "lists and forms of words do not belong here"},
             {"a *", 2, "`*` without a word"},
             {"a **", 2, "`*` without a word"},
             {"\"a\"*", 3, "`*` without a word"},
             {"a b*c", 3, star},
             {"a *b*c", 4, star},
             {"a ... b", 2, "`...` folds to nothing: no post can hold it"},
             {"a \"\"", 2, "`` folds to nothing: no post can hold it"},
             {"re:", 3, "`re:` without an expression"},
         }) {
        expect_fault(wrong);
    }
}

TEST(Pattern, LimitsAreFaultsToo) {
    expect_fault({std::string(4097, 'a'), 0, "longer than 4096 bytes"});
    expect_fault({std::string(17, '(') + "a" + std::string(17, ')'), 17, "nested too deeply"});
    EXPECT_EQ(sequences(std::string(16, '(') + "a" + std::string(16, ')')).size(), 1U);

    std::string ten = "(a";
    for (int i = 1; i < 10; ++i) ten += "|a" + std::to_string(i);
    ten += ") ";
    EXPECT_EQ(sequences(ten + ten + ten).size(), 1000U);
    const std::string many = "more than 2000 combinations of alternatives";
    expect_fault({ten + ten + ten + "(a|b|c)", ten.size() * 3 + 7, many});
    std::string sum = "(" + ten + ten + ten;
    expect_fault({sum + "|" + ten + ten + ten + "|a)", sum.size() * 2 + 2, many});

    std::string words;
    for (int i = 0; i < 32; ++i) words += "a ";
    EXPECT_EQ(sequences(words).front().size(), 32U);
    expect_fault({words + "a", 65, "more than 32 words in a row"});
}

TEST(Pattern, ALetterOfManyBytesIsNotTorn) {
    const std::string torn =
        "an expression sees bytes, and this letter has more than one: write (а|б), (б)?";
    expect_fault({"re:a[xб]c", 6, torn});
    expect_fault({"re:a[^б]c", 6, torn});
    expect_fault({"re:a[]б]c", 6, torn});
    expect_fault({"re:a[[:alpha:]б]c", 14, torn});
    for (const std::string sign : {"?", "*", "+", "{2}"}) expect_fault({"re:xб" + sign, 4, torn});
    for (const std::string fine : {"re:б[xy]", "re:(а|б)?", "re:\\[б]", "re:[x]б", "re:[\\]x]б",
                                   "re:(б)+", "re:б.", "re:[[:alpha:]]б"}) {
        PatternFault fault;
        EXPECT_TRUE(parse_pattern(fine, fold, fault).has_value()) << fine << ": " << fault.what;
    }
}

TEST(Pattern, AnExpressionHasNoZeroByte) {
    expect_fault(
        {std::string("re:ab\0cd", 8), 5, "an expression ends at a zero byte: write \\x00"});
}

TEST(Pattern, PlacesAreTheWordsWithoutTheBlanks) {
    const auto find = [](std::string_view pattern, std::string_view folded) {
        return find_sequence(sequences(pattern).front(), folded);
    };
    EXPECT_EQ(find("a b", " x a b "), (Span{3, 6}));
    EXPECT_EQ(find("*nd b*", " xx bond bonds "), (Span{4, 14}));
    EXPECT_EQ(find("a ~1 b", " a a x b b "), (Span{3, 8}));
    EXPECT_EQ(find("a a a", " a a x a a a "), (Span{7, 12}));
    EXPECT_EQ(find("a ~2 b ~2 c", " a b x x a b c "), (Span{9, 14}));
    EXPECT_EQ(find("a ~1 b", " a x x b "), std::nullopt);
    EXPECT_EQ(find("a", " ab ba "), std::nullopt);
    EXPECT_EQ(find("a", ""), std::nullopt);
}

TEST(Pattern, ExplainTellsTheFoldAndTheEngine) {
    std::vector<Fault> faults;
    EXPECT_EQ(explain("(REFUND|Money ~2 back*)", fold, faults),
              "refund  by the table of words\nmoney ~2 back*  by the table of words\n");
    EXPECT_EQ(explain("*fund ~1 c++", fold, faults),
              "*fund ~1 c  by Hyperscan as /fund (?:[^ ]+ ){0,1}c /\n");
    EXPECT_EQ(explain("re:a+", fold, faults), "expression /a+/ over folded text, by Hyperscan\n");
    EXPECT_EQ(joined(faults), "");
    EXPECT_EQ(explain("не ~99 надо", fold, faults), "");
    EXPECT_EQ(joined(faults), "pattern:1:4: a gap is ~0 to ~15\n");
}

}  // namespace
}  // namespace testing
}  // namespace hark::match
