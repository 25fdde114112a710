#include "platforms/tiktok/tiktok.hpp"

#include <openssl/crypto.h>

#include <array>

#include "platforms/batch.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

enum class Service { tiktok, shop, douyin };

Service service_of(Settings& source) {
    static constexpr std::array<std::string_view, 3> kServices = {"tiktok", "shop", "douyin"};
    const auto name = source.one_of("service", kServices, "tiktok");
    return name == "shop" ? Service::shop : name == "douyin" ? Service::douyin : Service::tiktok;
}

/// The value of a `name=` part of a header `t=…,s=…`; empty when there is none.
std::string_view part_of(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        const auto part = header.substr(0, header.find(','));
        header.remove_prefix(std::min(part.size() + 1, header.size()));
        if (part.starts_with(name)) return part.substr(name.size());
    }
    return {};
}

class TikTok final : public JsonPlatform {
public:
    explicit TikTok(Settings& source)
        : service_(service_of(source)),
          app_key_(source.text("app_key", "")),
          secrets_(
              required_secrets(source, "client_secret", "the client (app) secret of your app")),
          signature_(Digest::sha256, secrets_) {
        if (service_ == Service::shop && app_key_.empty())
            source.fault("app_key", "`app_key` is missing: TikTok Shop signs it with the body");
    }

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = check(request);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    /// No event of these services carries a person's words.
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        bool named = false;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue) {
            named |= key == "event" || key == "type";
            return Errc::ok;
        });
        if (broken != Errc::ok) return broken;
        if (named) batch.ignore(reader);
        else reader.note(Errc::missing_member);
        return Errc::ok;
    }

private:
    Errc check(const HttpRequest& request) {
        switch (service_) {
            case Service::tiktok: return check_timed(request);
            case Service::shop:
                return check_code(signature_, request.header("Authorization"), "",
                                  {app_key_, request.body}, Encoding::hex);
            case Service::douyin: return check_sha1(request);
        }
        return Errc::bad_signature;
    }

    Errc check_timed(const HttpRequest& request) {
        const auto header = request.header("TikTok-Signature");
        if (header.empty()) return Errc::missing_signature;
        const auto time = part_of(header, "t=");
        const auto signed_at = signed_seconds(time);
        if (!signed_at ||
            !signature_.verify({time, ".", request.body}, part_of(header, "s="), Encoding::hex)) {
            return Errc::bad_signature;
        }
        return check_age(*signed_at, request.received_at);
    }

    /// Douyin signs by a SHA-1 that begins with the secret.
    Errc check_sha1(const HttpRequest& request) const {
        const auto header = request.header("X-Douyin-Signature");
        if (header.empty()) return Errc::missing_signature;
        const auto claimed = decode_hex(header);
        bool matched = false;
        for (const auto& secret : secrets_) {
            const auto wanted = sha1({secret, request.body});
            matched |= claimed && claimed->size() == wanted.size() &&
                       CRYPTO_memcmp(claimed->data(), wanted.data(), wanted.size()) == 0;
        }
        return matched ? Errc::ok : Errc::bad_signature;
    }

    Service service_;
    std::string app_key_;
    std::vector<std::string> secrets_;
    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_tiktok(Settings& source) {
    return std::make_unique<TikTok>(source);
}

}  // namespace hark::platforms
