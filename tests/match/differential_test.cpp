// Thousands of random patterns over random texts: the matcher against a search by trying all words,
// and the table of words against the same sequences as expressions for Hyperscan.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "match/matcher.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

// Short, so that they meet; some begin, end or hold others; each folds to itself.
const std::vector<std::string> kWords = {
    "a",
    "b",
    "ab",
    "ba",
    "abc",
    "bab",
    "babab",
    "acme",
    "acmes",
    "xacme",
    "же",
    "жест",
    "жести",
    "не",
    "ни",
    "🔥",
    "x2",
    "internationalisation",
    "internationalisations",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm"};

/// A pattern as written, and what it must mean.
struct Made {
    std::string text;
    std::vector<Sequence> meaning;
    RuleIndex twin = 0;  ///< the same as an expression; 0: none
};

Element plain(const std::string& word) {
    Element element;
    element.word = word;
    return element;
}

Sequence row(const std::vector<std::string>& words) {
    Sequence sequence;
    for (const auto& word : words) sequence.push_back(plain(word));
    return sequence;
}

Element open(bool left, const std::string& word, bool right) {
    auto element = plain(word);
    element.open_left = left;
    element.open_right = right;
    return element;
}

/// Words, phrases that begin and end with one another, stems, and what is for Hyperscan.
const std::vector<Made> kLists = {
    {"closed", {row({"a"}), row({"a", "b"}), row({"b", "a", "b"}), {open(false, "acme", true)}}},
    {"mixed", {row({"не", "же"}), {open(true, "cme", false)}, row({"ba"})}},
};

std::vector<WordList> word_lists() {
    return {{"closed", "lists/closed.txt", {{"a", 1}, {"A B", 2}, {"b a b", 3}, {"acme*", 4}}},
            {"mixed", "lists/mixed.txt", {{"не же", 1}, {"*cme", 2}, {"ba", 3}}}};
}

class Maker {
public:
    explicit Maker(unsigned seed) : random_(seed) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    const std::string& word() { return kWords[below(below(2) == 0 ? 5 : kWords.size())]; }

    std::string text() {
        std::string folded = " ";
        for (auto words = 1 + below(20); words > 0; --words)
            folded += (below(20) == 0 ? "@ " : "") + word() + " ";
        return folded;
    }

    Made pattern(int depth = 0) {
        auto made = item(depth);
        for (auto more = below(depth == 0 ? 3 + below(2) : 2); more > 0; --more) {
            const auto gap = below(4) == 0 ? static_cast<std::uint32_t>(below(4)) : 0;
            made.text += gap > 0 ? " ~" + std::to_string(gap) + " " : " ";
            const auto next = item(depth);
            made.text += next.text;
            std::vector<Sequence> product;
            for (const auto& before : made.meaning) {
                for (const auto& after : next.meaning) {
                    product.push_back(before);
                    product.back().insert(product.back().end(), after.begin(), after.end());
                    product.back()[before.size()].gap_before = gap;
                }
            }
            made.meaning = std::move(product);
        }
        return made;
    }

private:
    Made item(int depth) {
        const auto kind = below(8);
        if (kind == 0 && depth < 2) return bracket(depth);
        if (kind == 1) {
            const auto& one = word();
            const auto& two = word();
            return {"\"" + one + " " + two + "\"", {row({one, two})}};
        }
        if (kind == 2) {
            const auto& list = kLists[below(kLists.size())];
            return {"{" + list.text + "}", list.meaning};
        }
        const auto element = open(below(12) == 0, word(), below(3) == 0);
        return {(element.open_left ? "*" : "") + element.word + (element.open_right ? "*" : ""),
                {{element}}};
    }

    Made bracket(int depth) {
        Made made{"(", {}};
        for (auto more = 1 + below(3); more > 0; --more) {
            auto one = pattern(depth + 1);
            made.text += (made.text.size() > 1 ? "|" : "") + one.text;
            made.meaning.insert(made.meaning.end(), one.meaning.begin(), one.meaning.end());
        }
        made.text += ")";
        return made;
    }

    std::mt19937 random_;
};

std::vector<Span> places_of(const std::vector<Sequence>& meaning, std::string_view folded) {
    std::vector<Span> places;
    for (const auto& sequence : meaning) {
        const auto some = testing::places_of(sequence, folded);
        places.insert(places.end(), some.begin(), some.end());
    }
    return places;
}

struct Tally {
    std::size_t hits = 0;
    std::size_t misses = 0;
};

void compare(const std::vector<Made>& made, Matcher& matcher, const std::string& text,
             Tally& tally) {
    Matches matches;
    matcher.scan({text, {}}, matches);
    std::sort(matches.rules.begin(), matches.rules.end());
    ASSERT_EQ(std::adjacent_find(matches.rules.begin(), matches.rules.end()), matches.rules.end());
    for (RuleIndex i = 0; i < made.size(); ++i) {
        const auto expected = places_of(made[i].meaning, text);
        (expected.empty() ? tally.misses : tally.hits)++;
        for (const auto rule : {i, made[i].twin}) {
            if (rule < i) continue;
            const bool hit = std::binary_search(matches.rules.begin(), matches.rules.end(), rule);
            ASSERT_EQ(hit, !expected.empty())
                << made[i].text << (rule == i ? "" : " as an expression") << " in" << text;
            const auto place = matcher.locate(rule, {text, {}});
            ASSERT_EQ(place.has_value(), hit) << made[i].text << " in" << text;
        }
        if (expected.empty()) continue;
        const auto place = *matcher.locate(i, {text, {}});
        ASSERT_NE(std::find(expected.begin(), expected.end(), place), expected.end())
            << made[i].text << " in" << text << "at " << place.begin << " to " << place.end;
    }
}

TEST(Differential, TheWordsFoldToThemselves) {
    for (const auto& word : kWords) EXPECT_EQ(fold(word), " " + word + " ");
}

/// Patterns and their book. Those that the table of words takes are in it once more, as
/// expressions.
RuleBook make_book(Maker& maker, std::size_t count, std::vector<Made>& made) {
    std::vector<std::string> patterns;
    while (made.size() < count) {
        made.push_back(maker.pattern());
        patterns.push_back(made.back().text);
    }
    for (auto& one : made) {
        const auto& meaning = one.meaning;
        if (meaning.size() > 2 || !std::all_of(meaning.begin(), meaning.end(), Vocabulary::takes))
            continue;
        one.twin = static_cast<RuleIndex>(patterns.size());
        std::string expression;
        for (const auto& sequence : meaning)
            expression += (expression.empty() ? "re:" : "|") + to_expression(sequence);
        patterns.push_back(expression);
    }
    auto book = book_of(patterns);
    book.lists = word_lists();
    return book;
}

TEST(Differential, MatcherAgainstTryingAllWords) {
    constexpr unsigned kRounds = 40;
    Tally tally;
    for (unsigned round = 0; round < kRounds; ++round) {
        Maker maker(round);
        std::vector<Made> made;
        const auto rules = compiled(make_book(maker, 50, made));
        ASSERT_NE(rules, nullptr) << "seed " << round;
        Matcher matcher;
        matcher.use(rules);
        for (int i = 0; i < 40; ++i) {
            compare(made, matcher, maker.text(), tally);
            if (HasFatalFailure()) FAIL() << "seed " << round;
        }
    }
    // Both answers are common, or nothing was compared.
    EXPECT_GT(tally.hits, 5'000U);
    EXPECT_GT(tally.misses, 5'000U);
}

}  // namespace
}  // namespace hark::match::testing
