#include "platforms/bluesky/event.hpp"

#include <algorithm>
#include <charconv>

#include "platforms/bluesky/record_walk.hpp"

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

/// What RecordWalk reads JSON with.
class JsonIn {
public:
    using Value = JsonValue;
    using Key = JsonWrittenKey;

    JsonIn(EventReader& reader, const char* first_escape)
        : reader_(reader), first_escape_(first_escape) {}

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

    /// Almost every string is without blanks behind it and without escapes.
    void text(JsonValue value, std::string_view& out) {
        if (out.data() != nullptr) return;
        const auto token = value.raw_json_token();
        const bool plain = token.size() >= 2 && token.front() == '"' && token.back() == '"' &&
                           token.data() + token.size() <= first_escape_;
        if (plain) out = token.substr(1, token.size() - 2);
        else reader_.text(value, out);
    }

    [[nodiscard]] static std::size_t offset(JsonValue value) noexcept {
        return number<std::size_t>(json_raw(value));
    }

private:
    /// A value that was to be an object or an array: null counts as absent.
    Errc not_there(JsonValue value, simdjson::error_code error) {
        if (error != simdjson::INCORRECT_TYPE) return json_error(error);
        if (json_raw(value) != "null") reader_.note(Errc::wrong_type);
        return Errc::ok;
    }

    EventReader& reader_;
    const char* first_escape_;
};

/// Walks one message. Members come in any order; of a record of another collection, once that is
/// known, nothing is read.
class Walk {
public:
    Walk(EventReader& reader, const char* first_escape, std::vector<FacetLink>& links, Event& event)
        : reader_(reader), in_(reader, first_escape), record_(in_, links, event), event_(event) {}

    Errc message(JsonValue value) {
        return in_.object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "did") in_.text(inside, event_.did);
            else if (key == "time_us") position(inside);
            else if (key == "kind") in_.text(inside, event_.type);
            else if (key == "commit") return commit(inside);
            else if (key == "account") return account(inside);
            else if (key == "payload") return payload(inside);
            else if (key == "$type") type(inside);
            return Errc::ok;
        });
    }

private:
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
        in_.text(value, name);
        if (name == "error") event_.is_error = true;
    }

    /// v2: the envelope and the commit are one.
    Errc payload(JsonValue value) {
        return in_.object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "$type") {
                std::string_view name;
                in_.text(inside, name);
                if (event_.type.empty()) event_.type = name.substr(name.find('#') + 1);
            } else if (key == "seq") {
                reader_.token(inside, event_.position);
            } else if (key == "did") {
                in_.text(inside, event_.did);
            } else if (key == "time") {
                reader_.time(inside, event_.time);
            } else if (key == "account") {
                return account(inside);
            } else if (key == "name") {
                in_.text(inside, event_.notice);
            } else {
                return commit_member(key, inside);
            }
            return Errc::ok;
        });
    }

    Errc account(JsonValue value) {
        return in_.object(value, [this](JsonWrittenKey key, JsonValue inside) {
            if (key == "status") in_.text(inside, event_.status);
            else if (key == "active") event_.is_active = json_raw(inside) != "false";
            return Errc::ok;
        });
    }

    Errc commit(JsonValue value) {
        return in_.object(value, [this](JsonWrittenKey key, JsonValue inside) {
            return commit_member(key, inside);
        });
    }

    Errc commit_member(JsonWrittenKey key, JsonValue value) {
        if (key == "rev") in_.text(value, event_.rev);
        else if (key == "operation") in_.text(value, event_.operation);
        else if (key == "collection") in_.text(value, event_.collection);
        else if (key == "rkey") in_.text(value, event_.rkey);
        else if (key == "record" && (event_.collection.empty() || event_.collection == kPosts))
            return record_.record(value);
        return Errc::ok;
    }

    EventReader& reader_;
    JsonIn in_;
    RecordWalk<JsonIn> record_;
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
