#include "match/word_groups.hpp"

#include <algorithm>
#include <unordered_set>

#include "core/settings.hpp"
#include "match/vocabulary.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kExpanded = 2000;  // as many as a pattern's alternatives may be

/// Puts every word of the group at the place `at`.
void put(const Sequence& sequence, std::size_t at, const std::vector<Sequence>& words,
         std::vector<Sequence>& out) {
    for (const auto& entry : words) {
        Sequence one(sequence.begin(), sequence.begin() + static_cast<std::ptrdiff_t>(at));
        one.insert(one.end(), entry.begin(), entry.end());
        one[at].gap_before = sequence[at].gap_before;
        one.insert(one.end(), sequence.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                   sequence.end());
        out.push_back(std::move(one));
    }
}

std::optional<std::size_t> first_group(const Sequence& sequence, std::size_t from) {
    for (auto i = from; i < sequence.size(); ++i) {
        if (sequence[i].group) return i;
    }
    return std::nullopt;
}

/// What tells one entry of a list from another.
std::string key_of(const Sequence& sequence) {
    std::string key;
    for (const auto& element : sequence) {
        key += element.open_left ? "*" : " ";
        key += element.word;
        key += element.open_right ? "*" : "";
    }
    return key;
}

}  // namespace

WordGroups::WordGroups(std::span<const WordList> lists, const FoldFunction& fold,
                       std::string dictionary_folder, std::vector<Fault>& faults)
    : fold_(fold), forms_(std::move(dictionary_folder)) {
    for (const auto& list : lists) add_list(list, faults);
}

void WordGroups::add_list(const WordList& list, std::vector<Fault>& faults) {
    auto& group = groups_.emplace_back();
    group.name = "{" + list.name + "}";
    by_name_.emplace(list.name, static_cast<GroupNumber>(groups_.size() - 1));
    list_names_.push_back(list.name);
    std::unordered_set<std::string> seen;
    for (const auto& entry : list.entries) {
        PatternFault problem;
        auto pattern = parse_pattern(entry.text, fold_, problem);
        const auto column =
            static_cast<std::uint32_t>(characters_before(entry.text, problem.at) + 1);
        const Location where{list.file, entry.line, column};
        if (!pattern) {
            faults.push_back({where, problem.what});
            continue;
        }
        const bool has_gap = std::any_of(
            pattern->sequences.begin(), pattern->sequences.end(), [](const Sequence& sequence) {
                return std::any_of(sequence.begin(), sequence.end(),
                                   [](const Element& element) { return element.gap_before > 0; });
            });
        if (!pattern->expression.empty() || has_gap) {
            faults.push_back({where, "a list holds words and phrases: write a rule for `re:`, ~N"});
            continue;
        }
        for (auto& sequence : pattern->sequences) {
            if (!seen.insert(key_of(sequence)).second) continue;
            auto& part = Vocabulary::takes(sequence) ? group.closed : group.open;
            part.push_back(std::move(sequence));
        }
    }
    if (list.entries.empty())
        faults.push_back({{list.file, 1, 1}, "the list is empty: its rules can never fire"});
}

std::optional<GroupNumber> WordGroups::find(std::string_view name, bool forms,
                                            std::string_view lang, std::string& problem) {
    std::string key(name);
    if (forms) key.append("/").append(lang);
    if (const auto known = by_name_.find(key); known != by_name_.end()) return known->second;
    if (!forms) {
        const auto guess = nearest(name, list_names_);
        problem = "there is no list `" + std::string(name) + "`" +
                  (guess.empty() ? std::string(": it would be lists/") + std::string(name) + ".txt"
                                 : "; did you mean `" + std::string(guess) + "`?");
        return std::nullopt;
    }
    const auto words = forms_.of(name, lang, problem);
    if (words.empty()) return std::nullopt;
    Group group;
    group.name = std::string(name) + "/forms";
    for (const auto& word : words) {
        PatternFault ignored;
        const auto pattern = parse_pattern("\"" + word + "\"", fold_, ignored);
        if (!pattern) continue;
        const auto& sequence = pattern->sequences.front();
        auto& part = Vocabulary::takes(sequence) ? group.closed : group.open;
        if (std::find(part.begin(), part.end(), sequence) == part.end()) part.push_back(sequence);
    }
    groups_.push_back(std::move(group));
    by_name_.emplace(std::move(key), static_cast<GroupNumber>(groups_.size() - 1));
    return static_cast<GroupNumber>(groups_.size() - 1);
}

bool WordGroups::expand(const Sequence& sequence, std::vector<Sequence>& out) const {
    if (!Vocabulary::takes(sequence)) return expand_all(sequence, out);
    // Each place in turn holds an open entry, and the other places any.
    for (auto at = first_group(sequence, 0); at; at = first_group(sequence, *at + 1)) {
        std::vector<Sequence> opened;
        put(sequence, *at, groups_[*sequence[*at].group].open, opened);
        for (const auto& one : opened) {
            if (!expand_all(one, out)) return false;
        }
    }
    const bool closed =
        std::all_of(sequence.begin(), sequence.end(), [this](const Element& element) {
            return !element.group || !groups_[*element.group].closed.empty();
        });
    if (closed) out.push_back(sequence);
    return true;
}

bool WordGroups::expand_all(const Sequence& sequence, std::vector<Sequence>& out) const {
    const auto at = first_group(sequence, 0);
    if (!at) {
        out.push_back(sequence);
        return true;
    }
    const auto& group = groups_[*sequence[*at].group];
    std::vector<Sequence> replaced;
    put(sequence, *at, group.closed, replaced);
    put(sequence, *at, group.open, replaced);
    for (const auto& one : replaced) {
        if (out.size() > kExpanded || !expand_all(one, out)) return false;
    }
    return true;
}

}  // namespace hark::match
