#include "platforms/meta/change.hpp"

#include <optional>

namespace hark::platforms::meta {

namespace {

std::optional<Action> action_of(std::string_view verb) {
    if (verb == "add") return Action::created;
    if (verb == "edited" || verb == "edit") return Action::edited;
    if (verb == "remove" || verb == "delete") return Action::deleted;
    // The words are still there, and somebody moved them out of sight or back.
    if (verb == "hide" || verb == "unhide") return Action::edited;
    return std::nullopt;
}

bool is_reaction(std::string_view item) {
    return item == "reaction" || item == "like";
}

/// What feed, mention and ratings have in common.
Mention begin_facebook(const Change& change, const Entry& entry, Arena& arena) {
    Mention mention;
    mention.platform = "facebook";
    mention.action = *action_of(change.verb);
    mention.created_at = change.created_time;
    mention.author.id = change.from_id.empty() ? change.sender_id : change.from_id;
    mention.author.name = change.from_name.empty() ? change.sender_name : change.from_name;
    mention.author.is_brand = !entry.id.empty() && mention.author.id == entry.id;
    if (mention.action != Action::deleted) mention.text = change.message;
    mention.media = change.media;
    if (change.verb == "hide" || change.verb == "unhide") {
        mention.event_id = arena.join(change.verb, ":", entry.time);
    }
    return mention;
}

void fill_comment(const Change& change, Arena& arena, Mention& mention) {
    mention.kind = Kind::comment;
    mention.id = join_id("facebook:comment:", change.comment_id, arena);
    mention.thread = join_id("facebook:post:", change.post_id, arena);
    const bool is_reply = !change.parent_id.empty() && change.parent_id != change.post_id;
    mention.parent =
        is_reply ? join_id("facebook:comment:", change.parent_id, arena) : mention.thread;
}

void fill_post(const Change& change, Arena& arena, Mention& mention) {
    mention.kind = Kind::post;
    mention.id = join_id("facebook:post:", change.post_id, arena);
    mention.thread = mention.id;
}

bool is_comment(const Change& change) {
    return change.item == "comment" || (change.item.empty() && !change.comment_id.empty());
}

void add_feed(const Change& change, const Entry& entry, EventReader& reader, Batch& batch) {
    auto& arena = *batch.arena;
    auto mention = begin_facebook(change, entry, arena);
    const bool comment = is_comment(change);
    if (comment) fill_comment(change, arena, mention);
    else fill_post(change, arena, mention);
    // Nobody's words and nothing to hang them on: a new album, an event, a follower.
    if (!comment && change.post_id.empty()) {
        ++batch.out->ignored;
        return;
    }
    mention.url =
        change.permalink_url.empty()
            ? arena.join("https://www.facebook.com/", comment ? change.comment_id : change.post_id)
            : change.permalink_url;
    const bool is_upload = change.item == "photo" || change.item == "video";
    if (is_upload && mention.media == 0) count_media(mention.media);
    if (!is_upload && !change.link.empty()) batch.out->links.push_back(change.link);
    batch.add(mention, reader);
}

void add_page_mention(const Change& change, const Entry& entry, EventReader& reader, Batch& batch) {
    auto& arena = *batch.arena;
    auto mention = begin_facebook(change, entry, arena);
    if (is_comment(change)) fill_comment(change, arena, mention);
    else fill_post(change, arena, mention);
    mention.kind = Kind::mention;
    batch.add(mention, reader);
}

void add_rating(const Change& change, const Entry& entry, EventReader& reader, Batch& batch) {
    auto& arena = *batch.arena;
    auto mention = begin_facebook(change, entry, arena);
    const auto review = join_id("facebook:review:", change.story_id, arena);
    if (is_comment(change)) {
        fill_comment(change, arena, mention);
        mention.parent = review;
    } else {
        mention.kind = Kind::review;
        mention.id = review;
        mention.text = change.review_text;
        mention.author.id = change.reviewer_id;
        mention.author.name = change.reviewer_name;
    }
    mention.thread = review;
    batch.add(mention, reader);
}

Mention begin_instagram(const Change& change, const Entry& entry, Arena& arena) {
    Mention mention;
    mention.platform = "instagram";
    mention.created_at = from_epoch(entry.time, 1).value_or(Timestamp{});
    mention.thread = join_id("instagram:media:", change.media_id, arena);
    return mention;
}

void add_instagram_comment(const Change& change, const Entry& entry, EventReader& reader,
                           Batch& batch) {
    auto& arena = *batch.arena;
    auto mention = begin_instagram(change, entry, arena);
    mention.kind = Kind::comment;
    mention.id = join_id("instagram:comment:", change.id, arena);
    mention.author.id = change.from_id;
    mention.author.handle = change.from_username;
    mention.author.is_brand = !entry.id.empty() && change.from_id == entry.id;
    mention.parent = change.parent_id.empty()
                         ? mention.thread
                         : join_id("instagram:comment:", change.parent_id, arena);
    mention.text = change.text;
    batch.add(mention, reader);
}

/// Only ids come: the words and their author have to be asked for.
void add_instagram_mention(const Change& change, const Entry& entry, EventReader& reader,
                           Batch& batch) {
    auto mention = begin_instagram(change, entry, *batch.arena);
    const bool in_comment = !change.comment_id.empty();
    mention.kind = Kind::mention;
    mention.id = join_id("instagram:mention:", in_comment ? change.comment_id : change.media_id,
                         *batch.arena);
    if (in_comment) mention.parent = mention.thread;
    batch.add(mention, reader);
}

using Add = void (*)(const Change&, const Entry&, EventReader&, Batch&);

Add add_of(const Change& change, std::string_view object) {
    if (object == "page") {
        if (is_reaction(change.item) || !action_of(change.verb)) return nullptr;
        if (change.field == "feed") return add_feed;
        if (change.field == "mention") return add_page_mention;
        if (change.field == "ratings") return add_rating;
    } else if (object == "instagram") {
        if (change.field == "comments" || change.field == "live_comments") {
            return add_instagram_comment;
        }
        if (change.field == "mentions") return add_instagram_mention;
    }
    return nullptr;
}

}  // namespace

void finish_change(const Change& change, const Entry& entry, EventReader& reader, Batch& batch) {
    if (const auto add = add_of(change, batch.object)) {
        add(change, entry, reader, batch);
        return;
    }
    ++batch.out->ignored;
    reader.forgive();
}

Errc add_change(JsonValue item, const Entry& entry, Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Change change;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            return read_change_member(key, value, reader, change);
        });
        if (broken == Errc::ok) finish_change(change, entry, reader, batch);
        return broken;
    });
}

}  // namespace hark::platforms::meta
