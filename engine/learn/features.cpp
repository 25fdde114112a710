#include "learn/features.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace hark::learn {

namespace {

constexpr std::size_t kWordLetters = 24;  // longer ones are links and noise
constexpr std::size_t kShortestStem = 4;
constexpr std::size_t kLongestStem = 9;
constexpr std::size_t kShortestInside = 4;
constexpr std::size_t kLongestInside = 6;

bool continues(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

/// Where each letter begins, and the end.
std::vector<std::size_t> letters_of(std::string_view word) {
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (!continues(word[i])) begins.push_back(i);
    }
    begins.push_back(word.size());
    return begins;
}

bool is_number(std::string_view word) noexcept {
    return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The words that may become rules: no numbers, nothing overlong; names behind `@` stand apart.
struct Words {
    std::vector<std::string_view> places;  ///< empty where no rule may stand
    std::vector<std::string_view> names;
};
Words words_of(std::string_view folded) {
    Words words;
    bool is_name = false;
    for (std::size_t begin = 1; begin < folded.size();) {
        const auto end = std::min(folded.find(' ', begin), folded.size());
        const auto word = folded.substr(begin, end - begin);
        begin = end + 1;
        const bool sign = word == "@" || word == "#";
        const bool usable =
            !sign && !is_name && !is_number(word) && word.size() <= 2 * kWordLetters;
        words.places.push_back(usable ? word : std::string_view{});  // kept: gaps count words
        if (is_name && !sign) words.names.push_back(word);
        is_name = word == "@";
    }
    return words;
}

struct FactSteps {
    std::string_view name;
    std::uint32_t TextFacts::*member;
    std::initializer_list<std::uint32_t> at_least;
};

}  // namespace

FeatureId FeatureSpace::id_of(const std::string& name) {
    const auto [at, fresh] = ids_.emplace(name, static_cast<FeatureId>(names_.size()));
    if (fresh) names_.push_back(name);
    return at->second;
}

void FeatureSpace::add_word(std::string_view word, std::vector<FeatureId>& out) {
    out.push_back(id_of(std::string(word)));
    const auto letters = letters_of(word);
    const auto count = letters.size() - 1;
    for (auto length = kShortestStem; length <= std::min(count, kLongestStem); ++length)
        out.push_back(id_of(std::string(word.substr(0, letters[length])) + "*"));
    if (!options_.inside) return;
    for (std::size_t from = 1; from < count; ++from) {
        for (auto length = kShortestInside; length <= kLongestInside && from + length <= count;
             ++length) {
            const auto part = word.substr(letters[from], letters[from + length] - letters[from]);
            out.push_back(id_of("*" + std::string(part) + "*"));
        }
    }
}

void FeatureSpace::add_facts(const TextFacts& facts, std::vector<FeatureId>& out) {
    static const std::array<FactSteps, 10> kSteps = {{
        {"questions", &TextFacts::questions, {1, 2, 3}},
        {"exclamations", &TextFacts::exclamations, {1, 2, 3}},
        {"links", &TextFacts::links, {1, 2}},
        {"mentions", &TextFacts::mentions, {1, 2, 3}},
        {"hashtags", &TextFacts::hashtags, {1, 2, 4}},
        {"digits", &TextFacts::digits, {1, 3, 5, 8, 11}},
        {"emoji", &TextFacts::emoji, {1, 3, 6}},
        {"words", &TextFacts::words, {3, 6, 10, 16, 25, 40, 80}},
        {"stretched", &TextFacts::stretched, {1, 2}},
        {"mixed_script", &TextFacts::mixed_script, {1, 3}},
    }};
    const auto add = [&](std::string_view name, std::uint32_t value,
                         std::initializer_list<std::uint32_t> steps) {
        for (const auto step : steps) {
            if (value < step) break;
            out.push_back(id_of("[" + std::string(name) + " >=" + std::to_string(step) + "]"));
        }
    };
    for (const auto& fact : kSteps) add(fact.name, facts.*fact.member, fact.at_least);
    add("disguised", facts.disguised, {1, 3, 8});
    const auto percent = facts.letters == 0 ? 0 : 100 * facts.capitals / facts.letters;
    add("capitals_percent", percent, {10, 30, 60});
}

std::vector<FeatureId> FeatureSpace::of(const FoldedText& folded) {
    std::vector<FeatureId> out;
    const auto [words, names] = words_of(folded.bytes);
    if (options_.names) {
        for (const auto name : names) out.push_back(id_of("@" + std::string(name)));
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i].empty()) continue;
        add_word(words[i], out);
        for (std::size_t j = i + 1; j < words.size() && j <= i + 1 + options_.gap; ++j) {
            if (words[j].empty()) continue;
            name_.assign(words[i]);
            if (j == i + 1) out.push_back(id_of(name_ + " " + std::string(words[j])));
            name_.append(" ~").append(std::to_string(options_.gap)).append(" ").append(words[j]);
            out.push_back(id_of(name_));
        }
    }
    add_facts(folded.facts, out);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace hark::learn
