#include "platforms/discord/discord.hpp"

#include <algorithm>

#include "platforms/discord/event.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

constexpr unsigned kUnauthorized = 401;  // the answer that Discord's own checks look for

std::vector<std::string> public_keys(Settings& source) {
    constexpr std::size_t kKeyBytes = 32;
    std::vector<std::string> keys;
    if (source.has("path") && !source.has("public_key"))
        source.fault("public_key", "`public_key` is missing: the public key of your app");
    for (const auto& text : source.texts("public_key")) {
        const auto key = decode_hex(text);
        if (key && key->size() == kKeyBytes) keys.push_back(*key);
        else source.fault("public_key", "`public_key` is 64 hexadecimal digits");
    }
    return keys;
}

class Discord final : public JsonPlatform {
public:
    explicit Discord(Settings& source) : public_keys_(public_keys(source)), gateway_(source) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = check(request);
        return error == Errc::ok ? sort(request.body) : refuse(kUnauthorized, error);
    }

    [[nodiscard]] bool is_ours() const override { return true; }
    [[nodiscard]] Step next(const Progress& progress) override { return gateway_.next(progress); }
    [[nodiscard]] std::optional<Reaction> react(Moment moment) override {
        return gateway_.react(moment);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        event_.clear();
        const auto broken = discord::read_event(root, reader, event_);
        if (broken != Errc::ok) return broken;
        batch.out->cursor = gateway_.heard(event_.control);
        discord::finish_event(event_, gateway_.bot_id(), reader, batch);
        return Errc::ok;
    }

private:
    Errc check(const HttpRequest& request) const {
        const auto time = request.header("X-Signature-Timestamp");
        const auto header = request.header("X-Signature-Ed25519");
        if (header.empty() || time.empty()) return Errc::missing_signature;
        const auto signature = decode_hex(header);
        const auto signed_at = signed_seconds(time);
        if (!signature || !signed_at) return Errc::bad_signature;
        std::string message(time);
        message.append(request.body);
        const bool matched =
            std::any_of(public_keys_.begin(), public_keys_.end(),
                        [&](const auto& key) { return verify_ed25519(key, message, *signature); });
        return matched ? check_age(*signed_at, request.received_at) : Errc::bad_signature;
    }

    /// Webhook events are told by their `event`, interactions by their `token`; what asks only
    /// whether we are there has its answer at once.
    Reception sort(std::string_view body) {
        arena_.reset();
        EventReader reader(arena_);
        std::string_view type;
        bool has_event = false;
        bool has_token = false;
        const auto broken = json_document(parser_, body, [&](JsonValue root) {
            return json_members(root, [&](std::string_view key, JsonValue value) {
                if (key == "type") reader.token(value, type);
                has_event |= key == "event";
                has_token |= key == "token";
                return Errc::ok;
            });
        });
        if (broken == Errc::ok && has_token && type == "1")
            return answer(R"({"type":1})", "application/json");
        auto reception = accept();
        reception.reply.status = 204;
        reception.decode = broken != Errc::ok || has_event || has_token || type != "0";
        return reception;
    }

    std::vector<std::string> public_keys_;
    discord::Gateway gateway_;
    discord::Event event_;
    Arena arena_;  ///< for receive() only
};

}  // namespace

std::unique_ptr<Platform> make_discord(Settings& source) {
    return std::make_unique<Discord>(source);
}

}  // namespace hark::platforms
