#include "triage/link_hosts.hpp"

#include <algorithm>

namespace hark::triage {

namespace {

constexpr std::size_t kHosts = 64;  // more links than any honest post has: the first tell enough
constexpr std::string_view kBlanks = " \t\r\n\"<>";

bool in_host(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte >= 0x80;
}

char small(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

void LinkHosts::find(std::string_view text, std::span<const std::string_view> links) {
    bytes_.clear();
    hosts_.clear();
    find_in(text);
    for (const auto link : links) find_in(link);
}

void LinkHosts::find_in(std::string_view text) {
    for (auto dot = text.find('.'); dot != std::string_view::npos && hosts_.size() < kHosts;) {
        auto begin = dot;
        while (begin > 0 && in_host(text[begin - 1])) --begin;
        auto end = dot;
        while (end < text.size() && in_host(text[end])) ++end;
        const bool in_path =
            end < text.size() && std::string_view("/:?#").find(text[end]) != std::string_view::npos;
        auto host = text.substr(begin, end - begin);
        while (host.ends_with('.')) host.remove_suffix(1);
        const bool is_mail = begin > 0 && text[begin - 1] == '@';
        if (!is_mail && host.find('.', 1) != std::string_view::npos) {
            const auto from = static_cast<std::uint32_t>(bytes_.size());
            for (const char c : host) bytes_ += small(c);
            hosts_.push_back({from, static_cast<std::uint32_t>(bytes_.size())});
        }
        // What follows the host is a path, and what stands there leads nowhere.
        dot =
            text.find('.', in_path ? std::min(text.find_first_of(kBlanks, end), text.size()) : end);
    }
}

bool LinkHosts::lead_to(std::span<const std::string> domains) const noexcept {
    const auto listed = [&](std::string_view domain) {
        return std::binary_search(domains.begin(), domains.end(), domain);
    };
    return std::any_of(hosts_.begin(), hosts_.end(), [&](const Span& span) {
        auto host = std::string_view(bytes_).substr(span.begin, span.end - span.begin);
        for (;;) {
            if (listed(host)) return true;
            const auto dot = host.find('.');
            if (dot == std::string_view::npos) return false;
            host.remove_prefix(dot + 1);
        }
    });
}

}  // namespace hark::triage
