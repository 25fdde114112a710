#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/stream_url.hpp"
#include "platforms/platform.hpp"

namespace hark::ingest {

/// One WebSocket connection (RFC 6455), from TCP to the farewell; Beast stays behind this door.
/// What is begun ends with a call of its `Done`, on the shard's loop and never from within the
/// call that began it; it keeps the connection alive until then. One shard only.
class StreamSocket {
public:
    using Done = std::function<void(const boost::system::error_code&)>;

    /// Why a server did not upgrade; status 0: it never said.
    struct Refusal {
        unsigned status = 0;
        std::string retry_after;
    };

    /// `tls` null: without TLS; else it must outlive the connection.
    StreamSocket(boost::asio::io_context& io, boost::asio::ssl::context* tls);
    ~StreamSocket();

    void connect(const boost::asio::ip::tcp::endpoint& to, Done done);
    /// The TLS handshake, with the host's name verified and sent (SNI). Only with TLS.
    void secure(const std::string& host, Done done);
    void upgrade(const StreamUrl& url, const platforms::StreamRequest& request, Done done);
    [[nodiscard]] Refusal refusal() const;

    /// Some of a message, after what of it is there already. One at a time.
    void read_some(Done done);
    [[nodiscard]] bool message_done() const;
    [[nodiscard]] bool message_is_binary() const;
    /// Of the present message; limits::kFramePadding readable bytes follow. Until read_some() or
    /// clear().
    [[nodiscard]] std::string_view bytes();
    void clear();

    void write_text(std::string text, Done done);
    void ping(Done done);
    /// Says farewell and waits for the other side's.
    void close(Done done);
    /// What is under way ends with an error.
    void drop() noexcept;
    [[nodiscard]] unsigned close_code() const;  ///< that the server gave; 0: none

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace hark::ingest
