#include "platforms/viber/viber.hpp"

#include <algorithm>
#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view event;
    std::string_view timestamp;
    std::string_view message_token;
    std::string_view sender_id;
    std::string_view sender_name;
    std::string_view sender_language;
    std::string_view message_type;
    std::string_view media;
    std::string_view text;
};

constexpr Members<Event, 5> kRoot = {{
    {"event", &Event::event},
    {"timestamp", &Event::timestamp},
    {"message_token", &Event::message_token},
    {"sender"},
    {"message"},
}};
constexpr Members<Event, 3> kSender = {{
    {"id", &Event::sender_id},
    {"name", &Event::sender_name},
    {"language", &Event::sender_language},
}};
constexpr Members<Event, 3> kMessage = {{
    {"type", &Event::message_type},
    {"media", &Event::media},
    {"text", &Event::text, Form::text},
}};

constexpr std::array<std::string_view, 4> kMediaTypes = {"picture", "video", "file", "sticker"};

class Viber final : public JsonPlatform {
public:
    explicit Viber(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "auth_token", "the bot's authentication token")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = check_code(signature_, request.header("X-Viber-Content-Signature"), "",
                                      {request.body}, Encoding::hex);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            return read_member(key, value, reader, event);
        });
        if (broken != Errc::ok) return broken;
        if (event.event.empty()) reader.note(Errc::missing_member);
        else if (event.event == "message") add_message(event, reader, batch);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    static Errc read_member(std::string_view key, JsonValue value, EventReader& reader,
                            Event& event) {
        switch (kRoot.read(key, value, reader, event)) {
            case kRoot["sender"]: return kSender.read_all(value, reader, event);
            case kRoot["message"]: return kMessage.read_all(value, reader, event);
            default: return Errc::ok;
        }
    }

    static void add_message(const Event& event, EventReader& reader, const Batch& batch) {
        auto& arena = *batch.arena;
        Mention mention;
        mention.platform = "viber";
        mention.kind = Kind::message;
        mention.id = join_id("viber:", event.message_token, arena);
        mention.created_at = from_epoch(event.timestamp, 1000).value_or(Timestamp{});
        mention.lang = event.sender_language;
        mention.author.id = event.sender_id;
        mention.author.name = event.sender_name;
        mention.thread = join_id("viber:user:", event.sender_id, arena);
        mention.text = event.text;
        const bool media = std::find(kMediaTypes.begin(), kMediaTypes.end(), event.message_type) !=
                           kMediaTypes.end();
        mention.media = media ? 1 : 0;
        // An upload's address expires; a shared one is what the message says.
        if (event.message_type == "url" && !event.media.empty())
            batch.out->links.push_back(event.media);
        batch.add(mention, reader);
    }

    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_viber(Settings& source) {
    return std::make_unique<Viber>(source);
}

}  // namespace hark::platforms
