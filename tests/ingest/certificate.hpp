#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace hark::ingest {

/// Writes a new key and a certificate signed by it. `names` as OpenSSL has them:
/// "DNS:localhost,IP:127.0.0.1".
inline void make_certificate(const std::string& certificate_file, const std::string& key_file,
                             const std::string& names) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), &X509_free);
    X509_set_version(made.get(), 2);
    static long serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    auto* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("hark test"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> alternatives(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()),
        &X509_EXTENSION_free);
    X509_add_ext(made.get(), alternatives.get(), -1);
    X509_sign(made.get(), key.get(), EVP_sha256());

    const auto write = [](const std::string& path, auto put) {
        std::FILE* const file = std::fopen(path.c_str(), "wbe");
        if (file == nullptr) throw std::runtime_error(path);
        const bool done = put(file) == 1;
        if (std::fclose(file) != 0 || !done) throw std::runtime_error(path);
    };
    write(certificate_file, [&](std::FILE* file) { return PEM_write_X509(file, made.get()); });
    write(key_file, [&](std::FILE* file) {
        return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

}  // namespace hark::ingest
