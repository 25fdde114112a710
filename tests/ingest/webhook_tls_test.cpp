#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "ingest/certificate.hpp"
#include "ingest/folder.hpp"
#include "ingest/webhook_harness.hpp"

namespace hark::ingest {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class WebhookTls : public testing::Test {
protected:
    WebhookTls() {
        make_certificate(certificate, key, "DNS:localhost");
        options.tls = TlsFiles{certificate, key};
    }
    ~WebhookTls() override { ERR_clear_error(); }

    using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
    /// A client of one version that trusts what is in `authority`.
    static Context context(int version, const std::string& authority = {}) {
        Context made(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
        SSL_CTX_set_min_proto_version(made.get(), version);
        SSL_CTX_set_max_proto_version(made.get(), version);
        if (version < TLS1_2_VERSION) SSL_CTX_set_cipher_list(made.get(), "ALL:@SECLEVEL=0");
        if (authority.empty()) return made;
        SSL_CTX_load_verify_locations(made.get(), authority.c_str(), nullptr);
        SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
        return made;
    }
    [[nodiscard]] bool serves(WebhookHarness& server, const std::string& authority) const {
        auto client = server.connect();
        const auto trust = context(TLS1_3_VERSION, authority);
        return client.secure(trust.get()) && client.ask(post("x")).status == 200;
    }
    static std::string reload(WebhookHarness& server) {
        return server.with_server([](auto& one) { return one.reload_certificate(); });
    }

    Folder folder;
    std::string certificate = folder / "certificate.pem";
    std::string key = folder / "key.pem";
    WebhookOptions options;
};

TEST_F(WebhookTls, serves_1_2_and_1_3_and_refuses_1_1) {
    WebhookHarness server(options);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto client = server.connect();
        const auto trust = context(version, certificate);
        ASSERT_TRUE(client.secure(trust.get()));
        EXPECT_EQ(SSL_version(client.ssl()), version);
        EXPECT_EQ(client.ask(post("x")).status, 200U);
        EXPECT_EQ(client.ask(post(std::string(90'000, 'y'))).status, 200U);
    }
    auto old = server.connect();
    const auto trust = context(TLS1_1_VERSION);
    EXPECT_FALSE(old.secure(trust.get()));
    // It is the server that refuses: its alert is "protocol version".
    EXPECT_EQ(ERR_GET_REASON(ERR_peek_last_error()), SSL_R_TLSV1_ALERT_PROTOCOL_VERSION);
}

TEST_F(WebhookTls, without_forward_secrecy_there_is_no_agreement) {
    WebhookHarness server(options);
    const auto trust = context(TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(trust.get(), "AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA");
    EXPECT_FALSE(server.connect().secure(trust.get()));
}

TEST_F(WebhookTls, ends_with_a_farewell) {
    WebhookHarness server(options);
    auto client = server.connect();
    const auto trust = context(TLS1_3_VERSION);
    ASSERT_TRUE(client.secure(trust.get()));
    EXPECT_EQ(client.ask(post("x", "Connection: close\r\n")).status, 200U);
    EXPECT_TRUE(client.ends());
    EXPECT_NE(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, 0);
}

TEST_F(WebhookTls, a_new_certificate_is_for_new_connections) {
    WebhookHarness server(options);
    auto old = server.connect();
    const auto trust = context(TLS1_3_VERSION, certificate);
    ASSERT_TRUE(old.secure(trust.get()));
    EXPECT_EQ(old.ask(post("1")).status, 200U);
    const auto former = folder / "former.pem";
    std::filesystem::copy_file(certificate, former);
    make_certificate(certificate, key, "DNS:localhost");
    EXPECT_TRUE(serves(server, former));
    EXPECT_EQ(reload(server), "");
    EXPECT_TRUE(serves(server, certificate));
    EXPECT_FALSE(serves(server, former));
    EXPECT_EQ(old.ask(post("2")).status, 200U);
}

TEST_F(WebhookTls, a_broken_certificate_keeps_the_old) {
    WebhookHarness server(options);
    const auto former = folder / "former.pem";
    std::filesystem::copy_file(certificate, former);
    write_file(certificate, "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n");
    EXPECT_THAT(reload(server), HasSubstr(certificate));
    EXPECT_TRUE(serves(server, former));
    // A key of another certificate.
    std::filesystem::copy_file(former, certificate,
                               std::filesystem::copy_options::overwrite_existing);
    make_certificate(folder / "other.pem", key, "DNS:localhost");
    EXPECT_THAT(reload(server), HasSubstr(key));
    EXPECT_TRUE(serves(server, former));
    std::filesystem::remove(key);
    EXPECT_THAT(reload(server), HasSubstr(key));
    EXPECT_TRUE(serves(server, former));
}

TEST_F(WebhookTls, a_certificate_that_is_not_there_is_named_at_start) {
    options.tls->certificate = folder / "none.pem";
    try {
        const WebhookHarness server(options);
        ADD_FAILURE() << "started";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(folder / "none.pem"));
    }
}

TEST_F(WebhookTls, who_does_not_shake_hands_is_closed) {
    options.handshake_timeout = 30ms;
    WebhookHarness server(options);
    auto silent = server.connect();
    EXPECT_TRUE(silent.ends());
    auto plain = server.connect();
    EXPECT_EQ(plain.ask(post("x")).status, 0U);
    EXPECT_TRUE(server.until_idle());
    EXPECT_TRUE(serves(server, certificate));
}

}  // namespace
}  // namespace hark::ingest
