#include "ingest/http_call.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "core/limits.hpp"
#include "ingest/stream_transport.hpp"

namespace hark::ingest {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

class Caller::Exchange final : public Wire {
public:
    Exchange(asio::io_context& io, asio::ssl::context* tls)
        : state_(std::make_shared<State>(io, tls)) {}

    void ask(const StreamUrl& url, const platforms::Call& call, Done done) {
        auto& request = state_->request;
        request = {};
        request.version(11);
        request.method_string(call.method);
        request.target(url.target);
        request.set(http::field::host, host_header(url));
        request.set(http::field::user_agent, "hark");
        request.set(http::field::accept, "*/*");
        request.set(http::field::connection, "close");
        for (const auto& [name, value] : call.headers) request.set(name, value);
        request.body() = call.body;
        request.prepare_payload();
        http::async_write(state_->transport, request,
                          [state = state_, done = std::move(done)](const error_code& error,
                                                                   std::size_t) mutable {
                              if (error) done(error);
                              else read(state, std::move(done));
                          });
    }
    [[nodiscard]] ServerReply take() {
        auto& response = state_->parser->get();
        return {response.result_int(), response, std::move(response.body()), limits::kReplyBytes};
    }

protected:
    [[nodiscard]] StreamTransport& transport() noexcept override { return state_->transport; }
    [[nodiscard]] std::shared_ptr<void> alive() const noexcept override { return state_; }

private:
    struct State {
        State(asio::io_context& io, asio::ssl::context* tls) : transport(io, tls) {}
        StreamTransport transport;
        http::request<http::string_body> request;
        beast::flat_buffer buffer;
        std::optional<http::response_parser<http::string_body>> parser;
    };

    static void read(const std::shared_ptr<State>& state, Done done) {
        auto& parser = state->parser.emplace();
        parser.header_limit(limits::kHttpHeaderBytes);
        parser.body_limit(limits::kReplyBytes);
        http::async_read(state->transport, state->buffer, parser, Finish{state, std::move(done)});
    }

    std::shared_ptr<State> state_;
};

Caller::Caller(asio::io_context& io, asio::ssl::context& tls,
               std::chrono::milliseconds connect_timeout)
    : io_(io), connect_timeout_(connect_timeout), dialer_(io, tls), timer_(io) {}

Caller::~Caller() {
    cancel();
}

void Caller::call(const platforms::Call& call, Done done) {
    cancel();
    busy_ = true;
    call_ = call;
    done_ = std::move(done);
    timer_.expires_after(call_.delay);
    timer_.async_wait(steps_.then([this](const error_code& error) {
        if (!error) dial();
    }));
}

void Caller::dial() {
    url_ = parse_stream_url(call_.url);
    if (!url_ || url_->websocket) {
        finish(nullptr, "the platform gave no http:// or https:// address");
        return;
    }
    dialer_.dial(
        *url_, connect_timeout_,
        [this](asio::ssl::context* tls) -> Wire& {
            if (exchange_) exchange_->drop();
            exchange_ = std::make_shared<Exchange>(io_, tls);
            return *exchange_;
        },
        [this](const std::string& problem) {
            if (problem.empty()) ask();
            else finish(nullptr, problem);
        });
}

void Caller::ask() {
    timer_.expires_after(call_.timeout);
    timer_.async_wait(steps_.then([this](const error_code& error) {
        if (!error) finish(nullptr, url_->host + " gave no reply in time");
    }));
    exchange_->ask(*url_, call_, steps_.then([this](const error_code& error) {
        if (!error) {
            auto reply = exchange_->take();
            finish(&reply, {});
        } else if (error == http::error::body_limit) {
            finish(nullptr, "the reply of " + url_->host + " is larger than " +
                                std::to_string(limits::kReplyBytes / limits::kMiB) + " MiB");
        } else {
            finish(nullptr, "the reply of " + url_->host + " broke off: " + error.message());
        }
    }));
}

void Caller::finish(ServerReply* reply, const std::string& problem) {
    const auto done = std::exchange(done_, nullptr);
    cancel();
    done(reply, problem);
}

void Caller::cancel() {
    busy_ = false;
    steps_.begin();
    timer_.cancel();
    dialer_.cancel();
    if (exchange_) exchange_->drop();
    exchange_ = nullptr;
    done_ = nullptr;
}

}  // namespace hark::ingest
