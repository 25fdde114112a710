#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "ingest/steps.hpp"
#include "ingest/stream_url.hpp"
#include "ingest/wire.hpp"

namespace hark::ingest {

/// TLS 1.2 or later, servers verified against the system's authorities and those of `ca_file`
/// (empty: none). Throws std::runtime_error when the file cannot be used.
[[nodiscard]] boost::asio::ssl::context make_client_tls(const std::string& ca_file);

/// From a host's name to a connection that can be spoken through: the name is resolved, its
/// addresses are tried one after the other, then TLS. One at a time, one shard only.
class Dialer {
public:
    /// `problem` is empty when the wire that was made last is ready, else what is wrong in plain
    /// words.
    using Done = std::function<void(const std::string& problem)>;
    /// A fresh wire; `tls` null: without TLS. It stays the caller's.
    using Make = std::function<Wire&(boost::asio::ssl::context* tls)>;

    /// `tls` must outlive this.
    Dialer(boost::asio::io_context& io, boost::asio::ssl::context& tls)
        : io_(io), tls_(tls), timer_(io) {}

    /// `timeout` is for each of resolving, connecting to all addresses together, and TLS.
    void dial(StreamUrl url, std::chrono::milliseconds timeout, Make make, Done done);
    void cancel();  ///< `done` is not called any more; the wire is the caller's to drop

private:
    void connect(std::size_t address);
    void secure(Wire& wire);
    void finish(const std::string& problem);
    void no_later_than(std::chrono::milliseconds time, std::function<void()> late);

    boost::asio::io_context& io_;
    boost::asio::ssl::context& tls_;
    boost::asio::steady_timer timer_;
    Steps steps_;
    StreamUrl url_;
    std::chrono::milliseconds timeout_{};
    std::vector<boost::asio::ip::tcp::endpoint> addresses_;
    Make make_;
    Done done_;
};

}  // namespace hark::ingest
