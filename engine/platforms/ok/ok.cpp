#include "platforms/ok/ok.hpp"

#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/networks.hpp"
#include "platforms/reception.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view type;
    std::string_view user_id;
    std::string_view name;
    std::string_view chat_id;
    std::string_view mid;
    std::string_view text;
    Timestamp time{};
    std::uint16_t media = 0;
};

constexpr Members<Event, 5> kRoot = {{
    {"webhookType", &Event::type},
    {"timestamp", &Event::time, Form::milliseconds},
    {"sender"},
    {"recipient"},
    {"message"},
}};
constexpr Members<Event, 2> kSender = {{
    {"user_id", &Event::user_id},
    {"name", &Event::name, Form::text},
}};
constexpr Members<Event, 1> kRecipient = {{{"chat_id", &Event::chat_id}}};
constexpr Members<Event, 3> kMessage = {{
    {"mid", &Event::mid},
    {"text", &Event::text, Form::text},
    {"attachments"},
}};

class Ok final : public JsonPlatform {
public:
    explicit Ok(Settings& source)
        : networks_(source, "networks",
                    {"217.20.145.192/28", "217.20.151.160/28", "217.20.153.48/28"}),
          proxies_(source, "proxies", {}) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        if (!networks_.contains(sender_of(request, proxies_)))
            return refuse(403, Errc::bad_signature);
        return accept();
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            return read_member(key, value, reader, event);
        });
        if (broken != Errc::ok) return broken;
        if (event.type.empty()) reader.note(Errc::missing_member);
        else if (event.type == "MESSAGE_CREATED")
            batch.add(to_mention(event, *batch.arena), reader);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    static Errc read_member(std::string_view key, JsonValue value, EventReader& reader,
                            Event& event) {
        switch (kRoot.read(key, value, reader, event)) {
            case kRoot["sender"]: return kSender.read_all(value, reader, event);
            case kRoot["recipient"]: return kRecipient.read_all(value, reader, event);
            case kRoot["message"]: return read_message(value, reader, event);
            default: return Errc::ok;
        }
    }

    static Errc read_message(JsonValue value, EventReader& reader, Event& event) {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            const bool attached =
                kMessage.read(name, member, reader, event) == kMessage["attachments"];
            return attached ? count_items(member, reader, event.media) : Errc::ok;
        });
    }

    static Mention to_mention(const Event& event, Arena& arena) {
        Mention mention;
        mention.platform = "ok";
        mention.kind = Kind::message;
        mention.id = join_id("ok:", event.mid, arena);
        mention.thread = join_id("ok:", event.chat_id, arena);
        mention.created_at = event.time;
        mention.author.id = event.user_id;
        mention.author.name = event.name;
        mention.text = event.text;
        mention.media = event.media;
        return mention;
    }

    Networks networks_;
    Networks proxies_;
};

}  // namespace

std::unique_ptr<Platform> make_ok(Settings& source) {
    return std::make_unique<Ok>(source);
}

}  // namespace hark::platforms
