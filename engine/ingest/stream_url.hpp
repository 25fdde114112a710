#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hark::ingest {

/// `wss://host:port/target`, taken apart.
struct StreamUrl {
    bool websocket = true;  ///< else HTTP
    bool tls = true;
    std::string host;    ///< without the brackets of an IPv6 address
    std::string port;    ///< 443 or 80 when the address has none
    std::string target;  ///< path and query; `/` when there is none
};

/// nullopt when it is no ws://, wss://, http:// or https:// address, or one with a user in it.
[[nodiscard]] std::optional<StreamUrl> parse_stream_url(std::string_view url);

}  // namespace hark::ingest
