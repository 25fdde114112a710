#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace hark::platforms {

/// Whether both are the same `size` bytes: without a call, since names of members are short.
[[nodiscard]] inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
    const auto same = [&]<typename Word>(Word, std::size_t at) {
        Word one;
        Word other;
        std::memcpy(&one, a + at, sizeof one);
        std::memcpy(&other, b + at, sizeof other);
        return one == other;
    };
    if (size >= sizeof(std::uint64_t)) {
        const auto last = size - sizeof(std::uint64_t);
        for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t)) {
            if (!same(std::uint64_t{}, at)) return false;
        }
        return same(std::uint64_t{}, last);
    }
    if (size >= sizeof(std::uint32_t))
        return same(std::uint32_t{}, 0) && same(std::uint32_t{}, size - sizeof(std::uint32_t));
    for (std::size_t at = 0; at < size; ++at) {
        if (a[at] != b[at]) return false;
    }
    return true;
}

/// Some names, and which of them a key is, told by one look at its length and three of its
/// characters. Made while compiling, which fails where two names are alike in all of these:
///
///     constexpr Names kNames({"id", "text"});
///     switch (kNames.of(key)) {
///         case kNames["id"]: …
template <std::size_t kCount>
class Names {
public:
    consteval explicit Names(const std::string_view (&names)[kCount]) {
        for (std::size_t i = 0; i < kCount; ++i) names_[i] = names[i];
        for (factor_ = 0x9E3779B1; !fill(); factor_ += 0x632BE5A6) {
        }
    }

    /// The place of the name that the key is; kCount when it is none.
    [[nodiscard]] std::size_t of(std::string_view key) const noexcept {
        if (key.empty()) return kCount;
        const std::size_t place = places_[slot(key)];
        const auto name = names_[place];
        const bool same =
            name.size() == key.size() && same_bytes(name.data(), key.data(), key.size());
        return same ? place : kCount;
    }
    /// The place of a name that is one of them.
    consteval std::size_t operator[](std::string_view name) const {
        for (std::size_t i = 0; i < kCount; ++i) {
            if (names_[i] == name) return i;
        }
        throw std::logic_error("this is none of the names");
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return kCount; }

private:
    static constexpr std::size_t kBits = kCount <= 8 ? 6 : 8;
    static constexpr std::size_t kSlots = std::size_t{1} << kBits;
    static_assert(kCount <= 48);

    [[nodiscard]] constexpr std::size_t slot(std::string_view key) const noexcept {
        const auto at = [key](std::size_t i) {
            return std::uint32_t{static_cast<std::uint8_t>(key[i])};
        };
        const auto told = at(0) | at(key.size() / 2) << 8 | at(key.size() - 1) << 16 |
                          static_cast<std::uint32_t>(key.size()) << 24;
        return (told * factor_) >> (32 - kBits);
    }
    /// False: two names share a slot.
    constexpr bool fill() {
        places_.fill(kCount);
        for (std::size_t i = 0; i < kCount; ++i) {
            auto& place = places_[slot(names_[i])];
            if (place != kCount) return false;
            place = static_cast<std::uint8_t>(i);
        }
        return true;
    }

    std::array<std::string_view, kCount + 1> names_{};  ///< the last one is that of no key
    std::array<std::uint8_t, kSlots> places_{};
    std::uint32_t factor_ = 0;
};

}  // namespace hark::platforms
