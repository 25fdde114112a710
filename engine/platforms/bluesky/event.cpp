#include "platforms/bluesky/event.hpp"

#include "platforms/bluesky/record_walk.hpp"

namespace hark::platforms::bluesky {

namespace {

constexpr std::int64_t kLastMicroseconds = 7'289'654'400'000'000;  // 2201: core/timestamp.hpp

constexpr Members<Event, 7> kMessage = {{
    {"did", &Event::did, Form::text},
    {"time_us"},
    {"kind", &Event::type, Form::text},
    {"commit"},
    {"account"},
    {"payload"},
    {"$type"},
}};
constexpr Members<Event, 6> kCommit = {{
    {"rev", &Event::rev, Form::text},
    {"operation", &Event::operation, Form::text},
    {"collection", &Event::collection, Form::text},
    {"rkey", &Event::rkey, Form::text},
    {"record"},
    {"cid", Form::none},
}};
/// v2: the envelope and the commit are one.
constexpr Members<Event, 11> kPayload = {{
    {"$type"},
    {"seq", &Event::position},
    {"did", &Event::did, Form::text},
    {"time", &Event::time, Form::time},
    {"account"},
    {"name", &Event::notice, Form::text},
    {"rev", &Event::rev, Form::text},
    {"operation", &Event::operation, Form::text},
    {"collection", &Event::collection, Form::text},
    {"rkey", &Event::rkey, Form::text},
    {"record"},
}};
constexpr Members<Event, 2> kAccount = {{{"active"}, {"status", &Event::status, Form::text}}};

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
    template <typename Table, typename Out, typename Use>
    Errc members(const Table& table, JsonValue value, Out& out, Use use) {
        return table.read_each(value, reader_, out, use);
    }
    void text(JsonValue value, std::string_view& out) { reader_.text(value, out); }
    [[nodiscard]] static std::size_t offset(JsonValue value) noexcept {
        return static_cast<std::size_t>(whole_number(json_raw(value)).value_or(0));
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
        return in_.members(kMessage, value, event_, [this](std::size_t place, JsonValue inside) {
            switch (place) {
                case kMessage["time_us"]: position(inside); break;
                case kMessage["commit"]: return commit(inside);
                case kMessage["account"]: return account(inside);
                case kMessage["payload"]: return payload(inside);
                case kMessage["$type"]: type(inside); break;
                default: break;
            }
            return Errc::ok;
        });
    }

private:
    /// v1: microseconds, both the place in the stream and the time.
    void position(JsonValue value) {
        if (event_.position.data() != nullptr) return;
        const auto digits = json_raw(value);
        const auto micros = whole_number(digits).value_or(0);
        if (micros <= 0 || micros > kLastMicroseconds) return reader_.note(Errc::number_range);
        event_.position = digits;
        event_.time = Timestamp{std::chrono::microseconds(micros)};
    }

    void type(JsonValue value) {
        std::string_view name;
        in_.text(value, name);
        if (name == "error") event_.is_error = true;
    }

    Errc payload(JsonValue value) {
        return in_.members(kPayload, value, event_, [this](std::size_t place, JsonValue inside) {
            switch (place) {
                case kPayload["$type"]: {
                    std::string_view name;
                    in_.text(inside, name);
                    if (event_.type.empty()) event_.type = name.substr(name.find('#') + 1);
                    return Errc::ok;
                }
                case kPayload["account"]: return account(inside);
                case kPayload["record"]: return record(inside);
                default: return Errc::ok;
            }
        });
    }

    Errc account(JsonValue value) {
        return in_.members(kAccount, value, event_, [this](std::size_t, JsonValue inside) {
            event_.is_active = json_raw(inside) != "false";
            return Errc::ok;
        });
    }

    Errc commit(JsonValue value) {
        return in_.members(kCommit, value, event_,
                           [this](std::size_t, JsonValue inside) { return record(inside); });
    }

    Errc record(JsonValue value) {
        const bool may_be_post = event_.collection.empty() || event_.collection == kPosts;
        return may_be_post ? record_.record(value) : Errc::ok;
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
