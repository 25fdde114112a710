#include "match/word_forms.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "match/spellings.hpp"

namespace hark::match {

namespace {

constexpr std::array<std::array<std::string_view, 3>, 2> kDictionaries = {
    {{"ru", "ru_RU", "hunspell-ru"}, {"pl", "pl_PL", "hunspell-pl"}}};

/// UTF-8 of text in another character set; nullopt when it is not in it.
std::optional<std::string> to_utf8(std::string text, const std::string& charset) {
    if (charset == "UTF-8") return text;
    const auto converter = iconv_open("UTF-8", charset.c_str());
    if (converter == iconv_t(-1)) return std::nullopt;
    std::string out(text.size() * 3, '\0');
    char* from = text.data();
    char* to = out.data();
    std::size_t from_left = text.size();
    std::size_t to_left = out.size();
    const auto result = iconv(converter, &from, &from_left, &to, &to_left);
    iconv_close(converter);
    if (result == std::size_t(-1)) return std::nullopt;
    out.resize(out.size() - to_left);
    return out;
}

/// One letter of a condition: `x`, `.`, `[xyz]`, `[^xyz]`.
struct Place {
    std::vector<std::string_view> letters;
    bool negated = false;  ///< any but these
    [[nodiscard]] bool fits(std::string_view letter) const {
        return (std::find(letters.begin(), letters.end(), letter) != letters.end()) != negated;
    }
};

std::vector<Place> places_of(std::string_view condition) {
    std::vector<Place> places;
    bool in_class = false;
    for (const auto letter : letters_of(condition)) {
        if (letter == "[") {
            places.emplace_back();
            in_class = true;
        } else if (letter == "]") {
            in_class = false;
        } else if (!in_class) {
            places.push_back(letter == "." ? Place{{}, true} : Place{{letter}, false});
        } else if (letter == "^" && places.back().letters.empty()) {
            places.back().negated = true;
        } else {
            places.back().letters.push_back(letter);
        }
    }
    return places;
}

struct Suffix {
    std::string strip;
    std::string append;
    std::string condition;

    [[nodiscard]] bool fits(std::string_view word) const {
        if (!word.ends_with(strip) || strip.size() >= word.size()) return false;
        const auto places = places_of(condition);
        const auto letters = letters_of(word);
        return places.size() <= letters.size() &&
               std::equal(places.rbegin(), places.rend(), letters.rbegin(),
                          [](const Place& place, auto letter) { return place.fits(letter); });
    }
};

std::optional<std::string> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

/// One language's two files. Flags are single bytes, as both dictionaries have them; prefixes
/// (Polish `nie`) make another word of it and are left out.
class WordForms::Dictionary {
public:
    /// False when the files are not there or not of the kind that is understood.
    bool load(const std::string& path) {
        auto affixes = read(path + ".aff");
        auto words = read(path + ".dic");
        if (!affixes || !words) return false;
        std::string charset = "ISO8859-1";
        if (const auto set = affixes->find("SET "); set != std::string::npos)
            charset = affixes->substr(set + 4, affixes->find_first_of(" \r\n", set + 4) - set - 4);
        affixes = to_utf8(std::move(*affixes), charset);
        words = to_utf8(std::move(*words), charset);
        if (!affixes || !words || affixes->find("\nFLAG ") != std::string::npos) return false;
        read_suffixes(*affixes);
        words_ = std::move(*words);
        index_words();
        return true;
    }

    [[nodiscard]] std::vector<std::string> forms(std::string_view word) const {
        std::vector<std::string> all;
        const auto [first, last] = index_.equal_range(word);
        const auto add = [&all](std::string form) {
            if (std::find(all.begin(), all.end(), form) == all.end())
                all.push_back(std::move(form));
        };
        for (auto entry = first; entry != last; ++entry) {
            add(std::string(word));
            for (const char flag : entry->second) {
                const auto suffixes = suffixes_.find(flag);
                if (suffixes == suffixes_.end()) continue;
                for (const auto& suffix : suffixes->second) {
                    if (!suffix.fits(word)) continue;
                    add(std::string(word.substr(0, word.size() - suffix.strip.size())) +
                        suffix.append);
                }
            }
        }
        return all;
    }

private:
    /// `SFX flag strip append condition`; the head of a flag has two more words instead.
    void read_suffixes(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("SFX ")) continue;
            std::istringstream fields(line);
            std::string kind;
            std::string flag;
            Suffix suffix;
            fields >> kind >> flag >> suffix.strip >> suffix.append >> suffix.condition;
            if (suffix.condition.empty() || flag.size() != 1) continue;
            if (suffix.strip == "0") suffix.strip.clear();
            if (suffix.append == "0") suffix.append.clear();
            if (const auto more = suffix.append.find('/'); more != std::string::npos)
                suffix.append.resize(more);
            suffixes_[flag[0]].push_back(std::move(suffix));
        }
    }

    /// `word/flags`, a line each, after a line with their number.
    void index_words() {
        const std::string_view text = words_;
        for (auto at = text.find('\n'); at != std::string_view::npos && at + 1 < text.size();) {
            const auto end = std::min(text.find('\n', at + 1), text.size());
            auto line = text.substr(at + 1, end - at - 1);
            line = line.substr(0, line.find_first_of(" \t\r"));
            const auto slash = line.find('/');
            index_.emplace(line.substr(0, slash), slash == std::string_view::npos
                                                      ? std::string_view{}
                                                      : line.substr(slash + 1));
            at = end;
        }
    }

    std::string words_;
    std::unordered_multimap<std::string_view, std::string_view> index_;  ///< word to flags
    std::unordered_map<char, std::vector<Suffix>> suffixes_;
};

WordForms::WordForms(std::string folder) : folder_(std::move(folder)) {}
WordForms::~WordForms() = default;

std::vector<std::string> WordForms::of(std::string_view word, std::string_view lang,
                                       std::string& problem) {
    const auto* const known = std::find_if(kDictionaries.begin(), kDictionaries.end(),
                                           [&](const auto& one) { return one[0] == lang; });
    if (known == kDictionaries.end()) {
        problem = "forms of words are known in packs of ru and pl alone: write `" +
                  std::string(word) + "*`";
        return {};
    }
    auto& dictionary = dictionaries_[std::string(lang)];
    if (dictionary == nullptr) {
        auto loaded = std::make_unique<Dictionary>();
        if (!loaded->load(folder_ + "/" + std::string((*known)[1]))) {
            problem = "there is no dictionary for forms of words in " + folder_ + ": install " +
                      std::string((*known)[2]);
            return {};
        }
        dictionary = std::move(loaded);
    }
    auto forms = dictionary->forms(word);
    if (forms.empty())
        problem = "the dictionary does not know `" + std::string(word) +
                  "`: write its first form in small letters, or `" + std::string(word) + "*`";
    return forms;
}

}  // namespace hark::match
