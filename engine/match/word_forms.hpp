#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hark::match {

/// Every form of a word by the dictionaries that spell-checkers use (Hunspell's `.aff` and `.dic`
/// files; Debian's hunspell-ru and hunspell-pl). Read when a rule first asks, never by a post. Not
/// thread-safe.
class WordForms {
public:
    /// `folder` holds `ru_RU.aff`, `ru_RU.dic`, `pl_PL.aff`, `pl_PL.dic`.
    explicit WordForms(std::string folder);
    ~WordForms();
    WordForms(const WordForms&) = delete;
    WordForms& operator=(const WordForms&) = delete;

    /// The word itself first, then its forms in the dictionary's order, no form twice. Empty and
    /// `problem` set when the language has no dictionary here or the dictionary does not know the
    /// word. `word` stands as dictionaries have it: first form, small letters, ё.
    [[nodiscard]] std::vector<std::string> of(std::string_view word, std::string_view lang,
                                              std::string& problem);

private:
    class Dictionary;

    std::string folder_;
    std::unordered_map<std::string, std::unique_ptr<Dictionary>> dictionaries_;  ///< by language
};

}  // namespace hark::match
