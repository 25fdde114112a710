#include "ingest/dialer.hpp"

#include <openssl/ssl.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <stdexcept>
#include <utility>

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string no_such_host(const std::string& host, const error_code& error) {
    return "the name " + host + " was not resolved: " + error.message();
}

std::string not_connected(const tcp::endpoint& to, const error_code& error) {
    const auto place = to.address().to_string() + " port " + std::to_string(to.port());
    if (error == asio::error::connection_refused)
        return place + " refused the connection: nothing listens there";
    return "no connection to " + place + ": " + error.message();
}

}  // namespace

asio::ssl::context make_client_tls(const std::string& ca_file) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_default_verify_paths();
    tls.set_verify_mode(asio::ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    if (ca_file.empty()) return tls;
    error_code error;
    tls.load_verify_file(ca_file, error);
    if (error) throw std::runtime_error(ca_file + ": " + error.message());
    return tls;
}

void Dialer::dial(StreamUrl url, std::chrono::milliseconds timeout, Make make, Done done) {
    steps_.begin();
    url_ = std::move(url);
    timeout_ = timeout;
    make_ = std::move(make);
    done_ = std::move(done);
    no_later_than(timeout,
                  [this] { finish("the name " + url_.host + " was not resolved in time"); });
    // Not cancelled by a time-out: the system's resolver ends when it likes, and nobody listens.
    const auto resolver = std::make_shared<tcp::resolver>(io_);
    auto found = [this, resolver](const error_code& error,
                                  const tcp::resolver::results_type& results) {
        if (error) {
            finish(no_such_host(url_.host, error));
            return;
        }
        addresses_.assign(results.begin(), results.end());
        connect(0);
    };
    resolver->async_resolve(url_.host, url_.port, steps_.then(std::move(found)));
}

/// Each address has its share of the time, so that one which never answers leaves some for others.
void Dialer::connect(std::size_t address) {
    steps_.begin();
    auto& wire = make_(url_.tls ? &tls_ : nullptr);
    const auto failed = [this, address](const std::string& problem) {
        if (address + 1 < addresses_.size()) connect(address + 1);
        else finish(problem);
    };
    const auto& to = addresses_[address];
    no_later_than(timeout_ / addresses_.size(), [failed, to] {
        failed("no connection to " + to.address().to_string() + " in time");
    });
    wire.connect(to, steps_.then([this, &wire, failed, to](const error_code& error) {
        if (error) failed(not_connected(to, error));
        else secure(wire);
    }));
}

void Dialer::secure(Wire& wire) {
    steps_.begin();
    if (!url_.tls) {
        finish({});
        return;
    }
    no_later_than(timeout_, [this] { finish(url_.host + " gave no TLS handshake in time"); });
    wire.secure(url_.host, steps_.then([this, &wire](const error_code& error) {
        if (!error) {
            finish({});
            return;
        }
        const auto problem = wire.certificate_problem();
        finish(problem.empty()
                   ? "TLS with " + url_.host + " failed: " + error.message()
                   : "the certificate of " + url_.host + " was not accepted: " + problem);
    }));
}

void Dialer::finish(const std::string& problem) {
    cancel();
    // The caller may dial again from within.
    const auto done = std::exchange(done_, nullptr);
    done(problem);
}

void Dialer::cancel() {
    steps_.begin();
    timer_.cancel();
}

void Dialer::no_later_than(std::chrono::milliseconds time, std::function<void()> late) {
    timer_.expires_after(time);
    timer_.async_wait(steps_.then([late = std::move(late)](const error_code& error) {
        if (!error) late();
    }));
}

}  // namespace hark::ingest
