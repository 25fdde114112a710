// Reads `language<TAB>text` lines (learn_language.py --held-out writes them) and prints how often
// the detector is right, by the post's length in characters. A post that stays unclear counts as
// wrong, though it is matched against all languages then.

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "text/folder.hpp"
#include "text/language.hpp"

namespace {

constexpr std::array<const char*, 3> kBands = {"under 20", "20 to 60", "above 60"};
constexpr std::array<std::string_view, 5> kServed = {"en", "ru", "pl", "de", "es"};
constexpr std::size_t kFewestLetters = 5;  // below, nobody could tell

std::size_t band_of(std::string_view text) {
    const auto characters = std::count_if(text.begin(), text.end(),
                                          [](unsigned char byte) { return (byte & 0xC0) != 0x80; });
    return characters < 20 ? 0 : characters <= 60 ? 1 : 2;
}

struct Tally {
    std::size_t right = 0;
    std::size_t all = 0;

    void count(bool is_right) {
        right += is_right ? 1 : 0;
        ++all;
    }
    [[nodiscard]] double share() const {
        return all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all);
    }
};

struct Row {
    std::array<Tally, kBands.size()> bands;
    std::map<std::string, std::size_t> wrong;
};

}  // namespace

int main() {
    std::map<std::string, Row, std::less<>> rows;
    hark::text::Folder folder;
    for (std::string line; std::getline(std::cin, line);) {
        const auto tab = line.find('\t');
        if (tab == line.npos) continue;
        const auto language = line.substr(0, tab);
        const auto text = std::string_view(line).substr(tab + 1);
        const auto folded = folder.fold(text);
        if (folded.facts.letters < kFewestLetters) continue;
        const auto found = hark::text::detect_language(text, folded, {});
        const bool served = std::find(kServed.begin(), kServed.end(), language) != kServed.end() ||
                            language == "uk";
        const auto expected = served ? std::string_view(language) : std::string_view{};
        auto& row = rows[language];
        row.bands[band_of(text)].count(found == expected);
        if (found != expected) ++row.wrong[std::string(found)];
    }
    std::printf("%-10s", "language");
    for (const auto* band : kBands) std::printf("%10s%8s", band, "posts");
    std::printf("   taken for\n");
    std::array<double, kBands.size()> sums{};
    std::array<std::size_t, kBands.size()> languages{};
    for (const auto& [language, row] : rows) {
        std::printf("%-10s", language.c_str());
        const bool counts = std::find(kServed.begin(), kServed.end(), language) != kServed.end();
        for (std::size_t i = 0; i < kBands.size(); ++i) {
            std::printf("%10.3f%8zu", row.bands[i].share(), row.bands[i].all);
            if (!counts || row.bands[i].all == 0) continue;
            sums[i] += row.bands[i].share();
            ++languages[i];
        }
        std::printf("  ");
        for (const auto& [name, count] : row.wrong) {
            std::printf(" %s %zu", name.empty() ? "unclear" : name.c_str(), count);
        }
        std::printf("\n");
    }
    std::printf("%-10s", "mean of 5");
    for (std::size_t i = 0; i < kBands.size(); ++i) {
        std::printf("%10.3f%8s",
                    languages[i] == 0 ? 0 : sums[i] / static_cast<double>(languages[i]), "");
    }
    std::printf("\n");
}
