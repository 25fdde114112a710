#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hark::platforms {

enum class Digest { sha1, sha256 };
enum class Encoding { hex, base64 };

/// RFC 4648 with padding; no line breaks, no unused bits, nothing after the end. nullopt otherwise.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

/// Two digits a byte, either case. nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_hex(std::string_view text);

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

private:
    struct Key;
    std::size_t size_;
    std::vector<Key> keys_;
};

/// Whether a plain token is one of the secrets: SHA-256 of both compared in constant time, so that
/// neither the place of the first difference nor the length shows. An empty token never is.
[[nodiscard]] bool equal_secret(std::span<const std::string> secrets, std::string_view token);

}  // namespace hark::platforms
