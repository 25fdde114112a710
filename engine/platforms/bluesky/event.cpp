#include "platforms/bluesky/event.hpp"

#include <charconv>

#include "platforms/bluesky/record_walk.hpp"

namespace hark::platforms::bluesky {

namespace {

constexpr std::int64_t kLastMicroseconds = 7'289'654'400'000'000;  // 2201: core/timestamp.hpp

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
    using Key = std::string_view;

    explicit JsonIn(EventReader& reader) : reader_(reader) {}

    template <typename Use>
    Errc object(JsonValue value, Use use) {
        return reader_.object(value, use);
    }
    template <typename Use>
    Errc array(JsonValue value, Use use) {
        return reader_.array(value, use);
    }
    void text(JsonValue value, std::string_view& out) { reader_.text(value, out); }
    [[nodiscard]] static std::size_t offset(JsonValue value) noexcept {
        return number<std::size_t>(json_raw(value));
    }

private:
    EventReader& reader_;
};

/// Walks one message. Members come in any order; of a record of another collection, once that is
/// known, nothing is read.
class Walk {
public:
    Walk(EventReader& reader, std::vector<FacetLink>& links, Event& event)
        : reader_(reader), in_(reader), record_(in_, links, event), event_(event) {}

    Errc message(JsonValue value) {
        return in_.object(value, [this](std::string_view key, JsonValue inside) {
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
        const auto digits = json_raw(value);
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
        return in_.object(value, [this](std::string_view key, JsonValue inside) {
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
        return in_.object(value, [this](std::string_view key, JsonValue inside) {
            if (key == "status") in_.text(inside, event_.status);
            else if (key == "active") event_.is_active = json_raw(inside) != "false";
            return Errc::ok;
        });
    }

    Errc commit(JsonValue value) {
        return in_.object(value, [this](std::string_view key, JsonValue inside) {
            return commit_member(key, inside);
        });
    }

    Errc commit_member(std::string_view key, JsonValue value) {
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

Errc read_event(JsonValue root, EventReader& reader, std::vector<FacetLink>& links, Event& event) {
    return root.first() == '{' ? Walk(reader, links, event).message(root) : Errc::wrong_type;
}

}  // namespace hark::platforms::bluesky
