#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/rule.hpp"
#include "match/pattern.hpp"
#include "match/word_forms.hpp"

namespace hark::match {

/// The groups of words that patterns name: lists, and forms of a word. Made while rules compile.
class WordGroups {
public:
    struct Group {
        std::string name;              ///< `{refund_words}`, `возврат/forms`
        std::vector<Sequence> closed;  ///< those that the vocabulary takes
        std::vector<Sequence> open;    ///< the others, such as `*word`
    };

    /// Every list is read, so that its faults are found even where no rule names it.
    WordGroups(std::span<const WordList> lists, const FoldFunction& fold,
               std::string dictionary_folder, std::vector<Fault>& faults);

    /// The group of a list or, with `forms`, of a word's forms in this language.
    [[nodiscard]] std::optional<GroupNumber> find(std::string_view name, bool forms,
                                                  std::string_view lang, std::string& problem);

    [[nodiscard]] const std::vector<Group>& all() const noexcept { return groups_; }

    /// The sequence with its groups replaced, so that of each that is returned the vocabulary takes
    /// all or none: a group stays where the vocabulary can keep it. False when there would be too
    /// many.
    [[nodiscard]] bool expand(const Sequence& sequence, std::vector<Sequence>& out) const;

private:
    void add_list(const WordList& list, std::vector<Fault>& faults);
    bool expand_all(const Sequence& sequence, std::vector<Sequence>& out) const;

    const FoldFunction& fold_;
    WordForms forms_;
    std::vector<Group> groups_;
    std::vector<std::string> list_names_;
    std::unordered_map<std::string, GroupNumber> by_name_;  ///< lists by name, forms by word/lang
};

}  // namespace hark::match
