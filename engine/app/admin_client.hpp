#pragma once

#include <string>
#include <string_view>

namespace hark::app {

/// The answer of a running daemon's admin listener.
struct AdminAnswer {
    unsigned status = 0;
    std::string body;
};

/// One request to `admin`, HOST:PORT. Throws std::runtime_error when nobody answers there, or it is
/// no such place.
[[nodiscard]] AdminAnswer ask_admin(const std::string& admin, std::string_view method,
                                    std::string_view target);

}  // namespace hark::app
