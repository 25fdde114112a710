#include "ingest/webhook_server.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <stdexcept>

#include "ingest/webhook_state.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// How late a timeout may strike; a sweep over 10,000 connections takes microseconds.
constexpr std::chrono::milliseconds kSweep{100};
constexpr std::chrono::milliseconds kOutOfDescriptors{100};

std::shared_ptr<asio::ssl::context> load(const TlsFiles& files) {
    auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(tls->native_handle(),
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
    SSL_CTX_set_cipher_list(tls->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    // An idle connection gives its record buffers back: 34 KiB each.
    SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    error_code error;
    tls->use_certificate_chain_file(files.certificate, error);
    if (error) throw std::runtime_error(files.certificate + ": " + error.message());
    tls->use_private_key_file(files.key, asio::ssl::context::pem, error);
    if (error) throw std::runtime_error(files.key + ": " + error.message());
    if (SSL_CTX_check_private_key(tls->native_handle()) != 1) {
        throw std::runtime_error(files.key + ": is not the key of " + files.certificate);
    }
    return tls;
}

/// With SO_REUSEPORT the kernel would share the port with another process of this user, and give it
/// half of the posts: without, it says that the port is in use.
error_code bind_alone(asio::io_context& io, const tcp::endpoint& endpoint) {
    error_code error;
    tcp::socket probe(io);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.set_option(tcp::socket::reuse_address(true), error);
    if (!error) probe.bind(endpoint, error);
    return error;
}

}  // namespace

void require_certificate(const TlsFiles& files) {
    (void)load(files);
}

struct WebhookServer::State : std::enable_shared_from_this<WebhookServer::State> {
    State(runtime::Shard& shard, const WebhookOptions& options, FrameHandler& handler,
          telemetry::Metrics& metrics)
        : shared(std::make_shared<WebhookShared>(shard.io(), options, handler, metrics)),
          acceptor(shard.io()),
          sweep_timer(shard.io()),
          connections(metrics.gauge("hark_webhook_connections", "Open webhook connections")) {}

    void listen();
    Task<void> accept();
    Task<void> sweep();
    void take(WebhookSocket socket);

    std::shared_ptr<WebhookShared> shared;
    asio::basic_socket_acceptor<tcp, ShardExecutor> acceptor;
    asio::basic_waitable_timer<WebhookClock, asio::wait_traits<WebhookClock>, ShardExecutor>
        sweep_timer;
    std::shared_ptr<asio::ssl::context> tls;
    telemetry::Gauge& connections;
    bool swept = false;  ///< no more sweeps
};

void WebhookServer::State::listen() {
    const auto& options = shared->options;
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options.address, error), options.port);
    if (!error && !options.bound->load()) error = bind_alone(shared->io, endpoint);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error)
        acceptor.set_option(asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true),
                            error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        throw std::runtime_error("listener " + options.address + ":" +
                                 std::to_string(options.port) + ": " + error.message());
    options.bound->store(true);
}

Task<void> WebhookServer::State::accept() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
        error_code error;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(kAwait, error));
        if (!acceptor.is_open()) co_return;
        if (error) {
            telemetry::log(telemetry::Level::error, "accept_failed", {{"reason", error.message()}});
            asio::basic_waitable_timer<WebhookClock, asio::wait_traits<WebhookClock>, ShardExecutor>
                timer(shared->io.get_executor(), kOutOfDescriptors);
            co_await timer.async_wait(asio::redirect_error(kAwait, error));
            continue;
        }
        take(std::move(socket));
    }
}

void WebhookServer::State::take(WebhookSocket socket) {
    error_code ignored;
    if (shared->options.open->load() >= shared->options.connections) {
        shared->count(shared->nowhere, 503, Errc::too_many);
        static constexpr std::string_view kFull =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: "
            "close\r\nContent-Length: 0\r\n\r\n";
        if (tls == nullptr) {
            socket.non_blocking(true, ignored);
            socket.write_some(asio::buffer(kFull), ignored);
        }
        return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    if (tls != nullptr) serve_tls(shared, std::move(socket), tls);
    else serve_plain(shared, std::move(socket));
}

Task<void> WebhookServer::State::sweep() {
    const auto self = shared_from_this();
    while (!swept) {
        error_code error;
        sweep_timer.expires_after(kSweep);
        co_await sweep_timer.async_wait(asio::redirect_error(kAwait, error));
        const auto now = WebhookClock::now();
        for (const auto& peer : shared->peers) {
            if (peer->deadline < now) peer->close();
        }
        connections.set(static_cast<double>(shared->peers.size()));
    }
}

WebhookServer::WebhookServer(runtime::Shard& shard, const WebhookOptions& options,
                             FrameHandler& handler, telemetry::Metrics& metrics)
    : state_(std::make_shared<State>(shard, options, handler, metrics)) {
    if (options.tls) state_->tls = load(*options.tls);
    state_->listen();
}

/// Connections and what they share hold one another, and no coroutine is left to part them.
WebhookServer::~WebhookServer() {
    state_->shared->peers.clear();
    state_->shared->left.clear();
}

std::uint16_t WebhookServer::port() const noexcept {
    error_code error;
    return state_->acceptor.local_endpoint(error).port();
}

void WebhookServer::start() {
    asio::co_spawn(state_->shared->io.get_executor(), state_->accept(), asio::detached);
    asio::co_spawn(state_->shared->io.get_executor(), state_->sweep(), asio::detached);
}

std::string WebhookServer::reload_certificate() {
    if (!state_->shared->options.tls) return {};
    try {
        state_->tls = load(*state_->shared->options.tls);
        return {};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

void WebhookServer::stop_accepting() {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->shared->stopping = true;
    for (const auto& peer : state_->shared->peers) {
        if (peer->between_requests()) peer->close();
    }
}

bool WebhookServer::idle() const noexcept {
    return state_->shared->peers.empty();
}

void WebhookServer::close() {
    state_->swept = true;
    state_->sweep_timer.cancel();
    for (const auto& peer : state_->shared->peers) peer->close();
}

}  // namespace hark::ingest
