#include "platforms/generic/verify.hpp"

#include <algorithm>
#include <array>

namespace hark::platforms::generic {

namespace {

constexpr std::size_t kSignatures = 16;  // a list is for rotation: two or three entries

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
    return check_code(*hmac_, request.header(header_), prefix_, {request.body}, encoding_);
}

Errc Verifier::verify_standard_webhooks(const HttpRequest& request) {
    const auto id = request.header("webhook-id");
    const auto timestamp = request.header("webhook-timestamp");
    if (id.empty() || timestamp.empty() || request.header("webhook-signature").empty()) {
        return Errc::missing_signature;
    }
    const auto signed_at = signed_seconds(timestamp);
    if (!signed_at || !matches_any(request, id, timestamp)) return Errc::bad_signature;
    return check_age(*signed_at, request.received_at);
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
