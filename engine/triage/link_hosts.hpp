#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"

namespace hark::triage {

/// The hosts that a post's links lead to. Reused from post to post; no allocation once warm.
class LinkHosts {
public:
    /// Hosts in the text, with or without `https://` before them, and of the links attached. The
    /// part after `@` of an e-mail address is none.
    void find(std::string_view text, std::span<const std::string_view> links);

    /// Whether a host is one of the domains or below one. `domains`: sorted, small letters.
    [[nodiscard]] bool lead_to(std::span<const std::string> domains) const noexcept;

private:
    void find_in(std::string_view text);

    std::string bytes_;  ///< in small letters, one after another
    std::vector<Span> hosts_;
};

}  // namespace hark::triage
