#include "platforms/zendesk/zendesk.hpp"

#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view type;
    std::string_view account_id;
    std::string_view ticket_id;
    std::string_view comment_id;
    std::string_view author_id;
    std::string_view author_name;
    std::string_view text;
    Timestamp time{};
    bool is_staff = false;
    bool is_public = false;
};

constexpr Members<Event, 5> kRoot = {{
    {"type", &Event::type},
    {"account_id", &Event::account_id},
    {"time", &Event::time, Form::time},
    {"detail"},
    {"event"},
}};
constexpr Members<Event, 1> kDetail = {{{"id", &Event::ticket_id}}};
constexpr Members<Event, 4> kComment = {{
    {"id", &Event::comment_id},
    {"body", &Event::text, Form::text},
    {"is_public", &Event::is_public},
    {"author"},
}};
constexpr Members<Event, 3> kAuthor = {{
    {"id", &Event::author_id},
    {"name", &Event::author_name, Form::text},
    {"is_staff", &Event::is_staff},
}};

Errc read_comment(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        const bool author = kComment.read(key, member, reader, event) == kComment["author"];
        return author ? kAuthor.read_all(member, reader, event) : Errc::ok;
    });
}

Errc read_member(std::string_view key, JsonValue value, EventReader& reader, Event& event) {
    switch (kRoot.read(key, value, reader, event)) {
        case kRoot["detail"]: return kDetail.read_all(value, reader, event);
        case kRoot["event"]:
            return reader.object(value, [&](std::string_view name, JsonValue member) {
                return name == "comment" ? read_comment(member, reader, event) : Errc::ok;
            });
        default: return Errc::ok;
    }
}

Mention to_mention(const Event& event, Arena& arena) {
    Mention mention;
    mention.platform = "zendesk";
    mention.kind = Kind::message;
    mention.created_at = event.time;
    const auto account = arena.join("zendesk:", event.account_id);
    if (!event.account_id.empty())
        mention.id = join_id(arena.join(account, ":comment:"), event.comment_id, arena);
    mention.thread = join_id(arena.join(account, ":ticket:"), event.ticket_id, arena);
    mention.author.id = event.author_id;
    mention.author.name = event.author_name;
    mention.author.is_brand = event.is_staff;
    mention.text = event.text;
    return mention;
}

class Zendesk final : public JsonPlatform {
public:
    explicit Zendesk(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "signing_secret",
                                      "the signing secret that the webhook's page shows")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto time = request.header("X-Zendesk-Webhook-Signature-Timestamp");
        auto error = check_code(signature_, request.header("X-Zendesk-Webhook-Signature"), "",
                                {time, request.body}, Encoding::base64);
        const auto signed_at = parse_rfc3339(time);
        if (error == Errc::ok && !signed_at) error = Errc::bad_signature;
        if (error == Errc::ok) error = check_age(*signed_at, request.received_at);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        Event event;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            return read_member(key, value, reader, event);
        });
        if (broken != Errc::ok) return broken;
        // What is not public is a note among the staff.
        const bool said = event.type == "zen:event-type:ticket.comment_added" && event.is_public;
        if (event.type.empty()) reader.note(Errc::missing_member);
        else if (said) batch.add(to_mention(event, *batch.arena), reader);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_zendesk(Settings& source) {
    return std::make_unique<Zendesk>(source);
}

}  // namespace hark::platforms
