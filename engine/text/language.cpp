#include "text/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "text/language_groups.hpp"
#include "text/scan.hpp"

namespace hark::text {
namespace {

constexpr std::size_t kReadBytes = 96;
constexpr std::array<std::string_view, 6> kServed = {"en", "ru", "pl", "de", "es", "uk"};
constexpr std::array<std::string_view, kLanes> kLaneNames = {"en", "pl", "de", "es",
                                                             "fr", "pt", "it", ""};

std::string_view primary(std::string_view tag) noexcept {
    return tag.substr(0, tag.find_first_of("-_"));
}

std::string_view served(std::string_view declared) noexcept {
    const auto* const found = std::find(kServed.begin(), kServed.end(), primary(declared));
    return found == kServed.end() ? std::string_view{} : *found;
}

/// Letters of the folded text by alphabet. Small counters, so that compilers find their vectors.
struct Alphabets {
    std::uint8_t latin = 0;
    std::uint8_t cyrillic = 0;
    std::uint8_t others = 0;

    explicit Alphabets(std::string_view folded) noexcept {
        static_assert(kReadBytes <= UINT8_MAX);
        for (const char c : folded) {
            const auto byte = static_cast<std::uint8_t>(c);
            const bool is_cyrillic = (byte & 0xFCU) == 0xD0;
            latin = static_cast<std::uint8_t>(latin + (byte >= 'a' && byte <= 'z'));
            cyrillic = static_cast<std::uint8_t>(cyrillic + is_cyrillic);
            others =
                static_cast<std::uint8_t>(others + (byte >= 0xC2 && byte < 0xF0 && !is_cyrillic));
        }
    }
};

constexpr std::uint32_t kRussian = 1;
constexpr std::uint32_t kUkrainian = 1U << 10U;
constexpr std::uint32_t kOtherCyrillic = 1U << 20U;

/// What the small letters U+0440 to U+047F tell; those of Russian and Ukrainian alike nothing.
constexpr std::array<std::uint32_t, 64> kTellingLetters = [] {
    std::array<std::uint32_t, 64> table{};
    for (std::size_t i = 0x10; i < table.size(); ++i) table[i] = kOtherCyrillic;
    for (const char32_t c : {U'ъ', U'ы', U'э'}) table[c - 0x440] = kRussian;
    for (const char32_t c : {U'є', U'і', U'ї'}) table[c - 0x440] = kUkrainian;
    return table;
}();

/// Russian and Ukrainian by the letters that only one of them has; Belarusian, Serbian, Kazakh and
/// the like by theirs.
std::string_view cyrillic_language(std::string_view folded, std::string_view declared) noexcept {
    std::uint32_t sums = 0;
    for (std::size_t i = 0; i + 1 < folded.size(); ++i) {
        const auto lead = static_cast<unsigned char>(folded[i]);
        const auto second = static_cast<unsigned char>(folded[i + 1]);
        if (lead == 0xD2 || lead == 0xD3) {
            sums += lead == 0xD2 && second == 0x91 ? kUkrainian : kOtherCyrillic;  // ґ
        }
        sums += lead == 0xD1 ? kTellingLetters[second & 0x3FU] : 0U;
    }
    const auto russian = sums % kUkrainian;
    const auto ukrainian = sums % kOtherCyrillic / kUkrainian;
    if (4 * (sums / kOtherCyrillic) > russian + ukrainian) return {};
    if (ukrainian != russian) return ukrainian > russian ? "uk" : "ru";
    // In so long a text і, ї and є would have turned up.
    constexpr std::size_t kTelling = 64;
    if (folded.size() >= kTelling) return "ru";
    for (const std::string_view word : {" що ", " це ", " та ", " але ", " дякую ", " чому "}) {
        if (folded.find(word) != folded.npos) return "uk";
    }
    return primary(declared) == "uk" ? "uk" : "ru";
}

/// Sums of weights, a lane a language.
class Scores {
public:
    void add(std::uint32_t key, bool counts = true) noexcept {
        const auto even = counts ? std::uint64_t{0x00FF00FF00FF00FF} : 0;
        const auto lanes = language_slot(key);
        even_ += lanes & even;
        odd_ += lanes >> 8 & even;
        groups_ += counts ? 1 : 0;
    }

    [[nodiscard]] std::uint32_t groups() const noexcept { return groups_; }

    struct Top {
        std::size_t lane = 0;
        int lead = 0;  ///< over the second

        [[nodiscard]] std::string_view language() const noexcept {
            return lane <= static_cast<std::size_t>(Lane::es) ? kLaneNames[lane]
                                                              : std::string_view{};
        }
    };

    [[nodiscard]] Top top(std::string_view declared) const noexcept {
        // A nat is 5. Customers' posts are English more often than not; the learned sums are too
        // sure of themselves by about two, so a declared language gets twice what it is worth.
        constexpr std::array<int, kLanes> kPrior = {20, 10, 10, 10, 0, 0, 0, 0};
        constexpr int kDeclared = 25;
        Top top;
        int best = -1;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const auto& sums = lane % 2 == 0 ? even_ : odd_;
            int score = static_cast<int>(sums >> (lane / 2 * 16) & 0xFFFF) + kPrior[lane];
            if (!declared.empty() && kLaneNames[lane] == declared) score += kDeclared;
            if (score > best) {
                top = {lane, score - best};
                best = score;
            } else {
                top.lead = std::min(top.lead, best - score);
            }
        }
        return top;
    }

private:
    std::uint64_t even_ = 0;
    std::uint64_t odd_ = 0;
    std::uint32_t groups_ = 0;
};

/// Past the word that begins at `at`, and the space behind it.
std::size_t skip_words(std::string_view folded, std::size_t at, int words) noexcept {
    for (; words > 0 && at < folded.size(); --words) {
        at = std::min(folded.find(' ', at), folded.size() - 1) + 1;
    }
    return at;
}

/// Answers in long threads begin with dozens of names.
std::string_view without_leading_names(std::string_view folded) noexcept {
    while (folded.starts_with(" @ ")) folded.remove_prefix(skip_words(folded, 1, 2) - 1);
    return folded;
}

/// Every three letters; between words a blank is one. No branch hangs on what the letters are.
void add_letters(std::string_view folded, Scores& scores) noexcept {
    std::uint32_t key = 0;
    for (const char c : folded) {
        const auto place = static_cast<std::uint32_t>(static_cast<unsigned char>(c)) - 'a';
        key = (key << 5U | (place < 26 ? place + 1 : 0U)) & 0x7FFFU;
        scores.add(key, key > 31 && (key & 0x3FFU) != 0);
    }
}

/// Names and links are of no language.
void add_groups(std::string_view folded, const TextFacts& facts, Scores& scores) noexcept {
    constexpr int kWordsOfShortLink = 4;  // `https t co 1a2b3c`
    if (facts.at_signs == 0 && facts.links == 0) return add_letters(folded, scores);
    std::size_t begin = 0;
    for (auto at = folded.find(' '); at < folded.size(); at = folded.find(' ', at)) {
        const auto rest = folded.substr(at + 1);
        const bool is_link = rest.starts_with("http") || rest.starts_with("www ");
        if (!is_link && !rest.starts_with("@ ")) {
            ++at;
            continue;
        }
        add_letters(folded.substr(begin, at + 1 - begin), scores);
        at = skip_words(folded, at + 1, is_link ? kWordsOfShortLink : 2) - 1;
        begin = at;
    }
    add_letters(folded.substr(begin), scores);
}

/// ą ß ñ ¿: the fold has dropped them, and they tell more than any group.
void add_marked_letters(std::string_view original, Scores& scores) noexcept {
    const auto text = original.substr(0, kReadBytes);
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0xC2 || lead > 0xC8) continue;
        const auto second = static_cast<unsigned char>(text[i + 1]);
        scores.add(0x8000U + ((lead & 0x1FU) << 6U | (second & 0x3FU)));
    }
}

}  // namespace

std::string_view detect_language(std::string_view original, const FoldedText& folded,
                                 std::string_view declared) noexcept {
    constexpr std::uint32_t kFewestGroups = 5;
    const auto view = without_leading_names(folded.bytes).substr(0, kReadBytes);
    const Alphabets alphabets(view);
    if (alphabets.others > alphabets.latin + alphabets.cyrillic) return {};
    // Brands and links are Latin everywhere; Cyrillic letters stand in Cyrillic posts only.
    if (6 * alphabets.cyrillic > alphabets.latin) return cyrillic_language(view, declared);
    Scores scores;
    if (folded.facts.code_points != original.size()) add_marked_letters(original, scores);
    constexpr std::size_t kStep = 48;
    constexpr int kSure = 60;
    Scores::Top top;
    for (std::size_t begin = 0; begin < view.size() && top.lead < kSure; begin += kStep) {
        add_groups(view.substr(begin, kStep), folded.facts, scores);
        top = scores.top(primary(declared));
    }
    return scores.groups() < kFewestGroups ? served(declared) : top.language();
}

}  // namespace hark::text
