#pragma once

#include <cstdint>
#include <vector>

#include "core/folded_text.hpp"

namespace hark::text {

/// What the scan notes of the places between words. Reused.
struct Joints {
    std::vector<std::uint32_t> tight;
    std::vector<FoldedText::Masked> masked;
};

}  // namespace hark::text
