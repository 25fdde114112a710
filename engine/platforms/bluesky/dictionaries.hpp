#pragma once

#include <cstddef>
#include <span>

namespace hark::platforms::bluesky {

/// What Jetstream servers compress messages with (ORIGIN.md). Static storage.
[[nodiscard]] std::span<const std::byte> dictionary_v1() noexcept;
[[nodiscard]] std::span<const std::byte> dictionary_v2() noexcept;
/// The v2 dictionary's name in the request.
inline constexpr const char* kDictionaryV2 = "20260811";

}  // namespace hark::platforms::bluesky
