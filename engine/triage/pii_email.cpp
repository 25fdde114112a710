#include "triage/pii_email.hpp"

#include <algorithm>
#include <iterator>

#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::size_t kLocalBytes = 64;    // RFC 5321, 4.5.3.1.1
constexpr std::size_t kDomainBytes = 255;  // RFC 5321, 4.5.3.1.2
constexpr std::size_t kLabelBytes = 63;    // RFC 1035, 2.3.4
constexpr std::size_t kTopLevelBytes = 24;

bool is_local(char c) noexcept {
    return is_ascii_alnum(c) || std::string_view("._%+-'").find(c) != std::string_view::npos;
}

/// Ends of names of files, which a resolution mark makes look like a domain.
bool is_file_ending(std::string_view top_level) noexcept {
    static constexpr std::string_view kEndings[] = {"png",  "jpg", "jpeg", "gif", "svg",
                                                    "webp", "pdf", "css",  "js",  "json"};
    return std::find(std::begin(kEndings), std::end(kEndings), top_level) != std::end(kEndings);
}

/// Where the domain that begins at `begin` ends; `begin` when there is none.
std::size_t domain_end(std::string_view text, std::size_t begin) noexcept {
    std::size_t end = begin;
    std::size_t label = begin;
    const auto limit = std::min(text.size(), begin + kDomainBytes);
    for (auto at = begin; at <= limit; ++at) {
        const char c = at < limit ? text[at] : '\0';
        if (is_ascii_alnum(c) || c == '-') continue;
        const auto length = at - label;
        const bool sound =
            length > 0 && length <= kLabelBytes && text[label] != '-' && text[at - 1] != '-';
        if (!sound) break;
        const auto name = text.substr(label, length);
        const bool letters = std::all_of(name.begin(), name.end(), is_ascii_letter);
        const bool top = label > begin && length >= 2 && length <= kTopLevelBytes && letters &&
                         !is_file_ending(name);
        if (top) end = at;
        if (c != '.') break;
        label = at + 1;
    }
    return end;
}

bool is_sound_local(std::string_view local) noexcept {
    if (local.empty() || local.size() > kLocalBytes) return false;
    if (local.front() == '.' || local.back() == '.') return false;
    return local.find("..") == std::string_view::npos;
}

/// `https://name@host`: what stands before the @ of a link is no address.
bool is_user_of_link(std::string_view text, std::size_t begin) noexcept {
    const auto from = begin > kLocalBytes ? begin - kLocalBytes : 0;
    auto at = begin;
    while (at > from && !is_space(text[at - 1]) && text[at - 1] != '/') --at;
    return at >= 3 && text.substr(at - 3, 3) == "://";
}

bool is_host_byte(char c) noexcept {
    return is_ascii_alnum(c) || c == '-';
}

/// Words for a dot: dot, kropka, точка, punkt, punto; in brackets or blanks. Its bytes, 0: none.
std::size_t dot_at(std::string_view text, std::size_t at) noexcept {
    constexpr std::string_view kDots[] = {"dot", "kropka", "точка", "punkt", "punto", "DOT"};
    auto next = at;
    while (next < text.size() &&
           std::string_view(" ([{").find(text[next]) != std::string_view::npos)
        ++next;
    if (next < text.size() && text[next] == '.' && next - at <= 2) {
        auto end = next + 1;
        while (end < text.size() &&
               std::string_view(" )]}").find(text[end]) != std::string_view::npos)
            ++end;
        // A full stop with a blank behind it ends a sentence.
        const bool bracketed = next > at && text[next - 1] != ' ';
        return end == next + 1 || bracketed ? end - at : 0;
    }
    if (next == at) return 0;
    for (const auto word : kDots) {
        if (!text.substr(next).starts_with(word)) continue;
        auto end = next + word.size();
        const auto sign = end;
        while (end < text.size() &&
               std::string_view(" )]}").find(text[end]) != std::string_view::npos)
            ++end;
        return end > sign ? end - at : 0;
    }
    return 0;
}

}  // namespace

std::optional<Valid> validate_email_disguised(std::string_view text, Span candidate) noexcept {
    // The candidate is the word for @ with the brackets or blanks about it.
    std::size_t begin = candidate.begin;
    while (begin > 0 && candidate.begin - begin <= kLocalBytes && is_local(text[begin - 1]))
        --begin;
    while (begin < candidate.begin && !is_ascii_alnum(text[begin])) ++begin;
    if (!is_sound_local(text.substr(begin, candidate.begin - begin))) return std::nullopt;
    std::size_t at = candidate.end;
    std::size_t dots = 0;
    std::size_t last = at;
    for (std::size_t labels = 0; labels < 4; ++labels) {
        const auto label = at;
        while (at < text.size() && at - label <= kLabelBytes && is_host_byte(text[at])) ++at;
        if (at == label) break;
        last = at;
        const auto dot = dot_at(text, at);
        if (dot == 0) break;
        ++dots;
        at += dot;
    }
    if (dots == 0) return std::nullopt;
    auto top = last;
    while (top > candidate.end && is_ascii_letter(text[top - 1])) --top;
    const auto length = last - top;
    if (length < 2 || length > 6) return std::nullopt;
    if (last < text.size() && (static_cast<unsigned char>(text[last]) & 0x80U) != 0 &&
        static_cast<unsigned char>(text[last]) != 0xE2)
        return std::nullopt;
    const auto word = text.substr(candidate.begin, candidate.end - candidate.begin);
    const bool plain = word == " at " || word == " AT ";
    const auto domain = text.substr(candidate.end, last - candidate.end);
    // "me at example.com" speaks of a place; "me at example dot com" does not.
    if (plain && domain.find(' ') == std::string_view::npos) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(last)}};
}

std::optional<Valid> validate_email(std::string_view text, Span candidate) noexcept {
    const auto at = text.substr(0, candidate.end).find('@', candidate.begin);
    if (at == std::string_view::npos) return std::nullopt;
    auto begin = at;
    while (begin > 0 && at - begin <= kLocalBytes && is_local(text[begin - 1])) --begin;
    while (begin < at && std::string_view(".'-").find(text[begin]) != std::string_view::npos) {
        ++begin;
    }
    if (!is_sound_local(text.substr(begin, at - begin))) return std::nullopt;
    if (begin > 0 && text[begin - 1] == '@') return std::nullopt;
    if (is_user_of_link(text, begin)) return std::nullopt;
    const auto end = domain_end(text, at + 1);
    if (end == at + 1) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}};
}

}  // namespace hark::triage
