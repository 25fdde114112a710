#include "platforms/line/line.hpp"

#include <algorithm>
#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view type;
    std::string_view timestamp;
    std::string_view user_id;
    std::string_view group_id;
    std::string_view room_id;
    std::string_view message_id;
    std::string_view message_type;
    std::string_view quoted_id;
    std::string_view title;
    std::string_view address;
    std::string_view unsent_id;
    std::string_view text;
};

constexpr Members<Event, 5> kEvent = {{
    {"type", &Event::type},
    {"timestamp", &Event::timestamp},
    {"source"},
    {"message"},
    {"unsend"},
}};
constexpr Members<Event, 3> kSource = {{
    {"userId", &Event::user_id},
    {"groupId", &Event::group_id},
    {"roomId", &Event::room_id},
}};
constexpr Members<Event, 6> kMessage = {{
    {"id", &Event::message_id},
    {"type", &Event::message_type},
    {"quotedMessageId", &Event::quoted_id},
    {"title", &Event::title},
    {"address", &Event::address},
    {"text", &Event::text, Form::text},
}};
constexpr Members<Event, 1> kUnsend = {{{"messageId", &Event::unsent_id}}};

constexpr std::array<std::string_view, 5> kMediaTypes = {"image", "video", "audio", "file",
                                                         "sticker"};

Errc read_event_member(std::string_view key, JsonValue value, EventReader& reader, Event& event) {
    switch (kEvent.read(key, value, reader, event)) {
        case kEvent["source"]: return kSource.read_all(value, reader, event);
        case kEvent["message"]: return kMessage.read_all(value, reader, event);
        case kEvent["unsend"]: return kUnsend.read_all(value, reader, event);
        default: return Errc::ok;
    }
}

Mention to_mention(const Event& event, std::string_view destination, Arena& arena) {
    Mention mention;
    mention.platform = "line";
    mention.kind = Kind::message;
    mention.author.id = event.user_id;
    mention.created_at = from_epoch(event.timestamp, 1000).value_or(Timestamp{});
    const auto chat = !event.group_id.empty()  ? event.group_id
                      : !event.room_id.empty() ? event.room_id
                                               : event.user_id;
    // A person's id is another one for each provider's channels.
    mention.thread = arena.join("line:", destination, ":", chat);
    if (event.type == "unsend") {
        mention.action = Action::deleted;
        mention.id = join_id("line:", event.unsent_id, arena);
        return mention;
    }
    mention.id = join_id("line:", event.message_id, arena);
    mention.parent = join_id("line:", event.quoted_id, arena);
    mention.text = event.text;
    if (event.message_type == "location") {
        mention.text = event.title.empty() || event.address.empty()
                           ? arena.join(event.title, event.address)
                           : arena.join(event.title, "\n", event.address);
    }
    const bool media =
        std::find(kMediaTypes.begin(), kMediaTypes.end(), event.message_type) != kMediaTypes.end();
    mention.media = media ? 1 : 0;
    return mention;
}

class Line final : public JsonPlatform {
public:
    explicit Line(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "channel_secret",
                                      "the channel secret of the channel's basic settings")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = check_code(signature_, request.header("x-line-signature"), "",
                                      {request.body}, Encoding::base64);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        std::string_view destination;
        bool has_events = false;
        const auto peek = [&](std::string_view key, JsonValue value) {
            if (key == "destination") reader.token(value, destination);
            return !destination.empty();
        };
        const auto use = [&](std::string_view key, JsonValue value) {
            if (key != "events" || has_events) return Errc::ok;
            has_events = true;
            return reader.array(
                value, [&](JsonValue item) { return add_event(item, destination, batch); });
        };
        const auto broken = EventReader::members_twice(root, peek, use);
        if (!has_events) reader.note(Errc::missing_member);
        return broken;
    }

private:
    static Errc add_event(JsonValue item, std::string_view destination, const Batch& batch) {
        return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
            Event event;
            const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
                return read_event_member(key, value, reader, event);
            });
            if (broken != Errc::ok) return broken;
            if (event.type == "message" || event.type == "unsend")
                batch.add(to_mention(event, destination, *batch.arena), reader);
            else batch.ignore(reader);
            return Errc::ok;
        });
    }

    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_line(Settings& source) {
    return std::make_unique<Line>(source);
}

}  // namespace hark::platforms
