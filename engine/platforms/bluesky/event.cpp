#include "platforms/bluesky/event.hpp"

#include <algorithm>
#include <charconv>

namespace hark::platforms::bluesky {

namespace {

constexpr std::int64_t kLastMicroseconds = 7'289'654'400'000'000;  // 2201: core/timestamp.hpp

std::string_view trimmed(std::string_view token) noexcept {
    while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
        token.remove_suffix(1);
    return token;
}

/// Digits and nothing else; 0 when it is not.
template <typename Number>
Number number(std::string_view digits) noexcept {
    const auto* const end = digits.data() + digits.size();
    Number value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc{} && stop == end ? value : 0;
}

/// Walks one message. Members come in any order; of a record of another collection, once that is
/// known, nothing is read.
class Walk {
public:
    Walk(EventReader& reader, const char* first_escape, std::vector<FacetLink>& links, Event& event)
        : reader_(reader), first_escape_(first_escape), links_(links), event_(event) {}

    Errc message(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "did") text(inside, event_.did);
            else if (key == "time_us") position(inside);
            else if (key == "kind") text(inside, event_.type);
            else if (key == "commit") return commit(inside);
            else if (key == "payload") return payload(inside);
            else if (key == "$type") type(inside);
            return Errc::ok;
        });
    }

private:
    template <typename Use>
    Errc object(JsonValue value, Use use) {
        JsonObject inside;
        const auto error = value.get_object().get(inside);
        if (error == simdjson::SUCCESS) return json_written_members(inside, use);
        return not_there(value, error);
    }

    template <typename Use>
    Errc array(JsonValue value, Use use) {
        JsonArray inside;
        const auto error = value.get_array().get(inside);
        if (error == simdjson::SUCCESS) return json_items(inside, use);
        return not_there(value, error);
    }

    /// A value that was to be an object or an array: null counts as absent.
    Errc not_there(JsonValue value, simdjson::error_code error) {
        if (error != simdjson::INCORRECT_TYPE) return json_error(error);
        if (json_raw(value) != "null") reader_.note(Errc::wrong_type);
        return Errc::ok;
    }

    /// Almost every string is without blanks behind it and without escapes.
    void text(JsonValue value, std::string_view& out) {
        if (out.data() != nullptr) return;
        const auto token = value.raw_json_token();
        const bool plain = token.size() >= 2 && token.front() == '"' && token.back() == '"' &&
                           token.data() + token.size() <= first_escape_;
        if (plain) out = token.substr(1, token.size() - 2);
        else reader_.text(value, out);
    }

    /// v1: microseconds, both the place in the stream and the time.
    void position(JsonValue value) {
        if (event_.position.data() != nullptr) return;
        const auto digits = trimmed(value.raw_json_token());
        const auto micros = number<std::int64_t>(digits);
        if (micros <= 0 || micros > kLastMicroseconds) return reader_.note(Errc::number_range);
        event_.position = digits;
        event_.time = Timestamp{std::chrono::microseconds(micros)};
    }

    void type(JsonValue value) {
        std::string_view name;
        text(value, name);
        if (name == "error") event_.is_error = true;
    }

    /// v2: the envelope and the commit are one.
    Errc payload(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "$type") {
                std::string_view name;
                text(inside, name);
                if (event_.type.empty()) event_.type = name.substr(name.find('#') + 1);
            } else if (key == "seq") {
                reader_.token(inside, event_.position);
            } else if (key == "did") {
                text(inside, event_.did);
            } else if (key == "time") {
                reader_.time(inside, event_.time);
            } else {
                return commit_member(key, inside);
            }
            return Errc::ok;
        });
    }

    Errc commit(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            return commit_member(key, inside);
        });
    }

    Errc commit_member(JsonWrittenKey key, JsonValue value) {
        if (key == "rev") text(value, event_.rev);
        else if (key == "operation") text(value, event_.operation);
        else if (key == "collection") text(value, event_.collection);
        else if (key == "rkey") text(value, event_.rkey);
        else if (key == "record" && (event_.collection.empty() || event_.collection == kPosts))
            return record(value);
        return Errc::ok;
    }

    Errc record(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "text") text(inside, event_.text);
            else if (key == "createdAt") text(inside, event_.created_at);
            else if (key == "langs") return langs(inside);
            else if (key == "reply") return reply(inside);
            else if (key == "facets") return facets(inside);
            else if (key == "embed") return embed(inside);
            return Errc::ok;
        });
    }

    Errc langs(JsonValue value) {
        return array(value, [this](JsonValue item) {
            text(item, event_.lang);
            return Errc::ok;
        });
    }

    Errc reply(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "root") return uri(inside, event_.root);
            if (key == "parent") return uri(inside, event_.parent);
            return Errc::ok;
        });
    }

    Errc uri(JsonValue value, std::string_view& out) {
        return object(value, [this, &out](JsonWrittenKey key, JsonValue inside) {
            if (key == "uri") text(inside, out);
            return Errc::ok;
        });
    }

    Errc facets(JsonValue value) {
        return array(value, [this](JsonValue item) {
            const auto first = links_.size();
            FacetLink range;
            const auto broken = facet(item, range);
            // `features` may stand before `index`.
            for (auto i = first; i < links_.size(); ++i) {
                links_[i].begin = range.begin;
                links_[i].end = range.end;
            }
            return broken;
        });
    }

    Errc facet(JsonValue value, FacetLink& range) {
        return object(value, [this, &range](JsonWrittenKey key, JsonValue inside) {
            if (key == "index") return index(inside, range);
            if (key != "features") return Errc::ok;
            return array(inside, [this](JsonValue feature) {
                std::string_view address;
                const auto broken = uri(feature, address);
                if (!address.empty()) links_.push_back({address});
                return broken;
            });
        });
    }

    /// What is no count of bytes becomes 0, which no range ends with.
    Errc index(JsonValue value, FacetLink& range) {
        return object(value, [&range](JsonWrittenKey key, JsonValue offset) {
            if (key == "byteStart") range.begin = number<std::size_t>(json_raw(offset));
            else if (key == "byteEnd") range.end = number<std::size_t>(json_raw(offset));
            return Errc::ok;
        });
    }

    Errc embed(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "media")
                return object(inside, [this](JsonWrittenKey name, JsonValue item) {
                    return media(name, item);
                });
            if (key == "record") return quote(inside);
            return media(key, inside);
        });
    }

    /// A quote with pictures has the record one level deeper.
    Errc quote(JsonValue value) {
        return object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "record") return uri(inside, event_.quoted);
            if (key == "uri") text(inside, event_.quoted);
            return Errc::ok;
        });
    }

    Errc media(JsonWrittenKey key, JsonValue value) {
        if (key == "external") return uri(value, event_.card);
        if (key == "video") count_media(event_.media);
        else if (key == "images" || key == "items")
            return array(value, [this](JsonValue) {
                count_media(event_.media);
                return Errc::ok;
            });
        return Errc::ok;
    }

    EventReader& reader_;
    const char* first_escape_;
    std::vector<FacetLink>& links_;
    Event& event_;
};

}  // namespace

Errc read_event(JsonValue root, std::string_view bytes, EventReader& reader,
                std::vector<FacetLink>& links, Event& event) {
    if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
    const auto* const first_escape = bytes.data() + std::min(bytes.find('\\'), bytes.size());
    return Walk(reader, first_escape, links, event).message(root);
}

}  // namespace hark::platforms::bluesky
