#include "publish/mask.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "core/check.hpp"

namespace hark::publish {

namespace {

constexpr std::size_t kBlock = 64;     // of SHA-256
constexpr std::size_t kHashBytes = 8;  // shown: two of a million values meet by a chance of 3e-8

bool is_sign(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    const bool alnum =
        (byte >= '0' && byte <= '9') || ((byte | 0x20U) >= 'a' && (byte | 0x20U) <= 'z');
    return byte < 0x80 && !alnum;
}

void append_plain(std::string_view value, std::string& out) {
    for (const char c : value) {
        if (!is_sign(c)) out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
}

bool is_first_byte(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
}

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest sha256(std::string_view bytes) noexcept {
    Digest digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return digest;
}

void append(std::string& out, const Digest& digest) {
    for (const auto byte : digest) out.push_back(static_cast<char>(byte));
}

std::string padded(std::string_view key, char with) {
    std::string block;
    if (key.size() > kBlock) {
        append(block, sha256(key));
    } else {
        block = key;
    }
    block.resize(kBlock, '\0');
    for (auto& byte : block) byte = static_cast<char>(byte ^ with);
    return block;
}

/// Stars for letters and digits but the last two of eight or more; signs stay.
void append_partial(std::string_view value, std::string& out) {
    constexpr std::ptrdiff_t kLeast = 8;
    constexpr std::ptrdiff_t kShown = 2;
    const auto counts = [](char c) { return is_first_byte(c) && !is_sign(c); };
    auto left = std::count_if(value.begin(), value.end(), counts);
    const bool shows = left >= kLeast;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const char c = value[at];
        if (counts(c)) --left;
        const bool letter = !is_sign(c) && (left >= kShown || !shows);
        if (!letter) {
            out.push_back(c);
        } else if (is_first_byte(c)) {
            out.push_back('*');
        }
    }
}

}  // namespace

std::optional<MaskStyle> mask_style(std::string_view name) noexcept {
    if (name == "type") return MaskStyle::type;
    if (name == "hash") return MaskStyle::hash;
    if (name == "partial") return MaskStyle::partial;
    return std::nullopt;
}

Mask::Mask(MaskOptions options)
    : options_(std::move(options)),
      inner_(padded(options_.key, 0x36)),
      outer_(padded(options_.key, 0x5C)) {
    HARK_CHECK(options_.style != MaskStyle::hash || has_key());
}

void Mask::replace(std::string_view type, std::string_view value, std::string& out) {
    out.clear();
    if (options_.style == MaskStyle::hash) return append_keyed(type, value, out);
    out.append("[").append(type);
    const bool secret = type == "PASSWORD" || type == "API_KEY";
    if (options_.style == MaskStyle::partial && !secret) {
        out.push_back(':');
        append_partial(value, out);
    }
    out.push_back(']');
}

void Mask::append_keyed(std::string_view type, std::string_view value, std::string& out) {
    HARK_CHECK(has_key());
    out.append("[").append(type).push_back(':');
    append_hash(value, out);
    out.push_back(']');
}

void to_plain(std::string_view value, std::string& out) {
    out.clear();
    append_plain(value, out);
}

/// HMAC (RFC 2104) with SHA-256, cut.
void Mask::append_hash(std::string_view value, std::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    inner_.resize(kBlock);
    append_plain(value, inner_);
    outer_.resize(kBlock);
    append(outer_, sha256(inner_));
    const auto digest = sha256(outer_);
    for (std::size_t i = 0; i < kHashBytes; ++i) {
        out.push_back(kHex[digest[i] >> 4U]);
        out.push_back(kHex[digest[i] & 0xFU]);
    }
}

}  // namespace hark::publish
