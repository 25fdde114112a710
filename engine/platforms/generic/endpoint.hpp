#pragma once

#include <simdjson.h>

#include <chrono>
#include <string>

#include "core/arena.hpp"
#include "core/mention.hpp"
#include "core/settings.hpp"
#include "platforms/outbound.hpp"

namespace hark::platforms::generic {

/// Where a generic source goes, if it goes anywhere: a WebSocket, a stream over HTTP or a poll.
/// Reads its own keys of the source.
class Endpoint {
public:
    explicit Endpoint(Settings& source);

    [[nodiscard]] Step next(const Progress& progress) const;
    [[nodiscard]] bool is_poll() const noexcept { return way_ == Way::poll; }
    /// Takes the place of a message or reply, and whether there is more.
    void read_place(simdjson::dom::element root, Arena& arena, Mentions& out);

private:
    enum class Way : std::uint8_t { none, websocket, lines, events, poll };

    void read_address(Settings& source);
    void read_place_keys(Settings& source);
    [[nodiscard]] Step request(const Cursor& cursor) const;

    Way way_ = Way::none;
    std::string url_;
    Headers headers_;
    std::string hello_;
    std::string body_;
    std::chrono::milliseconds interval_{};
    std::chrono::milliseconds reply_timeout_{};
    std::string cursor_pointer_;
    std::string cursor_parameter_;
    std::string cursor_header_;
    std::string more_pointer_;
    bool answered_ = false;
    bool more_ = false;
};

}  // namespace hark::platforms::generic
