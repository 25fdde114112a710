#include "app/admin_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <stdexcept>

#include "core/limits.hpp"

namespace hark::app {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Request = http::request<http::string_body>;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kReloadPatience{150};  // longer than the daemon's own
constexpr std::size_t kAnswerBytes = 64 * limits::kMiB;

/// Throws boost::system::system_error.
asio::awaitable<AdminAnswer> converse(beast::tcp_stream stream,
                                      asio::ip::tcp::resolver::results_type where,
                                      const Request& request) {
    stream.expires_after(kPatience);
    co_await stream.async_connect(where, asio::use_awaitable);
    stream.expires_after(request.method() == http::verb::post ? kReloadPatience : kPatience);
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kAnswerBytes);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    co_return AdminAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

AdminAnswer ask(const std::string& host, const std::string& port, const Request& request) {
    asio::io_context io(1);
    auto where = asio::ip::tcp::resolver(io).resolve(host, port);
    AdminAnswer answer;
    asio::co_spawn(io, converse(beast::tcp_stream(io), std::move(where), request),
                   [&](const std::exception_ptr& error, AdminAnswer got) {
                       if (error) std::rethrow_exception(error);
                       answer = std::move(got);
                   });
    io.run();
    return answer;
}

}  // namespace

AdminAnswer ask_admin(const std::string& admin, std::string_view method, std::string_view target) {
    const auto colon = admin.rfind(':');
    if (colon == std::string::npos)
        throw std::runtime_error("the admin listener `" + admin + "` is not HOST:PORT");
    const auto host = admin.substr(0, colon);
    Request request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, host);
    request.keep_alive(false);
    request.prepare_payload();
    try {
        return ask(host, admin.substr(colon + 1), request);
    } catch (const boost::system::system_error& error) {
        const auto code = error.code();
        if (code == beast::error::timeout)
            throw std::runtime_error("the daemon at " + admin + " did not answer in time");
        if (code.category() == make_error_code(http::error::end_of_stream).category())
            throw std::runtime_error("what answers at " + admin + " is no daemon of Hark");
        throw std::runtime_error("no daemon answers at " + admin + ": " + code.message());
    }
}

}  // namespace hark::app
