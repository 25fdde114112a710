#include "platforms/wechat/wechat.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

#include "platforms/batch.hpp"
#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/wechat/cipher.hpp"
#include "platforms/wechat/message.hpp"

namespace hark::platforms {

namespace {

constexpr std::array<std::string_view, 2> kProducts = {"official_account", "wecom"};

/// What every request has in its query.
struct Signed {
    std::string signature;
    std::string timestamp;
    std::string nonce;
};

Signed signed_query(std::string_view query, std::string_view signature) {
    const auto value = [&](std::string_view name) {
        return query_value(query, name).value_or(std::string());
    };
    return {value(signature), value("timestamp"), value("nonce")};
}

class WeChat final : public Platform {
public:
    WeChat(bool enterprise, std::vector<std::string> tokens, std::optional<wechat::Cipher> cipher)
        : enterprise_(enterprise), tokens_(std::move(tokens)), cipher_(std::move(cipher)) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return check_address(request);
        if (request.method != "POST") return refuse(405);
        if (!cipher_) {
            const auto error = check(signed_query(request.query, "signature"), {}, request);
            return error == Errc::ok ? accept(success()) : refuse(403, error);
        }
        arena_.reset();
        wechat::Message envelope;
        const auto broken = wechat::read_message(xml_, request.body, arena_, envelope);
        if (broken != Errc::ok) return refuse(400, broken);
        return open(signed_query(request.query, "msg_signature"), envelope.encrypted, request);
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        wechat::Message message;
        auto error = wechat::read_message(xml_, frame.bytes, arena, message);
        if (error == Errc::ok)
            error = wechat::add_message(message, enterprise_ ? "wecom" : "wechat", arena, out);
        return settle(error, out);
    }

private:
    /// The question that comes when the address is entered. WeCom's is encrypted.
    Reception check_address(const HttpRequest& request) {
        const auto echo = query_value(request.query, "echostr").value_or("");
        const auto question =
            signed_query(request.query, enterprise_ ? "msg_signature" : "signature");
        const auto error = check(question, enterprise_ ? echo : std::string_view(), request);
        if (error != Errc::ok) return refuse(403, error);
        if (!enterprise_) return answer(echo);
        const auto plain = cipher_->open(echo);
        return plain ? answer(std::string(*plain)) : refuse(403, Errc::bad_signature);
    }

    Reception open(const Signed& envelope, std::string_view encrypted, const HttpRequest& request) {
        const auto error = encrypted.empty() ? Errc::missing_signature
                                             : check(envelope, encrypted, request);
        if (error != Errc::ok) return refuse(403, error);
        const auto message = cipher_->open(encrypted);
        if (!message) return refuse(403, Errc::bad_signature);
        auto reception = accept(success());
        reception.frame = *message;
        return reception;
    }

    /// The hash of what is sorted as text, under any of the tokens, and the time.
    Errc check(const Signed& given, std::string_view encrypted, const HttpRequest& request) const {
        if (given.signature.empty()) return Errc::missing_signature;
        std::vector<std::string> wanted;
        for (const auto& token : tokens_) {
            std::array<std::string_view, 4> parts = {token, given.timestamp, given.nonce,
                                                     encrypted};
            std::sort(parts.begin(), parts.end());
            wanted.push_back(encode_hex(sha1({parts[0], parts[1], parts[2], parts[3]})));
        }
        const auto signed_at = signed_seconds(given.timestamp);
        if (!equal_secret(wanted, given.signature) || !signed_at) return Errc::bad_signature;
        return check_age(*signed_at, request.received_at);
    }

    /// WeChat wants the word, WeCom nothing.
    [[nodiscard]] std::string success() const { return enterprise_ ? "" : "success"; }

    bool enterprise_;
    std::vector<std::string> tokens_;
    std::optional<wechat::Cipher> cipher_;
    XmlReader xml_;
    Arena arena_;  ///< for receive() only
};

std::vector<std::string> aes_keys(Settings& source) {
    std::vector<std::string> keys;
    for (const auto& text : source.secrets("encoding_aes_key")) {
        const auto key = wechat::decode_aes_key(text);
        if (key) keys.push_back(*key);
        else source.fault("encoding_aes_key", "an EncodingAESKey has 43 letters and digits");
    }
    return keys;
}

}  // namespace

std::unique_ptr<Platform> make_wechat(Settings& source) {
    const bool enterprise = source.one_of("product", kProducts, kProducts[0]) == kProducts[1];
    auto tokens = required_secrets(
        source, "token", "the Token that you chose where you enter the server's address");
    const bool encrypted = source.has("encoding_aes_key");
    if (enterprise && !encrypted)
        source.fault("encoding_aes_key", "`encoding_aes_key` is missing: WeCom always encrypts");
    auto keys = aes_keys(source);
    const auto receiver =
        encrypted ? source.required_text("app_id") : source.text("app_id", std::string());
    std::optional<wechat::Cipher> cipher;
    if (!keys.empty()) cipher.emplace(std::move(keys), receiver);
    return std::make_unique<WeChat>(enterprise, std::move(tokens), std::move(cipher));
}

}  // namespace hark::platforms
