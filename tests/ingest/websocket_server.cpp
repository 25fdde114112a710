#include "ingest/websocket_server.hpp"

#include <algorithm>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

template <typename Transport>
class Peer final : public WebSocketPeer {
public:
    template <typename... Arguments>
    explicit Peer(std::atomic<int>& pings, Arguments&&... arguments)
        : socket_(std::forward<Arguments>(arguments)...) {
        websocket::permessage_deflate deflate;
        deflate.server_enable = true;
        deflate.msg_size_threshold = 64;
        socket_.set_option(deflate);
        socket_.control_callback([&pings](websocket::frame_type kind, beast::string_view) {
            if (kind == websocket::frame_type::ping) ++pings;
        });
    }
    [[nodiscard]] auto& transport() { return socket_.next_layer(); }
    [[nodiscard]] bool read_request() {
        error_code error;
        beast::http::read(socket_.next_layer(), buffer_, request_, error);
        return !error;
    }

    [[nodiscard]] std::string target() const override { return std::string(request_.target()); }
    [[nodiscard]] std::string header(std::string_view name) const override {
        return std::string(request_[beast::string_view(name.data(), name.size())]);
    }
    [[nodiscard]] std::string method() const override {
        return std::string(request_.method_string());
    }
    [[nodiscard]] std::string body() const override { return request_.body(); }
    void accept() override { socket_.accept(request_, ignored_); }
    void text(std::string_view message) override { send(message, false); }
    void binary(std::string_view message) override { send(message, true); }
    void raw(std::string_view bytes) override {
        asio::write(socket_.next_layer(), asio::buffer(bytes), ignored_);
    }
    std::vector<std::string> listen() override {
        std::vector<std::string> said;
        for (;;) {
            beast::flat_buffer buffer;
            error_code error;
            if (socket_.is_open()) socket_.read(buffer, error);
            else buffer.commit(socket_.next_layer().read_some(buffer.prepare(512), error));
            if (error) return said;
            said.push_back(beast::buffers_to_string(buffer.data()));
        }
    }
    [[nodiscard]] std::string hear() override {
        beast::flat_buffer buffer;
        error_code error;
        socket_.read(buffer, error);
        return error ? std::string{} : beast::buffers_to_string(buffer.data());
    }
    void farewell(std::uint16_t code) override {
        socket_.close(static_cast<websocket::close_code>(code), ignored_);
    }

private:
    void send(std::string_view message, bool is_binary) {
        socket_.binary(is_binary);
        socket_.write(asio::buffer(message), ignored_);
    }

    websocket::stream<Transport> socket_;
    beast::flat_buffer buffer_;
    beast::http::request<beast::http::string_body> request_;
    error_code ignored_;
};

}  // namespace

struct WebSocketServer::Sockets {
    asio::io_context io;
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    asio::ssl::context tls{asio::ssl::context::tls_server};
    bool secure = false;
    std::atomic<int> open{-1};  ///< the descriptor of the connection that is served
};

WebSocketServer::WebSocketServer(std::vector<Script> scripts, ServerCertificate tls)
    : scripts_(std::move(scripts)), sockets_(std::make_unique<Sockets>()) {
    sockets_->secure = !tls.certificate.empty();
    if (sockets_->secure) {
        sockets_->tls.use_certificate_chain_file(tls.certificate);
        sockets_->tls.use_private_key_file(tls.key, asio::ssl::context::pem);
    }
    thread_ = std::thread([this] { serve(); });
}

WebSocketServer::~WebSocketServer() {
    stopping_ = true;
    ::shutdown(sockets_->acceptor.native_handle(), SHUT_RDWR);
    if (sockets_->open >= 0) ::shutdown(sockets_->open, SHUT_RDWR);
    thread_.join();
}

std::uint16_t WebSocketServer::port() const noexcept {
    return sockets_->acceptor.local_endpoint().port();
}

void WebSocketServer::serve() {
    for (std::size_t i = 0; !stopping_; i = std::min(i + 1, scripts_.size() - 1)) {
        error_code error;
        auto socket = sockets_->acceptor.accept(error);
        if (error) continue;
        sockets_->open = socket.native_handle();
        ++connections_;
        if (sockets_->secure) {
            Peer<asio::ssl::stream<tcp::socket>> peer(pings_, std::move(socket), sockets_->tls);
            peer.transport().handshake(asio::ssl::stream_base::server, error);
            if (!error && peer.read_request()) scripts_[i](peer);
            sockets_->open = -1;
        } else {
            Peer<tcp::socket> peer(pings_, std::move(socket));
            if (peer.read_request()) scripts_[i](peer);
            sockets_->open = -1;
        }
    }
}

}  // namespace hark::ingest
