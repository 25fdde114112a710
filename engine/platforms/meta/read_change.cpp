#include <array>

#include "platforms/meta/change.hpp"

namespace hark::platforms::meta {

namespace {

constexpr Members<Change, 8> kIds = {{
    {"comment_id", &Change::comment_id},
    {"post_id", &Change::post_id},
    {"parent_id", &Change::parent_id},
    {"sender_id", &Change::sender_id},
    {"reviewer_id", &Change::reviewer_id},
    {"open_graph_story_id", &Change::story_id},
    {"id", &Change::id},
    {"media_id", &Change::media_id},
}};

constexpr Members<Change, 8> kTexts = {{
    {"item", &Change::item},
    {"verb", &Change::verb},
    {"message", &Change::message},
    {"link", &Change::link},
    {"sender_name", &Change::sender_name},
    {"reviewer_name", &Change::reviewer_name},
    {"review_text", &Change::review_text},
    {"text", &Change::text},
}};

Errc read_from(JsonValue value, EventReader& reader, Change& change) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == "id") reader.token(member, change.from_id);
        else if (key == "name") reader.text(member, change.from_name);
        else if (key == "username") reader.text(member, change.from_username);
        return Errc::ok;
    });
}

Errc read_value_member(std::string_view key, JsonValue value, EventReader& reader, Change& change) {
    if (const auto id = kIds.field_of(key)) {
        reader.token(value, change.*id);
    } else if (const auto text = kTexts.field_of(key)) {
        reader.text(value, change.*text);
    } else if (key == "from") {
        return read_from(value, reader, change);
    } else if (key == "created_time") {
        reader.seconds(value, change.created_time);
    } else if (key == "photo" || key == "video") {
        count_media(change.media);
    } else if (key == "photos") {
        return reader.array(value, [&](JsonValue) {
            count_media(change.media);
            return Errc::ok;
        });
    } else if (key == "post") {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            if (name == "permalink_url") reader.text(member, change.permalink_url);
            return Errc::ok;
        });
    } else if (key == "media") {
        return reader.object(value, [&](std::string_view name, JsonValue member) {
            if (name == "id") reader.token(member, change.media_id);
            return Errc::ok;
        });
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
