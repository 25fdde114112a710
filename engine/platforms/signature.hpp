#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/errc.hpp"
#include "core/timestamp.hpp"

namespace hark::platforms {

enum class Digest { sha1, sha256, sha384, sha512 };
enum class Encoding { hex, base64 };

/// RFC 4648 with padding; no line breaks, no unused bits, nothing after the end. nullopt otherwise.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

/// Two digits a byte, either case. nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);

[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Two lower-case digits a byte.
[[nodiscard]] std::string encode_hex(std::string_view bytes);

/// RFC 2104 under one or more active secrets (a second one while a secret is being rotated). One
/// object a shard; not thread-safe.
class Hmac {
public:
    /// Throws std::runtime_error when the crypto library refuses (no such digest in its providers).
    Hmac(Digest digest, std::span<const std::string> secrets);
    ~Hmac();
    Hmac(Hmac&&) noexcept;
    Hmac& operator=(Hmac&&) noexcept;

    /// True when `mac`, decoded, is the code of the message's parts one after another under any of
    /// the secrets. The comparison is of decoded bytes in constant time, and every secret is tried.
    [[nodiscard]] bool verify(std::initializer_list<std::string_view> message, std::string_view mac,
                              Encoding encoding);

    /// The code of a message under the first secret, as bytes: what a handshake wants back.
    [[nodiscard]] std::string code(std::string_view message);

private:
    struct Key;
    std::size_t size_;
    std::vector<Key> keys_;
};

/// Checks a header that holds `prefix` and a code of the message's parts: ok, missing_signature
/// when the header is empty, or bad_signature.
[[nodiscard]] Errc check_code(Hmac& hmac, std::string_view header, std::string_view prefix,
                              std::initializer_list<std::string_view> message, Encoding encoding);

/// RFC 8032: whether `signature` (64 bytes) is the message's under the public key (32 bytes).
[[nodiscard]] bool verify_ed25519(std::string_view public_key, std::string_view message,
                                  std::string_view signature);

/// FIPS 180 SHA-1 of the parts one after another, 20 bytes: for platforms that sign with nothing
/// better.
[[nodiscard]] std::string sha1(std::initializer_list<std::string_view> parts);

/// Unix seconds as a header has them, exact digits. nullopt when they are none.
[[nodiscard]] std::optional<Timestamp> signed_seconds(std::string_view digits) noexcept;

/// ok when a signed time is within five minutes of the request's arrival, else stale_timestamp:
/// what Slack, Discord and Standard Webhooks advise against replays.
[[nodiscard]] Errc check_age(Timestamp signed_at, Timestamp received_at) noexcept;

/// Whether a plain token is one of the secrets: SHA-256 of both compared in constant time, so that
/// neither the place of the first difference nor the length shows. An empty token never is.
[[nodiscard]] bool equal_secret(std::span<const std::string> secrets, std::string_view token);

/// Checks a header that holds a plain secret: ok, missing_signature when it is empty, or
/// bad_signature.
[[nodiscard]] Errc check_secret(std::span<const std::string> secrets, std::string_view header);

}  // namespace hark::platforms
