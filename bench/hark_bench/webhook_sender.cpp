#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <unordered_map>

#include "hark_bench/sender.hpp"
#include "hark_bench/signer.hpp"

namespace hark::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Tls = asio::ssl::stream<tcp::socket>;

constexpr std::chrono::milliseconds kTryAgain{100};  // after 503, as an eager platform would
constexpr std::chrono::milliseconds kWatch{50};
constexpr std::size_t kAnswerBytes = 64 * 1024;
constexpr std::uint64_t kMostFailures = 1000;  // then something is wrong with the whole

/// Requests of the load over keep-alive connections, one at a time each. A conversation has one
/// request under way at most, as platforms do it: so its order is the sender's to give.
template <class Stream>
class WebhookSender final : public Sender {
public:
    WebhookSender(const Load& load, const WebhookTarget& target)
        : load_(load), target_(target), signer_(target), pace_(io_), watch_(io_) {
        tls_.set_verify_mode(asio::ssl::verify_none);
        for (std::size_t i = 0; i < target.connections; ++i)
            connections_.push_back(std::make_unique<Connection>(*this));
    }

    void run(const RunClock& clock) override {
        clock_ = &clock;
        for (auto& connection : connections_) connection->open();
        pace();
        watch();
        io_.run();
        if (figures.answered == 0 && figures.failed > 0)
            throw std::runtime_error("no request was answered with success; the last answer: " +
                                     last_failure_);
    }

private:
    class Connection {
    public:
        explicit Connection(WebhookSender& owner) : owner_(owner), later_(owner.io_) {}

        void open() {
            buffer_.clear();
            if constexpr (std::is_same_v<Stream, Tls>) stream_.emplace(owner_.io_, owner_.tls_);
            else stream_.emplace(owner_.io_);
            const tcp::endpoint to(asio::ip::make_address(owner_.target_.host),
                                   owner_.target_.port);
            stream_->lowest_layer().async_connect(to, [this](const error_code& error) {
                if (error) return again("connect: " + error.message());
                error_code ignored;
                stream_->lowest_layer().set_option(tcp::no_delay(true), ignored);
                if constexpr (std::is_same_v<Stream, Tls>) {
                    stream_->async_handshake(asio::ssl::stream_base::client,
                                             [this](const error_code& refused) {
                                                 if (refused)
                                                     return again("TLS: " + refused.message());
                                                 go_on();
                                             });
                } else {
                    go_on();
                }
            });
        }

        void send(std::size_t which) {
            which_ = which;
            write();
        }

    private:
        void go_on() {
            if (which_) write();
            else owner_.free(*this);
        }

        void write() {
            owner_.compose(*which_, request_);
            asio::async_write(*stream_, asio::buffer(request_),
                              [this](const error_code& error, std::size_t) {
                                  if (error) return again("write: " + error.message());
                                  read();
                              });
        }

        void read() {
            parser_.emplace();
            parser_->body_limit(kAnswerBytes);
            http::async_read(*stream_, buffer_, *parser_,
                             [this](const error_code& error, std::size_t) {
                                 if (error) return again("read: " + error.message());
                                 answered();
                             });
        }

        void answered() {
            const auto status = parser_->get().result_int();
            const bool keeps = parser_->get().keep_alive();
            if (status == 503 || status == 429) {
                ++owner_.figures.refused;
                later_.expires_after(kTryAgain);
                later_.async_wait([this, keeps](const error_code& error) {
                    if (error) return;
                    if (keeps) write();
                    else open();
                });
                return;
            }
            owner_.finished(*which_, status);
            which_.reset();
            if (keeps) owner_.free(*this);
            else open();
        }

        /// The request, if any, is repeated on a new connection: nobody said that it was taken.
        void again(const std::string& why) {
            if (owner_.leave) return;
            owner_.failed(why);
            later_.expires_after(kTryAgain);
            later_.async_wait([this](const error_code& error) {
                if (!error) open();
            });
        }

        WebhookSender& owner_;
        asio::steady_timer later_;
        std::optional<Stream> stream_;
        boost::beast::flat_buffer buffer_;
        std::optional<http::response_parser<http::string_body>> parser_;
        std::string request_;
        std::optional<std::size_t> which_;
    };

    void pace() {
        const auto now = clock_->now();
        for (; next_ < load_.due.size() && load_.due[next_] <= now && !g_stop; ++next_) {
            figures.slip.record(now - load_.due[next_]);
            const auto thread = load_.judge.thread_of(next_ * load_.batch);
            const auto [busy, first] = behind_.try_emplace(thread);
            if (first) ready_.push_back(next_);
            else busy->second.push_back(next_);
        }
        dispatch();
        if (next_ == load_.due.size() || g_stop) return;
        pace_.expires_at(clock_->at(load_.due[next_]));
        pace_.async_wait([this](const error_code& error) {
            if (!error) pace();
        });
    }

    void dispatch() {
        while (!ready_.empty() && !idle_.empty()) {
            auto* const connection = idle_.back();
            idle_.pop_back();
            const auto which = ready_.front();
            ready_.pop_front();
            for (std::size_t i = 0; i < load_.batch; ++i) load_.judge.sent(which * load_.batch + i);
            figures.sent += load_.batch;
            connection->send(which);
        }
        figures.waited_for_connection =
            std::max<std::uint64_t>(figures.waited_for_connection, ready_.size());
    }

    /// Ends the loop when everything is answered, or when it was told to leave.
    void watch() {
        const bool sent_all = next_ == load_.due.size() || g_stop;
        if (sent_all && behind_.empty()) all_sent = true;
        if (leave || all_sent) return io_.stop();
        watch_.expires_after(kWatch);
        watch_.async_wait([this](const error_code&) { watch(); });
    }

    void compose(std::size_t which, std::string& request) {
        body_.clear();
        const bool meta = target_.signature == Signature::meta;
        if (meta)
            body_ = R"({"object":"page","entry":[{"id":"104857600012345","time":1772449001,)"
                    R"("changes":[)";
        else if (load_.batch > 1) body_ = "[";
        for (std::size_t i = 0; i < load_.batch; ++i) {
            const auto number = which * load_.batch + i;
            if (i > 0) body_ += ',';
            (meta ? add_meta_change : add_mention)(body_, load_.corpus.of(number),
                                                   load_.address(number));
        }
        if (meta) body_ += "]}]}";
        else if (load_.batch > 1) body_ += ']';
        request = "POST " + target_.path + " HTTP/1.1\r\nHost: " + target_.host +
                  "\r\nContent-Type: application/json\r\n";
        signer_.add_headers(request, body_);
        request += "Content-Length: " + std::to_string(body_.size()) + "\r\n\r\n" + body_;
    }

    void finished(std::size_t which, unsigned status) {
        if (status >= 200 && status < 300) {
            const auto now = clock_->now();
            for (std::size_t i = 0; i < load_.batch; ++i)
                load_.judge.answered(which * load_.batch + i, now);
            figures.answered += load_.batch;
        } else {
            failed("status " + std::to_string(status));
        }
        const auto found = behind_.find(load_.judge.thread_of(which * load_.batch));
        if (found->second.empty()) {
            behind_.erase(found);
        } else {
            ready_.push_back(found->second.front());
            found->second.pop_front();
        }
    }

    void failed(const std::string& why) {
        last_failure_ = why;
        if (++figures.failed == kMostFailures)
            throw std::runtime_error("too many requests failed; the last: " + why);
    }

    void free(Connection& connection) {
        idle_.push_back(&connection);
        dispatch();
    }

    const Load& load_;
    WebhookTarget target_;
    Signer signer_;
    asio::io_context io_{1};
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::steady_timer pace_;
    asio::steady_timer watch_;
    const RunClock* clock_ = nullptr;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<Connection*> idle_;
    std::size_t next_ = 0;
    std::deque<std::size_t> ready_;
    /// Conversations with a request under way or ready, and what waits behind it.
    std::unordered_map<std::uint64_t, std::deque<std::size_t>> behind_;
    std::string body_;
    std::string last_failure_;
};

}  // namespace

std::unique_ptr<Sender> make_webhook_sender(const Load& load, const WebhookTarget& target) {
    if (target.tls) return std::make_unique<WebhookSender<Tls>>(load, target);
    return std::make_unique<WebhookSender<tcp::socket>>(load, target);
}

}  // namespace hark::bench
