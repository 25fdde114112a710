#include <array>

#include "platforms/meta/batch.hpp"

namespace hark::platforms::meta {

namespace {

struct Post {
    std::string_view field;
    std::string_view id;
    std::string_view username;
    std::string_view text;
    std::string_view media_type;
    std::string_view permalink;
    std::string_view replied_id;
    std::string_view root_id;
    std::string_view root_username;
    Timestamp timestamp{};
};

constexpr Members<Post, 4> kTexts = {{
    {"username", &Post::username},
    {"text", &Post::text},
    {"media_type", &Post::media_type},
    {"permalink", &Post::permalink},
}};

Errc read_post_member(std::string_view key, JsonValue value, EventReader& reader, Post& post) {
    if (const auto text = kTexts.field_of(key)) {
        reader.text(value, post.*text);
    } else if (key == "id") {
        reader.token(value, post.id);
    } else if (key == "timestamp") {
        reader.time(value, post.timestamp);
    } else if (key == "replied_to") {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            if (name == "id") reader.token(member, post.replied_id);
            return Errc::ok;
        });
    } else if (key == "root_post") {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            if (name == "id") reader.token(member, post.root_id);
            else if (name == "username") reader.text(member, post.root_username);
            return Errc::ok;
        });
    }
    return Errc::ok;
}

Mention to_mention(const Post& post, Arena& arena) {
    Mention mention;
    mention.platform = "threads";
    mention.id = join_id("threads:post:", post.id, arena);
    if (post.field == "replies") mention.kind = Kind::comment;
    else if (post.field == "mentions") mention.kind = Kind::mention;
    if (post.field == "delete") mention.action = Action::deleted;
    mention.created_at = post.timestamp;
    mention.url = post.permalink;
    mention.author.handle = post.username;
    // Replies come under the account's own posts, and only its own publishing is told of.
    const bool answers_itself = !post.username.empty() && post.username == post.root_username;
    mention.author.is_brand = post.field == "publish" || answers_itself;
    mention.thread =
        post.root_id.empty() ? mention.id : join_id("threads:post:", post.root_id, arena);
    mention.parent = join_id("threads:post:", post.replied_id, arena);
    if (mention.action != Action::deleted) mention.text = post.text;
    mention.media = post.media_type.empty() || post.media_type == "TEXT_POST" ? 0 : 1;
    return mention;
}

bool is_heard(std::string_view field) {
    return field == "replies" || field == "mentions" || field == "publish" || field == "delete";
}

}  // namespace

Errc add_threads(JsonValue item, Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Post post;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            if (key == "field") reader.text(value, post.field);
            if (key != "value") return Errc::ok;
            return reader.object(value, [&](std::string_view name, JsonValue member) {
                return read_post_member(name, member, reader, post);
            });
        });
        if (broken != Errc::ok) return broken;
        if (is_heard(post.field)) {
            batch.add(to_mention(post, *batch.arena), reader);
        } else {
            ++batch.out->ignored;
            reader.forgive();
        }
        return Errc::ok;
    });
}

}  // namespace hark::platforms::meta
