#include "ingest/stream_url.hpp"

#include <algorithm>

namespace hark::ingest {

std::optional<StreamUrl> parse_stream_url(std::string_view url) {
    StreamUrl out;
    const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
    if (scheme != "ws" && scheme != "wss" && scheme != "http" && scheme != "https")
        return std::nullopt;
    out.tls = scheme == "wss" || scheme == "https";
    out.websocket = scheme.starts_with("ws");
    url.remove_prefix(scheme.size() + 3);
    const auto end = std::min(url.find_first_of("/?"), url.size());
    auto authority = url.substr(0, end);
    out.target = url.substr(end);
    if (!out.target.starts_with('/')) out.target.insert(0, "/");
    if (authority.find('@') != std::string_view::npos) return std::nullopt;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        out.host = authority.substr(1, close - 1);
        authority.remove_prefix(close + 1);
    } else {
        const auto colon = std::min(authority.find(':'), authority.size());
        out.host = authority.substr(0, colon);
        authority.remove_prefix(colon);
    }
    if (authority.starts_with(':')) out.port = authority.substr(1);
    else if (!authority.empty()) return std::nullopt;
    if (out.port.empty()) out.port = out.tls ? "443" : "80";
    const bool digits =
        out.port.find_first_not_of("0123456789") == std::string::npos && out.port.size() <= 5;
    if (out.host.empty() || !digits) return std::nullopt;
    return out;
}

}  // namespace hark::ingest
