#include "triage/pii_secret.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::size_t kMostBytes = 64;

bool is_quote(char c) noexcept {
    return c == '\'' || c == '"' || c == '`' || c == '*';
}

struct Mixture {
    std::size_t digits = 0;
    std::size_t small = 0;
    std::size_t capitals = 0;
    std::size_t signs = 0;
    std::size_t others = 0;  ///< bytes of other letters
};

Mixture mixture_of(std::string_view token) noexcept {
    Mixture out;
    for (const char c : token) {
        if (is_digit(c)) ++out.digits;
        else if (c >= 'a' && c <= 'z') ++out.small;
        else if (c >= 'A' && c <= 'Z') ++out.capitals;
        else if ((static_cast<unsigned char>(c) & 0x80U) != 0) ++out.others;
        else ++out.signs;
    }
    return out;
}

/// No word of a language: digits or signs among letters, capitals inside, or digits alone.
bool is_secret(std::string_view token) noexcept {
    if (token.size() < 4 || token.size() > kMostBytes) return false;
    // A handle, a hashtag, a link.
    if (token[0] == '@' || token[0] == '#' || token.find("://") != std::string_view::npos)
        return false;
    const auto has = mixture_of(token);
    if (has.others > 0) return has.digits > 0 && !is_digit(token[0]);  // `Зайка1987`, not `5раз`
    if (has.digits > 0) return token.size() >= (has.small + has.capitals == 0 ? 4U : 5U);
    const auto inner = mixture_of(token.substr(1));
    if (has.signs > 0) {
        const auto last = token.back();
        return last != '-' && last != '/' && token.find_first_of("!#$%^&*@+=~") < token.size() &&
               has.small + has.capitals >= 3 && token.size() >= 6;
    }
    return inner.capitals > 0 && inner.small > 0 && token.size() >= 8;
}

/// The token from `at` on, and without the full stop and brackets of the sentence about it.
std::string_view token_at(std::string_view text, std::size_t at) noexcept {
    auto end = at;
    while (end < text.size() && !is_space(text[end]) && end - at <= kMostBytes) ++end;
    auto token = text.substr(at, end - at);
    constexpr std::string_view kClosing = ".,;:)?\"'`*>]";
    while (!token.empty() && kClosing.find(token.back()) != std::string_view::npos)
        token.remove_suffix(1);
    return token;
}

bool is_word_character(char c) noexcept {
    return is_ascii_alnum(c) || c == '_' || c == '-';
}

// -- Bitcoin

/// 25 bytes; the last four are the first of the double SHA-256 of the rest.
bool passes_base58(std::string_view address) noexcept {
    constexpr std::string_view kAlphabet =
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    std::array<unsigned char, 25> bytes{};
    for (const char c : address) {
        const auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return false;
        auto carry = static_cast<unsigned>(value);
        for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
            carry += 58U * *byte;
            *byte = static_cast<unsigned char>(carry & 0xFFU);
            carry >>= 8U;
        }
        if (carry != 0) return false;
    }
    std::array<unsigned char, SHA256_DIGEST_LENGTH> once{};
    std::array<unsigned char, SHA256_DIGEST_LENGTH> twice{};
    SHA256(bytes.data(), 21, once.data());
    SHA256(once.data(), once.size(), twice.data());
    return std::equal(bytes.begin() + 21, bytes.end(), twice.begin());
}

/// BIP 173's checksum over "bc" and the data; 1 for version 0, a constant of BIP 350 after.
bool passes_bech32(std::string_view address) noexcept {
    constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    constexpr std::array<std::uint32_t, 5> kGenerator = {0x3B6A57B2, 0x26508E6D, 0x1EA119FA,
                                                         0x3D4233DD, 0x2A1462B3};
    constexpr std::uint32_t kBech32m = 0x2BC830A3;
    std::uint32_t sum = 1;
    const auto add = [&](std::uint32_t value) {
        const auto top = sum >> 25U;
        sum = ((sum & 0x1FFFFFFU) << 5U) ^ value;
        for (std::size_t i = 0; i < kGenerator.size(); ++i) {
            if ((top >> i & 1U) != 0) sum ^= kGenerator[i];
        }
    };
    for (const char c : {'b', 'c'}) add(static_cast<std::uint32_t>(c) >> 5U);
    add(0);
    for (const char c : {'b', 'c'}) add(static_cast<std::uint32_t>(c) & 31U);
    for (const char c : address.substr(3)) {
        const auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return false;
        add(static_cast<std::uint32_t>(value));
    }
    return sum == (address[3] == 'q' ? 1U : kBech32m);
}

}  // namespace

std::optional<Valid> validate_password(std::string_view text, Span candidate) noexcept {
    // The candidate ends where the value begins, or one of its quotes.
    std::size_t at = candidate.end;
    while (at > candidate.begin && !is_space(text[at - 1]) && text[at - 1] != ':' &&
           text[at - 1] != '=' && !is_quote(text[at - 1]))
        --at;
    while (at < text.size() && (is_quote(text[at]) || text[at] == ' ')) ++at;
    const auto token = token_at(text, at);
    if (!is_secret(token)) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + token.size())}};
}

std::optional<Valid> validate_api_key(std::string_view text, Span candidate) noexcept {
    constexpr std::size_t kMostKey = 4096;
    if (candidate.begin > 0 && is_word_character(text[candidate.begin - 1])) return std::nullopt;
    auto end = std::size_t{candidate.begin};
    while (end < text.size() && end - candidate.begin < kMostKey &&
           (is_word_character(text[end]) || text[end] == '.' || text[end] == ':'))
        ++end;
    while (end > candidate.begin && !is_ascii_alnum(text[end - 1])) --end;
    const auto key = text.substr(candidate.begin, end - candidate.begin);
    const auto has = mixture_of(key);
    if (key.size() < 20 || has.digits < 2 || has.small + has.capitals < 6) return std::nullopt;
    return Valid{{candidate.begin, static_cast<std::uint32_t>(end)}};
}

std::optional<Valid> validate_wallet(std::string_view text, Span candidate) noexcept {
    const std::size_t begin = candidate.begin;
    if (begin > 0 && is_word_character(text[begin - 1])) return std::nullopt;
    auto end = begin;
    while (end < text.size() && is_ascii_alnum(text[end]) && end - begin < 100) ++end;
    const auto address = text.substr(begin, end - begin);
    const Span span{candidate.begin, static_cast<std::uint32_t>(end)};
    if (is_in_link(text, begin)) return std::nullopt;
    if (address.starts_with("0x")) {
        const auto is_hex = [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        };
        if (address.size() != 42 || !std::all_of(address.begin() + 2, address.end(), is_hex))
            return std::nullopt;
        return Valid{span};
    }
    if (address.starts_with("bc1")) {
        if (address.size() < 42 || address.size() > 62 || !passes_bech32(address))
            return std::nullopt;
        return Valid{span, true};
    }
    if (address.size() < 26 || address.size() > 35 || !passes_base58(address)) return std::nullopt;
    return Valid{span, true};
}

}  // namespace hark::triage
