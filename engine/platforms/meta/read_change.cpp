#include <array>

#include "platforms/members.hpp"
#include "platforms/meta/change.hpp"

namespace hark::platforms::meta {

namespace {

constexpr Members<Change, 23> kValue = {{
    {"comment_id", &Change::comment_id},
    {"post_id", &Change::post_id},
    {"parent_id", &Change::parent_id},
    {"sender_id", &Change::sender_id},
    {"reviewer_id", &Change::reviewer_id},
    {"open_graph_story_id", &Change::story_id},
    {"id", &Change::id},
    {"media_id", &Change::media_id},
    {"item", &Change::item, Form::text},
    {"verb", &Change::verb, Form::text},
    {"message", &Change::message, Form::text},
    {"link", &Change::link, Form::text},
    {"sender_name", &Change::sender_name, Form::text},
    {"reviewer_name", &Change::reviewer_name, Form::text},
    {"review_text", &Change::review_text, Form::text},
    {"text", &Change::text, Form::text},
    {"created_time", &Change::created_time, Form::seconds},
    {"from"},
    {"photo"},
    {"video"},
    {"photos"},
    {"post"},
    {"media"},
}};
constexpr Members<Change, 3> kFrom = {{
    {"id", &Change::from_id},
    {"name", &Change::from_name, Form::text},
    {"username", &Change::from_username, Form::text},
}};
constexpr Members<Change, 1> kPost = {{{"permalink_url", &Change::permalink_url, Form::text}}};
constexpr Members<Change, 1> kMedia = {{{"id", &Change::media_id}}};

Errc read_value_member(std::string_view key, JsonValue value, EventReader& reader, Change& change) {
    switch (kValue.read(key, value, reader, change)) {
        case kValue["from"]: return kFrom.read_all(value, reader, change);
        case kValue["photo"]:
        case kValue["video"]: count_media(change.media); break;
        case kValue["photos"]: return count_items(value, reader, change.media);
        case kValue["post"]: return kPost.read_all(value, reader, change);
        case kValue["media"]: return kMedia.read_all(value, reader, change);
        default: break;
    }
    return Errc::ok;
}

}  // namespace

Errc read_change_member(std::string_view key, JsonValue value, EventReader& reader,
                        Change& change) {
    if (key == "field") reader.text(value, change.field);
    if (key != "value" || change.has_value) return Errc::ok;
    change.has_value = true;
    return reader.object(value, [&](std::string_view name, JsonValue member) {
        return read_value_member(name, member, reader, change);
    });
}

}  // namespace hark::platforms::meta
