#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace hark::match {

/// The first sixteen bytes of a word, zeros behind its end: two registers instead of a string, so
/// that hash and comparison cost no loop and no call. Folded text holds no zero byte.
struct WordKey {
    static constexpr std::size_t kBytes = 16;
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend bool operator==(const WordKey&, const WordKey&) = default;

    WordKey() = default;
    explicit WordKey(std::string_view word) noexcept {
        static_assert(std::endian::native == std::endian::little);
        char bytes[kBytes] = {};
        std::memcpy(bytes, word.data(), word.size() < kBytes ? word.size() : kBytes);
        *this = load(bytes);
    }

    /// From sixteen readable bytes.
    [[nodiscard]] static WordKey load(const char* from) noexcept {
        WordKey key;
        std::memcpy(&key.low, from, 8);
        std::memcpy(&key.high, from + 8, 8);
        return key;
    }

    /// The first `bytes` of them, 1 to 16.
    [[nodiscard]] WordKey first(std::size_t bytes) const noexcept {
        WordKey key;
        const auto mask = ~std::uint64_t{0} >> (8 - (bytes & 7U)) * 8 % 64;
        key.low = bytes < 8 ? low & mask : low;
        key.high = bytes <= 8 ? 0 : bytes < kBytes ? high & mask : high;
        return key;
    }
};

/// Of words of any length; the library's own goes byte by byte.
struct WordHash {
    using is_avalanching = void;
    std::size_t operator()(std::string_view word) const noexcept;
};

/// Words of at most sixteen bytes, each with a number. Open addressing with a byte of the hash a
/// slot beside it: a miss, the common case, stays in the first cache. Thread-safe once filled.
class WordTable {
public:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    [[nodiscard]] std::uint32_t find(const WordKey& key) const noexcept {
        const auto hash = hash_of(key);
        const auto tag = tag_of(hash);
        for (auto at = hash >> shift_;; at = (at + 1) & mask_) {
            if (tags_[at] == tag && slots_[at].key == key) return slots_[at].number;
            if (tags_[at] == 0) return kNone;
        }
    }

    /// The key is not there yet.
    void add(const WordKey& key, std::uint32_t number);

private:
    struct Slot {
        WordKey key;
        std::uint32_t number = kNone;
    };

    static std::uint64_t hash_of(const WordKey& key) noexcept {
        const auto mixed =
            (key.low ^ std::rotl(key.high * 0xD6E8FEB86659FD93, 32)) * 0x9E3779B97F4A7C15;
        return (mixed ^ mixed >> 32U) * 0xD6E8FEB86659FD93;
    }
    /// Of bits that shift_ leaves out; 0 is an empty slot.
    static std::uint8_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint8_t>(hash >> 24U | 1U);
    }

    std::vector<std::uint8_t> tags_ = std::vector<std::uint8_t>(2);
    std::vector<Slot> slots_ = std::vector<Slot>(2);
    std::size_t mask_ = 1;
    unsigned shift_ = 63;
    std::size_t size_ = 0;
};

}  // namespace hark::match
