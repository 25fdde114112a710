#include "ingest/stream_transport.hpp"

#include <openssl/ssl.h>

#include <boost/asio/ssl/host_name_verification.hpp>

namespace hark::ingest {

namespace asio = boost::asio;

void connect_transport(StreamTransport& transport, const asio::ip::tcp::endpoint& to,
                       Finish finish) {
    transport.tcp().async_connect(to, std::move(finish));
}

void secure_transport(StreamTransport& transport, const std::string& host, Finish finish) {
    auto& tls = *transport.tls();
    // SNI names hosts only (RFC 6066); an address is verified as an address.
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    if (error) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_callback(asio::ssl::host_name_verification(host));
    tls.async_handshake(asio::ssl::stream_base::client, std::move(finish));
}

std::string host_header(const StreamUrl& url) {
    const auto name = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return url.port == (url.tls ? "443" : "80") ? name : name + ":" + url.port;
}

}  // namespace hark::ingest
