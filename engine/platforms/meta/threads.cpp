#include <array>

#include "platforms/members.hpp"
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

constexpr Members<Post, 8> kPost = {{
    {"id", &Post::id},
    {"username", &Post::username, Form::text},
    {"text", &Post::text, Form::text},
    {"media_type", &Post::media_type, Form::text},
    {"permalink", &Post::permalink, Form::text},
    {"timestamp", &Post::timestamp, Form::time},
    {"replied_to"},
    {"root_post"},
}};
constexpr Members<Post, 1> kReplied = {{{"id", &Post::replied_id}}};
constexpr Members<Post, 2> kRoot = {{
    {"id", &Post::root_id},
    {"username", &Post::root_username, Form::text},
}};

Errc read_post_member(std::string_view key, JsonValue value, EventReader& reader, Post& post) {
    switch (kPost.read(key, value, reader, post)) {
        case kPost["replied_to"]: return kReplied.read_all(value, reader, post);
        case kPost["root_post"]: return kRoot.read_all(value, reader, post);
        default: return Errc::ok;
    }
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
