#include "platforms/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <stdexcept>

#include "core/check.hpp"

namespace hark::platforms {

namespace {

constexpr std::size_t kSha1Bytes = 20;
constexpr std::size_t kSha256Bytes = 32;

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int base64_digit(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

std::array<unsigned char, kSha256Bytes> sha256(std::string_view text) {
    std::array<unsigned char, kSha256Bytes> digest{};
    unsigned size = 0;
    HARK_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
               1);
    return digest;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    std::string decoded;
    decoded.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text.substr(0, text.size() - padding)) {
        const int digit = base64_digit(c);
        if (digit < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        decoded.push_back(static_cast<char>(bits >> held & 0xFF));
    }
    const bool unused_bits = (bits & ((1U << held) - 1)) != 0;
    if (unused_bits) return std::nullopt;
    return decoded;
}

std::optional<std::string> decode_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string decoded;
    decoded.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded.push_back(static_cast<char>(high * 16 + low));
    }
    return decoded;
}

/// A context that has absorbed the key, so that a message costs no key schedule.
struct Hmac::Key {
    struct Free {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
        void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    };
    std::unique_ptr<EVP_MAC_CTX, Free> context;

    Key(const char* digest, std::string_view secret) {
        const std::unique_ptr<EVP_MAC, Free> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
        context.reset(EVP_MAC_CTX_new(mac.get()));
        std::string name = digest;
        const std::array<OSSL_PARAM, 2> params = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
            OSSL_PARAM_construct_end()};
        if (!context ||
            EVP_MAC_init(context.get(), bytes_of(secret), secret.size(), params.data()) != 1) {
            throw std::runtime_error("the crypto library offers no HMAC with " + name);
        }
    }

    void code(std::initializer_list<std::string_view> message,
              std::array<unsigned char, kSha256Bytes>& out) {
        HARK_CHECK(EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1);
        for (const auto part : message) {
            HARK_CHECK(EVP_MAC_update(context.get(), bytes_of(part), part.size()) == 1);
        }
        std::size_t size = 0;
        HARK_CHECK(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1);
    }
};

Hmac::Hmac(Digest digest, std::span<const std::string> secrets)
    : size_(digest == Digest::sha1 ? kSha1Bytes : kSha256Bytes) {
    for (const auto& secret : secrets) {
        keys_.emplace_back(digest == Digest::sha1 ? "SHA1" : "SHA256", secret);
    }
}

Hmac::~Hmac() = default;
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;

bool Hmac::verify(std::initializer_list<std::string_view> message, std::string_view mac,
                  Encoding encoding) {
    const auto claimed = encoding == Encoding::hex ? decode_hex(mac) : decode_base64(mac);
    if (!claimed || claimed->size() != size_) return false;
    bool matched = false;
    for (auto& key : keys_) {
        std::array<unsigned char, kSha256Bytes> code{};
        key.code(message, code);
        matched |= CRYPTO_memcmp(code.data(), claimed->data(), size_) == 0;
    }
    return matched;
}

bool equal_secret(std::span<const std::string> secrets, std::string_view token) {
    if (token.empty()) return false;
    const auto presented = sha256(token);
    bool matched = false;
    for (const auto& secret : secrets) {
        const auto wanted = sha256(secret);
        matched |= CRYPTO_memcmp(presented.data(), wanted.data(), presented.size()) == 0;
    }
    return matched;
}

}  // namespace hark::platforms
