#include "platforms/bluesky/event.hpp"

#include <charconv>

namespace hark::platforms::bluesky {

namespace {

constexpr std::int64_t kLastMicroseconds = 7'289'654'400'000'000;  // 2201: core/timestamp.hpp

/// A count of bytes; 0, which no range ends with, for what is none.
std::size_t offset(JsonValue value) noexcept {
    const auto digits = json_raw(value);
    const auto* const end = digits.data() + digits.size();
    std::size_t number = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc{} && stop == end ? number : 0;
}

/// Walks one message. Members come in any order; of a record of another collection, once that is
/// known, nothing is read.
class Walk {
public:
    Walk(EventReader& reader, std::vector<FacetLink>& links, Event& event)
        : reader_(reader), links_(links), event_(event) {}

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
        const auto digits = event_.position;
        std::int64_t micros = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), micros);
        if (micros <= 0 || micros > kLastMicroseconds) return reader_.note(Errc::number_range);
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
            if (event_.type.empty()) event_.type = name.substr(name.find('#') + 1);
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

    /// `features` may stand before `index`: the range is set when the whole facet was read.
    Errc facet(JsonValue value) {
        const auto first = links_.size();
        FacetLink range;
        const auto broken =
            reader_.object(value, [this, &range](std::string_view key, JsonValue inside) {
                if (key == "index") return index(inside, range);
                if (key != "features") return Errc::ok;
                return reader_.array(inside, [this](JsonValue feature) {
                    return reader_.object(feature, [this](std::string_view name, JsonValue text) {
                        std::string_view uri;
                        if (name == "uri") reader_.text(text, uri);
                        if (!uri.empty()) links_.push_back({uri});
                        return Errc::ok;
                    });
                });
            });
        for (auto i = first; i < links_.size(); ++i) {
            links_[i].begin = range.begin;
            links_[i].end = range.end;
        }
        return broken;
    }

    Errc index(JsonValue value, FacetLink& range) {
        return reader_.object(value, [&range](std::string_view name, JsonValue number) {
            if (name == "byteStart") range.begin = offset(number);
            else if (name == "byteEnd") range.end = offset(number);
            return Errc::ok;
        });
    }

    Errc embed(std::string_view key, JsonValue value) {
        if (key == "media")
            return reader_.object(value,
                                  [this](auto name, auto inside) { return media(name, inside); });
        if (key == "record") return quote(value);
        return media(key, value);
    }

    /// A quote with pictures has the record one level deeper.
    Errc quote(JsonValue value) {
        return reader_.object(value, [this](std::string_view key, JsonValue inside) {
            if (key == "record")
                return reader_.object(inside, [this](std::string_view name, JsonValue text) {
                    if (name == "uri") reader_.text(text, event_.quoted);
                    return Errc::ok;
                });
            if (key == "uri") reader_.text(inside, event_.quoted);
            return Errc::ok;
        });
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
                if (name == "uri") reader_.text(text, event_.card);
                return Errc::ok;
            });
        return Errc::ok;
    }

    EventReader& reader_;
    std::vector<FacetLink>& links_;
    Event& event_;
};

}  // namespace

Errc read_event(JsonValue root, EventReader& reader, std::vector<FacetLink>& links, Event& event) {
    if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
    Walk walk(reader, links, event);
    return json_members(
        root, [&](std::string_view key, JsonValue value) { return walk.message(key, value); });
}

}  // namespace hark::platforms::bluesky
