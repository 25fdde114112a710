#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace hark::app {

/// What came of reading rules and certificates again.
struct Reloaded {
    bool good = false;
    std::string text;  ///< for whoever asked for it; else what is wrong, a line each
};

/// What the admin listener answers. Called on the thread that runs its io_context.
struct AdminHandlers {
    std::function<std::string()> metrics;    ///< Prometheus text
    std::function<std::string()> not_ready;  ///< empty: ready
    std::function<std::string()> sources;    ///< one JSON object a line
    /// Reads rules and certificates again; calls back (on any thread) when the new ones are in use,
    /// or refused.
    std::function<void(std::function<void(Reloaded)>)> reload;
};

/// `GET /metrics`, `GET /healthz`, `GET /readyz`, `GET /sources`, `POST /rules/reload` over plain
/// HTTP, for the machine itself: it binds to 127.0.0.1 unless configured and asks for no
/// credentials. Bounded: small requests, few connections, short time limits.
class AdminServer {
public:
    /// Throws std::runtime_error with the address when it cannot listen.
    AdminServer(boost::asio::io_context& io, const std::string& address, std::uint16_t port,
                AdminHandlers handlers);
    ~AdminServer();

    [[nodiscard]] std::uint16_t port() const noexcept;
    void stop();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hark::app
