#pragma once

// Inside wire.cpp, websocket_stream.cpp, http_stream.cpp and http_call.cpp: what is talked through.

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "ingest/stream_url.hpp"
#include "ingest/wire.hpp"

namespace hark::ingest {

using ShardTcp =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Any handler of a read or write, moved, called once.
class AnyCompletion {
public:
    template <typename Handler>
    requires(!std::is_same_v<std::decay_t<Handler>, AnyCompletion>) explicit AnyCompletion(
        Handler&& handler)
        : held_(std::make_unique<Held<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}

    void operator()(const boost::system::error_code& error, std::size_t bytes) {
        const auto held = std::move(held_);
        held->call(error, bytes);
    }

private:
    struct Callable {
        virtual ~Callable() = default;
        virtual void call(const boost::system::error_code& error, std::size_t bytes) = 0;
    };
    template <typename Handler>
    struct Held final : Callable {
        template <typename Given>
        explicit Held(Given&& given) : handler(std::forward<Given>(given)) {}
        void call(const boost::system::error_code& error, std::size_t bytes) override {
            handler(error, bytes);
        }
        Handler handler;
    };
    std::unique_ptr<Callable> held_;
};

/// TCP with or without TLS as one type, and below it one type of handler: Beast and Asio make
/// every operation anew for each combination, which costs minutes of compilation. A read or write
/// may take less than all buffers, as read_some and write_some may. One shard only.
class StreamTransport {
public:
    using executor_type = ShardTcp::executor_type;

    /// `context` null: without TLS; else it must outlive this.
    StreamTransport(boost::asio::io_context& io, boost::asio::ssl::context* context) : tcp_(io) {
        if (context != nullptr) tls_.emplace(tcp_, *context);
    }

    [[nodiscard]] executor_type get_executor() noexcept { return tcp_.get_executor(); }
    [[nodiscard]] ShardTcp& tcp() noexcept { return tcp_; }
    /// Null: without TLS.
    [[nodiscard]] boost::asio::ssl::stream<ShardTcp&>* tls() noexcept {
        return tls_ ? &*tls_ : nullptr;
    }

    template <typename Buffers, typename Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        read(first<boost::asio::mutable_buffer>(buffers),
             AnyCompletion(std::forward<Handler>(handler)));
    }
    template <typename Buffers, typename Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        write(first<boost::asio::const_buffer>(buffers),
              AnyCompletion(std::forward<Handler>(handler)));
    }

    void close() noexcept {
        boost::system::error_code ignored;
        tcp_.close(ignored);
    }

private:
    template <typename Buffer, typename Buffers>
    static Buffer first(const Buffers& buffers) {
        const auto end = boost::asio::buffer_sequence_end(buffers);
        for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
            const Buffer buffer(*at);
            if (buffer.size() > 0) return buffer;
        }
        return {};
    }

    void read(boost::asio::mutable_buffer buffer, AnyCompletion done) {
        if (tls_) tls_->async_read_some(buffer, std::move(done));
        else tcp_.async_read_some(buffer, std::move(done));
    }
    void write(boost::asio::const_buffer buffer, AnyCompletion done) {
        if (tls_) tls_->async_write_some(buffer, std::move(done));
        else tcp_.async_write_some(buffer, std::move(done));
    }

    ShardTcp tcp_;
    std::optional<boost::asio::ssl::stream<ShardTcp&>> tls_;
};

/// One type for the end of every operation; keeps what it is of alive.
struct Finish {
    std::shared_ptr<void> alive;
    Wire::Done done;
    void operator()(const boost::system::error_code& error, std::size_t = 0) const { done(error); }
};

/// The host's name as a request says it: with its port unless that is the usual one.
[[nodiscard]] std::string host_header(const StreamUrl& url);

// Beast looks these up by the type of its transport. The WebSocket's own farewell is over by then.

inline void beast_close_socket(StreamTransport& transport) {
    transport.close();
}
template <typename Handler>
void async_teardown(boost::beast::role_type, StreamTransport& transport, Handler&& handler) {
    transport.close();
    boost::asio::post(transport.get_executor(), [done = std::forward<Handler>(handler)]() mutable {
        done(boost::system::error_code{});
    });
}

}  // namespace hark::ingest
