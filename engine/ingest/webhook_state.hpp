#pragma once

// Inside the webhook server: what connections share. Only webhook_*.cpp include this.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/webhook_server.hpp"

namespace hark::ingest {

// The shard's own executor type: no type-erased one on the way of every read.
using ShardExecutor = boost::asio::io_context::executor_type;
template <typename T>
using Task = boost::asio::awaitable<T, ShardExecutor>;
inline constexpr boost::asio::use_awaitable_t<ShardExecutor> kAwait{};
using WebhookSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, ShardExecutor>;
using WebhookClock = std::chrono::steady_clock;

/// A connection as the server sees it.
class WebhookPeer {
public:
    virtual ~WebhookPeer() = default;
    virtual void close() noexcept = 0;
    /// Waits for its next request: may be closed without loss.
    [[nodiscard]] virtual bool between_requests() const noexcept = 0;

    /// When the sweep closes it. One clock read a step instead of a timer an operation.
    WebhookClock::time_point deadline = WebhookClock::time_point::max();
    std::list<std::shared_ptr<WebhookPeer>>::iterator place;  ///< in WebhookShared::peers or left
};

/// A route with its counters.
struct WebhookTarget {
    WebhookRoute route;
    std::map<unsigned, telemetry::Counter*> statuses;
    std::map<Errc, telemetry::Counter*> refusals;
};

/// What one connection has of a body that is not whole yet, out of what a listener's connections
/// may have together (WebhookOptions::received_bytes).
class ReceivedBytes {
public:
    explicit ReceivedBytes(const WebhookOptions& options)
        : all_(*options.received), limit_(options.received_bytes) {}
    ~ReceivedBytes() { all_.fetch_sub(mine_, std::memory_order_relaxed); }
    ReceivedBytes(const ReceivedBytes&) = delete;
    ReceivedBytes& operator=(const ReceivedBytes&) = delete;

    /// False: so many there is no room for.
    [[nodiscard]] bool grow_to(std::size_t bytes) noexcept {
        const auto more = bytes - std::exchange(mine_, bytes);
        return all_.fetch_add(more, std::memory_order_relaxed) + more <= limit_;
    }

private:
    std::atomic<std::size_t>& all_;
    std::size_t limit_;
    std::size_t mine_ = 0;
};

/// What the connections of one server share. One shard only.
struct WebhookShared {
    WebhookShared(boost::asio::io_context& context, const WebhookOptions& given, FrameHandler& to,
                  telemetry::Metrics& into)
        : io(context), options(given), handler(to), metrics(into), nowhere{{}, {}, {}} {
        for (const auto& route : options.routes)
            targets.emplace(route.path, WebhookTarget{route, {}, {}});
    }

    [[nodiscard]] WebhookTarget* find(std::string_view path) noexcept {
        const auto found = targets.find(path);
        return found == targets.end() ? nullptr : &found->second;
    }
    void count(WebhookTarget& target, unsigned status, Errc reason) {
        auto*& counter = target.statuses[status];
        const telemetry::Labels source{{"source", target.route.source_name}};
        if (counter == nullptr) {
            counter = &metrics.counter("hark_webhook_requests_total", "Answers to webhook requests",
                                       {source[0], {"status", std::to_string(status)}});
        }
        counter->add();
        if (reason == Errc::ok) return;
        auto*& refusal = target.refusals[reason];
        if (refusal == nullptr) {
            refusal = &metrics.counter("hark_webhook_refused_total", "Webhook requests refused",
                                       {source[0], {"reason", std::string(to_string(reason))}});
        }
        refusal->add();
    }

    boost::asio::io_context& io;
    WebhookOptions options;
    FrameHandler& handler;
    telemetry::Metrics& metrics;
    std::map<std::string, WebhookTarget, std::less<>> targets;
    WebhookTarget nowhere;  ///< requests to no known path
    std::list<std::shared_ptr<WebhookPeer>> peers;
    std::list<std::shared_ptr<WebhookPeer>> left;  ///< closed, while their frames wait
    bool stopping = false;
};

/// Serves the socket until it closes; the peer is in `shared->peers` meanwhile.
void serve_plain(const std::shared_ptr<WebhookShared>& shared, WebhookSocket socket);
void serve_tls(const std::shared_ptr<WebhookShared>& shared, WebhookSocket socket,
               std::shared_ptr<boost::asio::ssl::context> tls);

}  // namespace hark::ingest
