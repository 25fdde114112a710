#include "platforms/youtube/comments.hpp"

#include <algorithm>
#include <array>

#include "platforms/markup.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::youtube {

namespace {

struct Comment {
    std::string_view id;
    std::string_view channel;  ///< whose video it is
    std::string_view video;
    std::string_view parent;  ///< the comment that it answers
    std::string_view original;
    std::string_view display;  ///< HTML
    std::string_view name;
    std::string_view author;
    std::string_view published;
    std::string_view updated;
};

struct Page {
    std::string_view next;
};

constexpr Members<Page, 6> kPage = {{
    {"kind", Form::none},
    {"etag", Form::none},
    {"nextPageToken", &Page::next, Form::text},
    {"pageInfo", Form::none},
    {"items"},
    {"error"},
}};
constexpr Members<Comment, 14> kSnippet = {{
    {"channelId", &Comment::channel, Form::text},
    {"videoId", &Comment::video, Form::text},
    {"textDisplay", &Comment::display, Form::text},
    {"textOriginal", &Comment::original, Form::text},
    {"parentId", &Comment::parent, Form::text},
    {"authorDisplayName", &Comment::name, Form::text},
    {"authorProfileImageUrl", Form::none},
    {"authorChannelUrl", Form::none},
    {"authorChannelId"},
    {"canRate", Form::none},
    {"viewerRating", Form::none},
    {"likeCount", Form::none},
    {"publishedAt", &Comment::published, Form::text},
    {"updatedAt", &Comment::updated, Form::text},
}};
constexpr Members<Comment, 4> kComment = {{
    {"kind", Form::none},
    {"etag", Form::none},
    {"id", &Comment::id},
    {"snippet"},
}};
/// A thread has a comment inside, and its own `id` is the comment's.
constexpr Members<Comment, 5> kThread = {{
    {"kind", Form::none},
    {"etag", Form::none},
    {"id", Form::none},
    {"snippet"},
    {"replies"},
}};
constexpr Members<Comment, 6> kThreadSnippet = {{
    {"channelId", Form::none},
    {"videoId", &Comment::video, Form::text},
    {"topLevelComment"},
    {"canReply", Form::none},
    {"totalReplyCount", Form::none},
    {"isPublic", Form::none},
}};
constexpr Members<Comment, 1> kChannel = {{{"value", &Comment::author}}};

Errc read_snippet(JsonValue value, EventReader& reader, Comment& comment) {
    return kSnippet.read_each(value, reader, comment, [&](auto place, JsonValue member) {
        return place == kSnippet["authorChannelId"] ? kChannel.read_all(member, reader, comment)
                                                    : Errc::ok;
    });
}

Errc read_comment(JsonValue value, EventReader& reader, Comment& comment) {
    return kComment.read_each(value, reader, comment, [&](auto place, JsonValue member) {
        return place == kComment["snippet"] ? read_snippet(member, reader, comment) : Errc::ok;
    });
}

Mention to_mention(const Comment& comment, EventReader& reader, const Batch& batch) {
    auto& arena = *batch.arena;
    Mention mention;
    mention.platform = "youtube";
    mention.kind = Kind::comment;
    mention.id = join_id("youtube:comment:", comment.id, arena);
    mention.event_id = comment.updated;
    if (comment.updated != comment.published) mention.action = Action::edited;
    reader.time(comment.published, mention.created_at);
    mention.author.id = comment.author;
    if (comment.name.starts_with('@')) mention.author.handle = comment.name.substr(1);
    else mention.author.name = comment.name;
    // A comment on a channel's own page belongs to no video.
    mention.thread = comment.video.empty() ? join_id("youtube:channel:", comment.channel, arena)
                                           : join_id("youtube:video:", comment.video, arena);
    mention.parent = comment.parent.empty() ? mention.thread
                                            : join_id("youtube:comment:", comment.parent, arena);
    if (!comment.video.empty() && !comment.id.empty()) {
        mention.url =
            arena.join("https://www.youtube.com/watch?v=", comment.video, "&lc=", comment.id);
    }
    mention.text = comment.original.data() != nullptr
                       ? comment.original
                       : html_text(comment.display, arena, batch.out->links);
    return mention;
}

/// When it was published.
Timestamp add_comment(const Comment& comment, EventReader& reader, const Batch& batch) {
    Timestamp published{};
    const auto make = [&] {
        auto mention = to_mention(comment, reader, batch);
        published = mention.created_at;
        return mention;
    };
    batch.make(make, reader);
    return published;
}

/// A reply, or a comment of one's own that stands alone.
Errc read_reply(JsonValue item, const Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Comment comment;
        const auto broken = read_comment(object, reader, comment);
        if (broken == Errc::ok) add_comment(comment, reader, batch);
        return broken;
    });
}

Errc read_replies(JsonValue value, EventReader& reader, const Batch& batch) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key != "comments") return Errc::ok;
        return reader.array(member, [&](JsonValue item) { return read_reply(item, batch); });
    });
}

}  // namespace

Errc Comments::read_thread(JsonObject& object, EventReader& reader, const Batch& batch) {
    Comment comment;
    const auto read_inside = [&](auto place, JsonValue member) {
        return place == kThreadSnippet["topLevelComment"] ? read_comment(member, reader, comment)
                                                          : Errc::ok;
    };
    const auto broken =
        kThread.read_each(object, reader, comment, [&](auto place, JsonValue value) {
            if (place == kThread["replies"]) return read_replies(value, reader, batch);
            if (place != kThread["snippet"]) return Errc::ok;
            return kThreadSnippet.read_each(value, reader, comment, read_inside);
        });
    if (broken != Errc::ok) return broken;
    const auto time = add_comment(comment, reader, batch);
    newest_ = std::max(newest_, time);
    if (time != Timestamp{}) oldest_ = oldest_ == Timestamp{} ? time : std::min(oldest_, time);
    return Errc::ok;
}

Errc Comments::read(JsonObject& root, EventReader& reader, const Batch& batch) {
    newest_ = oldest_ = {};
    bool listed = false;
    Page page;
    const auto broken = kPage.read_each(root, reader, page, [&](auto place, JsonValue value) {
        if (place == kPage["error"]) reader.note(Errc::unknown_platform_error);
        if (place != kPage["items"]) return Errc::ok;
        listed = true;
        return reader.array(value, [&](JsonValue item) {
            return read_part(item, batch, [&](JsonObject& object, EventReader& part) {
                return read_thread(object, part, batch);
            });
        });
    });
    next_page_ = page.next;
    if (broken != Errc::ok) return broken;
    if (!listed) reader.note(Errc::missing_member);
    else if (batch.out->list.empty() && batch.out->refused.empty()) ++batch.out->ignored;
    return Errc::ok;
}

}  // namespace hark::platforms::youtube
