#include "ingest/stream_socket.hpp"

#include <openssl/ssl.h>

#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "core/limits.hpp"
#include "ingest/stream_transport.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 64 * limits::kKiB;

}  // namespace

struct StreamSocket::State {
    State(asio::io_context& io, asio::ssl::context* tls) : socket(io, tls) {}

    websocket::stream<StreamTransport> socket;
    beast::flat_buffer buffer;
    websocket::response_type response;
    std::string sent;
};

namespace {

/// One type for the end of every operation.
struct Finish {
    std::shared_ptr<void> alive;
    StreamSocket::Done done;
    void operator()(const error_code& error, std::size_t = 0) const { done(error); }
};

}  // namespace

StreamSocket::StreamSocket(asio::io_context& io, asio::ssl::context* tls)
    : state_(std::make_shared<State>(io, tls)) {
    auto& socket = state_->socket;
    // Beast's own idle timeout would count pongs as life, and has no limit of its own for a large
    // message but to give the connection up.
    socket.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                      websocket::stream_base::none(), false});
    socket.read_message_max(0);
}

StreamSocket::~StreamSocket() = default;

void StreamSocket::connect(const asio::ip::tcp::endpoint& to, Done done) {
    state_->socket.next_layer().tcp().async_connect(to, Finish{state_, std::move(done)});
}

void StreamSocket::secure(const std::string& host, Done done) {
    auto& tls = *state_->socket.next_layer().tls();
    // SNI names hosts only (RFC 6066); an address is verified as an address.
    error_code error;
    asio::ip::make_address(host, error);
    if (error) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_callback(asio::ssl::host_name_verification(host));
    tls.async_handshake(asio::ssl::stream_base::client, Finish{state_, std::move(done)});
}

void StreamSocket::upgrade(const StreamUrl& url, const platforms::StreamRequest& request,
                           Done done) {
    auto& socket = state_->socket;
    websocket::permessage_deflate deflate;
    deflate.client_enable = request.permessage_deflate;
    socket.set_option(deflate);
    socket.set_option(
        websocket::stream_base::decorator([request](websocket::request_type& upgrade) {
            upgrade.set(beast::http::field::user_agent, "hark");
            if (!request.subprotocol.empty())
                upgrade.set(beast::http::field::sec_websocket_protocol, request.subprotocol);
            for (const auto& [name, value] : request.headers) upgrade.set(name, value);
        }));
    const bool usual = url.port == (url.tls ? "443" : "80");
    const auto name = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    socket.async_handshake(state_->response, usual ? name : name + ":" + url.port, url.target,
                           Finish{state_, std::move(done)});
}

StreamSocket::Refusal StreamSocket::refusal() const {
    const auto& response = state_->response;
    if (response.result_int() < 300) return {};
    return {response.result_int(), std::string(response[beast::http::field::retry_after])};
}

void StreamSocket::read_some(Done done) {
    state_->socket.async_read_some(state_->buffer, kReadBytes, Finish{state_, std::move(done)});
}

bool StreamSocket::message_done() const {
    return state_->socket.is_message_done();
}

bool StreamSocket::message_is_binary() const {
    return state_->socket.got_binary();
}

std::string_view StreamSocket::bytes() {
    state_->buffer.prepare(limits::kFramePadding);
    const auto data = state_->buffer.data();
    return {static_cast<const char*>(data.data()), data.size()};
}

void StreamSocket::clear() {
    state_->buffer.clear();
}

void StreamSocket::write_text(std::string text, Done done) {
    state_->sent = std::move(text);
    state_->socket.text(true);
    state_->socket.async_write(asio::buffer(state_->sent), Finish{state_, std::move(done)});
}

void StreamSocket::ping(Done done) {
    state_->socket.async_ping({}, Finish{state_, std::move(done)});
}

void StreamSocket::close(Done done) {
    state_->socket.async_close(websocket::close_code::normal, Finish{state_, std::move(done)});
}

void StreamSocket::drop() noexcept {
    state_->socket.next_layer().close();
}

unsigned StreamSocket::close_code() const {
    return state_->socket.reason().code;
}

}  // namespace hark::ingest
