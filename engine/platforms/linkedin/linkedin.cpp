#include "platforms/linkedin/linkedin.hpp"

#include <algorithm>
#include <array>

#include "platforms/batch.hpp"
#include "platforms/members.hpp"
#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

struct Event {
    std::string_view notification_id;
    std::string_view organization;
    std::string_view action;
    std::string_view last_modified_at;
    std::string_view source_post;
    std::string_view generated;
    std::string_view owner;
    std::string_view entity;
    std::string_view object;
    std::string_view parent_comment;
    std::string_view text;
};

constexpr Members<Event, 7> kEvent = {{
    {"notificationId", &Event::notification_id},
    {"organizationalEntity", &Event::organization},
    {"action", &Event::action},
    {"lastModifiedAt", &Event::last_modified_at},
    {"sourcePost", &Event::source_post},
    {"generatedActivity", &Event::generated},
    {"decoratedGeneratedActivity"},
}};
constexpr Members<Event, 5> kActivity = {{
    {"owner", &Event::owner},
    {"entity", &Event::entity},
    {"object", &Event::object},
    {"parentComment", &Event::parent_comment},
    {"text", &Event::text, Form::text},
}};

struct SocialAction {
    std::string_view name;
    Kind kind;
    Action action;
};

constexpr std::array<SocialAction, 6> kActions = {{
    {"COMMENT", Kind::comment, Action::created},
    {"ADMIN_COMMENT", Kind::comment, Action::created},
    {"COMMENT_EDIT", Kind::comment, Action::edited},
    {"COMMENT_DELETE", Kind::comment, Action::deleted},
    {"SHARE", Kind::post, Action::created},
    {"SHARE_MENTION", Kind::mention, Action::created},
}};

/// The challenge is answered with the code that proves a body, but for the prefix: only what can
/// never be prefix and body may be asked for, or everybody could have any body signed.
bool is_challenge(std::string_view code) {
    constexpr std::size_t kLongest = 64;  // a UUID has 36
    return !code.empty() && code.size() <= kLongest &&
           std::all_of(code.begin(), code.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-';
           });
}

Errc read_activity(JsonValue value, EventReader& reader, Event& event) {
    return reader.object(value, [&](std::string_view, JsonValue activity) {
        if (!json_raw(activity).starts_with('{')) return Errc::ok;
        return kActivity.read_all(activity, reader, event);
    });
}

Mention to_mention(const Event& event, const SocialAction& what, Arena& arena) {
    Mention mention;
    mention.platform = "linkedin";
    mention.kind = what.kind;
    mention.action = what.action;
    const auto own = event.entity.empty() ? event.generated : event.entity;
    mention.id = join_id("linkedin:", own, arena);
    const bool shared = what.kind != Kind::comment;
    mention.thread = join_id("linkedin:", shared ? own : event.source_post, arena);
    const auto answered = !event.parent_comment.empty() ? event.parent_comment
                          : !event.object.empty()       ? event.object
                                                        : event.source_post;
    if (answered != own) mention.parent = join_id("linkedin:", answered, arena);
    const auto shown = shared ? own : event.source_post;
    mention.url = join_id("https://www.linkedin.com/feed/update/", shown, arena);
    mention.author.id = event.owner;
    mention.author.is_brand = event.action == "ADMIN_COMMENT" ||
                              (!event.owner.empty() && event.owner == event.organization);
    if (what.action == Action::created)
        mention.created_at = from_epoch(event.last_modified_at, 1000).value_or(Timestamp{});
    else mention.event_id = event.notification_id;
    if (what.action != Action::deleted) mention.text = event.text;
    return mention;
}

class LinkedIn final : public JsonPlatform {
public:
    explicit LinkedIn(Settings& source)
        : signature_(Digest::sha256,
                     required_secrets(source, "client_secret", "the client secret of your app")) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return answer_challenge(request.query);
        if (request.method != "POST") return refuse(405);
        auto code = request.header("X-LI-Signature");
        if (code.starts_with(kPrefix)) code.remove_prefix(kPrefix.size());
        const auto error = check_code(signature_, code, "", {kPrefix, request.body}, Encoding::hex);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        std::string_view type;
        bool has_notifications = false;
        const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
            if (key == "type") reader.token(value, type);
            if (key != "notifications" || has_notifications) return Errc::ok;
            has_notifications = true;
            return reader.array(value, [&](JsonValue item) { return add_event(item, batch); });
        });
        if (broken != Errc::ok || has_notifications) return broken;
        if (type.empty()) reader.note(Errc::missing_member);
        else batch.ignore(reader);
        return Errc::ok;
    }

private:
    static constexpr std::string_view kPrefix = "hmacsha256=";

    Reception answer_challenge(std::string_view query) {
        const auto code = query_value(query, "challengeCode");
        if (!code || !is_challenge(*code)) return refuse(400);
        return answer(R"({"challengeCode":")" + *code + R"(","challengeResponse":")" +
                          encode_hex(signature_.code(*code)) + "\"}",
                      "application/json");
    }

    static Errc add_event(JsonValue item, const Batch& batch) {
        return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
            Event event;
            const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
                const bool activity =
                    kEvent.read(key, value, reader, event) == kEvent["decoratedGeneratedActivity"];
                return activity ? read_activity(value, reader, event) : Errc::ok;
            });
            if (broken != Errc::ok) return broken;
            const auto* const what =
                std::find_if(kActions.begin(), kActions.end(),
                             [&](const auto& action) { return action.name == event.action; });
            if (event.action.empty()) reader.note(Errc::missing_member);
            else if (what == kActions.end()) batch.ignore(reader);
            else batch.add(to_mention(event, *what, *batch.arena), reader);
            return Errc::ok;
        });
    }

    Hmac signature_;
};

}  // namespace

std::unique_ptr<Platform> make_linkedin(Settings& source) {
    return std::make_unique<LinkedIn>(source);
}

}  // namespace hark::platforms
