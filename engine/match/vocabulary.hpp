#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/words.hpp"
#include "match/pattern.hpp"
#include "match/word_table.hpp"

namespace hark::match {

/// What a hit stands for: a rule (its RuleIndex), or a brand (number of rules + BrandIndex).
using Target = std::uint32_t;

/// Vocabulary: words, stems, groups of them, and rows of these, tens of thousands, hit in every
/// post. A table of words instead of an automaton: a post's words are looked up one by one, pairs
/// by the numbers of the words that were found, longer rows as pairs of a row and a word. Immutable
/// after finish(); thread-safe then.
class Vocabulary {
public:
    /// True when the sequence is of the kind that belongs here.
    [[nodiscard]] static bool takes(const Sequence& sequence) noexcept;

    void add(const Sequence& sequence, Target target);
    /// The sequence holds no group and no gap: of rows that end with the same word the scan keeps
    /// the shortest.
    void add_to_group(const Sequence& sequence, GroupNumber group);
    void finish();

    /// What one thread needs while it scans. Reused.
    struct Place {               ///< of one word, or of a row
        std::uint32_t first;     ///< its first word among the words
        std::uint32_t position;  ///< its last one
        Span bytes;
    };
    struct Scratch {
        struct Found {
            Place place;  ///< whole: taken apart, it would be put together in memory and waited for
            std::uint32_t unit;
        };
        std::vector<Found> recent;  ///< firsts of pairs, as far back as any gap reaches
    };

    /// Calls `hit(target, words)` for every hit, with the place of its words in bytes; a target may
    /// come more than once.
    template <typename Hit>
    void scan(std::string_view folded, Scratch& scratch, Hit hit) const;

    [[nodiscard]] bool empty() const noexcept { return is_empty_; }

private:
    /// A word, a stem, a group or a row. While they are gathered, its number alone; finish() makes
    /// that the place of its list and adds what the scan asks first, so that most words of a text
    /// need no look at lists_.
    using Unit = std::uint32_t;
    static constexpr Unit kNumber = (Unit{1} << 26U) - 1;
    static constexpr Unit kHits = Unit{1} << 26U;  ///< it has targets or groups
    static constexpr Unit kBeginsPair = Unit{1} << 27U;
    static constexpr unsigned kReachShift = 28;    ///< one more than the largest gap before it
    static constexpr Unit kFarReach = 15;          ///< so far or farther: up to farthest_
    static constexpr std::size_t kStemBytes = 63;  ///< longer ones go to the patterns
    static constexpr std::size_t kFilter = 4096;

    using Table = boost::unordered_flat_map<std::string_view, Unit, WordHash>;

    struct UnitInMaking {
        std::uint32_t targets = 0;  ///< how many
        std::uint32_t groups = 0;   ///< how many it belongs to
        bool begins_pair = false;
        std::uint32_t reach = 0;  ///< one more than the largest gap of these pairs; 0: of none
        [[nodiscard]] bool hits() const noexcept { return targets + groups > 0; }
    };
    /// What a unit has: a target or a group. All in one list, since lists of their own would be
    /// hundreds of thousands.
    struct Owned {
        Unit unit;
        std::uint32_t what;
    };
    struct PairInMaking {
        Unit unit;
        std::uint32_t gap;
        std::uint32_t next;  ///< of the same two units with another gap; kNoNext: none
    };
    static constexpr std::uint32_t kNoNext = ~std::uint32_t{0};
    static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};
    struct Pair {
        std::uint64_t key = kNoPair;
        Unit unit = 0;  ///< what the two are together
        std::uint32_t gap = 0;
    };
    Unit make_unit();
    void make_lists();
    [[nodiscard]] Unit with_traits(Unit unit) const noexcept;
    void finish_pairs();
    Unit unit_of(const Element& element);
    Unit unit_of(const Sequence& sequence);
    Unit pair_of(Unit first, Unit second, std::uint32_t gap);
    static std::size_t filter_of(std::uint64_t first_bytes) noexcept {
        return (first_bytes * 0x9E3779B97F4A7C15) >> 52U;
    }
    static std::size_t short_filter_of(const WordKey& key) noexcept {
        return filter_of(key.low & 0xFFFF);
    }
    static std::size_t long_filter_of(const WordKey& key) noexcept {
        return filter_of(key.low & 0xFFFFFFFF);
    }
    static std::uint64_t pair_key(Unit first, Unit second) noexcept {
        return static_cast<std::uint64_t>(first & kNumber) << 32U | (second & kNumber);
    }
    /// Where a pair is looked for: its two bits of one word, and from its slot on.
    struct PairPlace {
        std::size_t word;
        std::uint64_t bits;
        std::size_t slot;
    };
    [[nodiscard]] PairPlace pair_place(std::uint64_t key) const noexcept {
        const auto hash = key * 0x9E3779B97F4A7C15;
        const auto bit = hash >> pair_shift_;
        const auto second = (hash >> 32U) % 64;  // of bits that pair_shift_ leaves out
        return {bit / 64, std::uint64_t{1} << bit % 64 | std::uint64_t{1} << second,
                bit / kBitsASlot};
    }

    static Unit find(const Table& table, std::string_view text) noexcept {
        const auto found = table.find(text);
        return found == table.end() ? WordTable::kNone : found->second;
    }

    template <typename Hit>
    void take(Unit unit, Place place, Scratch& scratch, Hit& hit) const;
    template <typename Hit>
    void take_pairs(Unit second, Place place, std::size_t earlier, Scratch& scratch,
                    Hit& hit) const;
    template <typename Hit>
    void scan_stems(const WordKey& key, std::string_view text, Place place, Scratch& scratch,
                    Hit& hit) const;

    std::deque<std::string> texts_;  ///< what the tables' keys point to
    Table words_;
    Table stems_;
    WordTable short_words_;  ///< of words_, those that a WordKey holds
    WordTable short_stems_;
    // Which lengths of stems begin with these 2 (or 4) bytes, one bit a length: most words need no
    // lookup at all.
    std::vector<std::uint64_t> lengths_after_two_;
    std::vector<std::uint64_t> lengths_after_four_;
    // Until finish():
    std::vector<UnitInMaking> made_;
    std::vector<Unit> numbers_;  ///< by unit: the number that it has from finish() on
    std::vector<Owned> made_targets_;
    std::vector<Owned> made_groups_;
    std::vector<PairInMaking> made_pairs_;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> first_pairs_;  ///< of these, by key

    bool is_empty_ = true;
    /// Of each unit that hits: how many targets and how many groups, then these.
    std::vector<std::uint32_t> lists_;
    boost::unordered_flat_map<GroupNumber, Unit> groups_;
    std::vector<Pair> pairs_;  ///< open addressing; one key may come several times
    // Two bits for each pair, in one word, of sixteen: most neighbours make no pair.
    std::vector<std::uint64_t> pair_bits_;
    static constexpr std::size_t kBitsASlot = 8;
    unsigned pair_shift_ = 58;
    std::size_t pair_mask_ = 0;
    std::uint32_t farthest_ = 0;
};

template <typename Hit>
void Vocabulary::take(Unit unit, Place place, Scratch& scratch, Hit& hit) const {
    const auto earlier = scratch.recent.size();
    if ((unit & kBeginsPair) != 0) {
        // Once a place, or rows of rows would multiply. A group comes again with its longer
        // phrases, which count for what stands before them.
        auto& recent = scratch.recent;
        bool known = false;
        for (auto i = earlier; i-- > 0 && recent[i].place.position == place.position && !known;)
            known = recent[i].unit == unit;
        if (known && unit >> kReachShift == 0) return;
        if (!known) recent.push_back({place, unit});
    }
    if ((unit & kHits) != 0) {
        const auto* const list = lists_.data() + (unit & kNumber);
        const auto* const targets = list + 2;
        const auto* const groups = targets + list[0];
        for (const auto* at = targets; at != groups; ++at) hit(*at, place.bytes);
        for (std::uint32_t i = 0; i < list[1]; ++i) take(groups[i], place, scratch, hit);
    }
    if (unit >> kReachShift != 0) take_pairs(unit, place, earlier, scratch, hit);
}

/// `earlier`: how many firsts there were before this unit.
template <typename Hit>
void Vocabulary::take_pairs(Unit second, Place place, std::size_t earlier, Scratch& scratch,
                            Hit& hit) const {
    const auto near = second >> kReachShift;
    const auto reach = near == kFarReach ? farthest_ : near;
    for (auto i = earlier; i-- > 0;) {
        const auto& first = scratch.recent[i];
        if (first.place.position >= place.first) continue;
        const auto distance = place.first - first.place.position;
        if (distance > reach) break;
        const auto key = pair_key(first.unit, second);
        const auto where = pair_place(key);
        if ((pair_bits_[where.word] & where.bits) != where.bits) continue;
        // `first` may move once anything is taken.
        const Place whole{
            first.place.first, place.position, {first.place.bytes.begin, place.bytes.end}};
        for (auto at = where.slot; pairs_[at].key != kNoPair; at = (at + 1) & pair_mask_) {
            const auto& pair = pairs_[at];
            if (pair.key != key || distance > pair.gap + 1) continue;
            take(pair.unit, whole, scratch, hit);
        }
    }
}

template <typename Hit>
void Vocabulary::scan_stems(const WordKey& key, std::string_view text, Place place,
                            Scratch& scratch, Hit& hit) const {
    if (text.size() < 2) return;
    auto lengths = lengths_after_two_[short_filter_of(key)];
    if (text.size() >= 4) lengths |= lengths_after_four_[long_filter_of(key)];
    if (text.size() < 63) lengths &= (std::uint64_t{2} << text.size()) - 1;
    for (; lengths != 0; lengths &= lengths - 1) {
        const auto length = static_cast<std::size_t>(__builtin_ctzll(lengths));
        const auto unit = length <= WordKey::kBytes ? short_stems_.find(key.first(length))
                                                    : find(stems_, text.substr(0, length));
        if (unit != WordTable::kNone) take(unit, place, scratch, hit);
    }
}

template <typename Hit>
void Vocabulary::scan(std::string_view folded, Scratch& scratch, Hit hit) const {
    if (empty()) return;
    scratch.recent.clear();
    std::uint32_t position = 0;
    for_each_word(folded, [&](const char* word, std::uint32_t begin, std::uint32_t end) {
        const auto text = folded.substr(begin, end - begin);
        const auto key = WordKey::load(word).first(std::min(text.size(), WordKey::kBytes));
        const Place place{position, position, {begin, end}};
        ++position;
        const auto unit =
            text.size() <= WordKey::kBytes ? short_words_.find(key) : find(words_, text);
        if (unit != WordTable::kNone) take(unit, place, scratch, hit);
        if (!stems_.empty()) scan_stems(key, text, place, scratch, hit);
    });
}

}  // namespace hark::match
