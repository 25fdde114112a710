#include "match/word_table.hpp"

#include <utility>

namespace hark::match {

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
