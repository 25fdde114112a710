#include "platforms/vk/vk.hpp"

#include <string>
#include <vector>

#include "platforms/batch.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/vk/event.hpp"

namespace hark::platforms {

namespace {

constexpr std::uint64_t kMaxGroupId = 1ULL << 53;

class Vk final : public JsonPlatform {
public:
    explicit Vk(Settings& source) {
        if (!source.has("file")) {
            secrets_ = required_secrets(source, "secret",
                                        "the secret key of the community's Callback API settings");
            confirmation_ = source.required_text("confirmation");
        }
        const auto group_id = source.integer("group_id", 0, 0, kMaxGroupId);
        if (group_id != 0) group_id_ = std::to_string(group_id);
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
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            return vk::read_member(key, value, reader, *batch.out, event);
        });
        if (broken == Errc::ok) add(event, reader, batch);
        return broken;
    }

private:
    static void add(const vk::Event& event, EventReader& reader, const Batch& batch) {
        if (!event.code.empty()) return add_streamed(event, reader, batch);
        if (event.type.empty()) return reader.note(Errc::missing_member);
        if (!vk::carries_words(event)) return batch.ignore(reader);
        batch.add(vk::to_mention(event, *batch.arena), reader);
    }

    /// Rules and notices of the server are told to us, and are nobody's words.
    static void add_streamed(const vk::Event& event, EventReader& reader, const Batch& batch) {
        if (event.code == "400") return reader.note(Errc::unknown_platform_error);
        if (event.code != "100" || !vk::carries_words(event.streamed)) return batch.ignore(reader);
        if (event.streamed.action == "delete") drop_loose_links(*batch.out);
        batch.add(vk::to_mention(event.streamed, *batch.arena, batch.out->links), reader);
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
    Arena arena_;  ///< for receive() only
};

}  // namespace

std::unique_ptr<Platform> make_vk(Settings& source) {
    return std::make_unique<Vk>(source);
}

}  // namespace hark::platforms
