#include "platforms/zendesk/zendesk.hpp"

#include <array>

#include "platforms/batch.hpp"
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

constexpr Members<Event, 2> kTokens = {{
    {"type", &Event::type},
    {"account_id", &Event::account_id},
}};
constexpr Members<Event, 1> kDetailTokens = {{{"id", &Event::ticket_id}}};

Errc read_author(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "id") reader.token(member, event.author_id);
        else if (key == "name") reader.text(member, event.author_name);
        else if (key == "is_staff") reader.flag(member, event.is_staff);
        return Errc::ok;
    });
}

Errc read_comment(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "author") return read_author(member, reader, event);
        if (key == "id") reader.token(member, event.comment_id);
        else if (key == "body") reader.text(member, event.text);
        else if (key == "is_public") reader.flag(member, event.is_public);
        return Errc::ok;
    });
}

Errc read_member(std::string_view key, JsonValue value, EventReader& reader, Event& event) {
    if (key == "detail") return read_fields(kDetailTokens, value, reader, event);
    if (key == "event") {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            return name == "comment" ? read_comment(member, reader, event) : Errc::ok;
        });
    }
    if (key == "time") reader.time(value, event.time);
    else read_token(kTokens, key, value, reader, event);
    return Errc::ok;
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
