#include "platforms/telegram/telegram.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "platforms/batch.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/telegram/polling.hpp"
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

std::vector<std::string> secret_tokens(Settings& source) {
    if (source.has("bot_token")) return source.secrets("secret_token");
    return required_secrets(source, "secret_token", "the secret_token that you give to setWebhook");
}

class Telegram final : public Platform {
public:
    explicit Telegram(Settings& source) : secrets_(secret_tokens(source)), polling_(source) {
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

    [[nodiscard]] bool is_ours() const override { return true; }
    [[nodiscard]] Step next(const Progress& progress) override { return polling_.next(progress); }
    Outcome replied(const HttpResponse& response) override { return polling_.replied(response); }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        if (frame.purpose != 0) return read_reply(frame, arena, out);
        const auto error = read(frame, arena, out);
        if (error != Errc::ok) out.list.clear();
        drop_loose_links(out);
        return error;
    }

private:
    Errc read(const Frame& frame, Arena& arena, Mentions& out) {
        EventReader reader(arena);
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return add_update(root, reader, arena, out);
        });
        return broken != Errc::ok ? broken : reader.fault();
    }

    Errc add_update(JsonObject& update, EventReader& reader, Arena& arena, Mentions& out) {
        update_.clear();
        const auto broken = telegram::read_update(update, reader, out, update_);
        if (broken != Errc::ok) return broken;
        if (update_.update_id.empty()) reader.note(Errc::missing_member);
        if (reader.fault() != Errc::ok) return Errc::ok;
        if (update_.type == nullptr) ++out.ignored;
        else reader.note(telegram::add_mentions(update_, arena, out));
        return Errc::ok;
    }

    /// What getUpdates gave: one bad update leaves the others alone, and is not asked for again.
    Errc read_reply(const Frame& frame, Arena& arena, Mentions& out) {
        const Batch batch{&arena, &out};
        EventReader reader(arena);
        bool has_result = false;
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return reader.object(root, [&](std::string_view key, JsonValue value) {
                if (key != "result") return Errc::ok;
                has_result = true;
                return reader.array(value, [&](JsonValue item) {
                    return read_part(item, batch, [&](JsonObject& update, EventReader& own) {
                        const auto wrong = add_update(update, own, arena, out);
                        const auto after =
                            telegram::Polling::cursor_after(update_.update_id, frame.received_at);
                        if (!after.empty()) out.cursor = after;
                        return wrong;
                    });
                });
            });
        });
        if (!has_result) reader.note(Errc::missing_member);
        return settle(broken != Errc::ok ? broken : reader.fault(), out);
    }

    std::vector<std::string> secrets_;
    JsonParser parser_;
    telegram::Update update_;
    telegram::Polling polling_;
};

}  // namespace

std::unique_ptr<Platform> make_telegram(Settings& source) {
    return std::make_unique<Telegram>(source);
}

}  // namespace hark::platforms
