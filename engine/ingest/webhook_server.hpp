#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "ingest/frame_handler.hpp"
#include "platforms/platform.hpp"
#include "runtime/shard.hpp"
#include "telemetry/metrics.hpp"

namespace hark::ingest {

/// Requests to this path are this source's.
struct WebhookRoute {
    std::string path;
    SourceIndex source = 0;
    std::string source_name;
    platforms::Platform* platform = nullptr;  ///< of this shard
    std::size_t body_bytes = limits::kHttpBodyBytes;
};

struct TlsFiles {
    std::string certificate;  ///< PEM, with its chain
    std::string key;          ///< PEM
};

/// Throws std::runtime_error that says what is wrong with them.
void require_certificate(const TlsFiles& files);

struct WebhookOptions {
    std::string address;
    std::uint16_t port = 0;
    std::optional<TlsFiles> tls;
    std::size_t connections = limits::kConnections;
    /// How many are open. Copies of the options share it, so that the limit is that of all shards
    /// together.
    std::shared_ptr<std::atomic<std::size_t>> open = std::make_shared<std::atomic<std::size_t>>(0);
    /// What is there of bodies that are not whole yet, shared in the same way.
    std::size_t received_bytes = limits::kReceivedBytes;
    std::shared_ptr<std::atomic<std::size_t>> received =
        std::make_shared<std::atomic<std::size_t>>(0);
    /// Whether one of the copies has bound the port: then it is shared, until then it must be free.
    std::shared_ptr<std::atomic<bool>> bound = std::make_shared<std::atomic<bool>>(false);
    std::size_t requests_per_connection = limits::kRequestsPerConnection;
    std::chrono::milliseconds handshake_timeout = limits::kTlsHandshakeTimeout;
    std::chrono::milliseconds header_timeout = limits::kHttpHeaderTimeout;
    std::chrono::milliseconds body_timeout = limits::kHttpBodyTimeout;
    std::chrono::milliseconds answer_timeout = limits::kHttpAnswerTimeout;
    std::chrono::milliseconds idle_timeout = limits::kHttpIdleTimeout;
    std::vector<WebhookRoute> routes;
};

/// One shard's part of a listener: HTTP/1.1 with keep-alive and pipelining, TLS 1.2 and later. A
/// request that brings mentions is answered when the sink has all of them; in time or 503, so that
/// its sender tries again. Nothing of a body is ever echoed.
class WebhookServer {
public:
    /// Binds with SO_REUSEPORT, so that every shard has an acceptor of its own on one port (the
    /// first, which must find it free), and listens. Before the shard runs. Throws
    /// std::runtime_error naming the address or the certificate.
    WebhookServer(runtime::Shard& shard, const WebhookOptions& options, FrameHandler& handler,
                  telemetry::Metrics& metrics);
    ~WebhookServer();  ///< after the shard has stopped

    [[nodiscard]] std::uint16_t port() const noexcept;
    void start();

    // On the shard:

    /// Reads the certificate again for new connections. Empty, or what is wrong: then the old one
    /// stays in use.
    [[nodiscard]] std::string reload_certificate();
    /// Accepts nothing more; idle connections are closed, others after the answer that they wait
    /// for.
    void stop_accepting();
    [[nodiscard]] bool idle() const noexcept;  ///< no connection is left
    void close();                              ///< of what is left, without waiting

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hark::ingest
