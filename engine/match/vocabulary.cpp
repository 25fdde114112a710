#include "match/vocabulary.hpp"

#include <algorithm>
#include <cstring>

namespace hark::match {

namespace {

std::uint64_t load(const char* from, std::size_t bytes) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, from, bytes);
    return value;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const auto product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

bool is_plain(const Element& element) noexcept {
    return !element.open_left && element.word.size() >= 2;
}

}  // namespace

/// Words are short: the first and the last eight bytes, the middle only of long ones.
std::size_t Vocabulary::Hash::operator()(std::string_view word) const noexcept {
    constexpr std::uint64_t kOne = 0x9E3779B97F4A7C15;
    constexpr std::uint64_t kTwo = 0xD6E8FEB86659FD93;
    const auto size = word.size();
    std::uint64_t hash = size * kTwo;
    const char* at = word.data();
    auto rest = size;
    for (; rest > 16; rest -= 8, at += 8) hash = mix(hash ^ load(at, 8), kOne);
    if (rest >= 8) return mix(hash ^ load(at, 8), kOne ^ load(at + rest - 8, 8));
    if (rest >= 4) return mix(hash ^ load(at, 4), kOne ^ load(at + rest - 4, 4));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < rest; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
    return mix(hash ^ value, kOne);
}

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
        const auto gap = sequence[i].gap_before;
        made_[whole].begins_pair = true;
        made_[second].reach = std::max(made_[second].reach, gap + 1);
        made_[second].firsts.push_back(whole);
        auto& pairs = pairs_[static_cast<std::uint64_t>(whole) << 32 | second];
        const auto same = std::find_if(pairs.begin(), pairs.end(),
                                       [gap](const Pair& pair) { return pair.gap == gap; });
        if (same != pairs.end()) {
            whole = same->unit;
        } else {
            whole = make_unit();
            pairs.push_back({whole, gap});
        }
    }
    return whole;
}

void Vocabulary::add(const Sequence& sequence, Target target) {
    made_[unit_of(sequence)].targets.push_back(target);
}

void Vocabulary::add_to_group(const Sequence& sequence, GroupNumber group) {
    Element element;
    element.group = group;
    const auto of = unit_of(element);
    made_[unit_of(sequence)].groups.push_back(of);
}

void Vocabulary::finish() {
    for (const auto& [word, unit] : words_) {
        if (word.size() <= WordKey::kBytes) short_words_.add(WordKey(word), unit);
    }
    lengths_after_two_.assign(kFilter, 0);
    lengths_after_four_.assign(kFilter, 0);
    for (const auto& [stem, unit] : stems_) {
        const WordKey key(stem);
        const auto bit = std::uint64_t{1} << stem.size();
        if (stem.size() < 4) lengths_after_two_[short_filter_of(key)] |= bit;
        else lengths_after_four_[long_filter_of(key)] |= bit;
        if (stem.size() <= WordKey::kBytes) short_stems_.add(key, unit);
    }
    for (auto& made : made_) {
        UnitInfo info;
        info.begin = static_cast<std::uint32_t>(lists_.size());
        info.targets = static_cast<std::uint32_t>(made.targets.size());
        info.groups = static_cast<std::uint32_t>(made.groups.size());
        info.reach = static_cast<std::uint16_t>(made.reach);
        info.begins_pair = made.begins_pair;
        for (const auto first : made.firsts) info.firsts |= firsts_bit(first);
        lists_.insert(lists_.end(), made.targets.begin(), made.targets.end());
        lists_.insert(lists_.end(), made.groups.begin(), made.groups.end());
        units_.push_back(info);
        made = {};  // no longer needed
    }
}

}  // namespace hark::match
