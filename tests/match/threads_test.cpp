// One rule set, many matchers, and a newer set put in its place while they scan.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "match/matcher.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

/// A number as a word of its own: digits in words are folded.
std::string spelled(std::size_t number) {
    static constexpr const char* kDigits[] = {"ba", "ce", "di", "fo", "gu",
                                              "ha", "je", "ki", "lo", "mu"};
    std::string word;
    for (const char digit : std::to_string(number)) word += kDigits[digit - '0'];
    return word;
}

std::string word_of(std::size_t rule, std::size_t rules) {
    return spelled(rule) + "x" + spelled(rules);
}

/// Sets of different sizes that agree on nothing but their ids.
std::shared_ptr<const RuleSet> set_of(std::size_t rules) {
    std::vector<std::string> patterns;
    for (std::size_t i = 0; i < rules; ++i) {
        const auto word = word_of(i, rules);
        patterns.push_back(i % 3 == 0   ? "word" + word
                           : i % 3 == 1 ? "*" + word
                                        : "re:w[a-z]+d" + word + " ");
    }
    return compiled(book_of(patterns));
}

TEST(Threads, MatchersShareASetThatIsReplaced) {
    const std::vector<std::shared_ptr<const RuleSet>> sets = {set_of(30), set_of(7), set_of(120)};
    std::mutex mutex;
    auto current = sets[0];
    const auto take = [&] {
        const std::scoped_lock lock(mutex);
        return current;
    };
    std::atomic<bool> done = false;
    std::atomic<std::size_t> wrong = 0;
    std::atomic<std::size_t> scans = 0;
    const auto work = [&] {
        Matcher matcher;
        Matches matches;
        while (!done) {
            const auto rules = take();
            const auto size = rules->book().rules.size();
            matcher.use(rules);
            for (RuleIndex i = 0; i < size; ++i) {
                const auto text = " some word" + word_of(i, size) + " here ";
                matcher.scan({text, {}}, matches);
                const auto place = matcher.locate(i, {text, {}});
                // Words end in one another: rule 1 fires for 11 as well.
                const bool right = std::count(matches.rules.begin(), matches.rules.end(), i) == 1 &&
                                   place && place->begin == 6;
                if (!right) ++wrong;
                ++scans;
            }
        }
    };
    std::thread one(work);
    std::thread two(work);
    for (std::size_t i = 1; i < 60 || scans < 2000; ++i) {
        {
            const std::scoped_lock lock(mutex);
            current = i % 10 == 0 ? set_of(11) : sets[i % sets.size()];
        }
        std::this_thread::yield();
    }
    done = true;
    one.join();
    two.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_GE(scans, 2000U);
}

TEST(Threads, AMatcherKeepsItsSetAlive) {
    Matcher matcher;
    Matches matches;
    std::weak_ptr<const RuleSet> seen;
    {
        const auto rules = compiled(book_of({"a", "*bc"}));
        seen = rules;
        matcher.use(rules);
    }
    matcher.scan({" a xbc ", {}}, matches);
    EXPECT_EQ(matches.rules.size(), 2U);
    EXPECT_FALSE(seen.expired());
    matcher.use(compiled(book_of({"b"})));
    EXPECT_TRUE(seen.expired());
}

}  // namespace
}  // namespace hark::match::testing
