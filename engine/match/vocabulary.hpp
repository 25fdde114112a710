#pragma once

#include <algorithm>
#include <bit>
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
    /// that its place in lists_ and adds what the scan asks first, so that most words of a text
    /// need no look there.
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
        std::uint32_t pairs = 0;    ///< how many end with it
        std::uint32_t reach = 0;    ///< one more than the largest gap of these; 0: there are none
        bool begins_pair = false;
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
    Unit make_unit();
    void make_lists();
    [[nodiscard]] Unit with_traits(Unit unit) const noexcept;
    void fill_rows();
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
        return std::uint64_t{first} << 32U | second;
    }

    /// Where in rows_ the pairs are that end with one unit: words of bits, two a pair in one of
    /// them, since most neighbours make no pair; then slots, of open addressing. A second's firsts
    /// lie together, so that the words before it are asked for in few lines of memory.
    class Row {
    public:
        static constexpr std::uint64_t kFree = ~std::uint64_t{0};  ///< a slot
        struct Sought {
            std::uint64_t bits;
            std::size_t word;  ///< of rows_
            std::size_t slot;
        };
        /// Not full: the search for a pair ends at a free slot.
        [[nodiscard]] static Row of(std::size_t begin, std::uint32_t pairs) noexcept {
            const auto log_slots = std::bit_width(pairs + pairs / 3);
            return Row(static_cast<std::uint32_t>(begin << kLogBits) | log_slots);
        }
        explicit Row(std::uint32_t as_listed) noexcept
            : begin_(as_listed >> kLogBits), log_slots_(as_listed % (1U << kLogBits)) {}
        [[nodiscard]] std::uint32_t as_listed() const noexcept {
            return static_cast<std::uint32_t>(begin_ << kLogBits) | log_slots_;
        }
        [[nodiscard]] std::size_t end() const noexcept { return first_slot() + slots(); }
        [[nodiscard]] std::size_t first_slot() const noexcept {
            return begin_ + (slots() + kSlotsAWord - 1) / kSlotsAWord;
        }
        [[nodiscard]] Sought sought(Unit first) const noexcept {
            const auto hash = (first & kNumber) * 0x9E3779B97F4A7C15;
            const auto slot = hash >> (64 - log_slots_);
            return {std::uint64_t{1} << (hash >> 32U) % 64 | std::uint64_t{1} << (hash >> 38U) % 64,
                    begin_ + slot / kSlotsAWord, first_slot() + slot};
        }
        [[nodiscard]] std::size_t after(std::size_t slot) const noexcept {
            return slot + 1 == end() ? first_slot() : slot + 1;
        }
        static constexpr std::size_t kMostWords = std::size_t{1} << 27U;  ///< of rows_

    private:
        static constexpr unsigned kLogBits = 5;
        static constexpr std::size_t kSlotsAWord = 4;  ///< so many share a word of bits
        [[nodiscard]] std::size_t slots() const noexcept { return std::size_t{1} << log_slots_; }
        std::size_t begin_;
        unsigned log_slots_;  ///< at least 1
    };
    /// A slot: the first's number, the gap, and what the two are together.
    static constexpr unsigned kGapShift = 26;
    static std::uint64_t pair_slot(Unit first, std::uint32_t gap, Unit whole) noexcept {
        return std::uint64_t{whole} << 32U | gap << kGapShift | (first & kNumber);
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
    /// Of each unit: its row, if a pair ends with it; if it hits, how many targets and how many
    /// groups, then these.
    std::vector<std::uint32_t> lists_;
    std::vector<std::uint64_t> rows_;
    boost::unordered_flat_map<GroupNumber, Unit> groups_;
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
        const auto* const list =
            lists_.data() + (unit & kNumber) + (unit >> kReachShift != 0 ? 1 : 0);
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
    const Row row(lists_[second & kNumber]);
    for (auto i = earlier; i-- > 0;) {
        const auto& first = scratch.recent[i];
        if (first.place.position >= place.first) continue;
        const auto distance = place.first - first.place.position;
        if (distance > reach) break;
        const auto sought = row.sought(first.unit);
        if ((rows_[sought.word] & sought.bits) != sought.bits) continue;
        // `first` may move once anything is taken.
        const auto number = first.unit & kNumber;
        const Place whole{
            first.place.first, place.position, {first.place.bytes.begin, place.bytes.end}};
        for (auto at = sought.slot; rows_[at] != Row::kFree; at = row.after(at)) {
            const auto pair = static_cast<std::uint32_t>(rows_[at]);
            if ((pair & kNumber) != number || distance > (pair >> kGapShift) + 1) continue;
            take(static_cast<Unit>(rows_[at] >> 32U), whole, scratch, hit);
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
