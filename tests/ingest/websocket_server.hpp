#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hark::ingest {

/// One connection as the server's script sees it. Blocking; what fails because the client has gone
/// does nothing.
class WebSocketPeer {
public:
    virtual ~WebSocketPeer() = default;
    [[nodiscard]] virtual std::string target() const = 0;  ///< of the request
    [[nodiscard]] virtual std::string method() const = 0;
    [[nodiscard]] virtual std::string body() const = 0;
    [[nodiscard]] virtual std::string header(std::string_view name) const = 0;
    virtual void accept() = 0;
    virtual void text(std::string_view message) = 0;
    virtual void binary(std::string_view message) = 0;
    virtual void raw(std::string_view bytes) = 0;  ///< past the WebSocket
    /// Reads until the client has gone; gives what it said.
    virtual std::vector<std::string> listen() = 0;
    /// The next message of the client; empty when it has gone.
    [[nodiscard]] virtual std::string hear() = 0;
    virtual void farewell(std::uint16_t code = 1001) = 0;
};

struct ServerCertificate {
    std::string certificate;
    std::string key;
};

/// A server with its thread; the first connection gets the first script, and those after the last
/// script get that.
class WebSocketServer {
public:
    using Script = std::function<void(WebSocketPeer&)>;

    explicit WebSocketServer(std::vector<Script> scripts, ServerCertificate tls = {});
    ~WebSocketServer();
    WebSocketServer(const WebSocketServer&) = delete;
    WebSocketServer& operator=(const WebSocketServer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] int connections() const noexcept { return connections_; }
    [[nodiscard]] int pings() const noexcept { return pings_; }

private:
    struct Sockets;
    void serve();

    std::vector<Script> scripts_;
    std::unique_ptr<Sockets> sockets_;
    std::atomic<int> connections_{0};
    std::atomic<int> pings_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace hark::ingest
