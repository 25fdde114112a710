#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/errc.hpp"
#include "ingest/dialer.hpp"
#include "ingest/server_reply.hpp"
#include "ingest/stream_socket.hpp"
#include "ingest/zstd_messages.hpp"

namespace hark::ingest {

/// How an open stream, or the attempt to open one, ended.
struct LinkEnd {
    std::string problem;  ///< in plain words
    bool was_open = false;
    std::chrono::steady_clock::duration open_for{};
    bool was_mute = false;    ///< open, and nothing came
    bool lasting = false;     ///< its close code says that asking again soon would not help
    unsigned close_code = 0;  ///< of a WebSocket
    ServerReply refusal;      ///< status 0: the server refused nothing by HTTP
};

struct LinkOptions {
    std::size_t message_bytes = 0;
    std::chrono::milliseconds connect_timeout{};
    std::chrono::milliseconds idle_timeout{};
    std::chrono::milliseconds ping_interval{};
};

/// Told what happens on a StreamLink, on its shard. From within any of these the link may be
/// spoken through, dropped, or opened anew.
class LinkListener {
public:
    virtual void link_opened() = 0;
    /// Not ok: too large (the begin of it; `whole_bytes` is how much of it came, else 0), or not to
    /// be decompressed.
    virtual void link_message(std::string_view bytes, std::size_t whole_bytes, Errc error) = 0;
    virtual void link_heartbeat() = 0;
    virtual void link_ended(LinkEnd& end) = 0;
    /// False: read no message. Then when_room() runs `wake` once, on the shard.
    [[nodiscard]] virtual bool has_room() const = 0;
    virtual void when_room(std::function<void()> wake) = 0;

protected:
    ~LinkListener() = default;
};

/// One stream from dialling to its end: pings, the silence watchdog, heartbeats, messages put
/// together. One shard only.
class StreamLink {
public:
    /// `tls` and `listener` must outlive this.
    StreamLink(boost::asio::io_context& io, boost::asio::ssl::context& tls,
               const LinkOptions& options, LinkListener& listener);
    ~StreamLink() { drop(); }

    /// `url` is the request's. Only while there is no stream.
    void open(const StreamUrl& url, platforms::StreamRequest request);
    void say(std::vector<std::string> texts);
    void beat_every(std::chrono::milliseconds interval);
    /// Says farewell; `done` after it, or after a second without an answer.
    void close(std::function<void()> done);
    void drop();  ///< the listener is told nothing any more
    [[nodiscard]] bool is_open() const noexcept { return is_open_; }
    [[nodiscard]] std::chrono::steady_clock::duration open_for() const noexcept {
        return is_open_ ? Clock::now() - opened_at_ : Clock::duration{};
    }
    /// When the other side last gave a sign of life. Only while it is open.
    [[nodiscard]] Timestamp last_alive() const noexcept { return last_alive_; }

private:
    using Clock = std::chrono::steady_clock;

    void ask();
    void opened();
    void read();
    void wait_for_room();
    void take_piece();
    void give(std::string_view bytes, Errc error);
    void write();
    void watch();
    void beat(std::chrono::milliseconds wait);
    void ended(LinkEnd end);
    void not_opened(std::string problem);
    void declined(const boost::system::error_code& error);
    void closed(const boost::system::error_code& error);

    boost::asio::io_context& io_;
    LinkOptions options_;
    LinkListener& listener_;
    Dialer dialer_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer heart_;
    Steps steps_;
    StreamUrl url_;
    platforms::StreamRequest request_;
    std::shared_ptr<StreamSocket> socket_;
    std::optional<ZstdMessages> zstd_;
    std::deque<std::string> to_say_;
    std::string too_large_;      ///< the begin of a message whose rest is read and forgotten
    std::size_t forgotten_ = 0;  ///< bytes of that message so far, its begin included
    std::chrono::milliseconds heartbeat_{};
    std::minstd_rand random_{std::random_device{}()};
    Clock::time_point opened_at_;
    Clock::time_point last_message_;
    Clock::time_point next_ping_;
    Timestamp last_alive_{};
    bool is_open_ = false;
    bool writing_ = false;
    bool pinging_ = false;
    bool waiting_for_room_ = false;
};

}  // namespace hark::ingest
