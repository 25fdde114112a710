#include "platforms/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "core/check.hpp"
#include "core/digits.hpp"

namespace hark::platforms {

namespace {

constexpr std::size_t kSha256Bytes = 32;
constexpr std::size_t kLongestBytes = 64;  // SHA-512

struct DigestKind {
    const char* name;
    std::size_t size;
};

DigestKind kind_of(Digest digest) noexcept {
    switch (digest) {
        case Digest::sha1: return {"SHA1", 20};
        case Digest::sha256: return {"SHA256", kSha256Bytes};
        case Digest::sha384: return {"SHA384", 48};
        case Digest::sha512: return {"SHA512", kLongestBytes};
    }
    return {"SHA256", kSha256Bytes};
}

constexpr auto kTolerance = std::chrono::minutes(5);

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
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

std::string encode_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // a terminator is written too
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string encode_hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        text.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
        text.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
    return text;
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
              std::array<unsigned char, kLongestBytes>& out) {
        HARK_CHECK(EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1);
        for (const auto part : message) {
            HARK_CHECK(EVP_MAC_update(context.get(), bytes_of(part), part.size()) == 1);
        }
        std::size_t size = 0;
        HARK_CHECK(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1);
    }
};

Hmac::Hmac(Digest digest, std::span<const std::string> secrets) : size_(kind_of(digest).size) {
    for (const auto& secret : secrets) keys_.emplace_back(kind_of(digest).name, secret);
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
        std::array<unsigned char, kLongestBytes> wanted{};
        key.code(message, wanted);
        matched |= CRYPTO_memcmp(wanted.data(), claimed->data(), size_) == 0;
    }
    return matched;
}

std::string Hmac::code(std::string_view message) {
    if (keys_.empty()) return {};
    std::array<unsigned char, kLongestBytes> bytes{};
    keys_.front().code({message}, bytes);
    return {reinterpret_cast<const char*>(bytes.data()), size_};
}

Errc check_code(Hmac& hmac, std::string_view header, std::string_view prefix,
                std::initializer_list<std::string_view> message, Encoding encoding) {
    if (header.empty()) return Errc::missing_signature;
    if (!header.starts_with(prefix)) return Errc::bad_signature;
    header.remove_prefix(prefix.size());
    return hmac.verify(message, header, encoding) ? Errc::ok : Errc::bad_signature;
}

bool verify_ed25519(std::string_view public_key, std::string_view message,
                    std::string_view signature) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key),
                                    public_key.size()),
        &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    if (key == nullptr || context == nullptr) return false;
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
        return false;
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                            message.size()) == 1;
}

std::string sha1(std::initializer_list<std::string_view> parts) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    HARK_CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) == 1);
    for (const auto part : parts) {
        HARK_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HARK_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::optional<Timestamp> signed_seconds(std::string_view digits) noexcept {
    std::int64_t seconds = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, seconds);
    constexpr std::int64_t kLast = 7'000'000'000;  // 2191
    if (error != std::errc{} || stop != end || seconds < 0 || seconds > kLast) return std::nullopt;
    return Timestamp{std::chrono::seconds(seconds)};
}

Errc check_age(Timestamp signed_at, Timestamp received_at) noexcept {
    const auto age = received_at - signed_at;
    return age > kTolerance || age < -kTolerance ? Errc::stale_timestamp : Errc::ok;
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

Errc check_secret(std::span<const std::string> secrets, std::string_view header) {
    if (header.empty()) return Errc::missing_signature;
    return equal_secret(secrets, header) ? Errc::ok : Errc::bad_signature;
}

}  // namespace hark::platforms
