#include "text/word_repair.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hark::text {
namespace {

constexpr std::size_t kScripts = 4;

bool is_digit(char32_t c) noexcept {
    return c >= U'0' && c <= U'9';
}

/// Stands between letters only; Scan sees to it.
bool is_sign(char32_t c) noexcept {
    return c == U'@' || c == U'$';
}

/// How the letters of a word share out over the scripts. A run of one letter counts once, and signs
/// count for nothing, so that neither shortening nor dropping changes the result.
struct Ballot {
    std::array<std::uint32_t, kScripts> letters{};
    std::array<std::uint32_t, kScripts> votes{};

    explicit Ballot(const std::vector<Letter>& word) noexcept {
        char32_t previous = 0;
        for (const auto& letter : word) {
            if (is_sign(letter.code_point)) continue;
            if (letter.code_point != previous) count(letter.code_point);
            previous = letter.code_point;
        }
    }

    [[nodiscard]] bool has(Script script) const noexcept {
        return letters[static_cast<std::size_t>(script)] > 0;
    }
    [[nodiscard]] bool mixed() const noexcept {
        return std::count(letters.begin(), letters.end(), 0U) < static_cast<int>(kScripts) - 1;
    }

    /// The script of most letters.
    [[nodiscard]] Script winner(Script context) const noexcept {
        if (const auto most = strict_most(votes); most != Script::other) return most;
        if (const auto most = strict_most(letters); most != Script::other) return most;
        return has(context) ? context : Script::other;
    }

private:
    void count(char32_t letter) noexcept {
        const auto script = letter_script(letter);
        if (script == Script::other) return;
        const auto* const alike = lookalike(letter);
        ++letters[static_cast<std::size_t>(script)];
        votes[static_cast<std::size_t>(script)] += alike == nullptr || alike->votes ? 1 : 0;
    }

    static Script strict_most(const std::array<std::uint32_t, kScripts>& counts) noexcept {
        const auto top = std::max_element(counts.begin(), counts.end());
        if (std::count(counts.begin(), counts.end(), *top) > 1) return Script::other;
        return static_cast<Script>(top - counts.begin());
    }
};

char32_t turned(char32_t letter, Script target) noexcept {
    const auto* const alike = lookalike(letter);
    if (alike == nullptr) return 0;
    switch (target) {
        case Script::latin: return alike->latin;
        case Script::cyrillic: return alike->cyrillic;
        case Script::greek: return alike->greek;
        case Script::other: return 0;
    }
    return 0;
}

/// All letters or none: a word that would stay mixed is no disguise but a brand with an ending.
bool unmix(std::vector<Letter>& word, Script target, TextFacts& facts) noexcept {
    const auto is_foreign = [&](const Letter& letter) {
        const auto script = letter_script(letter.code_point);
        return script != target && script != Script::other;
    };
    const auto is_stuck = [&](const Letter& letter) {
        return is_foreign(letter) && turned(letter.code_point, target) == 0;
    };
    if (std::any_of(word.begin(), word.end(), is_stuck)) return false;
    for (auto& letter : word) {
        if (!is_foreign(letter)) continue;
        letter.code_point = turned(letter.code_point, target);
        ++facts.disguised;
    }
    return true;
}

char32_t digit_as_letter(char32_t digit, bool cyrillic) noexcept {
    switch (digit) {
        case U'0': return cyrillic ? U'о' : U'o';
        case U'1': return cyrillic ? 0 : U'i';
        case U'3': return cyrillic ? U'з' : U'e';
        case U'4': return cyrillic ? U'ч' : U'a';
        case U'5': return cyrillic ? 0 : U's';
        case U'6': return cyrillic ? U'б' : 0;
        case U'7': return cyrillic ? 0 : U't';
        default: return 0;
    }
}

/// `c@rd`, `ca$h`. In alphabets whose letters they do not stand for they go.
void read_signs(std::vector<Letter>& word, Script script, TextFacts& facts) noexcept {
    if (script != Script::latin && script != Script::cyrillic) {
        std::erase_if(word, [](const Letter& letter) { return is_sign(letter.code_point); });
        return;
    }
    for (auto& letter : word) {
        if (!is_sign(letter.code_point)) continue;
        const bool cyrillic = script == Script::cyrillic;
        if (letter.code_point == U'@') {
            letter.code_point = cyrillic ? U'а' : U'a';
        } else {
            letter.code_point = cyrillic ? U'с' : U's';
        }
        ++facts.disguised;
    }
}

/// Calls visit(begin, end) for each run of digits between two letters.
template <typename Visit>
void for_inner_digits(std::vector<Letter>& word, const Visit& visit) {
    const auto digit = [](const Letter& letter) { return is_digit(letter.code_point); };
    auto begin = std::find_if_not(word.begin(), word.end(), digit);
    while ((begin = std::find_if(begin, word.end(), digit)) != word.end()) {
        const auto end = std::find_if_not(begin, word.end(), digit);
        if (end != word.end()) visit(begin, end);
        begin = end;
    }
}

/// Digits between letters: one or two of them, or more of the same. All of a word or none: with a
/// digit that is no letter's likeness, or more digits than letters, it is a number of sorts.
void read_digits(std::vector<Letter>& word, bool cyrillic, TextFacts& facts) noexcept {
    const auto digits = std::count_if(
        word.begin(), word.end(), [](const Letter& letter) { return is_digit(letter.code_point); });
    bool readable = digits > 0 && 2 * digits <= static_cast<std::ptrdiff_t>(word.size());
    if (!readable) return;
    for_inner_digits(word, [&](auto begin, auto end) {
        const bool same = std::all_of(begin, end, [&](const Letter& letter) {
            return letter.code_point == begin->code_point;
        });
        readable = readable && (same || end - begin <= 2) &&
                   std::all_of(begin, end, [&](const Letter& letter) {
                       return digit_as_letter(letter.code_point, cyrillic) != 0;
                   });
    });
    if (!readable) return;
    for_inner_digits(word, [&](auto begin, auto end) {
        for (; begin != end; ++begin) {
            begin->code_point = digit_as_letter(begin->code_point, cyrillic);
            ++facts.disguised;
        }
    });
}

void shorten_runs(std::vector<Letter>& word, TextFacts& facts) noexcept {
    constexpr std::ptrdiff_t kStretched = 3;
    auto out = word.begin();
    for (auto begin = word.begin(); begin != word.end();) {
        const auto end = std::find_if(begin, word.end(), [&](const Letter& letter) {
            return letter.code_point != begin->code_point;
        });
        if (end - begin >= kStretched && !is_digit(begin->code_point) &&
            begin->code_point != U'_') {
            *out++ = *begin;
            ++facts.stretched;
            begin = end;
        } else {
            while (begin != end) *out++ = *begin++;
        }
    }
    word.resize(static_cast<std::size_t>(out - word.begin()));
}

}  // namespace

Script repair_word(std::vector<Letter>& word, bool spared, Script context,
                   TextFacts& facts) noexcept {
    const Ballot ballot(word);
    auto script = ballot.winner(context);
    if (ballot.mixed()) {
        ++facts.mixed_script;
        if (script != Script::other && !unmix(word, script, facts)) script = Script::other;
    }
    if (!spared) {
        read_signs(word, script, facts);
        if (script == Script::latin || script == Script::cyrillic) {
            read_digits(word, script == Script::cyrillic, facts);
        }
        shorten_runs(word, facts);
    }
    return script;
}

}  // namespace hark::text
