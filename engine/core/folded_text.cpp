#include "core/folded_text.hpp"

#include <algorithm>

namespace hark {

namespace {

bool is_inside_code_point(std::string_view text, std::uint32_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
}

struct Found {
    std::span<const OffsetMap::Run>::iterator next;  ///< the run after the byte's
    std::uint32_t begin = 0;                         ///< of the code point
};

/// A letter may be longer than what it stands for, which ends where the next run begins.
Found find(const OffsetMap& map, std::uint32_t folded) noexcept {
    const auto next =
        std::upper_bound(map.runs.begin() + 1, map.runs.end(), folded,
                         [](std::uint32_t at, const auto& run) { return at < run.folded; });
    const auto run = *(next - 1);
    auto at = run.original + (folded - run.folded);
    if (next != map.runs.end() && at >= next->original)
        at = std::max(next->original, run.original + 1) - 1;
    while (at > run.original && is_inside_code_point(map.text, at)) --at;
    return {next, at};
}

}  // namespace

std::uint32_t OffsetMap::begin_of(std::uint32_t folded) const noexcept {
    return find(*this, folded).begin;
}

Span OffsetMap::original(Span folded) const noexcept {
    const auto [next, last] = find(*this, folded.end - 1);
    auto end = std::min(last + 1, static_cast<std::uint32_t>(text.size()));
    while (is_inside_code_point(text, end)) ++end;
    if (next != runs.end() && next->folded == folded.end) end = std::max(end, next->original);
    return {begin_of(folded.begin), end};
}

}  // namespace hark
