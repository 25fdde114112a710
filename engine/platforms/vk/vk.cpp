#include "platforms/vk/vk.hpp"

#include <string>
#include <vector>

#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/vk/event.hpp"

namespace hark::platforms {

namespace {

constexpr std::uint64_t kMaxGroupId = 1ULL << 53;

class Vk final : public Platform {
public:
    explicit Vk(Settings& source)
        : secrets_(required_secrets(source, "secret",
                                    "the secret key of the community's Callback API settings")),
          confirmation_(source.required_text("confirmation")) {
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

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        const auto error = read(frame, arena, out);
        drop_loose_links(out);
        return error;
    }

private:
    Errc read(const Frame& frame, Arena& arena, Mentions& out) {
        EventReader reader(arena);
        vk::Event event;
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return vk::read_event(root, reader, out, event);
        });
        if (broken != Errc::ok) return broken;
        if (event.type.empty()) return Errc::missing_member;
        if (!vk::carries_words(event)) {
            ++out.ignored;
            return Errc::ok;
        }
        if (reader.fault() != Errc::ok) return reader.fault();
        return admit(vk::to_mention(event, arena), out);
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
    simdjson::ondemand::parser parser_;
    Arena arena_;  ///< for receive() only
};

}  // namespace

std::unique_ptr<Platform> make_vk(Settings& source) {
    return std::make_unique<Vk>(source);
}

}  // namespace hark::platforms
