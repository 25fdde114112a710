#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::platforms::wechat {

/// The 32 bytes of an EncodingAESKey: 43 base64 characters, the last of which may have any spare
/// bits. nullopt for anything else.
[[nodiscard]] std::optional<std::string> decode_aes_key(std::string_view text);

/// Opens what WeChat and WeCom encrypt: AES-256-CBC, padded as PKCS #7 does with blocks of 32, of
/// 16 random bytes, a length, the message, and who it is for. Not thread-safe.
class Cipher {
public:
    /// `keys`: of 32 bytes, all active. `receiver`: the AppID or CorpID that messages must be for.
    Cipher(std::vector<std::string> keys, std::string receiver);
    ~Cipher();
    Cipher(Cipher&&) noexcept;
    Cipher& operator=(Cipher&&) noexcept;

    /// The message inside the base64 text, a view that is valid until the next call and has
    /// limits::kFramePadding readable bytes behind it. nullopt: none of the keys opens it, or it is
    /// for somebody else.
    [[nodiscard]] std::optional<std::string_view> open(std::string_view encrypted);

private:
    struct Context;

    std::optional<std::string_view> open_with(const std::string& key, std::string_view bytes);

    std::vector<std::string> keys_;
    std::string receiver_;
    std::unique_ptr<Context> context_;
    std::string plain_;
};

}  // namespace hark::platforms::wechat
