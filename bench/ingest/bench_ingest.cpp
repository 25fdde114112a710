// Webhook requests: a Beast server that only answers 200 against WebhookServer with a platform that
// verifies HMAC-SHA256 and a handler that acknowledges at once. Runs alternate; the medians are
// printed, and their ratio. CPU time is that of the server's thread alone, so it holds on a machine
// that others use.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "ingest/webhook_server.hpp"
#include "ingest/webhook_state.hpp"
#include "platforms/signature.hpp"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using namespace hark;
using asio::ip::tcp;
using ingest::kAwait;

constexpr int kConnections = 16;
constexpr int kRounds = 2500;  // of one request a connection
constexpr int kRuns = 7;
const std::string kSecret = "bench secret of some length";

std::string signed_request() {
    std::string body = R"({"object":"page","entry":[{"id":"1","text":")";
    body.append(1024 - body.size() - 4, 'x').append("\"}]}");
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[mac[i] >> 4];
        hex += kDigits[mac[i] & 15];
    }
    return "POST /hook HTTP/1.1\r\nHost: hooks.example.com\r\nUser-Agent: facebookexternalua\r\n"
           "Accept: */*\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=" +
           hex + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class SignedPlatform final : public platforms::Platform {
public:
    platforms::Reception receive(const platforms::HttpRequest& request) override {
        platforms::Reception reception;
        const auto mac = request.header("x-hub-signature-256");
        reception.decode = mac.starts_with("sha256=") &&
                           hmac_.verify({request.body}, mac.substr(7), platforms::Encoding::hex);
        if (!reception.decode) reception.reply.status = 401;
        return reception;
    }
    Errc decode(const Frame&, Arena&, Mentions&) override { return Errc::ok; }

private:
    platforms::Hmac hmac_{platforms::Digest::sha256, std::vector{kSecret}};
};

class AtOnce final : public ingest::FrameHandler {
public:
    [[nodiscard]] bool has_room() const noexcept override { return true; }
    void when_room(std::function<void()>) override {}
    void handle(ingest::SourceIndex, std::span<const Frame> frames,
                std::span<ingest::Handled>) noexcept override {
        for (const auto& frame : frames) frame.acknowledger->acknowledged(frame.token);
    }
};

ingest::Task<void> serve_naked(ingest::WebhookSocket socket) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    socket.set_option(tcp::no_delay(true));
    while (!error) {
        http::request<http::string_body> request;
        co_await http::async_read(socket, buffer, request, asio::redirect_error(kAwait, error));
        if (error) break;
        http::response<http::string_body> response(http::status::ok, 11);
        response.prepare_payload();
        co_await http::async_write(socket, response, asio::redirect_error(kAwait, error));
    }
}

ingest::Task<void> accept_naked(asio::basic_socket_acceptor<tcp, ingest::ShardExecutor>& acceptor) {
    for (;;) {
        boost::system::error_code error;
        auto socket = co_await acceptor.async_accept(asio::redirect_error(kAwait, error));
        if (error) co_return;
        asio::co_spawn(acceptor.get_executor(), serve_naked(std::move(socket)), asio::detached);
    }
}

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("connect");
    return socket;
}

double thread_seconds(runtime::Shard& shard) {
    std::promise<double> seconds;
    asio::post(shard.io(), [&] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        seconds.set_value(static_cast<double>(time.tv_sec) +
                          1e-9 * static_cast<double>(time.tv_nsec));
    });
    return seconds.get_future().get();
}

struct Figures {
    double requests_per_second = 0;
    double cpu_us = 0;  ///< of the server, a request
};

Figures measure(runtime::Shard& shard, std::uint16_t port, const std::string& request) {
    std::vector<int> sockets;
    for (int i = 0; i < kConnections; ++i) sockets.push_back(connect_to(port));
    const auto round = [&] {
        for (const int socket : sockets) {
            if (::send(socket, request.data(), request.size(), 0) !=
                static_cast<ssize_t>(request.size()))
                throw std::runtime_error("send");
        }
        char answer[512];
        for (const int socket : sockets) {
            const auto size = ::recv(socket, answer, sizeof answer, 0);
            if (size < 19 || !std::string_view(answer, 12).ends_with(" 200"))
                throw std::runtime_error("not answered with 200");
        }
    };
    for (int i = 0; i < kRounds / 10; ++i) round();
    const double cpu = thread_seconds(shard);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) round();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    const double used = thread_seconds(shard) - cpu;
    for (const int socket : sockets) ::close(socket);
    constexpr double kRequests = double{kRounds} * kConnections;
    return {kRequests / wall.count(), 1e6 * used / kRequests};
}

template <typename Member>
double median(std::vector<Figures> runs, Member member) {
    std::sort(runs.begin(), runs.end(),
              [&](const Figures& a, const Figures& b) { return a.*member < b.*member; });
    return runs[runs.size() / 2].*member;
}

}  // namespace

int main() {
    runtime::ShardPool pool(2);
    asio::basic_socket_acceptor<tcp, ingest::ShardExecutor> acceptor(
        pool[0].io(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::co_spawn(pool[0].io().get_executor(), accept_naked(acceptor), asio::detached);

    telemetry::Metrics metrics;
    SignedPlatform platform;
    AtOnce handler;
    ingest::WebhookOptions options;
    options.address = "127.0.0.1";
    ingest::WebhookRoute route;
    route.path = "/hook";
    route.source_name = "bench";
    route.platform = &platform;
    options.routes.push_back(route);
    ingest::WebhookServer server(pool[1], options, handler, metrics);
    server.start();
    pool.start();

    const auto request = signed_request();
    std::vector<Figures> naked;
    std::vector<Figures> hark;
    for (int i = 0; i < kRuns; ++i) {
        naked.push_back(measure(pool[0], acceptor.local_endpoint().port(), request));
        hark.push_back(measure(pool[1], server.port(), request));
    }
    const auto print = [](const char* name, const std::vector<Figures>& runs) {
        std::printf("%-28s %9.0f requests/s %7.2f us of CPU a request\n", name,
                    median(runs, &Figures::requests_per_second), median(runs, &Figures::cpu_us));
    };
    print("Beast that only answers 200", naked);
    print("WebhookServer, HMAC-SHA256", hark);
    std::printf(
        "ratio %.2f of the rate, %.2f of the CPU\n",
        median(hark, &Figures::requests_per_second) / median(naked, &Figures::requests_per_second),
        median(naked, &Figures::cpu_us) / median(hark, &Figures::cpu_us));
    pool.stop();
    pool.join();
}
