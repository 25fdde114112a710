#include "match/spellings.hpp"

#include <algorithm>
#include <array>

namespace hark::match {

namespace {

struct Letter {
    std::string_view cyrillic;
    std::array<std::string_view, 3> latin;  // the first is the commonest; empty: none more
};

constexpr std::array<Letter, 32> kLetters = {{
    {"а", {"a"}},
    {"б", {"b"}},
    {"в", {"v", "w"}},
    {"г", {"g"}},
    {"д", {"d"}},
    {"е", {"e"}},
    {"ж", {"zh", "j"}},
    {"з", {"z"}},
    {"и", {"i"}},
    {"й", {"y", "i", "j"}},
    {"к", {"k"}},
    {"л", {"l"}},
    {"м", {"m"}},
    {"н", {"n"}},
    {"о", {"o"}},
    {"п", {"p"}},
    {"р", {"r"}},
    {"с", {"s"}},
    {"т", {"t"}},
    {"у", {"u"}},
    {"ф", {"f"}},
    {"х", {"h", "kh", "x"}},
    {"ц", {"c", "ts"}},
    {"ч", {"ch"}},
    {"ш", {"sh", "w"}},
    {"щ", {"sch", "shch"}},
    {"ъ", {""}},
    {"ы", {"y", "i"}},
    {"ь", {""}},
    {"э", {"e"}},
    {"ю", {"yu", "u", "ju"}},
    {"я", {"ya", "ia", "ja"}},
}};

/// What Latin letters become, the longest first.
struct Group {
    std::string_view latin;
    std::string_view cyrillic;
};
/// The other letters that one of them may become.
constexpr std::array<Group, 7> kOthers = {{
    {"c", "к"},
    {"c", "с"},
    {"y", "и"},
    {"y", "й"},
    {"j", "ж"},
    {"w", "у"},
    {"h", "г"},
}};
constexpr std::array<Group, 38> kGroups = {{
    {"shch", "щ"}, {"sch", "щ"}, {"sh", "ш"}, {"ch", "ч"}, {"zh", "ж"}, {"kh", "х"}, {"ts", "ц"},
    {"yu", "ю"},   {"ya", "я"},  {"ju", "ю"}, {"ja", "я"}, {"ck", "к"}, {"a", "а"},  {"b", "б"},
    {"c", "ц"},    {"d", "д"},   {"e", "е"},  {"f", "ф"},  {"g", "г"},  {"h", "х"},  {"i", "и"},
    {"j", "й"},    {"k", "к"},   {"l", "л"},  {"m", "м"},  {"n", "н"},  {"o", "о"},  {"p", "п"},
    {"q", "к"},    {"r", "р"},   {"s", "с"},  {"t", "т"},  {"u", "у"},  {"v", "в"},  {"w", "в"},
    {"x", "кс"},   {"y", "ы"},   {"z", "з"},
}};

constexpr std::string_view kLatinKeys = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";
constexpr std::string_view kCyrillicKeys = "йцукенгшщзхъфывапролджэячсмитьбю";

constexpr std::size_t kSpellings = 64;

const Letter* letter_of(std::string_view cyrillic) {
    const auto* const found =
        std::find_if(kLetters.begin(), kLetters.end(),
                     [&](const Letter& one) { return one.cyrillic == cyrillic; });
    return found == kLetters.end() ? nullptr : found;
}

/// The key's sign on the other keyboard; empty when it has none.
std::string_view other_key(std::string_view letter) {
    if (letter.size() == 2) {
        const auto at = kCyrillicKeys.find(letter);
        if (at == std::string_view::npos || at % 2 != 0) return {};
        return kLatinKeys.substr(at / 2, 1);
    }
    const auto at = kLatinKeys.find(letter);
    if (letter.size() != 1 || at == std::string_view::npos) return {};
    return kCyrillicKeys.substr(at * 2, 2);
}

void add_each(std::vector<std::string>& all, const std::vector<std::string_view>& endings) {
    std::vector<std::string> longer;
    for (const auto& one : all) {
        for (const auto ending : endings) {
            if (longer.size() < kSpellings) longer.push_back(one + std::string(ending));
        }
    }
    all = std::move(longer);
}

}  // namespace

std::vector<std::string_view> letters_of(std::string_view text) {
    std::vector<std::string_view> letters;
    for (std::size_t begin = 0; begin < text.size();) {
        auto end = begin + 1;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) ++end;
        letters.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return letters;
}

bool is_cyrillic(std::string_view text) noexcept {
    return !text.empty() && (static_cast<unsigned char>(text[0]) & 0xFCU) == 0xD0;
}

std::vector<std::string> in_other_alphabet(std::string_view word) {
    std::vector<std::string> all{""};
    if (!is_cyrillic(word)) {
        for (const auto letter : letters_of(word)) {
            std::string one;
            append_from_other_alphabet(letter, true, one);
            std::vector<std::string_view> endings{one};
            for (const auto& other : kOthers) {
                if (other.latin == letter) endings.push_back(other.cyrillic);
            }
            add_each(all, endings);
        }
        std::string by_sound;
        append_from_other_alphabet(word, true, by_sound);
        all.push_back(std::move(by_sound));
        return all;
    }
    for (const auto letter : letters_of(word)) {
        const auto* const known = letter_of(letter);
        if (known == nullptr) return {};
        std::vector<std::string_view> endings{known->latin[0]};
        for (std::size_t i = 1; i < known->latin.size(); ++i) {
            if (!known->latin[i].empty()) endings.push_back(known->latin[i]);
        }
        add_each(all, endings);
    }
    return all;
}

std::string on_other_keyboard(std::string_view word) {
    std::string typed;
    for (const auto letter : letters_of(word)) {
        const auto key = other_key(letter);
        const bool is_letter = key.size() == 2 || (key.size() == 1 && key[0] >= 'a');
        if (is_letter) typed += key;
    }
    return typed;
}

void append_from_other_alphabet(std::string_view rest, bool to_cyrillic, std::string& out) {
    if (!to_cyrillic) {
        for (std::size_t at = 0; at < rest.size(); at += 2) {
            const auto* const known = letter_of(rest.substr(at, 2));
            if (known == nullptr) return;
            out += known->latin[0];
        }
        return;
    }
    while (!rest.empty()) {
        const auto* const group =
            std::find_if(kGroups.begin(), kGroups.end(),
                         [&](const Group& one) { return rest.starts_with(one.latin); });
        if (group == kGroups.end()) return;
        out += group->cyrillic;
        rest.remove_prefix(group->latin.size());
    }
}

void append_from_other_keyboard(std::string_view rest, std::string& out) {
    while (!rest.empty()) {
        const std::size_t size = static_cast<unsigned char>(rest[0]) < 0x80 ? 1 : 2;
        out += other_key(rest.substr(0, size));
        rest.remove_prefix(std::min(size, rest.size()));
    }
}

}  // namespace hark::match
