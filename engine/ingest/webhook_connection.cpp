#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "ingest/http_answer.hpp"
#include "ingest/inflate.hpp"
#include "ingest/request_target.hpp"
#include "ingest/webhook_state.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;
using TlsStream = asio::ssl::stream<WebhookSocket>;
using Timer =
    asio::basic_waitable_timer<WebhookClock, asio::wait_traits<WebhookClock>, ShardExecutor>;

constexpr std::size_t kReadBytes = 4 * limits::kKiB;  // most headers with a small body fit
constexpr std::chrono::seconds kDrain{2};
constexpr std::size_t kDrainBytes = 16 * limits::kMiB;
constexpr std::size_t kKeptBytes = 8 * limits::kKiB;  // what an idle connection may hold on to

class RequestView final : public platforms::HttpRequest {
public:
    RequestView(const Parser& parser, std::string_view given_query, std::string_view unpacked,
                std::string_view address)
        : fields_(parser.get()) {
        method = {fields_.method_string().data(), fields_.method_string().size()};
        query = given_query;
        body = unpacked;
        received_at = now();
        peer = address;
    }
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept override {
        const auto [first, last] = fields_.equal_range({name.data(), name.size()});
        if (first == last || std::next(first) != last) return {};
        return {first->value().data(), first->value().size()};
    }

private:
    const http::request<http::string_body>& fields_;
};

bool begins_with(beast::string_view text, std::string_view start) {
    return text.size() >= start.size() &&
           beast::iequals(text.substr(0, start.size()),
                          beast::string_view(start.data(), start.size()));
}

unsigned status_of(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
    if (error == http::error::body_limit) return 413;
    return 400;
}

WebhookSocket& socket_of(WebhookSocket& socket) {
    return socket;
}
WebhookSocket& socket_of(TlsStream& stream) {
    return stream.next_layer();
}

/// One connection. It is its frames' acknowledger, and stays alive until the last of them was
/// acknowledged, which may be long after its peer went away or its answer ran out of time, or until
/// its server goes.
template <typename Stream>
class Connection final : public WebhookPeer,
                         public Acknowledger,
                         public std::enable_shared_from_this<Connection<Stream>> {
public:
    template <typename... Arguments>
    explicit Connection(std::shared_ptr<WebhookShared> shared, Arguments&&... arguments)
        : shared_(std::move(shared)),
          stream_(std::forward<Arguments>(arguments)...),
          acknowledged_timer_(shared_->io.get_executor()) {}

    void close() noexcept override {
        error_code ignored;
        socket_of(stream_).close(ignored);
    }
    [[nodiscard]] bool between_requests() const noexcept override { return between_requests_; }

    void acknowledged(std::uint64_t token) noexcept override {
        if (token == token_) {
            acknowledged_ = true;
            acknowledged_timer_.cancel();
        }
        if (--waiting_ == 0 && left_) shared_->left.erase(place);  // may end this object
    }

    Task<void> run() {
        const auto alive = this->shared_from_this();
        error_code error;
        const auto peer = socket_of(stream_).remote_endpoint(error);
        if (!error) address_ = peer.address().to_string();
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            deadline = WebhookClock::now() + shared_->options.handshake_timeout;
            co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                             asio::redirect_error(kAwait, error));
        }
        while (!error && co_await serve_one()) {
        }
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            deadline = WebhookClock::now() + std::chrono::seconds(1);
            if (!error) co_await stream_.async_shutdown(asio::redirect_error(kAwait, error));
        }
        error_code ignored;
        socket_of(stream_).shutdown(asio::socket_base::shutdown_send, ignored);
        if (!error) co_await drain();
        close();
        shared_->options.open->fetch_sub(1);
        left_ = true;
        if (waiting_ > 0) shared_->left.splice(shared_->left.begin(), shared_->peers, place);
        else shared_->peers.erase(place);
    }

private:
    /// Reads away what the peer still sends, within bounds: closing at once would reset the
    /// connection, and the peer might never see its answer.
    Task<void> drain() {
        deadline = WebhookClock::now() + kDrain;
        error_code error;
        std::array<char, 4096> bytes;
        for (std::size_t total = 0; !error && total < kDrainBytes;) {
            total += co_await socket_of(stream_).async_read_some(
                asio::buffer(bytes), asio::redirect_error(kAwait, error));
        }
    }

    /// One request and its answer. False: the connection ends.
    Task<bool> serve_one() {
        if (!co_await wait_for_request()) co_return false;
        parser_.emplace();
        parser_->header_limit(limits::kHttpHeaderBytes);
        parser_->body_limit(limits::kHttpBodyBytesMax);
        deadline = WebhookClock::now() + shared_->options.header_timeout;
        error_code error;
        co_await http::async_read_header(stream_, buffer_, *parser_,
                                         asio::redirect_error(kAwait, error));
        if (error == http::error::end_of_stream || error == asio::error::eof ||
            !socket_of(stream_).is_open())
            co_return false;
        if (error || has_too_many_fields()) {
            const auto status = error ? status_of(error) : 431U;
            co_return co_await answer(shared_->nowhere,
                                      {.status = status, .body = {}, .close = true}, Errc::ok);
        }
        const auto given = parser_->get().target();
        const auto target = split_target({given.data(), given.size()});
        auto* const found = shared_->find(target.path);
        query_.assign(target.query);
        auto& route = found != nullptr ? *found : shared_->nowhere;
        if (const auto status = refuse_early(found); status != 0) {
            co_return co_await answer(route, {.status = status, .body = {}, .close = true},
                                      status == 413 ? Errc::too_large : Errc::ok);
        }
        if (!co_await read_body(route)) co_return false;
        co_return co_await receive(route);
    }

    /// The first byte of the next request. False: none came.
    Task<bool> wait_for_request() {
        if (shared_->stopping && buffer_.size() == 0) co_return false;
        if (buffer_.size() > 0) co_return true;
        between_requests_ = true;
        if (buffer_.capacity() > kKeptBytes) buffer_.shrink_to_fit();
        deadline = WebhookClock::now() + shared_->options.idle_timeout;
        error_code error;
        const auto size = co_await stream_.async_read_some(buffer_.prepare(kReadBytes),
                                                           asio::redirect_error(kAwait, error));
        between_requests_ = false;
        buffer_.commit(size);
        co_return !error;
    }

    [[nodiscard]] bool has_too_many_fields() const {
        const auto& fields = parser_->get();
        return std::distance(fields.begin(), fields.end()) >
               static_cast<std::ptrdiff_t>(limits::kHttpFields);
    }

    /// HTTP/1.0: such a client knows neither 100 Continue nor chunks.
    [[nodiscard]] bool is_old() const { return parser_->get().version() < 11; }

    /// What can be said before the body is read; 0: nothing against it.
    [[nodiscard]] unsigned refuse_early(const WebhookTarget* target) const {
        const auto& request = parser_->get();
        if (target == nullptr) return 404;
        const bool post = request.method() == http::verb::post;
        if (!post && request.method() != http::verb::get && request.method() != http::verb::head)
            return 405;
        const auto length = parser_->content_length();
        if (length && *length > target->route.body_bytes) return 413;
        if (post && wrong_type(request[http::field::content_type])) return 415;
        const auto encoding = request[http::field::content_encoding];
        if (!encoding.empty() && !beast::iequals(encoding, "gzip") &&
            !beast::iequals(encoding, "identity"))
            return 415;
        if (post && !shared_->handler.has_room()) return 503;
        return 0;
    }

    [[nodiscard]] static bool wrong_type(beast::string_view type) {
        return begins_with(type, "multipart/") || begins_with(type, "text/html") ||
               begins_with(type, "image/") || begins_with(type, "audio/") ||
               begins_with(type, "video/");
    }

    Task<bool> read_body(WebhookTarget& route) {
        error_code error;
        deadline = WebhookClock::now() + shared_->options.body_timeout;
        parser_->body_limit(route.route.body_bytes);
        const auto length = parser_->content_length().value_or(0);
        parser_->get().body().reserve(length + limits::kFramePadding);
        if (!is_old() && beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
            co_await asio::async_write(stream_, asio::buffer(kContinue),
                                       asio::redirect_error(kAwait, error));
        }
        ReceivedBytes received(shared_->options);
        parser_->eager(true);
        while (!error && !parser_->is_done()) {
            co_await http::async_read_some(stream_, buffer_, *parser_,
                                           asio::redirect_error(kAwait, error));
            // What came in one piece with its header is whole already.
            if (!parser_->is_done() && !received.grow_to(parser_->get().body().size()))
                co_return co_await answer(route, {.status = 503, .body = {}, .close = true},
                                          Errc::too_many);
        }
        if (!error && has_too_many_fields()) error = http::error::header_limit;  // by its trailer
        if (!error) co_return true;
        const bool gone = error == asio::error::eof || error == http::error::partial_message ||
                          !socket_of(stream_).is_open();
        if (!gone) {
            const auto status = status_of(error);
            co_await answer(route, {.status = status, .body = {}, .close = true},
                            status == 400 ? Errc::ok : Errc::too_large);
        }
        co_return false;
    }

    /// The platform's word on the request, and the frame's way to its acknowledgement.
    Task<bool> receive(WebhookTarget& route) {
        auto& body = parser_->get().body();
        std::string_view bytes = body;
        if (beast::iequals(parser_->get()[http::field::content_encoding], "gzip")) {
            const auto error = gunzip(body, route.route.body_bytes, unpacked_);
            if (error != Errc::ok)
                co_return co_await answer(route,
                                          {.status = error == Errc::too_large ? 413U : 400U,
                                           .body = to_string(error),
                                           .close = true},
                                          error);
            bytes = unpacked_;
        } else {
            body.reserve(body.size() + limits::kFramePadding);
            bytes = body;
        }
        const RequestView view(*parser_, query_, bytes, address_);
        const auto reception = route.route.platform->receive(view);
        const bool head = parser_->get().method() == http::verb::head;
        HttpAnswer reply{reception.reply.status, reception.reply.content_type, reception.reply.body,
                         last_request(), head};
        if (reception.decode) {
            if (reception.frame.data() != nullptr) bytes = reception.frame;
            const auto error = hand_over(route, bytes, view.received_at);
            if (!co_await wait_for_acknowledgement()) {
                co_return co_await answer(
                    route, {.status = 503, .body = {}, .close = last_request()}, Errc::ok);
            }
            if (error != Errc::ok) {
                reply = {400, "text/plain", to_string(error), last_request(), head};
            }
            co_return co_await answer(route, reply, error);
        }
        co_return co_await answer(route, reply, reception.error);
    }

    Errc hand_over(const WebhookTarget& route, std::string_view bytes, Timestamp received_at) {
        Frame frame;
        frame.bytes = bytes;
        frame.received_at = received_at;
        frame.acknowledger = this;
        frame.token = ++token_;
        acknowledged_ = false;
        ++waiting_;
        return shared_->handler.handle(route.route.source, frame).error;
    }

    /// False: not in time.
    Task<bool> wait_for_acknowledgement() {
        deadline = WebhookClock::time_point::max();
        if (acknowledged_) co_return true;
        acknowledged_timer_.expires_after(shared_->options.answer_timeout);
        error_code error;
        co_await acknowledged_timer_.async_wait(asio::redirect_error(kAwait, error));
        co_return acknowledged_;
    }

    [[nodiscard]] bool last_request() const {
        // Where a body in chunks ends, who speaks HTTP/1.0 may see otherwise (RFC 9112
        // section 6.1).
        return !parser_->get().keep_alive() || (is_old() && parser_->chunked()) ||
               requests_ + 1 >= shared_->options.requests_per_connection || shared_->stopping;
    }

    /// Sends it; whether the connection goes on.
    Task<bool> answer(WebhookTarget& route, HttpAnswer reply, Errc reason) {
        ++requests_;
        reply.close = reply.close || shared_->stopping;
        shared_->count(route, reply.status, reason);
        reply.say_keep_alive = is_old();
        write_answer(reply, answer_);
        // Whoever does not take the answer keeps nobody's memory.
        if (unpacked_.capacity() > kKeptBytes) std::string().swap(unpacked_);
        parser_.reset();
        deadline = WebhookClock::now() + shared_->options.body_timeout;
        error_code error;
        co_await asio::async_write(stream_, asio::buffer(answer_),
                                   asio::redirect_error(kAwait, error));
        co_return !error && !reply.close;
    }

    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

    std::shared_ptr<WebhookShared> shared_;
    Stream stream_;
    beast::flat_buffer buffer_{limits::kHttpBufferBytes};
    std::optional<Parser> parser_;
    std::string address_;  ///< of the peer
    std::string query_;
    std::string unpacked_;
    std::string answer_;
    Timer acknowledged_timer_;
    std::uint64_t token_ = 0;
    std::size_t waiting_ = 0;  ///< frames not acknowledged yet
    std::size_t requests_ = 0;
    bool acknowledged_ = false;
    bool between_requests_ = false;
    bool left_ = false;  ///< served to its end
};

template <typename Peer>
void serve(const std::shared_ptr<WebhookShared>& shared, const std::shared_ptr<Peer>& peer) {
    shared->options.open->fetch_add(1);
    shared->peers.push_front(peer);
    peer->place = shared->peers.begin();
    asio::co_spawn(shared->io.get_executor(), [peer] { return peer->run(); }, asio::detached);
}

}  // namespace

void serve_plain(const std::shared_ptr<WebhookShared>& shared, WebhookSocket socket) {
    serve(shared, std::make_shared<Connection<WebhookSocket>>(shared, std::move(socket)));
}

void serve_tls(const std::shared_ptr<WebhookShared>& shared, WebhookSocket socket,
               std::shared_ptr<asio::ssl::context> tls) {
    const auto peer = std::make_shared<Connection<TlsStream>>(shared, std::move(socket), *tls);
    // asio's stream holds its own reference to the SSL_CTX: the context object itself may go.
    serve(shared, peer);
}

}  // namespace hark::ingest
