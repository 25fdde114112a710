#include "text/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/languages.hpp"
#include "text/language_groups.hpp"
#include "text/scan.hpp"

namespace hark::text {
namespace {

constexpr std::size_t kReadBytes = 96;
constexpr std::array<std::string_view, kLanes> kLaneNames = {"en", "pl", "de", "es",
                                                             "fr", "pt", "it", ""};

std::string_view primary(std::string_view tag) noexcept {
    return tag.substr(0, tag.find_first_of("-_"));
}

std::string_view served(std::string_view declared) noexcept {
    const auto* const end = kServedLanguages.end();
    const auto* const found = std::find(kServedLanguages.begin(), end, primary(declared));
    return found == end ? std::string_view{} : *found;
}

/// Sixteen bytes at once.
using Block = std::uint8_t __attribute__((vector_size(16)));

constexpr std::size_t kBlock = sizeof(Block);

/// Zeros behind the text's end; the folder keeps the bytes there readable.
Block load(std::string_view folded, std::size_t at) noexcept {
    constexpr Block kPlaces = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static_assert(kReadBytes + kBlock <= UINT8_MAX);
    Block block;
    std::memcpy(&block, folded.data() + at, sizeof block);
    const auto rest = static_cast<std::uint8_t>(folded.size() - at);
    return block & reinterpret_cast<Block>(kPlaces < rest);
}

/// Counts the places where a comparison held.
class Count {
public:
    template <typename Comparison>
    void add(Comparison held) noexcept {
        sums_ -= reinterpret_cast<Block>(held);
    }
    [[nodiscard]] std::uint32_t total() const noexcept {
        std::array<std::uint64_t, 2> halves;
        std::memcpy(halves.data(), &sums_, sizeof halves);
        constexpr std::uint64_t kEach = 0x0101010101010101;
        return static_cast<std::uint32_t>(((halves[0] + halves[1]) * kEach) >> 56U);
    }

private:
    Block sums_{};
};

/// Letters of the folded text by alphabet.
struct Alphabets {
    std::uint32_t latin = 0;
    std::uint32_t cyrillic = 0;
    std::uint32_t others = 0;

    explicit Alphabets(std::string_view folded) noexcept {
        Count small;
        Count cyrillic_leads;
        Count leads;
        for (std::size_t at = 0; at < folded.size(); at += kBlock) {
            const auto block = load(folded, at);
            small.add((block >= 'a') & (block <= 'z'));
            cyrillic_leads.add((block & 0xFC) == 0xD0);
            leads.add((block >= 0xC2) & (block < 0xF0));
        }
        latin = small.total();
        cyrillic = cyrillic_leads.total();
        others = leads.total() - cyrillic;
    }
};

/// Russian and Ukrainian by the letters that only one of them has; Belarusian, Serbian, Kazakh and
/// the like by theirs.
std::string_view cyrillic_language(std::string_view folded, std::string_view declared) noexcept {
    Count russian_letters;
    Count ukrainian_letters;
    Count small_letters;  // U+0450 to U+047F: of none of the others
    Count far_letters;    // U+0480 to U+04FF
    for (std::size_t at = 0; at + 1 < folded.size(); at += kBlock) {
        const auto lead = load(folded.substr(0, folded.size() - 1), at);
        Block second;
        std::memcpy(&second, folded.data() + at + 1, sizeof second);
        const auto near = lead == 0xD1;
        const auto g = (lead == 0xD2) & (second == 0x91);                                 // ґ
        const auto yi = near & ((second == 0x94) | (second == 0x96) | (second == 0x97));  // є і ї
        // ъ ы э
        russian_letters.add(near & ((second == 0x8A) | (second == 0x8B) | (second == 0x8D)));
        ukrainian_letters.add(g | yi);
        small_letters.add(near & (second >= 0x90));
        far_letters.add((lead == 0xD2) | (lead == 0xD3));
    }
    const auto russian = russian_letters.total();
    const auto ukrainian = ukrainian_letters.total();
    const auto other = small_letters.total() + far_letters.total() - ukrainian;
    if (4 * other > russian + ukrainian) return {};
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
        const auto lanes = language_slot(key) & (counts ? ~std::uint64_t{0} : 0);
        Narrow narrow;
        std::memcpy(&narrow, &lanes, sizeof narrow);
        sums_ += __builtin_convertvector(narrow, Wide);
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
            int score = sums_[lane] + kPrior[lane];
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
    using Narrow = std::uint8_t __attribute__((vector_size(kLanes)));
    using Wide = std::uint16_t __attribute__((vector_size(2 * kLanes)));

    Wide sums_{};
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
/// `key` has the last letters before these.
void add_letters(std::string_view folded, std::uint32_t& key, Scores& scores) noexcept {
    auto last = key;
    for (const char c : folded) {
        const auto place = static_cast<std::uint32_t>(static_cast<unsigned char>(c)) - 'a';
        last = (last << 5U | (place < 26 ? place + 1 : 0U)) & 0x7FFFU;
        scores.add(last, last > 31 && (last & 0x3FFU) != 0);
    }
    key = last;
}

/// Names and links are of no language.
void add_groups(std::string_view folded, const TextFacts& facts, std::uint32_t& key,
                Scores& scores) noexcept {
    constexpr int kWordsOfShortLink = 4;  // `https t co 1a2b3c`
    if (facts.at_signs == 0 && facts.links == 0) return add_letters(folded, key, scores);
    std::size_t begin = 0;
    for (auto at = folded.find(' '); at < folded.size(); at = folded.find(' ', at)) {
        const auto rest = folded.substr(at + 1);
        const bool is_link = rest.starts_with("http") || rest.starts_with("www ");
        if (!is_link && !rest.starts_with("@ ")) {
            ++at;
            continue;
        }
        add_letters(folded.substr(begin, at + 1 - begin), key, scores);
        key = 0;
        at = skip_words(folded, at + 1, is_link ? kWordsOfShortLink : 2) - 1;
        begin = at;
    }
    add_letters(folded.substr(begin), key, scores);
}

/// ą ß ñ ¿: the fold has dropped them, and they tell more than any group.
void add_marked_letters(std::string_view original, Scores& scores) noexcept {
    const auto text = original.substr(0, kReadBytes);
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        std::uint64_t eight = 0;
        if (i + sizeof eight <= text.size()) std::memcpy(&eight, text.data() + i, sizeof eight);
        if (i + sizeof eight <= text.size() && (eight & 0x8080808080808080) == 0) {
            i += sizeof eight - 1;
            continue;
        }
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
    constexpr std::size_t kStep = 32;
    constexpr int kSure = 60;
    Scores::Top top;
    std::uint32_t key = 0;
    for (std::size_t begin = 0; begin < view.size() && top.lead < kSure; begin += kStep) {
        add_groups(view.substr(begin, kStep), folded.facts, key, scores);
        top = scores.top(primary(declared));
    }
    return scores.groups() < kFewestGroups ? served(declared) : top.language();
}

}  // namespace hark::text
