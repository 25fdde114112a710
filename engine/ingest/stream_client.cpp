#include "ingest/stream_client.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "ingest/ack_window.hpp"
#include "ingest/stream_retry.hpp"
#include "ingest/stream_socket.hpp"
#include "ingest/stream_url.hpp"
#include "ingest/zstd_messages.hpp"
#include "runtime/backoff.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCloseTimeout{1};
// Open for so long: the next break starts the back-off anew.
constexpr std::chrono::seconds kHealthy{10};

}  // namespace

/// The way of a connection: open -> connect (an address after the other) -> secure -> upgrade ->
/// opened -> read ... -> lost -> open. Each step that leaves what the former ones began behind
/// counts `step` on, and what they began is not listened to any more.
struct StreamClient::State : std::enable_shared_from_this<StreamClient::State> {
    State(runtime::Shard& shard, const StreamOptions& given, platforms::Platform& from,
          FrameHandler& to, CursorStore& store, telemetry::Metrics& metrics);

    void open();
    void connect(std::size_t address);
    void secure();
    void ask();
    void declined(const error_code& error);
    void opened();
    void read();
    void wait_for_room();
    void take_piece();
    void handle(std::string_view bytes, Errc error);
    void watch();
    void lost(telemetry::Level level, std::string_view event, const std::string& reason);
    void stop();
    void end();

    /// A callback for what this step begins. A call with an error goes to `failed`.
    template <typename Next>
    auto then(Next next) {
        return [self = shared_from_this(), at = step, next](const error_code& error) {
            if (at == self->step) next(*self, error);
        };
    }
    /// The same for a step that ends the attempt when it fails.
    auto then_or_lost(void (State::*next)()) {
        return then([next](State& self, const error_code& error) {
            if (error) self.lost(telemetry::Level::warn, "stream_not_opened", error.message());
            else (self.*next)();
        });
    }
    template <typename Act>
    void after(Clock::duration wait, Act act) {
        timer.expires_after(wait);
        timer.async_wait(then([act](State& self, const error_code& error) {
            if (!error) act(self);
        }));
    }
    void note(telemetry::Level level, std::string_view event, const std::string& reason) const {
        telemetry::log(level, event, {{"source", options.name}, {"reason", reason}});
    }

    asio::io_context& io;
    StreamOptions options;
    platforms::Platform& platform;
    FrameHandler& handler;
    CursorStore& cursors;
    asio::ssl::context tls;
    asio::steady_timer timer;
    runtime::Backoff backoff;
    AckWindow window;
    Cursor resume;  ///< after the last message that was handed over

    std::uint64_t step = 0;
    StreamUrl url;
    platforms::StreamRequest request;
    std::vector<tcp::endpoint> addresses;
    std::shared_ptr<StreamSocket> socket;
    std::optional<ZstdMessages> zstd;
    std::string too_large;  ///< the begin of a message whose rest is read and forgotten
    std::chrono::milliseconds wait_at_least{};
    Clock::time_point opened_at;
    Clock::time_point last_message;
    Clock::time_point next_ping;
    bool pinging = false;
    bool waiting_for_room = false;
    bool stopped = false;
    bool ended = true;
    std::atomic<bool> is_open{false};

    telemetry::Gauge& connected;
    telemetry::Counter& reconnects;
    telemetry::Counter& messages;
    telemetry::Counter& mute;
    telemetry::Gauge& last_event;
};

StreamClient::State::State(runtime::Shard& shard, const StreamOptions& given,
                           platforms::Platform& from, FrameHandler& to, CursorStore& store,
                           telemetry::Metrics& metrics)
    : io(shard.io()),
      options(given),
      platform(from),
      handler(to),
      cursors(store),
      tls(asio::ssl::context::tls_client),
      timer(io),
      backoff(given.backoff_first, given.backoff_max),
      resume(store.get(given.name)),
      connected(metrics.gauge("hark_stream_connected", "1 while the stream is open",
                              {{"source", given.name}})),
      reconnects(metrics.counter("hark_stream_reconnects_total", "Times the stream was opened anew",
                                 {{"source", given.name}})),
      messages(metrics.counter("hark_stream_messages_total", "Messages of the stream",
                               {{"source", given.name}})),
      mute(metrics.counter("hark_stream_idle_total", "Times the stream was open and mute",
                           {{"source", given.name}})),
      last_event(metrics.gauge("hark_source_last_event_timestamp_seconds",
                               "When the source last gave something", {{"source", given.name}})) {
    const auto asked = platform.stream(resume);
    const auto at = asked ? parse_stream_url(asked->url) : std::nullopt;
    if (!at || at->websocket != (asked->framing == platforms::Framing::websocket)) {
        throw std::runtime_error("source " + options.name +
                                 ": its platform gives no address of a stream");
    }
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    if (options.ca_file.empty()) return;
    error_code error;
    tls.load_verify_file(options.ca_file, error);
    if (error) throw std::runtime_error(options.ca_file + ": " + error.message());
}

void StreamClient::State::open() {
    ++step;
    request = *platform.stream(resume);
    url = *parse_stream_url(request.url);
    after(options.connect_timeout, [](State& self) {
        self.lost(telemetry::Level::warn, "stream_not_opened", "the name was not resolved in time");
    });
    // Not cancelled by a time-out: the system's resolver ends when it likes, and nobody listens.
    const auto resolver = std::make_shared<tcp::resolver>(io);
    auto found = [self = shared_from_this(), resolver, at = step](
                     const error_code& error, const tcp::resolver::results_type& results) {
        if (at != self->step) return;
        if (error) {
            self->lost(telemetry::Level::warn, "stream_not_opened", error.message());
            return;
        }
        self->addresses.assign(results.begin(), results.end());
        self->connect(0);
    };
    resolver->async_resolve(url.host, url.port, std::move(found));
}

/// Each address has its share of the time, so that one which never answers leaves some for others.
void StreamClient::State::connect(std::size_t address) {
    ++step;
    if (socket) socket->drop();
    auto* const secured = url.tls ? &tls : nullptr;
    socket = url.websocket ? make_websocket(io, secured)
                           : make_http_stream(io, secured, options.message_bytes);
    const auto failed = [address](State& self, const std::string& reason) {
        if (address + 1 < self.addresses.size()) self.connect(address + 1);
        else self.lost(telemetry::Level::warn, "stream_not_opened", reason);
    };
    after(options.connect_timeout / addresses.size(),
          [failed](State& self) { failed(self, "no connection in time"); });
    socket->connect(addresses[address], then([failed](State& self, const error_code& error) {
                        if (error) failed(self, error.message());
                        else self.secure();
                    }));
}

void StreamClient::State::secure() {
    ++step;
    after(options.connect_timeout, [](State& self) {
        self.lost(telemetry::Level::warn, "stream_not_opened", "no handshake in time");
    });
    if (url.tls) socket->secure(url.host, then_or_lost(&State::ask));
    else ask();
}

void StreamClient::State::ask() {
    socket->open(url, request, then([](State& self, const error_code& error) {
                     if (error) self.declined(error);
                     else self.opened();
                 }));
}

void StreamClient::State::declined(const error_code& error) {
    const auto refusal = socket->refusal();
    const auto status = refusal.status;
    const bool limited = status == 420 || status == 429;
    if (limited || status == 503)
        wait_at_least = std::max(parse_retry_after(refusal.retry_after, now()),
                                 parse_rate_limit_reset(refusal.rate_limit_reset, now()));
    if (limited && wait_at_least == std::chrono::milliseconds{})
        wait_at_least = options.rate_limit_wait;
    const bool refused = status == 400 || status == 401 || status == 403;
    if (refused) wait_at_least = options.refused_wait;
    lost(refused ? telemetry::Level::error : telemetry::Level::warn,
         refused ? "stream_refused" : "stream_not_opened",
         status == 0 ? error.message() : "HTTP status " + std::to_string(status));
}

void StreamClient::State::opened() {
    ++step;
    connected.set(1);
    is_open = true;
    note(telemetry::Level::info, "stream_open", resume.empty() ? "from now on" : "resumed");
    if (!request.zstd_dictionary.empty() && !zstd)
        zstd.emplace(request.zstd_dictionary, options.message_bytes);
    opened_at = last_message = Clock::now();
    next_ping = opened_at + options.ping_interval;
    pinging = false;
    watch();
    if (!request.hello.empty()) socket->write_text(request.hello, [](const error_code&) {});
    read();
}

void StreamClient::State::read() {
    if (!handler.has_room() || !window.has_room()) {
        wait_for_room();
        return;
    }
    socket->read_some(then([](State& self, const error_code& error) {
        if (!error) {
            self.take_piece();
            return;
        }
        const auto code = self.socket->close_code();
        self.lost(telemetry::Level::warn, "stream_closed",
                  error.message() + (code == 0 ? "" : ", code " + std::to_string(code)));
    }));
}

/// The socket is not read until the pipeline has room again.
void StreamClient::State::wait_for_room() {
    waiting_for_room = true;
    const auto go_on = [resumed = then([](State& self, const error_code&) {
                            self.waiting_for_room = false;
                            self.last_message = Clock::now();
                            self.read();
                        })] { resumed({}); };
    if (!handler.has_room()) handler.when_room(go_on);
    else window.when_room(go_on);
}

/// Of a message that is too large the begin is kept, so that the next one can be read.
void StreamClient::State::take_piece() {
    const auto bytes = socket->bytes();
    if (!too_large.empty() || bytes.size() > options.message_bytes) {
        if (too_large.empty()) {
            too_large.reserve(limits::kDeadLetterBytes + limits::kFramePadding);
            too_large = bytes.substr(0, limits::kDeadLetterBytes);
        }
        socket->clear();
    }
    if (socket->message_done()) {
        last_message = Clock::now();
        if (bytes.empty() && too_large.empty()) {
            socket->clear();
            read();
            return;
        }
        messages.add();
        std::string_view unpacked = bytes;
        if (!too_large.empty()) handle(too_large, Errc::too_large);
        else if (!zstd || !socket->message_is_binary()) handle(bytes, Errc::ok);
        else if (const auto error = zstd->unpack(bytes, unpacked); true) handle(unpacked, error);
        too_large.clear();
        socket->clear();
    }
    read();
}

void StreamClient::State::handle(std::string_view bytes, Errc error) {
    Frame frame;
    frame.bytes = bytes;
    frame.error = error;
    frame.received_at = now();
    frame.acknowledger = &window;
    frame.token = window.open();
    last_event.set(std::chrono::duration<double>(frame.received_at.time_since_epoch()).count());
    const auto handled = handler.handle(options.source, frame);
    if (!handled.cursor.empty()) resume = handled.cursor;
    window.set_cursor(frame.token, handled.cursor);
}

/// Pings, and the silence watchdog: a firehose can go mute with its socket open and its pongs
/// coming.
void StreamClient::State::watch() {
    const auto at = Clock::now();
    if (waiting_for_room) last_message = at;  // we do not read: the silence is ours
    if (at - last_message >= options.idle_timeout) {
        mute.add();
        lost(telemetry::Level::warn, "stream_mute", "no message within the idle timeout");
        return;
    }
    if (at >= next_ping) {
        next_ping = at + options.ping_interval;
        if (!pinging) {
            pinging = true;
            socket->ping(then([](State& self, const error_code&) { self.pinging = false; }));
        }
    }
    after(std::min(next_ping, last_message + options.idle_timeout) - at,
          [](State& self) { self.watch(); });
}

void StreamClient::State::lost(telemetry::Level level, std::string_view event,
                               const std::string& reason) {
    ++step;
    note(level, event, reason);
    if (is_open && Clock::now() - opened_at > kHealthy) backoff.reset();
    connected.set(0);
    is_open = false;
    waiting_for_room = false;
    too_large.clear();
    if (socket) socket->drop();
    socket = nullptr;
    reconnects.add();
    after(std::max(std::exchange(wait_at_least, {}), backoff.next()),
          [](State& self) { self.open(); });
}

void StreamClient::State::stop() {
    if (std::exchange(stopped, true) || ended) return;
    ++step;
    if (!is_open) {
        end();
        return;
    }
    socket->close(then([](State& self, const error_code&) { self.end(); }));
    after(kCloseTimeout, [](State& self) { self.end(); });
}

void StreamClient::State::end() {
    ++step;
    timer.cancel();
    connected.set(0);
    is_open = false;
    if (socket) socket->drop();
    socket = nullptr;
    ended = true;
}

StreamClient::StreamClient(runtime::Shard& shard, const StreamOptions& options,
                           platforms::Platform& platform, FrameHandler& handler,
                           CursorStore& cursors, telemetry::Metrics& metrics)
    : state_(std::make_shared<State>(shard, options, platform, handler, cursors, metrics)) {}

StreamClient::~StreamClient() = default;

void StreamClient::start() {
    state_->ended = false;
    state_->after({}, [](State& self) { self.open(); });
}

void StreamClient::stop() {
    state_->stop();
}

void StreamClient::store_cursor() {
    if (!state_->window.cursor().empty())
        state_->cursors.set(state_->options.name, state_->window.cursor());
}

bool StreamClient::connected() const noexcept {
    return state_->is_open;
}
const std::string& StreamClient::name() const noexcept {
    return state_->options.name;
}
bool StreamClient::drained() const noexcept {
    return state_->ended && state_->window.empty();
}

}  // namespace hark::ingest
