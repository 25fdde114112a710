#include "platforms/telegram/telegram.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/telegram/update.hpp"

namespace hark::platforms {

namespace {

/// What setWebhook accepts as a secret token.
bool is_secret_token(std::string_view text) {
    constexpr std::size_t kLongest = 256;
    return !text.empty() && text.size() <= kLongest &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

class Telegram final : public Platform {
public:
    explicit Telegram(Settings& source)
        : secrets_(required_secrets(source, "secret_token",
                                    "the secret_token that you give to setWebhook")) {
        if (!std::all_of(secrets_.begin(), secrets_.end(), is_secret_token)) {
            source.fault("secret_token",
                         "`secret_token` has 1 to 256 characters of A-Z a-z 0-9 _ -");
        }
    }

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error =
            check_secret(secrets_, request.header("X-Telegram-Bot-Api-Secret-Token"));
        return error == Errc::ok ? accept() : refuse(403, error);
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        const auto error = read(frame, arena, out);
        if (error != Errc::ok) out.list.clear();
        drop_loose_links(out);
        return error;
    }

private:
    Errc read(const Frame& frame, Arena& arena, Mentions& out) {
        EventReader reader(arena);
        update_.clear();
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return telegram::read_update(root, reader, out, update_);
        });
        if (broken != Errc::ok) return broken;
        if (reader.fault() != Errc::ok) return reader.fault();
        if (update_.update_id.empty()) return Errc::missing_member;
        if (update_.type != nullptr) return telegram::add_mentions(update_, arena, out);
        ++out.ignored;
        return Errc::ok;
    }

    std::vector<std::string> secrets_;
    simdjson::ondemand::parser parser_;
    telegram::Update update_;
};

}  // namespace

std::unique_ptr<Platform> make_telegram(Settings& source) {
    return std::make_unique<Telegram>(source);
}

}  // namespace hark::platforms
