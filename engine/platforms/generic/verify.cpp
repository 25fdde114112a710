#include "platforms/generic/verify.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace hark::platforms::generic {

namespace {

using namespace std::chrono_literals;

constexpr auto kTolerance = 5min;        // Standard Webhooks: what the reference libraries allow
constexpr std::size_t kSignatures = 16;  // a list is for rotation: two or three entries

bool verify_ed25519(const std::string& public_key, std::string_view message,
                    std::string_view signature) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                    reinterpret_cast<const unsigned char*>(public_key.data()),
                                    public_key.size()),
        &EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    if (key == nullptr || context == nullptr) return false;
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
        return false;
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(),
                            reinterpret_cast<const unsigned char*>(message.data()),
                            message.size()) == 1;
}

}  // namespace

Verifier::Verifier(Settings& source) {
    static constexpr std::array<std::string_view, 4> kSchemes = {"standard_webhooks", "hmac",
                                                                 "bearer", "none"};
    if (source.has("path") && !source.has("verify")) {
        source.fault("verify",
                     "`verify` is missing: standard_webhooks, hmac, bearer, or none if the way to "
                     "here is guarded otherwise");
    }
    const auto scheme = source.one_of("verify", kSchemes, "none");
    secrets_ = source.secrets("secrets");
    if (scheme != "none" && !source.has("secrets")) {
        source.fault("secrets",
                     "`secrets` is missing: what `verify: " + scheme + "` checks against");
    }
    header_ = source.text("signature_header", "x-hub-signature-256");
    prefix_ = source.text("signature_prefix",
                          scheme == "hmac" && !source.has("signature_header") ? "sha256=" : "");
    static constexpr std::array<std::string_view, 2> kEncodings = {"hex", "base64"};
    encoding_ = source.one_of("signature_encoding", kEncodings, "hex") == "hex" ? Encoding::hex
                                                                                : Encoding::base64;
    static constexpr std::array<std::string_view, 2> kDigests = {"sha256", "sha1"};
    const auto digest = source.one_of("signature_digest", kDigests, "sha256") == "sha1"
                            ? Digest::sha1
                            : Digest::sha256;
    if (scheme == "bearer") scheme_ = Scheme::bearer;
    if (scheme == "hmac") {
        scheme_ = Scheme::hmac;
        hmac_.emplace(digest, secrets_);
    }
    if (scheme == "standard_webhooks") {
        scheme_ = Scheme::standard_webhooks;
        read_standard_secrets(source);
    }
}

/// `whsec_` and base64 of an HMAC key, or `whpk_` and base64 of an Ed25519 public key.
void Verifier::read_standard_secrets(Settings& source) {
    std::vector<std::string> keys;
    for (const std::string_view secret : secrets_) {
        const bool is_public = secret.starts_with("whpk_");
        const bool prefixed = is_public || secret.starts_with("whsec_");
        auto decoded = decode_base64(secret.substr(!prefixed ? 0 : secret.find('_') + 1));
        if (!decoded || (is_public && decoded->size() != 32)) {
            source.fault("secrets",
                         "a secret of Standard Webhooks is `whsec_` (or `whpk_`) and base64");
            continue;
        }
        (is_public ? public_keys_ : keys).push_back(std::move(*decoded));
    }
    hmac_.emplace(Digest::sha256, keys);
}

Errc Verifier::verify(const HttpRequest& request) {
    switch (scheme_) {
        case Scheme::none: return Errc::ok;
        case Scheme::bearer: return verify_bearer(request);
        case Scheme::hmac: return verify_hmac(request);
        case Scheme::standard_webhooks: return verify_standard_webhooks(request);
    }
    return Errc::bad_signature;
}

Errc Verifier::verify_bearer(const HttpRequest& request) const {
    auto value = request.header("authorization");
    if (value.empty()) return Errc::missing_signature;
    constexpr std::string_view kScheme = "bearer ";
    if (value.size() <= kScheme.size()) return Errc::bad_signature;
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        if ((value[i] | 0x20) != (kScheme[i] | 0x20)) return Errc::bad_signature;
    }
    value.remove_prefix(kScheme.size());
    return equal_secret(secrets_, value) ? Errc::ok : Errc::bad_signature;
}

Errc Verifier::verify_hmac(const HttpRequest& request) {
    auto value = request.header(header_);
    if (value.empty()) return Errc::missing_signature;
    if (!value.starts_with(prefix_)) return Errc::bad_signature;
    value.remove_prefix(prefix_.size());
    return hmac_->verify({request.body}, value, encoding_) ? Errc::ok : Errc::bad_signature;
}

Errc Verifier::verify_standard_webhooks(const HttpRequest& request) {
    const auto id = request.header("webhook-id");
    const auto timestamp = request.header("webhook-timestamp");
    if (id.empty() || timestamp.empty() || request.header("webhook-signature").empty()) {
        return Errc::missing_signature;
    }
    std::int64_t seconds = 0;
    const auto* const end = timestamp.data() + timestamp.size();
    const auto [stop, error] = std::from_chars(timestamp.data(), end, seconds);
    if (error != std::errc{} || stop != end || seconds < 0 || seconds > 7'000'000'000)
        return Errc::bad_signature;
    if (!matches_any(request, id, timestamp)) return Errc::bad_signature;
    const auto age = request.received_at - Timestamp{std::chrono::seconds(seconds)};
    return age > kTolerance || age < -kTolerance ? Errc::stale_timestamp : Errc::ok;
}

/// Any known entry of the list that matches is enough; unknown versions are passed over.
bool Verifier::matches_any(const HttpRequest& request, std::string_view id,
                           std::string_view timestamp) {
    auto list = request.header("webhook-signature");
    for (std::size_t count = 0; !list.empty() && count < kSignatures; ++count) {
        const auto end = std::min(list.find(' '), list.size());
        const auto entry = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (entry.starts_with("v1,") && hmac_->verify({id, ".", timestamp, ".", request.body},
                                                      entry.substr(3), Encoding::base64)) {
            return true;
        }
        if (!entry.starts_with("v1a,") || public_keys_.empty()) continue;
        const auto signature = decode_base64(entry.substr(4));
        std::string message(id);
        message.append(".").append(timestamp).append(".").append(request.body);
        for (const auto& key : public_keys_) {
            if (signature && verify_ed25519(key, message, *signature)) return true;
        }
    }
    return false;
}

}  // namespace hark::platforms::generic
