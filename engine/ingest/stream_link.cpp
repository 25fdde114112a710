#include "ingest/stream_link.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kCloseTimeout{1};

}  // namespace

StreamLink::StreamLink(asio::io_context& io, asio::ssl::context& tls, const LinkOptions& options,
                       LinkListener& listener)
    : io_(io), options_(options), listener_(listener), dialer_(io, tls), timer_(io), heart_(io) {}

void StreamLink::open(const StreamUrl& url, platforms::StreamRequest request) {
    drop();
    url_ = url;
    request_ = std::move(request);
    dialer_.dial(
        url_, options_.connect_timeout,
        [this](asio::ssl::context* tls) -> Wire& {
            if (socket_) socket_->drop();
            socket_ = url_.websocket ? make_websocket(io_, tls)
                                     : make_http_stream(io_, tls, options_.message_bytes);
            return *socket_;
        },
        [this](const std::string& problem) {
            if (problem.empty()) ask();
            else not_opened(problem);
        });
}

void StreamLink::ask() {
    timer_.expires_after(options_.connect_timeout);
    timer_.async_wait(steps_.then([this](const error_code& error) {
        if (!error) not_opened(url_.host + " gave no answer in time");
    }));
    socket_->open(url_, request_, steps_.then([this](const error_code& error) {
        if (error) declined(error);
        else opened();
    }));
}

void StreamLink::declined(const error_code& error) {
    LinkEnd end;
    end.refusal = socket_->refusal();
    const auto status = end.refusal.status;
    end.problem = status != 0
                      ? url_.host + " gave no stream: HTTP status " + std::to_string(status) +
                            (url_.websocket && status < 300 ? ", so this is no WebSocket" : "")
                      : "the handshake with " + url_.host + " failed: " + error.message();
    ended(std::move(end));
}

void StreamLink::not_opened(std::string problem) {
    LinkEnd end;
    end.problem = std::move(problem);
    ended(std::move(end));
}

void StreamLink::opened() {
    steps_.begin();
    is_open_ = true;
    if (!request_.zstd_dictionary.empty() && !zstd_)
        zstd_.emplace(request_.zstd_dictionary, options_.message_bytes);
    opened_at_ = last_message_ = Clock::now();
    last_alive_ = now();
    next_ping_ = opened_at_ + options_.ping_interval;
    watch();
    if (!request_.hello.empty()) say({request_.hello});
    listener_.link_opened();
    if (socket_) read();
}

void StreamLink::read() {
    if (!listener_.has_room()) {
        wait_for_room();
        return;
    }
    socket_->read_some(steps_.then([this](const error_code& error) {
        if (error) closed(error);
        else take_piece();
    }));
}

void StreamLink::closed(const error_code& error) {
    LinkEnd end;
    end.close_code = socket_->close_code();
    end.problem = error.message();
    if (end.close_code != 0) end.problem += ", code " + std::to_string(end.close_code);
    const auto& lasting = request_.lasting_close_codes;
    end.lasting = std::find(lasting.begin(), lasting.end(), end.close_code) != lasting.end();
    ended(std::move(end));
}

/// The socket is not read until there is room again.
void StreamLink::wait_for_room() {
    waiting_for_room_ = true;
    listener_.when_room(steps_.then([this] {
        waiting_for_room_ = false;
        last_message_ = Clock::now();
        read();
    }));
}

/// Of a message that is too large the begin is kept, so that the next one can be read.
void StreamLink::take_piece() {
    const auto bytes = socket_->bytes();
    if (!too_large_.empty() || bytes.size() > options_.message_bytes) {
        if (too_large_.empty()) {
            too_large_.reserve(limits::kDeadLetterBytes + limits::kFramePadding);
            too_large_ = bytes.substr(0, limits::kDeadLetterBytes);
        }
        forgotten_ += bytes.size();
        socket_->clear();
    }
    if (socket_->message_done()) {
        last_message_ = Clock::now();
        last_alive_ = now();
        std::string_view unpacked = bytes;
        if (!too_large_.empty()) give(too_large_, Errc::too_large);
        else if (bytes.empty()) socket_->clear();  // a sign of life
        else if (!zstd_ || !socket_->message_is_binary()) give(bytes, Errc::ok);
        else if (const auto error = zstd_->unpack(bytes, unpacked); true) give(unpacked, error);
    }
    if (socket_) read();
}

void StreamLink::give(std::string_view bytes, Errc error) {
    listener_.link_message(bytes, std::exchange(forgotten_, 0), error);
    too_large_.clear();
    if (socket_) socket_->clear();
}

void StreamLink::say(std::vector<std::string> texts) {
    if (!socket_) return;
    std::move(texts.begin(), texts.end(), std::back_inserter(to_say_));
    write();
}

/// One message at a time; what cannot be written shows when the stream is read.
void StreamLink::write() {
    if (writing_ || to_say_.empty()) return;
    writing_ = true;
    auto text = std::move(to_say_.front());
    to_say_.pop_front();
    socket_->write_text(std::move(text), steps_.then([this](const error_code& error) {
        writing_ = false;
        if (!error) write();
    }));
}

void StreamLink::beat_every(std::chrono::milliseconds interval) {
    heartbeat_ = interval;
    // Not all clients of a server at the same moment.
    std::uniform_int_distribution<std::int64_t> pick(0, interval.count());
    beat(std::chrono::milliseconds(pick(random_)));
}

void StreamLink::beat(std::chrono::milliseconds wait) {
    heart_.expires_after(wait);
    heart_.async_wait(steps_.then([this](const error_code& error) {
        if (error) return;
        // An answer to the last one may wait unread.
        if (!waiting_for_room_) listener_.link_heartbeat();
        if (socket_) beat(heartbeat_);
    }));
}

/// Pings, and the silence watchdog: a firehose can go mute with its socket open and its pongs
/// coming.
void StreamLink::watch() {
    const auto at = Clock::now();
    auto idle = options_.idle_timeout;
    if (request_.silence.count() > 0) idle = std::min(idle, request_.silence);
    const bool is_life = socket_->was_pinged() && request_.may_be_quiet;
    if (waiting_for_room_ || is_life) last_message_ = at;  // if we do not read, the silence is ours
    if (is_life) last_alive_ = now();
    if (at - last_message_ >= idle) {
        LinkEnd end;
        end.was_mute = true;
        end.problem = "no message within the idle timeout";
        ended(std::move(end));
        return;
    }
    if (at >= next_ping_) {
        next_ping_ = at + options_.ping_interval;
        if (!pinging_) {
            pinging_ = true;
            socket_->ping(steps_.then([this](const error_code&) { pinging_ = false; }));
        }
    }
    timer_.expires_after(std::min(next_ping_, last_message_ + idle) - at);
    timer_.async_wait(steps_.then([this](const error_code& error) {
        if (!error) watch();
    }));
}

void StreamLink::ended(LinkEnd end) {
    end.was_open = is_open_;
    end.open_for = open_for();
    drop();
    listener_.link_ended(end);
}

void StreamLink::close(std::function<void()> done) {
    steps_.begin();
    heart_.cancel();
    const auto finish = [this, done = std::move(done)](const error_code&) {
        drop();
        done();
    };
    socket_->close(steps_.then(finish));
    timer_.expires_after(kCloseTimeout);
    timer_.async_wait(steps_.then([finish](const error_code& error) {
        if (!error) finish(error);
    }));
}

void StreamLink::drop() {
    steps_.begin();
    dialer_.cancel();
    timer_.cancel();
    heart_.cancel();
    if (socket_) socket_->drop();
    socket_ = nullptr;
    to_say_.clear();
    too_large_.clear();
    forgotten_ = 0;
    is_open_ = writing_ = pinging_ = waiting_for_room_ = false;
}

}  // namespace hark::ingest
