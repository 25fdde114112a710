#include "platforms/bluesky/event.hpp"

#include <charconv>

namespace hark::platforms::bluesky {

namespace {

/// Walks one message. Members come in any order; of a record of another collection, once that is
/// known, nothing is read.
class Walk {
public:
    Walk(EventReader& reader, Mentions& out, Event& event)
        : reader_(reader), out_(out), event_(event) {}

    Errc message(std::string_view key, JsonValue value) {
        if (key == "did") reader_.text(value, event_.did);
        else if (key == "time_us") position(value);
        else if (key == "kind") reader_.text(value, event_.type);
        else if (key == "commit")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return commit(name, inside); });
        else if (key == "payload")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return payload(name, inside); });
        else if (key == "$type") type(value);
        return Errc::ok;
    }

private:
    /// v1: microseconds, both the place in the stream and the time.
    void position(JsonValue value) {
        reader_.token(value, event_.position);
        std::int64_t micros = 0;
        std::from_chars(event_.position.data(), event_.position.data() + event_.position.size(),
                        micros);
        event_.time = Timestamp{std::chrono::microseconds(micros)};
    }

    void type(JsonValue value) {
        std::string_view name;
        reader_.text(value, name);
        if (name == "error") event_.is_error = true;
    }

    /// v2: the envelope and the commit are one.
    Errc payload(std::string_view key, JsonValue value) {
        if (key == "$type") {
            std::string_view name;
            reader_.text(value, name);
            event_.type = name.substr(std::min(name.find('#') + 1, name.size()));
            return Errc::ok;
        }
        if (key == "seq") reader_.token(value, event_.position);
        else if (key == "did") reader_.text(value, event_.did);
        else if (key == "time") reader_.time(value, event_.time);
        else return commit(key, value);
        return Errc::ok;
    }

    Errc commit(std::string_view key, JsonValue value) {
        if (key == "rev") reader_.text(value, event_.rev);
        else if (key == "operation") reader_.text(value, event_.operation);
        else if (key == "collection") reader_.text(value, event_.collection);
        else if (key == "rkey") reader_.text(value, event_.rkey);
        else if (key == "record" && (event_.collection.empty() || event_.collection == kPosts)) {
            return reader_.object(value,
                                  [this](auto name, auto inside) { return record(name, inside); });
        }
        return Errc::ok;
    }

    Errc record(std::string_view key, JsonValue value) {
        if (key == "text") reader_.text(value, event_.text);
        else if (key == "createdAt") reader_.text(value, event_.created_at);
        else if (key == "langs")
            return reader_.array(value, [this](JsonValue item) {
                if (event_.lang.empty()) reader_.text(item, event_.lang);
                return Errc::ok;
            });
        else if (key == "reply")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return reply(name, inside); });
        else if (key == "facets")
            return reader_.array(value, [this](JsonValue item) { return facet(item); });
        else if (key == "embed")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return embed(name, inside); });
        return Errc::ok;
    }

    Errc reply(std::string_view key, JsonValue value) {
        auto* const field = key == "root"     ? &event_.root
                            : key == "parent" ? &event_.parent
                                              : nullptr;
        if (field == nullptr) return Errc::ok;
        return reader_.object(value, [this, field](std::string_view name, JsonValue inside) {
            if (name == "uri") reader_.text(inside, *field);
            return Errc::ok;
        });
    }

    /// Of a facet only the address counts: its byte offsets are not validated by anybody, and are
    /// not used.
    Errc facet(JsonValue value) {
        return reader_.object(value, [this](std::string_view key, JsonValue inside) {
            if (key != "features") return Errc::ok;
            return reader_.array(inside, [this](JsonValue feature) {
                return reader_.object(feature, [this](std::string_view name, JsonValue text) {
                    if (name == "uri") link(text);
                    return Errc::ok;
                });
            });
        });
    }

    Errc embed(std::string_view key, JsonValue value) {
        if (key == "media")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return media(name, inside); });
        return media(key, value);
    }

    Errc media(std::string_view key, JsonValue value) {
        if (key == "images" || key == "items")
            return reader_.array(value, [this](JsonValue) {
                count_media(event_.media);
                return Errc::ok;
            });
        if (key == "video") count_media(event_.media);
        else if (key == "external")
            return reader_.object(value, [this](std::string_view name, JsonValue text) {
                if (name == "uri") link(text);
                return Errc::ok;
            });
        return Errc::ok;
    }

    void link(JsonValue value) {
        std::string_view uri;
        reader_.text(value, uri);
        if (!uri.empty()) out_.links.push_back(uri);
    }

    EventReader& reader_;
    Mentions& out_;
    Event& event_;
};

}  // namespace

Errc read_event(JsonValue root, EventReader& reader, Mentions& out, Event& event) {
    if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
    Walk walk(reader, out, event);
    return json_members(
        root, [&](std::string_view key, JsonValue value) { return walk.message(key, value); });
}

}  // namespace hark::platforms::bluesky
