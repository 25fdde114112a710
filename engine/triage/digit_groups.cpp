#include "triage/digit_groups.hpp"

#include <algorithm>

#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::size_t kMaxSigns = 3;

struct Sign {
    char sign = '\0';  // what it counts as; none: no separator
    std::size_t bytes = 0;
};

Sign sign_at(std::string_view text, std::size_t at) noexcept {
    const char c = text[at];
    if (std::string_view(" -./()").find(c) != std::string_view::npos) return {c, 1};
    const auto rest = text.substr(at);
    if (rest.starts_with("\u00A0")) return {' ', 2};
    if (rest.starts_with("\u202F") || rest.starts_with("\u2009")) return {' ', 3};
    if (rest.starts_with("\u2010") || rest.starts_with("\u2011") || rest.starts_with("\u2012") ||
        rest.starts_with("\u2013") || rest.starts_with("\u2014")) {
        return {'-', 3};
    }
    return {};
}

/// Of several signs the one that says most about the number's form.
char more_telling(char a, char b) noexcept {
    constexpr std::string_view kOrder = " .-/)(";
    return kOrder.find(a) != std::string_view::npos && kOrder.find(a) > kOrder.find(b) ? a : b;
}

/// Skips the signs before the next group; where none follows, stays.
std::size_t next_group(std::string_view text, std::size_t at, char& before) noexcept {
    auto next = at;
    char telling = '\0';
    for (std::size_t i = 0; i < kMaxSigns && next < text.size(); ++i) {
        const auto sign = sign_at(text, next);
        if (sign.bytes == 0) break;
        telling = telling == '\0' ? sign.sign : more_telling(sign.sign, telling);
        next += sign.bytes;
    }
    if (next >= text.size() || !is_digit(text[next])) return at;
    before = telling;
    return next;
}

}  // namespace

std::string_view DigitGroups::digits_of(std::size_t first, std::size_t last) const noexcept {
    const std::size_t begin = groups[first].first;
    const std::size_t past = groups[last].first + std::size_t{groups[last].size};
    return std::string_view(digits.data(), digit_count).substr(begin, past - begin);
}

Span DigitGroups::span_of(std::size_t first, std::size_t last) const noexcept {
    return {groups[first].begin, groups[last].end};
}

bool DigitGroups::evenly(std::size_t first, std::size_t last, char sign) const noexcept {
    for (auto i = first + 1; i <= last; ++i) {
        if (groups[i].before != sign) return false;
    }
    return last > first;
}

DigitGroups read_groups(std::string_view text, std::size_t begin) noexcept {
    DigitGroups out;
    auto at = begin;
    while (at < text.size() && !is_digit(text[at])) ++at;
    const auto lead = text.substr(0, at);
    out.plus = lead.ends_with('+') || lead.ends_with("+ ");
    char before = lead.ends_with('(') ? '(' : '\0';
    while (at < text.size() && is_digit(text[at])) {
        auto end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        const auto size = end - at;
        if (out.count == DigitGroups::kMaxGroups ||
            size > DigitGroups::kMaxDigits - out.digit_count)
            out.whole = false;
        if (out.whole) {
            auto& group = out.groups[out.count++];
            group.begin = static_cast<std::uint32_t>(at);
            group.end = static_cast<std::uint32_t>(end);
            group.first = static_cast<std::uint8_t>(out.digit_count);
            group.size = static_cast<std::uint8_t>(size);
            group.before = before;
            std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size,
                        out.digits.begin() + static_cast<std::ptrdiff_t>(out.digit_count));
            out.digit_count += size;
        }
        out.end = static_cast<std::uint32_t>(end);
        at = next_group(text, end, before);
        if (at == end) break;
    }
    return out;
}

}  // namespace hark::triage
