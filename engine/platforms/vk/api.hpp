#pragma once

#include "platforms/json.hpp"

#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "platforms/outbound.hpp"

namespace hark::platforms::vk {

/// Where VK's methods are, and with whose token they are called.
struct Api {
    std::string url;  ///< `https://api.vk.com/method`
    std::string token;

    /// Servers that VK names are spoken to as VK itself is.
    [[nodiscard]] bool is_plain() const noexcept { return url.starts_with("http://"); }
};

/// A method's call; `form` is its own parameters. The token stands in the body, so that no log of
/// addresses has it.
[[nodiscard]] Call method_call(const Api& api, std::string_view method, std::string_view form,
                               std::uint32_t purpose);

/// What a method, a rule or a long poll was answered; empty views where the reply has none.
struct Reply {
    std::string_view endpoint;
    std::string_view server;
    std::string_view key;
    std::string_view ts;
    std::string_view failed;
    std::string_view error_code;
};

/// Reads replies; views are valid until the next one.
class ReplyReader {
public:
    /// Not ok: this is no reply of VK.
    [[nodiscard]] Errc read(std::string_view body, Reply& reply);
    /// The same of a method. The outcome has a problem when the method failed; nothing is decoded.
    [[nodiscard]] Outcome read_method(const HttpResponse& response, Reply& reply);

private:
    JsonParser parser_;
    Arena arena_;
};

/// `host` or `host:port` and nothing else: what may stand in an address that carries a key.
[[nodiscard]] bool is_host(std::string_view text) noexcept;

}  // namespace hark::platforms::vk
