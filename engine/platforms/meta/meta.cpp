#include "platforms/meta/meta.hpp"

#include <optional>
#include <string>
#include <vector>

#include "platforms/meta/batch.hpp"
#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

using meta::Batch;

class Meta final : public JsonPlatform {
public:
    explicit Meta(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "app_secret",
                                      "the app secret of your app's basic settings")),
          verify_tokens_(
              required_secrets(source, "verify_token",
                               "a text of your choice, entered in the app's webhook settings "
                               "too")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return answer_challenge(request.query);
        if (request.method != "POST") return refuse(405);
        // The SHA-1 header that comes along is never looked at: see docs/platforms/meta.md.
        const auto error = check_code(signature_, request.header("X-Hub-Signature-256"),
                                      "sha256=", {request.body}, Encoding::hex);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

private:
    Reception answer_challenge(std::string_view query) const {
        const auto token = query_value(query, "hub.verify_token");
        const auto challenge = query_value(query, "hub.challenge");
        if (!token || token->empty()) return refuse(403, Errc::missing_signature);
        if (!equal_secret(verify_tokens_, *token)) return refuse(403, Errc::bad_signature);
        if (query_value(query, "hub.mode") != "subscribe" || !challenge) return refuse(403);
        return answer(*challenge);
    }

    Errc read(JsonObject& object, EventReader& reader, const platforms::Batch& batch) override {
        static_cast<platforms::Batch&>(batch_) = batch;
        batch_.object = {};
        bool known_envelope = false;
        const auto peek = [&](std::string_view key, JsonValue value) {
            if (key == "object") reader.text(value, batch_.object);
            return !batch_.object.empty();
        };
        const auto use = [&](std::string_view key, JsonValue value) {
            const bool is_threads = key == "values" && batch_.object.empty();
            const bool is_entries = key == "entry" && !batch_.object.empty();
            known_envelope |= is_threads || is_entries;
            if (is_threads) return read_threads(value, reader);
            if (is_entries) {
                return reader.array(value, [this](JsonValue entry) { return read_entry(entry); });
            }
            return Errc::ok;
        };
        const auto broken = EventReader::members_twice(object, peek, use);
        if (!known_envelope) reader.note(Errc::missing_member);
        return broken;
    }

    Errc read_entry(JsonValue entry) {
        return batch_.object == "whatsapp_business_account" ? meta::add_whatsapp(entry, batch_)
                                                            : meta::add_entry(entry, batch_);
    }

    /// Receivers have seen `values` as an object and as an array.
    Errc read_threads(JsonValue values, EventReader& reader) {
        if (json_raw(values).starts_with('{')) return meta::add_threads(values, batch_);
        return reader.array(values,
                            [this](JsonValue item) { return meta::add_threads(item, batch_); });
    }

    Hmac signature_;
    std::vector<std::string> verify_tokens_;
    Batch batch_;
};

}  // namespace

std::unique_ptr<Platform> make_meta(Settings& source) {
    return std::make_unique<Meta>(source);
}

}  // namespace hark::platforms
