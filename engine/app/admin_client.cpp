#include "app/admin_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <stdexcept>

#include "core/limits.hpp"

namespace hark::app {

namespace {

/// The whole answer of one small request; throws boost::system::system_error.
std::string request(const std::string& host, const std::string& port, const std::string& head) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    asio::connect(socket, asio::ip::tcp::resolver(io).resolve(host, port));
    asio::write(socket, asio::buffer(head));
    std::string answer;
    boost::system::error_code error;
    asio::read(socket, asio::dynamic_buffer(answer, limits::kMiB), error);
    return answer;
}

}  // namespace

AdminAnswer ask_admin(const std::string& admin, std::string_view method,
                      std::string_view target) {
    const auto colon = admin.rfind(':');
    if (colon == std::string::npos)
        throw std::runtime_error("the admin listener `" + admin + "` is not HOST:PORT");
    const auto host = admin.substr(0, colon);
    std::string answer;
    try {
        answer = request(host, admin.substr(colon + 1),
                         std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: " +
                             host + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("no daemon answers at " + admin + ": " + error.code().message());
    }
    constexpr std::string_view kStatusLine = "HTTP/1.1 ";
    const auto body = answer.find("\r\n\r\n");
    AdminAnswer read;
    if (answer.starts_with(kStatusLine))
        std::from_chars(answer.data() + kStatusLine.size(), answer.data() + answer.size(),
                        read.status);
    if (read.status == 0 || body == std::string::npos)
        throw std::runtime_error("what answers at " + admin + " is no daemon of Hark");
    read.body = answer.substr(body + 4);
    return read;
}

}  // namespace hark::app
