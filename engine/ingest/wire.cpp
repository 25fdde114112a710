#include "ingest/stream_transport.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ssl/host_name_verification.hpp>

namespace hark::ingest {

namespace asio = boost::asio;

void Wire::connect(const asio::ip::tcp::endpoint& to, Done done) {
    transport().tcp().async_connect(to, Finish{alive(), std::move(done)});
}

void Wire::secure(const std::string& host, Done done) {
    auto& tls = *transport().tls();
    // SNI names hosts only (RFC 6066); an address is verified as an address.
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    if (error) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
    tls.set_verify_callback(asio::ssl::host_name_verification(host));
    tls.async_handshake(asio::ssl::stream_base::client, Finish{alive(), std::move(done)});
}

std::string Wire::certificate_problem() {
    auto* const tls = transport().tls();
    const auto result = tls == nullptr ? X509_V_OK : SSL_get_verify_result(tls->native_handle());
    return result == X509_V_OK ? std::string{} : X509_verify_cert_error_string(result);
}

void Wire::drop() noexcept {
    transport().close();
}

std::string host_header(const StreamUrl& url) {
    const auto name = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    return url.port == (url.tls ? "443" : "80") ? name : name + ":" + url.port;
}

}  // namespace hark::ingest
