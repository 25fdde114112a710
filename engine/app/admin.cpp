#include "app/admin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <stdexcept>

#include "telemetry/log.hpp"

namespace hark::app {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Response = http::response<http::string_body>;

namespace {

constexpr std::size_t kConnections = 64;  // a scraper or two and a person
constexpr std::uint64_t kBodyBytes = 1024;
constexpr std::uint32_t kHeaderBytes = 8192;
constexpr std::chrono::seconds kTimeout{30};
constexpr std::chrono::seconds kReloadTimeout{120};  // large packs compile for seconds

Response answer(const http::request<http::string_body>& request, http::status status,
                std::string body) {
    Response response(status, request.version());
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.set(http::field::server, "hark");
    response.keep_alive(request.keep_alive());
    response.body() = std::move(body);
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();  // its length was told
    return response;
}

}  // namespace

struct AdminServer::State : std::enable_shared_from_this<AdminServer::State> {
    State(asio::io_context& io, AdminHandlers given) : acceptor(io), handlers(std::move(given)) {}

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(tcp::socket socket);
    asio::awaitable<Response> respond(const http::request<http::string_body>& request);
    asio::awaitable<Reloaded> reload();

    tcp::acceptor acceptor;
    AdminHandlers handlers;
    std::size_t connections = 0;
};

asio::awaitable<void> AdminServer::State::accept() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
        boost::system::error_code error;
        auto socket =
            co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {  // out of descriptors: try again a little later
            asio::steady_timer timer(acceptor.get_executor(), std::chrono::milliseconds(100));
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        if (connections >= kConnections) continue;  // the socket closes itself
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
    }
}

asio::awaitable<void> AdminServer::State::serve(tcp::socket socket) {
    const auto self = shared_from_this();
    ++connections;
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(kHeaderBytes + kBodyBytes);
    boost::system::error_code error;
    for (bool open = true; open && !error;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(kBodyBytes);
        parser.header_limit(kHeaderBytes);
        stream.expires_after(kTimeout);
        co_await http::async_read(stream, buffer, parser,
                                  asio::redirect_error(asio::use_awaitable, error));
        if (error) break;
        stream.expires_never();
        auto response = co_await respond(parser.get());
        open = response.keep_alive();
        stream.expires_after(kTimeout);
        co_await http::async_write(stream, response,
                                   asio::redirect_error(asio::use_awaitable, error));
    }
    stream.socket().shutdown(tcp::socket::shutdown_both, error);
    --connections;
}

asio::awaitable<Response> AdminServer::State::respond(
    const http::request<http::string_body>& request) {
    const auto target = request.target().substr(0, request.target().find('?'));
    const bool get = request.method() == http::verb::get || request.method() == http::verb::head;
    if (target == "/metrics" && get) {
        co_return answer(request, http::status::ok, handlers.metrics());
    }
    if (target == "/healthz" && get) co_return answer(request, http::status::ok, "ok\n");
    if (target == "/sources" && get) {
        co_return answer(request, http::status::ok, handlers.sources());
    }
    if (target == "/readyz" && get) {
        const auto problem = handlers.not_ready();
        if (problem.empty()) co_return answer(request, http::status::ok, "ready\n");
        co_return answer(request, http::status::service_unavailable, problem + "\n");
    }
    if (target == "/rules/reload" && request.method() == http::verb::post) {
        // A page in somebody's browser must not be able to press this button.
        if (request.find(http::field::origin) != request.end()) {
            co_return answer(request, http::status::forbidden, "not from a browser\n");
        }
        auto done = co_await reload();
        co_return answer(request, done.good ? http::status::ok : http::status::unprocessable_entity,
                         std::move(done.text));
    }
    const bool known = target == "/metrics" || target == "/healthz" || target == "/readyz" ||
                       target == "/sources" || target == "/rules/reload";
    co_return answer(request, known ? http::status::method_not_allowed : http::status::not_found,
                     "GET /metrics, /healthz, /readyz, /sources; POST /rules/reload\n");
}

/// Compiling happens elsewhere; the timer is how its end gets back onto this thread.
asio::awaitable<Reloaded> AdminServer::State::reload() {
    const auto executor = acceptor.get_executor();
    const auto done = std::make_shared<asio::steady_timer>(executor, kReloadTimeout);
    const auto outcome =
        std::make_shared<Reloaded>(Reloaded{false, "still compiling: see the log\n"});
    handlers.reload([executor, done, outcome](Reloaded result) {
        asio::post(executor, [done, outcome, result = std::move(result)] {
            *outcome = result;
            done->cancel();
        });
    });
    boost::system::error_code error;
    co_await done->async_wait(asio::redirect_error(asio::use_awaitable, error));
    co_return *outcome;
}

AdminServer::AdminServer(asio::io_context& io, const std::string& address, std::uint16_t port,
                         AdminHandlers handlers)
    : state_(std::make_shared<State>(io, std::move(handlers))) {
    boost::system::error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
    if (!error) state_->acceptor.open(endpoint.protocol(), error);
    if (!error) state_->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) state_->acceptor.bind(endpoint, error);
    if (!error) state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw std::runtime_error("admin listener " + address + ":" + std::to_string(port) + ": " +
                                 error.message());
    }
    asio::co_spawn(io, state_->accept(), asio::detached);
}

AdminServer::~AdminServer() {
    stop();
}

std::uint16_t AdminServer::port() const noexcept {
    boost::system::error_code error;
    return state_->acceptor.local_endpoint(error).port();
}

void AdminServer::stop() {
    boost::system::error_code error;
    state_->acceptor.close(error);
}

}  // namespace hark::app
