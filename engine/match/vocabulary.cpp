#include "match/vocabulary.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace hark::match {

namespace {

bool is_plain(const Element& element) noexcept {
    return !element.open_left && element.word.size() >= 2;
}

/// `= {}` would keep the memory: it means an empty list of elements.
template <typename Container>
void give_back(Container& container) {
    container = Container();
}

}  // namespace

bool Vocabulary::takes(const Sequence& sequence) noexcept {
    return std::all_of(sequence.begin(), sequence.end(), [](const Element& element) {
        return element.group ||
               (!element.open_left &&
                (!element.open_right || (is_plain(element) && element.word.size() <= kStemBytes)));
    });
}

Vocabulary::Unit Vocabulary::make_unit() {
    made_.emplace_back();
    return static_cast<Unit>(made_.size() - 1);
}

Vocabulary::Unit Vocabulary::unit_of(const Element& element) {
    if (element.group) {
        const auto [known, fresh] = groups_.try_emplace(*element.group);
        if (fresh) known->second = make_unit();
        return known->second;
    }
    auto& table = element.open_right ? stems_ : words_;
    if (const auto found = table.find(element.word); found != table.end()) return found->second;
    const auto unit = make_unit();
    table.emplace(texts_.emplace_back(element.word), unit);
    return unit;
}

/// A sequence is a pair of all its words but the last, and the last.
Vocabulary::Unit Vocabulary::unit_of(const Sequence& sequence) {
    auto whole = unit_of(sequence[0]);
    for (std::size_t i = 1; i < sequence.size(); ++i) {
        const auto second = unit_of(sequence[i]);
        whole = pair_of(whole, second, sequence[i].gap_before);
    }
    return whole;
}

Vocabulary::Unit Vocabulary::pair_of(Unit first, Unit second, std::uint32_t gap) {
    made_[first].begins_pair = true;
    made_[second].reach = std::max(made_[second].reach, gap + 1);
    const auto [known, fresh] = first_pairs_.try_emplace(pair_key(first, second), kNoNext);
    for (auto at = known->second; at != kNoNext; at = made_pairs_[at].next) {
        if (made_pairs_[at].gap == gap) return made_pairs_[at].unit;
    }
    const auto unit = make_unit();
    ++made_[second].pairs;
    made_pairs_.push_back({unit, gap, known->second});
    known->second = static_cast<std::uint32_t>(made_pairs_.size() - 1);
    return unit;
}

void Vocabulary::add(const Sequence& sequence, Target target) {
    const auto unit = unit_of(sequence);
    ++made_[unit].targets;
    made_targets_.push_back({unit, target});
}

void Vocabulary::add_to_group(const Sequence& sequence, GroupNumber group) {
    Element element;
    element.group = group;
    const auto of = unit_of(element);
    const auto unit = unit_of(sequence);
    ++made_[unit].groups;
    made_groups_.push_back({unit, of});
}

Vocabulary::Unit Vocabulary::with_traits(Unit unit) const noexcept {
    const auto& made = made_[unit];
    return numbers_[unit] | (made.hits() ? kHits : 0) | (made.begins_pair ? kBeginsPair : 0) |
           std::min(made.reach, kFarReach) << kReachShift;
}

/// A unit that neither hits nor ends a pair has a number too, behind all lists.
void Vocabulary::make_lists() {
    numbers_.assign(made_.size(), 0);
    std::size_t row_words = 0;
    for (std::size_t i = 0; i < made_.size(); ++i) {
        const auto& made = made_[i];
        numbers_[i] = static_cast<Unit>(lists_.size());
        if (made.pairs > 0) {
            const auto row = Row::of(row_words, made.pairs);
            lists_.push_back(row.as_listed());
            row_words = row.end();
            HARK_CHECK(row_words < Row::kMostWords);
        }
        if (made.hits()) lists_.resize(lists_.size() + 2 + made.targets + made.groups);
    }
    auto next = static_cast<Unit>(lists_.size());
    HARK_CHECK(lists_.size() + made_.size() < kNumber);  // WordTable::kNone has the last
    rows_.assign(row_words, 0);
    for (std::size_t i = 0; i < made_.size(); ++i) {
        if (made_[i].pairs == 0 && !made_[i].hits()) numbers_[i] = next++;
    }
    // The counts say where the next one goes, until all are there.
    const auto list_of = [this](Unit unit) {
        return &lists_[numbers_[unit] + (made_[unit].pairs > 0 ? 1 : 0)];
    };
    for (const auto& [unit, target] : made_targets_) {
        auto* const list = list_of(unit);
        list[2 + list[0]++] = target;
    }
    for (const auto& [unit, group] : made_groups_) {
        auto* const list = list_of(unit);
        list[2 + list[0] + list[1]++] = with_traits(group);
    }
    give_back(made_targets_);
    give_back(made_groups_);
}

void Vocabulary::fill_rows() {
    for (std::size_t i = 0; i < made_.size(); ++i) {
        if (made_[i].pairs == 0) continue;
        const Row row(lists_[numbers_[i]]);
        std::fill(&rows_[row.first_slot()], rows_.data() + row.end(), Row::kFree);
    }
    for (const auto& [key, of_key] : first_pairs_) {
        const auto first = numbers_[key >> 32U];
        const Row row(lists_[numbers_[static_cast<Unit>(key)]]);
        const auto sought = row.sought(first);
        rows_[sought.word] |= sought.bits;
        for (auto i = of_key; i != kNoNext; i = made_pairs_[i].next) {
            const auto& pair = made_pairs_[i];
            auto at = sought.slot;
            while (rows_[at] != Row::kFree) at = row.after(at);
            rows_[at] = pair_slot(first, pair.gap, with_traits(pair.unit));
            farthest_ = std::max(farthest_, pair.gap + 1);
        }
    }
    give_back(first_pairs_);
    give_back(made_pairs_);
}

void Vocabulary::finish() {
    make_lists();
    for (auto& [word, unit] : words_) {
        unit = with_traits(unit);
        if (word.size() <= WordKey::kBytes) short_words_.add(WordKey(word), unit);
    }
    lengths_after_two_.assign(kFilter, 0);
    lengths_after_four_.assign(kFilter, 0);
    for (auto& [stem, unit] : stems_) {
        unit = with_traits(unit);
        const WordKey key(stem);
        const auto bit = std::uint64_t{1} << stem.size();
        if (stem.size() < 4) lengths_after_two_[short_filter_of(key)] |= bit;
        else lengths_after_four_[long_filter_of(key)] |= bit;
        if (stem.size() <= WordKey::kBytes) short_stems_.add(key, unit);
    }
    fill_rows();
    is_empty_ = made_.empty();
    give_back(made_);
    give_back(numbers_);
}

}  // namespace hark::match
