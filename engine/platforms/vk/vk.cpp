#include "platforms/vk/vk.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "platforms/batch.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/vk/event.hpp"
#include "platforms/vk/long_poll.hpp"
#include "platforms/vk/streaming.hpp"

namespace hark::platforms {

namespace {

constexpr std::uint64_t kMaxGroupId = 1ULL << 53;
constexpr std::array<std::string_view, 3> kApis = {"callback", "streaming", "long_poll"};
constexpr std::size_t kMostRules = 300;  // VK's own limits
constexpr std::size_t kRuleBytes = 4096;

class Vk final : public JsonPlatform {
public:
    explicit Vk(Settings& source) {
        const auto api = source.one_of("api", kApis, "callback");
        const auto group_id = source.integer("group_id", 0, 0, kMaxGroupId);
        if (group_id != 0) group_id_ = std::to_string(group_id);
        if (api != "callback") {
            make_client(source, api);
        } else if (!source.has("file")) {
            secrets_ = required_secrets(source, "secret",
                                        "the secret key of the community's Callback API settings");
            confirmation_ = source.required_text("confirmation");
        }
    }

    void set_brands(std::span<const Brand> brands) override {
        if (streaming_) streaming_->set_brands(brands);
    }

    [[nodiscard]] bool is_ours() const override { return long_poll_.has_value(); }

    [[nodiscard]] Step next(const Progress& progress) override {
        if (streaming_) return streaming_->next();
        if (long_poll_) return long_poll_->next(progress);
        return {};
    }

    Outcome replied(const HttpResponse& response) override {
        if (streaming_) return streaming_->replied(response);
        return long_poll_ ? long_poll_->replied(response) : Outcome{};
    }

    [[nodiscard]] std::optional<Reaction> react(Moment moment) override {
        return streaming_ ? streaming_->react(moment) : std::nullopt;
    }

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        arena_.reset();
        EventReader reader(arena_);
        vk::Event event;
        const auto broken = json_document(parser_, request.body, [&](JsonValue root) {
            return vk::read_envelope(root, reader, event);
        });
        if (broken != Errc::ok) return refuse(400, broken);
        if (reader.fault() != Errc::ok) return refuse(400, reader.fault());
        return answer_to(event);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        vk::Event event;
        bool has_updates = false;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            if (key != "updates") return vk::read_member(key, value, reader, *batch.out, event);
            has_updates = true;
            return reader.array(value,
                                [&](JsonValue update) { return read_update(update, batch); });
        });
        if (broken != Errc::ok) return broken;
        if (has_updates) finish_poll(event.ts, reader, batch);
        else add(event, reader, batch);
        return Errc::ok;
    }

private:
    void make_client(Settings& source, std::string_view api) {
        const auto tokens = required_secrets(
            source, "access_token",
            api == "streaming" ? "the service key of your app" : "the community's access key");
        vk::Api where{source.text("api_url", "https://api.vk.com/method"),
                      tokens.empty() ? "" : tokens.front()};
        if (!where.url.starts_with("https://") && !where.is_plain())
            source.fault("api_url", "`api_url` is a https:// address");
        if (api == "long_poll") {
            if (group_id_.empty()) source.fault("group_id", "`group_id` is required");
            long_poll_.emplace(std::move(where), group_id_);
            return;
        }
        auto rules = source.texts("rules");
        const bool fit = rules.size() <= kMostRules &&
                         std::all_of(rules.begin(), rules.end(), [](const std::string& rule) {
                             return !rule.empty() && rule.size() <= kRuleBytes;
                         });
        if (!fit) source.fault("rules", "`rules` are at most 300, of at most 4,096 bytes each");
        streaming_.emplace(std::move(where), std::move(rules));
    }

    Errc read_update(JsonValue update, const Batch& batch) {
        return read_part(update, batch, [&](JsonObject& object, EventReader& reader) {
            vk::Event event;
            const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
                return vk::read_member(key, value, reader, *batch.out, event);
            });
            if (broken != Errc::ok) return broken;
            add(event, reader, batch);
            return Errc::ok;
        });
    }

    void finish_poll(std::string_view ts, EventReader& reader, const Batch& batch) {
        if (ts.empty() || ts.size() > Cursor::kMaxBytes) return reader.note(Errc::missing_member);
        batch.out->cursor = Cursor(ts);
        if (long_poll_) long_poll_->decoded();
    }

    void add(const vk::Event& event, EventReader& reader, const Batch& batch) {
        if (!event.code.empty()) return add_streamed(event, reader, batch);
        if (event.type.empty()) return reader.note(Errc::missing_member);
        if (!vk::carries_words(event)) {
            drop_loose_links(*batch.out);
            return batch.ignore(reader);
        }
        batch.make([&] { return vk::to_mention(event, *batch.arena); }, reader);
    }

    /// Rules and notices of the server are told to us, and are nobody's words.
    void add_streamed(const vk::Event& event, EventReader& reader, const Batch& batch) {
        if (streaming_) streaming_->heard(event.code, event.service_code);
        if (event.code == "400") return reader.note(Errc::unknown_platform_error);
        if (event.code != "100" || !vk::carries_words(event.streamed)) return batch.ignore(reader);
        if (event.streamed.action == "delete") drop_loose_links(*batch.out);
        const auto make = [&] {
            return vk::to_mention(event.streamed, *batch.arena, batch.out->links);
        };
        batch.make(make, reader);
    }

    Reception answer_to(const vk::Event& event) const {
        if (event.type.empty()) return refuse(400, Errc::missing_member);
        const bool confirmation = event.type == "confirmation";
        if (event.secret.empty() && !confirmation) return refuse(403, Errc::missing_signature);
        if (!event.secret.empty() && !equal_secret(secrets_, event.secret)) {
            return refuse(403, Errc::bad_signature);
        }
        if (!group_id_.empty() && event.group_id != group_id_) {
            return refuse(403, Errc::bad_signature);
        }
        return confirmation ? answer(confirmation_) : accept("ok");
    }

    std::vector<std::string> secrets_;
    std::string confirmation_;
    std::string group_id_;
    std::optional<vk::Streaming> streaming_;
    std::optional<vk::LongPoll> long_poll_;
    Arena arena_;  ///< for receive() only
};

}  // namespace

std::unique_ptr<Platform> make_vk(Settings& source) {
    return std::make_unique<Vk>(source);
}

}  // namespace hark::platforms
