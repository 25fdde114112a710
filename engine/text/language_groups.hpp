#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hark::text {

/// The lanes of a slot. `other` stands for ten more languages in Latin letters.
enum class Lane : std::uint8_t { en, pl, de, es, fr, pt, it, other };
inline constexpr std::size_t kLanes = 8;
inline constexpr std::size_t kSlots = 4096;

/// How much a group of letters speaks for each language: eight letters a slot, A for not at all.
/// Learned (build_time/learn_language.py); groups share slots by hash.
extern const char kLanguageGroups[];

/// `key`: three letters of five bits each, or 0x8000 and a code point with a mark.
[[nodiscard]] inline std::uint64_t language_slot(std::uint32_t key) noexcept {
    const std::uint32_t slot = key * 0x9E3779B1U >> 20U;
    std::uint64_t lanes = 0;
    std::memcpy(&lanes, kLanguageGroups + std::size_t{slot} * kLanes, kLanes);
    return lanes;
}

}  // namespace hark::text
