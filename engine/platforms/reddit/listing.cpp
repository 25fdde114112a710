#include "platforms/reddit/listing.hpp"

#include <algorithm>
#include <array>

#include "platforms/markup.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::reddit {

namespace {

struct Thing {
    std::string_view name;  ///< `t1_…`, `t3_…`
    std::string_view author;
    std::string_view author_fullname;
    std::string_view body;
    std::string_view title;
    std::string_view selftext;
    std::string_view link_id;
    std::string_view parent_id;
    std::string_view permalink;
    std::string_view url;
    std::string_view edited;  ///< seconds; empty: never
    Timestamp created_at{};
    bool is_self = false;
};

constexpr Members<Thing, 18> kThing = {{
    {"id", Form::none},
    {"name", &Thing::name},
    {"subreddit", Form::none},
    {"subreddit_id", Form::none},
    {"author", &Thing::author},
    {"author_fullname", &Thing::author_fullname},
    {"title", &Thing::title, Form::text},
    {"selftext", &Thing::selftext, Form::text},
    {"is_self", &Thing::is_self},
    {"body", &Thing::body, Form::text},
    {"body_html", Form::none},
    {"created_utc"},
    {"edited"},
    {"link_id", &Thing::link_id},
    {"parent_id", &Thing::parent_id},
    {"permalink", &Thing::permalink, Form::text},
    {"url", &Thing::url, Form::text},
    {"score", Form::none},
}};

/// Seconds with a fraction, which is always 0, without it.
std::string_view whole_seconds(JsonValue value) {
    const auto raw = json_raw(value);
    return raw.substr(0, raw.find('.'));
}

Errc read_thing(JsonValue value, EventReader& reader, Thing& thing) {
    return kThing.read_each(value, reader, thing, [&](auto place, JsonValue member) {
        if (place == kThing["created_utc"]) {
            if (const auto time = from_epoch(whole_seconds(member), 1)) thing.created_at = *time;
            else reader.note(Errc::number_range);
        } else if (place == kThing["edited"]) {
            // Old things say `true` without a time.
            const auto raw = json_raw(member);
            if (raw != "false" && raw != "null") thing.edited = whole_seconds(member);
        }
        return Errc::ok;
    });
}

/// What stands where words were that their author or a moderator took away.
bool is_gone(std::string_view text) noexcept {
    return text == "[deleted]" || text == "[removed]";
}

std::string_view words_of(const Thing& thing, Arena& arena) {
    if (thing.title.empty()) return unescape_references(thing.body, arena);
    if (thing.selftext.empty()) return unescape_references(thing.title, arena);
    return unescape_references(arena.join(thing.title, "\n\n", thing.selftext), arena);
}

Mention to_mention(const Thing& thing, const Batch& batch) {
    auto& arena = *batch.arena;
    const bool post = thing.name.starts_with("t3_");
    Mention mention;
    mention.platform = "reddit";
    mention.kind = post ? Kind::post : Kind::comment;
    mention.id = join_id("reddit:", thing.name, arena);
    mention.thread = post ? mention.id : join_id("reddit:", thing.link_id, arena);
    mention.parent = join_id("reddit:", thing.parent_id, arena);
    mention.created_at = thing.created_at;
    mention.event_id = thing.edited;
    if (!thing.edited.empty()) mention.action = Action::edited;
    mention.url = join_id("https://www.reddit.com", thing.permalink, arena);
    mention.author.id = thing.author_fullname;
    if (!is_gone(thing.author)) mention.author.handle = thing.author;
    if (is_gone(post ? thing.selftext : thing.body)) {
        mention.action = Action::deleted;
        return mention;
    }
    mention.text = words_of(thing, arena);
    if (post && !thing.is_self && !thing.url.empty())
        batch.out->links.push_back(unescape_references(thing.url, arena));
    return mention;
}

/// Other kinds than comments and posts come in other listings: `more`, accounts, awards. (Inside
/// the loop over them GCC takes it for seldom run.)
[[gnu::noinline]] Errc read_child(JsonObject& object, EventReader& reader, const Batch& batch,
                                  Page& page) {
    Thing thing;
    std::string_view kind;
    const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
        if (key == "kind") reader.token(value, kind);
        return key == "data" ? read_thing(value, reader, thing) : Errc::ok;
    });
    if (broken != Errc::ok) return broken;
    if (page.count++ == 0) page.newest = thing.name;
    page.found = page.found || thing.name == page.sought;
    if (kind == "t1" || kind == "t3") batch.make([&] { return to_mention(thing, batch); }, reader);
    else batch.ignore(reader);
    return Errc::ok;
}

}  // namespace

Errc read_listing(JsonObject& root, EventReader& reader, const Batch& batch, Page& page) {
    bool listed = false;
    const auto broken = json_members(root, [&](std::string_view key, JsonValue value) {
        if (key == "error") reader.note(Errc::unknown_platform_error);
        if (key != "data") return Errc::ok;
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            if (name != "children") return Errc::ok;
            listed = true;
            return reader.array(member, [&](JsonValue item) {
                return read_part(item, batch, [&](JsonObject& object, EventReader& part) {
                    return read_child(object, part, batch, page);
                });
            });
        });
    });
    if (broken != Errc::ok) return broken;
    const auto& out = *batch.out;
    if (!listed) reader.note(Errc::missing_member);
    // Nothing new.
    else if (out.list.empty() && out.refused.empty() && out.ignored == 0) ++batch.out->ignored;
    return Errc::ok;
}

}  // namespace hark::platforms::reddit
