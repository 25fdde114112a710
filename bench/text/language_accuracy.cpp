// Reads `language<TAB>text` lines (learn_language.py --held-out writes them) and prints how often
// the detector is right, over all posts and over those with fewer than 20 letters.

#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "text/folder.hpp"
#include "text/language.hpp"

namespace {

struct Tally {
    std::size_t right = 0;
    std::size_t all = 0;

    void count(bool is_right) {
        right += is_right ? 1 : 0;
        ++all;
    }
    [[nodiscard]] double percent() const {
        return all == 0 ? 0 : 100.0 * static_cast<double>(right) / static_cast<double>(all);
    }
};

struct Row {
    Tally all;
    Tally brief;
    std::map<std::string, std::size_t> wrong;
};

}  // namespace

int main() {
    constexpr std::uint32_t kBriefLetters = 20;
    const std::string_view served = "en ru pl de es uk";
    std::map<std::string, Row> rows;
    hark::text::Folder folder;
    for (std::string line; std::getline(std::cin, line);) {
        const auto tab = line.find('\t');
        if (tab == line.npos) continue;
        const auto language = line.substr(0, tab);
        const auto text = std::string_view(line).substr(tab + 1);
        const auto folded = folder.fold(text);
        if (folded.facts.letters < 5) continue;
        const auto found = hark::text::detect_language(text, folded, {});
        const auto expected =
            served.find(language) == served.npos ? std::string_view{} : std::string_view(language);
        auto& row = rows[language];
        row.all.count(found == expected);
        if (folded.facts.letters < kBriefLetters) row.brief.count(found == expected);
        if (found != expected) ++row.wrong[std::string(found)];
    }
    std::printf("language  posts  right    brief  right   taken for\n");
    for (const auto& [language, row] : rows) {
        std::printf("%-8s %6zu  %4.1f %%  %5zu  %4.1f %% ", language.c_str(), row.all.all,
                    row.all.percent(), row.brief.all, row.brief.percent());
        for (const auto& [name, count] : row.wrong) {
            std::printf(" %s:%zu", name.empty() ? "none" : name.c_str(), count);
        }
        std::printf("\n");
    }
}
