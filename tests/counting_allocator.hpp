#pragma once

#include <cstddef>

namespace hark {

/// What this thread asked the global allocator for so far. Link tests/counting_allocator.cpp.
[[nodiscard]] std::size_t counted_allocations() noexcept;

}  // namespace hark
