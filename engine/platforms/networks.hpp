#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Networks as `192.0.2.0/24`, `2001:db8::/32` or single addresses. IPv4 addresses written as IPv6
/// (`::ffff:192.0.2.1`) are IPv4 ones.
class Networks {
public:
    /// The key's list, or `fallback` when it is absent; what is no network is a fault.
    Networks(Settings& source, std::string_view key,
             std::initializer_list<std::string_view> fallback);

    /// False for what is no address.
    [[nodiscard]] bool contains(std::string_view address) const noexcept;

private:
    using Address = std::array<std::uint8_t, 16>;
    struct Network {
        Address address;
        unsigned bits;
    };
    [[nodiscard]] static std::optional<Address> parse(std::string_view text) noexcept;
    [[nodiscard]] static std::optional<Network> parse_network(std::string_view text) noexcept;

    std::vector<Network> networks_;
};

/// Who sent the request: its peer or, as long as that is one of our proxies, whom the proxy names
/// in X-Forwarded-For. Nobody else's word for it counts: the list is read from its end.
[[nodiscard]] std::string_view sender_of(const HttpRequest& request,
                                         const Networks& proxies) noexcept;

}  // namespace hark::platforms
