#include "ingest/stream_client.hpp"

#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <charconv>
#include <functional>
#include <optional>
#include <stdexcept>

#include "ingest/ack_window.hpp"
#include "ingest/stream_url.hpp"
#include "ingest/zstd_messages.hpp"
#include "runtime/backoff.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using boost::system::error_code;

constexpr std::size_t kReadBytes = 64 * limits::kKiB;
constexpr std::size_t kDeadLetterPrefix = 64 * limits::kKiB;  // of a message that is too large
constexpr std::chrono::seconds kCloseTimeout{1};
constexpr std::chrono::seconds kHealthy{
    10};  // open for so long: the next break starts the back-off anew
constexpr std::chrono::seconds kRetryAfterMax{3600};

using PlainSocket = websocket::stream<beast::tcp_stream>;
using TlsSocket = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

auto into(error_code& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

std::chrono::milliseconds retry_after(const websocket::response_type& response) {
    const auto status = response.result_int();
    if (status != 429 && status != 503) return {};
    const auto value = response[beast::http::field::retry_after];
    long seconds = 0;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(std::max(0L, seconds)),
                                               kRetryAfterMax);
}

}  // namespace

struct StreamClient::State : std::enable_shared_from_this<StreamClient::State> {
    State(runtime::Shard& shard, const StreamOptions& given, platforms::Platform& from,
          FrameHandler& to, CursorStore& store, telemetry::Metrics& metrics)
        : io(shard.io()),
          options(given),
          platform(from),
          handler(to),
          cursors(store),
          tls(asio::ssl::context::tls_client),
          resume(store.get(given.name)),
          connected(metrics.gauge("hark_stream_connected", "1 while the stream is open",
                                  {{"source", given.name}})),
          reconnects(metrics.counter("hark_stream_reconnects_total",
                                     "Times the stream was opened anew", {{"source", given.name}})),
          messages(metrics.counter("hark_stream_messages_total", "Messages of the stream",
                                   {{"source", given.name}})),
          mute(metrics.counter("hark_stream_idle_total", "Times the stream was open and mute",
                               {{"source", given.name}})),
          last_event(metrics.gauge("hark_source_last_event_timestamp_seconds",
                                   "When the source last gave something",
                                   {{"source", given.name}})) {
        tls.set_default_verify_paths();
        tls.set_verify_mode(asio::ssl::verify_peer);
        SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
        if (options.ca_file.empty()) return;
        error_code error;
        tls.load_verify_file(options.ca_file, error);
        if (error) throw std::runtime_error(options.ca_file + ": " + error.message());
    }

    asio::awaitable<void> run();
    asio::awaitable<void> open_and_read(const StreamUrl& url,
                                        const platforms::StreamRequest& request);
    template <typename Socket>
    asio::awaitable<error_code> connect(Socket& socket, const StreamUrl& url,
                                        const platforms::StreamRequest& request);
    asio::awaitable<error_code> handshake(TlsSocket& socket, const StreamUrl& url);
    template <typename Socket>
    asio::awaitable<void> converse(std::shared_ptr<Socket> socket,
                                   const platforms::StreamRequest& request);
    template <typename Socket>
    asio::awaitable<error_code> read_message(Socket& socket, beast::flat_buffer& buffer,
                                             bool& too_large);
    template <typename Socket>
    asio::awaitable<void> watch(std::shared_ptr<Socket> socket, std::shared_ptr<bool> open);
    asio::awaitable<void> wait_for_room();
    asio::awaitable<void> pause();
    void handle(std::string_view bytes, bool binary, bool too_large);
    void note(telemetry::Level level, std::string_view event, const std::string& reason) {
        telemetry::log(level, event, {{"source", options.name}, {"reason", reason}});
    }

    asio::io_context& io;
    StreamOptions options;
    platforms::Platform& platform;
    FrameHandler& handler;
    CursorStore& cursors;
    asio::ssl::context tls;
    AckWindow window;
    std::optional<ZstdMessages> zstd;
    Cursor resume;  ///< after the last message that was handed over
    std::chrono::milliseconds wait_at_least{};
    Clock::time_point last_data;
    bool waiting_for_room = false;
    bool stopped = false;
    bool ended = true;
    std::atomic<bool> is_connected{false};
    std::function<void()> close;  ///< of the present connection
    std::shared_ptr<asio::steady_timer> pause_timer;
    std::shared_ptr<asio::steady_timer> room_timer;
    telemetry::Gauge& connected;
    telemetry::Counter& reconnects;
    telemetry::Counter& messages;
    telemetry::Counter& mute;
    telemetry::Gauge& last_event;
};

asio::awaitable<void> StreamClient::State::run() {
    const auto self = shared_from_this();
    runtime::Backoff backoff(options.backoff_first, options.backoff_max);
    while (!stopped) {
        const auto request = platform.stream(resume);
        const auto url = request ? parse_stream_url(request->url) : std::nullopt;
        if (!url) {
            note(telemetry::Level::error, "stream_address", "not a ws:// or wss:// address");
            break;
        }
        wait_at_least = {};
        const auto began = Clock::now();
        co_await open_and_read(*url, *request);
        connected.set(0);
        is_connected = false;
        close = nullptr;
        if (stopped) break;
        reconnects.add();
        if (Clock::now() - began > kHealthy) backoff.reset();
        pause_timer->expires_after(std::max(wait_at_least, backoff.next()));
        co_await pause();
    }
    ended = true;
}

asio::awaitable<void> StreamClient::State::pause() {
    error_code ignored;
    co_await pause_timer->async_wait(into(ignored));
}

asio::awaitable<void> StreamClient::State::open_and_read(const StreamUrl& url,
                                                         const platforms::StreamRequest& request) {
    if (!request.zstd_dictionary.empty() && !zstd)
        zstd.emplace(request.zstd_dictionary, options.message_bytes);
    error_code error;
    if (url.tls) {
        const auto socket = std::make_shared<TlsSocket>(io, tls);
        close = [socket] { beast::get_lowest_layer(*socket).close(); };
        error = co_await connect(*socket, url, request);
        if (!error) co_await converse(socket, request);
    } else {
        const auto socket = std::make_shared<PlainSocket>(io);
        close = [socket] { beast::get_lowest_layer(*socket).close(); };
        error = co_await connect(*socket, url, request);
        if (!error) co_await converse(socket, request);
    }
    if (error && !stopped) note(telemetry::Level::warn, "stream_not_opened", error.message());
}

asio::awaitable<error_code> StreamClient::State::handshake(TlsSocket& socket,
                                                           const StreamUrl& url) {
    auto& stream = socket.next_layer();
    error_code error;
    // SNI names hosts only (RFC 6066); an address is verified as an address.
    error_code not_an_address;
    asio::ip::make_address(url.host, not_an_address);
    if (not_an_address && SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1) {
        co_return asio::error::invalid_argument;
    }
    stream.set_verify_callback(asio::ssl::host_name_verification(url.host), error);
    if (!error) co_await stream.async_handshake(asio::ssl::stream_base::client, into(error));
    co_return error;
}

template <typename Socket>
asio::awaitable<error_code> StreamClient::State::connect(Socket& socket, const StreamUrl& url,
                                                         const platforms::StreamRequest& request) {
    error_code error;
    auto& tcp_stream = beast::get_lowest_layer(socket);
    tcp::resolver resolver(io);
    const auto endpoints = co_await resolver.async_resolve(url.host, url.port, into(error));
    if (error) co_return error;
    tcp_stream.expires_after(options.connect_timeout);
    co_await tcp_stream.async_connect(endpoints, into(error));
    if (error) co_return error;
    if constexpr (std::is_same_v<Socket, TlsSocket>) {
        error = co_await handshake(socket, url);
        if (error) co_return error;
    }
    websocket::permessage_deflate deflate;
    deflate.client_enable = request.permessage_deflate;
    socket.set_option(deflate);
    // Beast's own idle timeout would count pongs as life; the watchdog counts messages.
    socket.set_option(websocket::stream_base::timeout{options.connect_timeout,
                                                      websocket::stream_base::none(), false});
    socket.set_option(websocket::stream_base::decorator([&](websocket::request_type& upgrade) {
        upgrade.set(beast::http::field::user_agent, "hark");
        if (!request.subprotocol.empty())
            upgrade.set(beast::http::field::sec_websocket_protocol, request.subprotocol);
        for (const auto& [name, value] : request.headers) upgrade.set(name, value);
    }));
    socket.read_message_max(
        0);  // bounded by read_message(), which goes on after a message that is too large
    tcp_stream.expires_never();
    const bool usual = url.port == (url.tls ? "443" : "80");
    websocket::response_type response;
    co_await socket.async_handshake(response, usual ? url.host : url.host + ":" + url.port,
                                    url.target, into(error));
    if (error == websocket::error::upgrade_declined) {
        wait_at_least = retry_after(response);
        note(telemetry::Level::warn, "stream_declined",
             "HTTP status " + std::to_string(response.result_int()));
    }
    co_return error;
}

template <typename Socket>
asio::awaitable<void> StreamClient::State::converse(std::shared_ptr<Socket> socket,
                                                    const platforms::StreamRequest& request) {
    const auto open = std::make_shared<bool>(true);
    connected.set(1);
    is_connected = true;
    last_data = Clock::now();
    note(telemetry::Level::info, "stream_open", resume.empty() ? "from now on" : "resumed");
    close = [self = shared_from_this(), socket] {
        asio::co_spawn(
            self->io,
            [socket]() -> asio::awaitable<void> {
                error_code ignored;
                co_await socket->async_close(websocket::close_code::normal, into(ignored));
            },
            asio::detached);
        const auto timer = std::make_shared<asio::steady_timer>(self->io, kCloseTimeout);
        timer->async_wait(
            [socket, timer](const error_code&) { beast::get_lowest_layer(*socket).close(); });
    };
    asio::co_spawn(io, watch(socket, open), asio::detached);
    error_code error;
    if (!request.hello.empty()) {
        socket->text(true);
        co_await socket->async_write(asio::buffer(request.hello), into(error));
    }
    beast::flat_buffer buffer;
    while (!error) {
        if (!handler.has_room()) co_await wait_for_room();
        bool too_large = false;
        error = co_await read_message(*socket, buffer, too_large);
        if (error) break;
        last_data = Clock::now();
        messages.add();
        buffer.prepare(limits::kFramePadding);
        const std::string_view bytes(static_cast<const char*>(buffer.data().data()), buffer.size());
        handle(bytes, socket->got_binary(), too_large);
        buffer.consume(buffer.size());
    }
    *open = false;
    if (!stopped) note(telemetry::Level::warn, "stream_closed", error.message());
}

/// One whole message; of one that is too large only the begin is kept.
template <typename Socket>
asio::awaitable<error_code> StreamClient::State::read_message(Socket& socket,
                                                              beast::flat_buffer& buffer,
                                                              bool& too_large) {
    error_code error;
    do {
        co_await socket.async_read_some(buffer, kReadBytes, into(error));
        if (error) co_return error;
        if (buffer.size() > options.message_bytes) too_large = true;
        if (too_large && buffer.size() > kDeadLetterPrefix) {
            // What is kept stands at the front; the rest is forgotten from the back.
            beast::flat_buffer kept;
            const auto data = buffer.data();
            kept.commit(asio::buffer_copy(kept.prepare(kDeadLetterPrefix), data));
            buffer = std::move(kept);
        }
    } while (!socket.is_message_done());
    co_return error;
}

void StreamClient::State::handle(std::string_view bytes, bool binary, bool too_large) {
    Frame frame;
    frame.bytes = bytes;
    if (too_large) {
        frame.error = Errc::too_large;
        frame.bytes = bytes.substr(0, kDeadLetterPrefix);
    } else if (binary && zstd) {
        std::string_view unpacked;
        frame.error = zstd->unpack(bytes, unpacked);
        if (frame.error == Errc::ok) frame.bytes = unpacked;
    }
    frame.received_at = now();
    frame.acknowledger = &window;
    frame.token = window.open();
    last_event.set(static_cast<double>(
        std::chrono::duration_cast<std::chrono::seconds>(frame.received_at.time_since_epoch())
            .count()));
    const auto handled = handler.handle(options.source, frame);
    if (!handled.cursor.empty()) resume = handled.cursor;
    window.set_cursor(frame.token, handled.cursor);
}

/// Pings, and the silence watchdog: a firehose can go mute with its socket open and its pongs
/// coming.
template <typename Socket>
asio::awaitable<void> StreamClient::State::watch(std::shared_ptr<Socket> socket,
                                                 std::shared_ptr<bool> open) {
    const auto self = shared_from_this();
    asio::steady_timer timer(io);
    auto next_ping = Clock::now() + options.ping_interval;
    while (*open) {
        timer.expires_at(std::min(next_ping, last_data + options.idle_timeout) +
                         std::chrono::milliseconds(1));
        error_code error;
        co_await timer.async_wait(into(error));
        if (!*open) co_return;
        const auto now = Clock::now();
        if (waiting_for_room) last_data = now;  // we do not read: silence is ours
        if (now - last_data >= options.idle_timeout) {
            mute.add();
            note(telemetry::Level::warn, "stream_mute", "no message within the idle timeout");
            beast::get_lowest_layer(*socket).close();
            co_return;
        }
        if (now >= next_ping) {
            next_ping = now + options.ping_interval;
            co_await socket->async_ping({}, into(error));
            if (error) co_return;
        }
    }
}

/// The socket is not read until the pipeline has room again.
asio::awaitable<void> StreamClient::State::wait_for_room() {
    waiting_for_room = true;
    const auto timer =
        std::make_shared<asio::steady_timer>(io, asio::steady_timer::time_point::max());
    handler.when_room([timer] { timer->cancel(); });
    error_code ignored;
    co_await timer->async_wait(into(ignored));
    waiting_for_room = false;
    last_data = Clock::now();
}

StreamClient::StreamClient(runtime::Shard& shard, const StreamOptions& options,
                           platforms::Platform& platform, FrameHandler& handler,
                           CursorStore& cursors, telemetry::Metrics& metrics)
    : state_(std::make_shared<State>(shard, options, platform, handler, cursors, metrics)) {
    state_->pause_timer = std::make_shared<asio::steady_timer>(shard.io());
}

StreamClient::~StreamClient() = default;

void StreamClient::start() {
    state_->ended = false;
    asio::co_spawn(state_->io, state_->run(), asio::detached);
}

void StreamClient::stop() {
    state_->stopped = true;
    state_->pause_timer->cancel();
    if (state_->room_timer) state_->room_timer->cancel();
    if (state_->close) state_->close();
}

void StreamClient::store_cursor() {
    if (!state_->window.cursor().empty())
        state_->cursors.set(state_->options.name, state_->window.cursor());
}

bool StreamClient::connected() const noexcept {
    return state_->is_connected;
}
const std::string& StreamClient::name() const noexcept {
    return state_->options.name;
}
bool StreamClient::drained() const noexcept {
    return state_->ended && state_->window.empty();
}

}  // namespace hark::ingest
