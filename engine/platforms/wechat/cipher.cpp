#include "platforms/wechat/cipher.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "core/limits.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms::wechat {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyCharacters = 43;
constexpr std::size_t kCipherBlock = 16;
constexpr std::size_t kPaddingBlock = 32;
constexpr std::size_t kRandomBytes = 16;
constexpr std::size_t kLengthBytes = 4;

/// What is left without its padding; nullopt when that is none.
std::optional<std::string_view> without_padding(std::string_view plain) noexcept {
    const auto padding = static_cast<unsigned char>(plain.back());
    if (padding == 0 || padding > kPaddingBlock || padding > plain.size()) return std::nullopt;
    const auto tail = plain.substr(plain.size() - padding);
    if (tail.find_first_not_of(plain.back()) != std::string_view::npos) return std::nullopt;
    return plain.substr(0, plain.size() - padding);
}

std::size_t big_endian(std::string_view bytes) noexcept {
    std::size_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

}  // namespace

struct Cipher::Context {
    struct Free {
        void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    };
    std::unique_ptr<EVP_CIPHER_CTX, Free> evp{EVP_CIPHER_CTX_new()};
};

std::optional<std::string> decode_aes_key(std::string_view text) {
    if (text.size() != kKeyCharacters) return std::nullopt;
    // One character more makes whole groups of four, and takes the spare bits along.
    auto decoded = decode_base64(std::string(text) + 'A');
    if (decoded) decoded->resize(kKeyBytes);
    return decoded;
}

Cipher::Cipher(std::vector<std::string> keys, std::string receiver)
    : keys_(std::move(keys)),
      receiver_(std::move(receiver)),
      context_(std::make_unique<Context>()) {
    if (!context_->evp) throw std::runtime_error("the crypto library offers no cipher");
}

Cipher::~Cipher() = default;
Cipher::Cipher(Cipher&&) noexcept = default;
Cipher& Cipher::operator=(Cipher&&) noexcept = default;

std::optional<std::string_view> Cipher::open(std::string_view encrypted) {
    const auto bytes = decode_base64(encrypted);
    if (!bytes || bytes->empty() || bytes->size() % kCipherBlock != 0) return std::nullopt;
    for (const auto& key : keys_) {
        if (const auto message = open_with(key, *bytes)) return message;
    }
    return std::nullopt;
}

std::optional<std::string_view> Cipher::open_with(const std::string& key, std::string_view bytes) {
    plain_.resize(bytes.size() + kCipherBlock + limits::kFramePadding);
    const auto* const key_bytes = reinterpret_cast<const unsigned char*>(key.data());
    auto* const context = context_->evp.get();
    int size = 0;
    // The initial vector is the key's beginning. Padding is ours to take off: the library knows
    // blocks of 16 only.
    if (EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), nullptr, key_bytes, key_bytes) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_DecryptUpdate(context, reinterpret_cast<unsigned char*>(plain_.data()), &size,
                          reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size())) != 1 ||
        static_cast<std::size_t>(size) != bytes.size()) {
        return std::nullopt;
    }
    const auto padded = std::string_view(plain_).substr(0, bytes.size());
    const auto content = without_padding(padded);
    if (!content || content->size() < kRandomBytes + kLengthBytes) return std::nullopt;
    const auto length = big_endian(content->substr(kRandomBytes, kLengthBytes));
    const auto rest = content->substr(kRandomBytes + kLengthBytes);
    if (length > rest.size() || rest.substr(length) != receiver_) return std::nullopt;
    return rest.substr(0, length);
}

}  // namespace hark::platforms::wechat
