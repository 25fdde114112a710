#pragma once

#include <algorithm>
#include <string_view>

namespace hark::ingest {

/// Views into the target.
struct RequestTarget {
    std::string_view path;
    std::string_view query;  ///< what follows the `?`
};

/// Of a request's target in its origin form, `/hook?a=b`, or its absolute form,
/// `http://host/hook?a=b`, which a server must take too (RFC 9112 section 3.2.2). The host says
/// nothing: every listener serves all paths.
[[nodiscard]] inline RequestTarget split_target(std::string_view target) {
    constexpr auto kMark = std::string_view("://");
    if (!target.starts_with('/')) {
        const auto scheme = target.substr(0, std::min(target.find(kMark), target.size()));
        const auto is = [&](std::string_view name) {
            return std::equal(scheme.begin(), scheme.end(), name.begin(), name.end(),
                              [](char a, char b) { return (a | 0x20) == b; });
        };
        if (is("http") || is("https")) {
            target.remove_prefix(scheme.size() + kMark.size());
            target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
        }
    }
    const auto mark = std::min(target.find('?'), target.size());
    return {target.substr(0, mark), target.substr(std::min(mark + 1, target.size()))};
}

}  // namespace hark::ingest
