#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <thread>

#include "hark_bench/sender.hpp"
#include "platforms/signature.hpp"

namespace hark::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Composed and not yet written: what is due beyond it waits as numbers, and its latency counts.
constexpr std::size_t kComposedBytes = 4U << 20U;
constexpr std::chrono::milliseconds kWatch{20};

void add_frame_head(std::string& out, unsigned char opcode, std::size_t size) {
    out += static_cast<char>(0x80 | opcode);
    if (size < 126) {
        out += static_cast<char>(size);
        return;
    }
    const int bytes = size < 65536 ? 2 : 8;
    out += static_cast<char>(bytes == 2 ? 126 : 127);
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(size >> 8 * i & 0xFF);
}

/// The client's frames: answers its pings, notices its goodbye, passes over the rest.
class ClientFrames {
public:
    /// Appends pongs to `out`; false: the client closes.
    bool take(std::string_view bytes, std::string& out) {
        held_ += bytes;
        while (held_.size() >= 6) {
            const auto opcode = static_cast<unsigned char>(held_[0]) & 15U;
            const std::size_t size = static_cast<unsigned char>(held_[1]) & 127U;
            // Control frames are short, and a listener of a firehose has nothing else to say.
            if (opcode == 8 || size > 125) return false;
            if (held_.size() < 6 + size) return true;
            if (opcode == 9) {
                add_frame_head(out, 10, size);
                for (std::size_t i = 0; i < size; ++i)
                    out += static_cast<char>(held_[6 + i] ^ held_[2 + i % 4]);
            }
            held_.erase(0, 6 + size);
        }
        return true;
    }

private:
    std::string held_;
};

class Firehose final : public FirehoseSender {
public:
    explicit Firehose(const Load& load)
        : load_(load),
          acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          pace_(io_),
          watch_(io_) {
        accept();
        thread_ = std::jthread([this](const std::stop_token&) { io_.run(); });
    }

    ~Firehose() override { io_.stop(); }

    [[nodiscard]] std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

    /// Hark is connected before the clock starts; the loop runs already.
    void run(const RunClock& clock) override {
        asio::post(io_, [this, &clock] {
            clock_ = &clock;
            watch();
            pace();
        });
        thread_.join();
    }

private:
    struct Client {
        explicit Client(tcp::socket&& taken) : socket(std::move(taken)) {}
        tcp::socket socket;
        boost::beast::flat_buffer buffer;
        http::request<http::empty_body> request;
        std::string pending;
        std::string writing;
        std::array<char, 4096> read{};
        ClientFrames frames;
        bool open = false;
    };
    using ClientPointer = std::shared_ptr<Client>;

    void accept() {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (error) return;
            const auto client = std::make_shared<Client>(std::move(socket));
            http::async_read(client->socket, client->buffer, client->request,
                             [this, client](const error_code& broken, std::size_t) {
                                 if (!broken) welcome(client);
                             });
            accept();
        });
    }

    void welcome(const ClientPointer& client) {
        constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        const std::string key(client->request["Sec-WebSocket-Key"]);
        const auto code = platforms::encode_base64(platforms::sha1({key, kGuid}));
        client->pending =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            code + "\r\n\r\n";
        error_code ignored;
        client->socket.set_option(tcp::no_delay(true), ignored);
        client->open = true;
        if (client_) ++figures.failed;  // it came anew: from its cursor everything once more
        client_ = client;
        const std::string target(client->request.target());
        const auto at = target.find("cursor=");
        std::int64_t cursor = 0;
        if (at != std::string::npos)
            std::from_chars(target.data() + at + 7, target.data() + target.size(), cursor);
        next_ = std::min<std::uint64_t>(next_, first_number_from(cursor));
        listen(client);
        flush();
        if (clock_ != nullptr) pace();
    }

    void listen(const ClientPointer& client) {
        client->socket.async_read_some(
            asio::buffer(client->read), [this, client](const error_code& error, std::size_t size) {
                if (!error && client->frames.take({client->read.data(), size}, client->pending)) {
                    if (client == client_) flush();
                    return listen(client);
                }
                client->open = false;
                error_code ignored;
                client->socket.close(ignored);
            });
    }

    /// By posts, not by sends: a client that comes anew may ask from any.
    void pace() {
        const auto now = clock_->now();
        const auto posts = load_.judge.posts();
        auto& client = client_;
        while (client && client->open && !g_stop && next_ < posts &&
               load_.judge.due(next_) <= now && client->pending.size() < kComposedBytes) {
            event_.clear();
            add_jetstream(event_, load_.corpus.of(next_), load_.address(next_));
            add_frame_head(client->pending, 1, event_.size());
            client->pending += event_;
            load_.judge.sent(next_);
            if (next_ == most_) {  // not what a reconnect asked for again
                ++most_;
                ++figures.sent;
                figures.slip.record(now - load_.judge.due(next_));
            }
            ++next_;
        }
        flush();
        if (next_ == posts || load_.judge.due(next_) <= now) return;  // the writer calls again
        pace_.expires_at(clock_->at(load_.judge.due(next_)));
        pace_.async_wait([this](const error_code& error) {
            if (!error) pace();
        });
    }

    void flush() {
        if (!client_ || !client_->open || !client_->writing.empty() || client_->pending.empty())
            return;
        const auto client = client_;
        client->writing.swap(client->pending);
        asio::async_write(client->socket, asio::buffer(client->writing),
                          [this, client](const error_code& error, std::size_t) {
                              client->writing.clear();
                              if (error || client != client_) return;
                              if (clock_ != nullptr) pace();
                              else flush();
                          });
    }

    void watch() {
        const bool written = client_ && client_->writing.empty() && client_->pending.empty();
        if ((next_ == load_.judge.posts() && written) || g_stop) all_sent = true;
        if (leave) return io_.stop();
        watch_.expires_after(kWatch);
        watch_.async_wait([this](const error_code&) { watch(); });
    }

    const Load& load_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    asio::steady_timer pace_;
    asio::steady_timer watch_;
    const RunClock* clock_ = nullptr;
    ClientPointer client_;
    std::uint64_t next_ = 0;
    std::uint64_t most_ = 0;
    std::string event_;
    std::jthread thread_;
};

}  // namespace

std::unique_ptr<FirehoseSender> make_firehose_sender(const Load& load) {
    return std::make_unique<Firehose>(load);
}

}  // namespace hark::bench
