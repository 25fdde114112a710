#include "publish/record/published_text.hpp"

#include <algorithm>

#include <simdjson.h>

#include "core/check.hpp"
#include "publish/record/json_buffer.hpp"

namespace hark::publish {

namespace {

constexpr std::size_t kStride = 64;

std::uint32_t count_points(const char* from, std::size_t size) noexcept {
    std::uint32_t points = 0;
    for (std::size_t i = 0; i < size; ++i) points += (from[i] & 0xC0) != 0x80 ? 1U : 0U;
    return points;
}

}  // namespace

void PublishedText::read(std::string_view text, const std::vector<PiiFinding>& findings,
                         std::span<const std::string> masks) {
    text_ = text;
    count(text);
    brackets_.clear();
    if (masks.empty()) return;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const auto& finding = findings[i];
        HARK_CHECK(finding.span.begin < finding.span.end && finding.span.end <= text.size());
        HARK_CHECK(brackets_.empty() || finding.span.begin >= brackets_.back().original.end);
        const auto begin = begin_of(finding.span.begin);
        const auto size = count_points(masks[i].data(), masks[i].size());
        brackets_.push_back({finding.span, {begin, begin + size}, points_before(finding.span.end)});
    }
}

PublishedText::Range PublishedText::range(Span original) const noexcept {
    HARK_CHECK(original.begin < original.end && original.end <= text_.size());
    return {begin_of(original.begin), end_of(original.end)};
}

void PublishedText::count(std::string_view text) {
    points_.clear();
    ascii_ = true;
    valid_ = true;
    std::uint32_t points = 0;
    std::size_t at = 0;
    for (; at < text.size(); at += kStride) {
        points_.push_back(points);
        points += count_points(text.data() + at, std::min(kStride, text.size() - at));
    }
    ascii_ = points == text.size();
    valid_ = simdjson::validate_utf8(text);
    if (valid_) return;
    points_.assign(text.size() + 1, 0);
    points = 0;
    for (at = 0; at < text.size();) {
        const auto size = step(text.substr(at)).size;
        for (std::size_t i = 0; i < size; ++i) points_[at + i] = points;
        at += size;
        ++points;
    }
    points_[text.size()] = points;
}

std::uint32_t PublishedText::points_before(std::uint32_t byte) const noexcept {
    if (!valid_) return points_[byte];
    if (ascii_ || byte == 0) return byte;
    const auto block = (byte - 1) / kStride;
    return points_[block] + count_points(text_.data() + block * kStride, byte - block * kStride);
}

std::uint32_t PublishedText::shifted(const Bracket& before, std::uint32_t byte) const noexcept {
    return before.published.end + points_before(byte) - before.points_at_end;
}

std::uint32_t PublishedText::begin_of(std::uint32_t byte) const noexcept {
    for (auto at = brackets_.rbegin(); at != brackets_.rend(); ++at) {
        if (at->original.begin > byte) continue;
        return byte < at->original.end ? at->published.begin : shifted(*at, byte);
    }
    return points_before(byte);
}

std::uint32_t PublishedText::end_of(std::uint32_t byte) const noexcept {
    for (auto at = brackets_.rbegin(); at != brackets_.rend(); ++at) {
        if (at->original.begin >= byte) continue;
        return byte <= at->original.end ? at->published.end : shifted(*at, byte);
    }
    return points_before(byte);
}

}  // namespace hark::publish
