#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <string>

namespace hark::ingest {

class StreamTransport;

/// The way to a server that every conversation begins with: TCP, then TLS. What is begun ends with
/// a call of its `Done`, on the shard's loop and never from within the call that began it; it keeps
/// the connection alive until then. One shard only.
class Wire {
public:
    using Done = std::function<void(const boost::system::error_code&)>;

    virtual ~Wire() = default;

    void connect(const boost::asio::ip::tcp::endpoint& to, Done done);
    /// The TLS handshake, with the host's name verified and sent (SNI). Only with TLS.
    void secure(const std::string& host, Done done);
    /// Why the server's certificate was not accepted; empty: it was, or none was seen.
    [[nodiscard]] std::string certificate_problem();
    /// What is under way ends with an error.
    void drop() noexcept;

protected:
    [[nodiscard]] virtual StreamTransport& transport() noexcept = 0;
    /// What keeps the transport alive.
    [[nodiscard]] virtual std::shared_ptr<void> alive() const noexcept = 0;
};

}  // namespace hark::ingest
