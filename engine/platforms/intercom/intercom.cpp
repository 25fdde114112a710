#include "platforms/intercom/intercom.hpp"

#include <array>

#include "platforms/batch.hpp"
#include "platforms/markup.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

/// A message of a conversation: its first, or one of those that were added.
struct Part {
    std::string_view id;
    std::string_view part_type;
    std::string_view body;
    std::string_view author_type;
    std::string_view author_id;
    std::string_view author_name;
    Timestamp created_at{};
    std::uint16_t media = 0;
    bool redacted = false;
};

struct Event {
    std::string_view app_id;
    std::string_view id;
    std::string_view topic;
    std::string_view conversation;
    Timestamp began_at{};
};

constexpr Members<Part, 7> kPart = {{
    {"id", &Part::id},
    {"part_type", &Part::part_type},
    {"body", &Part::body, Form::text},
    {"created_at", &Part::created_at, Form::seconds},
    {"redacted", &Part::redacted},
    {"author"},
    {"attachments"},
}};
constexpr Members<Part, 3> kAuthor = {{
    {"type", &Part::author_type},
    {"id", &Part::author_id},
    {"name", &Part::author_name, Form::text},
}};
constexpr Members<Event, 3> kEvent = {{
    {"app_id", &Event::app_id},
    {"id", &Event::id},
    {"topic", &Event::topic},
}};

Errc read_part_member(std::string_view key, JsonValue value, EventReader& reader, Part& part) {
    switch (kPart.read(key, value, reader, part)) {
        case kPart["author"]: return kAuthor.read_all(value, reader, part);
        case kPart["attachments"]: return count_items(value, reader, part.media);
        default: return Errc::ok;
    }
}

class Intercom final : public JsonPlatform {
public:
    explicit Intercom(Settings& source)
        : signature_(Digest::sha1,
                     required_secrets(source, "client_secret", "the client secret of your app")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method == "HEAD") return answer({});  // how Intercom looks whether we are there
        if (request.method != "POST") return refuse(405);
        const auto error = check_code(signature_, request.header("X-Hub-Signature"),
                                      "sha1=", {request.body}, Encoding::hex);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto peek = [&](std::string_view key, JsonValue value) {
            kEvent.read(key, value, reader, event);
            return !event.app_id.empty() && !event.topic.empty() && !event.id.empty();
        };
        bool has_data = false;
        const auto use = [&](std::string_view key, JsonValue value) {
            if (key != "data" || has_data) return Errc::ok;
            has_data = true;
            return reader.object(value, [&](std::string_view name, JsonValue item) {
                const bool talk = event.topic.starts_with("conversation");
                return name == "item" && talk ? read_item(item, event, batch) : Errc::ok;
            });
        };
        const auto broken = EventReader::members_twice(root, peek, use);
        if (broken != Errc::ok) return broken;
        if (event.topic.empty() || event.app_id.empty()) reader.note(Errc::missing_member);
        else if (nothing_in(*batch.out)) batch.ignore(reader);
        return Errc::ok;
    }

private:
    static bool nothing_in(const Mentions& out) noexcept {
        return out.list.empty() && out.refused.empty() && out.ignored == 0;
    }

    static Errc read_item(JsonValue value, Event& event, const Batch& batch) {
        return read_part(value, batch, [&](JsonObject& object, EventReader& reader) {
            Part first;
            Conversation talk{&event, &batch, &reader};
            const auto peek = [&](std::string_view key, JsonValue member) {
                if (key == "id") reader.token(member, event.conversation);
                else if (key == "created_at") reader.seconds(member, event.began_at);
                return !event.conversation.empty() && event.began_at != Timestamp{};
            };
            const auto use = [&](std::string_view key, JsonValue member) {
                return talk.read_member(key, member, first);
            };
            const auto broken = EventReader::members_twice(object, peek, use);
            if (broken == Errc::ok) talk.add_first(first);
            return broken;
        });
    }

    struct Conversation {
        Event* event;
        const Batch* batch;
        EventReader* reader;

        Errc read_member(std::string_view key, JsonValue value, Part& first) {
            if (key == "source") {
                return reader->object(value, [&](std::string_view name, JsonValue member) {
                    return read_part_member(name, member, *reader, first);
                });
            }
            if (key != "conversation_parts") return Errc::ok;
            return reader->object(value, [&](std::string_view name, JsonValue list) {
                if (name != "conversation_parts") return Errc::ok;
                return reader->array(list, [&](JsonValue item) { return add_part(item); });
            });
        }

        Errc add_part(JsonValue item) {
            return platforms::read_part(item, *batch, [&](JsonObject& object, EventReader& own) {
                Part part;
                const auto broken =
                    json_members(object, [&](std::string_view key, JsonValue member) {
                        return read_part_member(key, member, own, part);
                    });
                if (broken != Errc::ok) return broken;
                // Notes are read by the team alone; assignments and closings say nothing.
                const bool words = !part.body.empty() || part.media > 0 || part.redacted ||
                                   own.fault() != Errc::ok;
                if (part.part_type == "note" || !words) batch->ignore(own);
                else batch->add(to_mention(part), own);
                return Errc::ok;
            });
        }

        /// What began the conversation comes along with every later event: it counts once.
        void add_first(const Part& first) {
            const bool begun = event->topic.ends_with(".created");
            if (!begun || (first.body.empty() && first.media == 0)) return;
            auto mention = to_mention(first);
            mention.created_at = event->began_at;
            batch->add(mention, *reader);
        }

        [[nodiscard]] Mention to_mention(const Part& part) const {
            auto& arena = *batch->arena;
            Mention mention;
            mention.platform = "intercom";
            mention.kind = Kind::message;
            mention.thread = arena.join("intercom:", event->app_id, ":", event->conversation);
            mention.id = join_id(arena.join(mention.thread, ":"), part.id, arena);
            mention.created_at = part.created_at;
            mention.author.id = part.author_id;
            mention.author.name = part.author_name;
            mention.author.is_brand = part.author_type == "admin" || part.author_type == "bot" ||
                                      part.author_type == "team";
            if (part.redacted) {
                mention.action = Action::deleted;
                return mention;
            }
            mention.text = html_text(part.body, arena, batch->out->links);
            mention.media = part.media;
            return mention;
        }
    };

    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_intercom(Settings& source) {
    return std::make_unique<Intercom>(source);
}

}  // namespace hark::platforms
