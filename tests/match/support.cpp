#include "match/support.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "match/matcher.hpp"
#include "text/folder.hpp"

namespace hark::match::testing {

namespace {

struct Word {
    std::string_view text;
    Span bytes;
};

std::vector<Word> words_of(std::string_view folded) {
    std::vector<Word> words;
    std::uint32_t begin = 0;
    for (std::uint32_t i = 0; i <= folded.size(); ++i) {
        if (i < folded.size() && folded[i] != ' ') continue;
        if (i > begin) words.push_back({folded.substr(begin, i - begin), {begin, i}});
        begin = i + 1;
    }
    return words;
}

bool holds(std::string_view word, const Element& element) {
    for (std::size_t at = word.find(element.word); at != word.npos;
         at = word.find(element.word, at + 1)) {
        const bool begins = at == 0 || element.open_left;
        const bool ends = at + element.word.size() == word.size() || element.open_right;
        if (begins && ends) return true;
    }
    return false;
}

/// The rest of the sequence from element `next` on, the one before it standing at word `last`.
void search(const Sequence& sequence, const std::vector<Word>& words, std::size_t next,
            std::size_t first, std::size_t last, std::vector<Span>& places) {
    if (next == sequence.size()) {
        places.push_back({words[first].bytes.begin, words[last].bytes.end});
        return;
    }
    const auto end = std::min(words.size(), last + 2 + sequence[next].gap_before);
    for (auto at = last + 1; at < end; ++at) {
        if (holds(words[at].text, sequence[next]))
            search(sequence, words, next + 1, first, at, places);
    }
}

}  // namespace

std::string fold(std::string_view text) {
    text::Folder folder;
    return std::string(folder.fold(text).bytes);
}

std::string joined(const std::vector<Fault>& faults) {
    std::string lines;
    for (const auto& [where, what] : faults) {
        lines += where.file + ":" + std::to_string(where.line) + ":" +
                 std::to_string(where.column) + ": " + what + "\n";
    }
    return lines;
}

RuleBook book_of(const std::vector<std::string>& patterns) {
    RuleBook book;
    book.labels = {"praise"};
    book.packs.emplace_back().lang = "en";
    for (const auto& pattern : patterns) {
        auto& rule = book.rules.emplace_back();
        rule.id = "r" + std::to_string(book.rules.size() - 1);
        rule.pattern = pattern;
        rule.where = {"praise/en.yaml", static_cast<std::uint32_t>(book.rules.size() + 4), 5};
        rule.pattern_where = rule.where;
    }
    return book;
}

std::shared_ptr<const RuleSet> compiled(RuleBook book, const std::string& cache_folder) {
    std::vector<Fault> faults;
    auto rules = compile(std::move(book), fold, {cache_folder}, faults);
    EXPECT_EQ(joined(faults), "");
    EXPECT_NE(rules, nullptr);
    return rules;
}

std::vector<RuleIndex> fired(const std::shared_ptr<const RuleSet>& rules, std::string_view text) {
    const auto folded = fold(text);
    Matcher matcher;
    matcher.use(rules);
    Matches matches;
    matcher.scan({folded, {}}, matches);
    std::sort(matches.rules.begin(), matches.rules.end());
    return matches.rules;
}

bool fires(const std::string& pattern, std::string_view text) {
    const auto rules = compiled(book_of({pattern}));
    return rules != nullptr && !fired(rules, text).empty();
}

std::vector<Span> places_of(const Sequence& sequence, std::string_view folded) {
    const auto words = words_of(folded);
    std::vector<Span> places;
    for (std::size_t first = 0; first < words.size(); ++first) {
        if (holds(words[first].text, sequence.front()))
            search(sequence, words, 1, first, first, places);
    }
    return places;
}

std::string fresh_folder(const std::string& name) {
    // Gone with the program; tests of other programs may run beside it.
    static const struct Root {
        std::filesystem::path path = std::filesystem::path(::testing::TempDir()) /
                                     ("hark_match_" + std::to_string(::getpid()));
        ~Root() { std::filesystem::remove_all(path); }
    } root;
    const auto folder = root.path / name;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder.string();
}

}  // namespace hark::match::testing
