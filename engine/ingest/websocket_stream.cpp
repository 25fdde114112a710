#include "ingest/stream_socket.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stream_transport.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 64 * limits::kKiB;

class WebSocketStream final : public StreamSocket {
public:
    WebSocketStream(asio::io_context& io, asio::ssl::context* tls)
        : state_(std::make_shared<State>(io, tls)) {
        auto& socket = state_->socket;
        // Beast's own idle timeout would count pongs as life, and has no limit of its own for a
        // large message but to give the connection up.
        socket.set_option(websocket::stream_base::timeout{websocket::stream_base::none(),
                                                          websocket::stream_base::none(), false});
        socket.read_message_max(0);
        socket.control_callback(
            [state = state_.get()](websocket::frame_type, beast::string_view) {
                state->pinged = true;
            });
    }

    void open(const StreamUrl& url, const platforms::StreamRequest& request, Done done) override;
    [[nodiscard]] ServerReply refusal() override;

    void read_some(Done done) override {
        state_->socket.async_read_some(state_->buffer, kReadBytes, Finish{state_, std::move(done)});
    }
    [[nodiscard]] bool message_done() const override { return state_->socket.is_message_done(); }
    [[nodiscard]] bool message_is_binary() const override { return state_->socket.got_binary(); }
    [[nodiscard]] std::string_view bytes() override {
        state_->buffer.prepare(limits::kFramePadding);
        const auto data = state_->buffer.data();
        return {static_cast<const char*>(data.data()), data.size()};
    }
    void clear() override { state_->buffer.clear(); }

    void write_text(std::string text, Done done) override {
        state_->sent = std::move(text);
        state_->socket.text(true);
        state_->socket.async_write(asio::buffer(state_->sent), Finish{state_, std::move(done)});
    }
    void ping(Done done) override {
        state_->socket.async_ping({}, Finish{state_, std::move(done)});
    }
    [[nodiscard]] bool was_pinged() noexcept override {
        return std::exchange(state_->pinged, false);
    }
    void close(Done done) override {
        state_->socket.async_close(websocket::close_code::normal, Finish{state_, std::move(done)});
    }
    [[nodiscard]] unsigned close_code() const override { return state_->socket.reason().code; }

protected:
    [[nodiscard]] StreamTransport& transport() noexcept override {
        return state_->socket.next_layer();
    }
    [[nodiscard]] std::shared_ptr<void> alive() const noexcept override { return state_; }

private:
    struct State {
        State(asio::io_context& io, asio::ssl::context* tls) : socket(io, tls) {}

        websocket::stream<StreamTransport> socket;
        beast::flat_buffer buffer;
        websocket::response_type response;
        std::string sent;
        bool pinged = false;
    };
    std::shared_ptr<State> state_;
};

void WebSocketStream::open(const StreamUrl& url, const platforms::StreamRequest& request,
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
    socket.async_handshake(state_->response, host_header(url), url.target,
                           Finish{state_, std::move(done)});
}

ServerReply WebSocketStream::refusal() {
    auto& response = state_->response;
    if (response.result_int() == 101 || response.version() == 0) return {};
    return {response.result_int(), response, std::move(response.body()), limits::kRefusalBytes};
}

}  // namespace

std::shared_ptr<StreamSocket> make_websocket(asio::io_context& io, asio::ssl::context* tls) {
    return std::make_shared<WebSocketStream>(io, tls);
}

}  // namespace hark::ingest
