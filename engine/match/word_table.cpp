#include "match/word_table.hpp"

#include <utility>

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

}  // namespace

/// Words are short: the first and the last eight bytes, the middle only of long ones.
std::size_t WordHash::operator()(std::string_view word) const noexcept {
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

void WordTable::add(const WordKey& key, std::uint32_t number) {
    if (2 * (size_ + 1) > slots_.size()) {  // at most half full
        const auto old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
        tags_.assign(slots_.size(), 0);
        mask_ = slots_.size() - 1;
        --shift_;
        size_ = 0;
        for (const auto& slot : old) {
            if (slot.number != kNone) add(slot.key, slot.number);
        }
    }
    const auto hash = hash_of(key);
    auto at = hash >> shift_;
    while (tags_[at] != 0) at = (at + 1) & mask_;
    tags_[at] = tag_of(hash);
    slots_[at] = {key, number};
    ++size_;
}

}  // namespace hark::match
