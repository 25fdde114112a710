#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/server_reply.hpp"
#include "ingest/stream_url.hpp"
#include "ingest/wire.hpp"
#include "platforms/platform.hpp"

namespace hark::ingest {

/// One connection that brings messages, from TCP to the farewell; Beast stays behind this door.
class StreamSocket : public Wire {
public:
    /// Asks for the stream.
    virtual void open(const StreamUrl& url, const platforms::StreamRequest& request, Done done) = 0;
    /// What the server said instead of giving the stream, to be taken once; status 0: it never did.
    [[nodiscard]] virtual ServerReply refusal() = 0;

    /// Some of a message, after what of it is there already. One at a time.
    virtual void read_some(Done done) = 0;
    /// A message that is done and empty is a sign of life and nothing else.
    [[nodiscard]] virtual bool message_done() const = 0;
    [[nodiscard]] virtual bool message_is_binary() const = 0;
    /// Of the present message; limits::kFramePadding readable bytes follow. Until read_some() or
    /// clear().
    [[nodiscard]] virtual std::string_view bytes() = 0;
    virtual void clear() = 0;

    virtual void write_text(std::string text, Done done) = 0;
    virtual void ping(Done done) = 0;
    /// Whether a ping or pong came since this was asked last.
    [[nodiscard]] virtual bool was_pinged() noexcept = 0;
    /// Says farewell and waits for the other side's.
    virtual void close(Done done) = 0;
    [[nodiscard]] virtual unsigned close_code() const = 0;  ///< that the server gave; 0: none
};

/// A WebSocket (RFC 6455). `tls` null: without TLS; else it must outlive the connection.
[[nodiscard]] std::shared_ptr<StreamSocket> make_websocket(boost::asio::io_context& io,
                                                           boost::asio::ssl::context* tls);

/// A response of HTTP/1.1 that does not end: a message a line, or an event of text/event-stream.
/// Messages longer than `message_bytes` are given once, one byte longer than that.
[[nodiscard]] std::shared_ptr<StreamSocket> make_http_stream(boost::asio::io_context& io,
                                                             boost::asio::ssl::context* tls,
                                                             std::size_t message_bytes);

}  // namespace hark::ingest
