#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ingest/dialer.hpp"
#include "ingest/server_reply.hpp"

namespace hark::ingest {

/// Makes a platform's calls: one request and its bounded reply over HTTP/1.1, each on a connection
/// of its own. One at a time, one shard only.
class Caller {
public:
    /// The reply, or (null) why there is none, in plain words without the address's path.
    using Done = std::function<void(ServerReply* reply, const std::string& problem)>;

    /// `tls` must outlive this.
    Caller(boost::asio::io_context& io, boost::asio::ssl::context& tls,
           std::chrono::milliseconds connect_timeout);
    ~Caller();

    /// Waits the call's delay, then makes it. `done` is never called from within this.
    void call(const platforms::Call& call, Done done);
    /// `done` is not called any more.
    void cancel();
    [[nodiscard]] bool busy() const noexcept { return busy_; }

private:
    class Exchange;

    void dial();
    void ask();
    void finish(ServerReply* reply, const std::string& problem);

    boost::asio::io_context& io_;
    std::chrono::milliseconds connect_timeout_;
    Dialer dialer_;
    boost::asio::steady_timer timer_;
    Steps steps_;
    platforms::Call call_;
    std::optional<StreamUrl> url_;
    std::shared_ptr<Exchange> exchange_;
    Done done_;
    bool busy_ = false;
};

}  // namespace hark::ingest
