#pragma once

#include <cstdint>
#include <vector>

#include "core/folded_text.hpp"

namespace hark::text {

/// What the scan notes of the places between words, and of where they came from. Reused.
struct Joints {
    std::vector<std::uint32_t> tight;
    std::vector<FoldedText::Masked> masked;
    std::vector<OffsetMap::Run> runs;
    std::vector<Span> quoted;

    /// Of two runs that begin in one place the first is empty.
    [[gnu::noinline]] void note_run(OffsetMap::Run run) {
        if (!runs.empty() && runs.back().folded == run.folded) runs.back() = run;
        else runs.push_back(run);
    }
};

}  // namespace hark::text
