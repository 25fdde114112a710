// The sample posts under the shipped packs: hits are those of a slow search, evidence lies in the
// text and on its letters, and a warm matcher asks for no memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/limits.hpp"
#include "core/yaml.hpp"
#include "counting_allocator.hpp"
#include "match/matcher.hpp"
#include "match/pack_reader.hpp"
#include "match/support.hpp"
#include "text/folder.hpp"

namespace hark::match::testing {
namespace {

/// JSON without surrogates is YAML.
std::vector<std::string> sample_posts() {
    std::ifstream file(HARK_SOURCE_DIR "/deploy/sample/posts.ndjson");
    std::vector<std::string> posts;
    std::vector<Fault> faults;
    for (std::string line; std::getline(file, line);) {
        const auto post = read_yaml(line, "posts.ndjson", limits::kRuleFileBytes, faults);
        if (!post) continue;
        for (const auto& [key, value] : post->members) {
            if (key == "text") posts.push_back(value.scalar);
        }
    }
    EXPECT_EQ(joined(faults), "");
    return posts;
}

std::shared_ptr<const RuleSet> shipped() {
    std::vector<Fault> faults;
    const std::vector<std::string> folders = {HARK_SOURCE_DIR "/rules"};
    auto book = read_packs(folders, faults);
    EXPECT_EQ(joined(faults), "");
    book.brands.emplace_back().names = {"somebody"};
    return compiled(std::move(book));
}

bool begins_letter(std::string_view text, std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80;
}

struct PostsTest : ::testing::Test {
    static void SetUpTestSuite() {
        posts = sample_posts();
        rules = shipped();
    }
    static void TearDownTestSuite() {
        posts.clear();
        rules.reset();
    }
    void SetUp() override {
        ASSERT_GE(posts.size(), 200U);
        ASSERT_NE(rules, nullptr);
        matcher.use(rules);
    }

    static std::vector<std::string> posts;
    static std::shared_ptr<const RuleSet> rules;
    text::Folder folder;
    Matcher matcher;
    Matches matches;
};
std::vector<std::string> PostsTest::posts;
std::shared_ptr<const RuleSet> PostsTest::rules;

TEST_F(PostsTest, EvidenceLiesInTheTextAndOnItsLetters) {
    std::size_t places = 0;
    for (const auto& post : posts) {
        const auto folded = folder.fold(post);
        matcher.scan(folded, matches);
        matcher.scan_raw(post, matches);
        for (const auto rule : matches.rules) {
            ASSERT_LT(rule, rules->book().rules.size());
            const auto place = matcher.locate(rule, folded);
            ASSERT_TRUE(place.has_value()) << rules->book().rules[rule].id;
            ASSERT_LT(place->begin, place->end);
            ASSERT_LE(place->end, folded.bytes.size());
            EXPECT_NE(folded.bytes[place->begin], ' ');
            EXPECT_NE(folded.bytes[place->end - 1], ' ');
            const auto span = folded.map.original(*place);
            ASSERT_LT(span.begin, span.end) << rules->book().rules[rule].id;
            ASSERT_LE(span.end, post.size());
            EXPECT_TRUE(begins_letter(post, span.begin)) << rules->book().rules[rule].id;
            EXPECT_TRUE(begins_letter(post, span.end)) << rules->book().rules[rule].id;
            ++places;
        }
        for (const auto& [rule, span] : matches.candidates) {
            EXPECT_FALSE(rules->book().rules[rule].pii_type.empty());
            ASSERT_LT(span.begin, span.end);
            ASSERT_LE(span.end, post.size());
        }
    }
    EXPECT_GT(places, posts.size()) << "more than one a post, or the packs were not at work";
}

TEST_F(PostsTest, HitsAreThoseOfASlowSearch) {
    struct Known {
        RuleIndex rule;
        std::vector<Sequence> sequences;
    };
    std::vector<Known> known;
    const auto& book = rules->book();
    for (RuleIndex i = 0; i < book.rules.size(); ++i) {
        const auto& text = book.rules[i].pattern;
        if (text.empty() || !book.rules[i].pii_type.empty()) continue;
        if (text.find('{') != std::string::npos) continue;  // the slow search knows no lists
        PatternFault fault;
        auto pattern = parse_pattern(text, fold, fault);
        ASSERT_TRUE(pattern.has_value());
        if (pattern->expression.empty()) known.push_back({i, std::move(pattern->sequences)});
    }
    ASSERT_GT(known.size(), 300U);
    constexpr std::size_t kShare = 8;  // slow indeed: of the posts, and of the rules for each
    for (std::size_t i = 0; i < posts.size(); i += kShare) {
        const std::string folded(folder.fold(posts[i]).bytes);
        matcher.scan({folded, {}}, matches);
        for (const auto& [rule, sequences] : known) {
            if ((rule + i / kShare) % kShare != 0) continue;
            const bool expected = std::any_of(
                sequences.begin(), sequences.end(),
                [&](const Sequence& sequence) { return !places_of(sequence, folded).empty(); });
            const bool hit =
                std::find(matches.rules.begin(), matches.rules.end(), rule) != matches.rules.end();
            EXPECT_EQ(hit, expected) << book.rules[rule].id << " in " << folded;
        }
    }
}

TEST_F(PostsTest, AWarmMatcherAsksForNoMemory) {
    std::size_t before = 0;
    std::size_t found = 0;
    for (int round = 0; round < 2; ++round) {
        before = counted_allocations();
        for (const auto& post : posts) {
            const auto folded = folder.fold(post);
            matcher.scan(folded, matches);
            matcher.scan_raw(post, matches);
            for (const auto rule : matches.rules) found += matcher.locate(rule, folded) ? 1 : 0;
        }
    }
    EXPECT_EQ(counted_allocations() - before, 0U);
    EXPECT_GT(found, 0U);
}

TEST_F(PostsTest, BrandsAreFoundInTheSameScan) {
    std::size_t named = 0;
    for (const auto& post : posts) {
        const auto folded = folder.fold(post);
        matcher.scan(folded, matches);
        EXPECT_EQ(!matches.brands.empty(), folded.bytes.find(" somebody ") != std::string::npos);
        named += matches.brands.size();
    }
    EXPECT_GT(named, 0U);
}

}  // namespace
}  // namespace hark::match::testing
