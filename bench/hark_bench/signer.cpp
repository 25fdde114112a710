#include "hark_bench/signer.hpp"

#include <ctime>
#include <stdexcept>
#include <vector>

namespace hark::bench {

namespace {

constexpr std::string_view kStandardPrefix = "whsec_";

std::string key_of(const WebhookTarget& target) {
    if (target.signature != Signature::standard_webhooks) return target.secret;
    const std::string_view secret = target.secret;
    const bool prefixed = secret.starts_with(kStandardPrefix);
    auto key = platforms::decode_base64(secret.substr(prefixed ? kStandardPrefix.size() : 0));
    if (!key) throw std::runtime_error("a secret of Standard Webhooks is whsec_ and base64");
    return *key;
}

}  // namespace

Signer::Signer(const WebhookTarget& target) : kind_(target.signature), secret_(target.secret) {
    if (kind_ != Signature::none && kind_ != Signature::bearer)
        hmac_.emplace(platforms::Digest::sha256, std::vector{key_of(target)});
}

void Signer::add_headers(std::string& head, std::string_view body) {
    switch (kind_) {
        case Signature::none: return;
        case Signature::bearer: head += "Authorization: Bearer " + secret_ + "\r\n"; return;
        case Signature::hmac:
        case Signature::meta:
            head +=
                "X-Hub-Signature-256: sha256=" + platforms::encode_hex(hmac_->code(body)) + "\r\n";
            return;
        case Signature::standard_webhooks: {
            const auto id = "msg_" + std::to_string(++messages_);
            const auto time = std::to_string(std::time(nullptr));
            const auto code = hmac_->code(id + "." + time + "." + std::string(body));
            head += "webhook-id: " + id + "\r\nwebhook-timestamp: " + time +
                    "\r\nwebhook-signature: v1," + platforms::encode_base64(code) + "\r\n";
        }
    }
}

}  // namespace hark::bench
