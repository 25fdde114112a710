#include "platforms/generic/mapping.hpp"

#include <charconv>

#include "core/limits.hpp"
#include "platforms/event.hpp"
#include "platforms/words.hpp"

namespace hark::platforms::generic {

namespace dom = simdjson::dom;

namespace {

/// What stands at a pointer; false when there is nothing or null.
bool at(dom::element item, const std::string& pointer, dom::element& out) {
    if (pointer.empty()) return false;
    return item.at_pointer(pointer).get(out) == simdjson::SUCCESS && !out.is_null();
}

/// A string, or a whole number as its digits.
Errc token_at(dom::element item, const std::string& pointer, Arena& arena, std::string_view& out) {
    dom::element value;
    if (!at(item, pointer, value)) return Errc::ok;
    if (value.get(out) == simdjson::SUCCESS) return Errc::ok;
    std::int64_t number = 0;
    std::uint64_t large = 0;
    char digits[24];
    char* end = digits;
    if (value.get(number) == simdjson::SUCCESS)
        end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    else if (value.get(large) == simdjson::SUCCESS)
        end = std::to_chars(digits, digits + sizeof digits, large).ptr;
    else return Errc::wrong_type;
    out = arena.copy({digits, static_cast<std::size_t>(end - digits)});
    return Errc::ok;
}

/// RFC 3339, or Unix seconds or milliseconds: whichever gives a year that can be.
Errc time_at(dom::element item, const std::string& pointer, Arena& arena, Timestamp& out) {
    std::string_view text;
    if (const auto error = token_at(item, pointer, arena, text); error != Errc::ok) return error;
    if (text.empty()) return Errc::ok;
    auto time = parse_rfc3339(text);
    if (!time) time = from_epoch(text, text.size() > 11 ? 1000 : 1);
    if (!time) return Errc::number_range;
    out = *time;
    return Errc::ok;
}

std::string_view string_member(dom::object object, std::string_view key) {
    std::string_view value;
    return object.at_key(key).get(value) == simdjson::SUCCESS ? value : std::string_view{};
}

}  // namespace

Mapping::Mapping(Settings& source) : platform_(source.text("platform_name", "generic")) {
    static const SettingNode kNone{SettingNode::Type::map, {}, {}, {}, {}, {}};
    SettingsReport unused;
    auto given = source.map("mapping");
    mapped_ = given.has_value();
    auto mapping = given ? std::move(*given) : Settings(kNone, unused);
    const auto pointer = [&](std::string_view key, std::string_view fallback) {
        // With a mapping, what it does not name is not read: no surprise from a member of the same
        // name.
        auto text = mapping.text(key, mapped_ ? "" : fallback);
        if (!text.empty() && !text.starts_with('/')) {
            mapping.fault(key, "`" + std::string(key) + "` is a JSON Pointer such as /data/text");
        }
        return text;
    };
    items_ = pointer("items", "");
    id_ = pointer("id", "/id");
    event_id_ = pointer("event_id", "/event_id");
    text_ = pointer("text", "/text");
    lang_ = pointer("lang", "/lang");
    kind_ = pointer("kind", "/kind");
    action_ = pointer("action", "/action");
    created_at_ = pointer("created_at", "/created_at");
    url_ = pointer("url", "/url");
    thread_ = pointer("thread", "/thread");
    parent_ = pointer("parent", "/parent");
    author_id_ = pointer("author_id", "/author/id");
    author_handle_ = pointer("author_handle", "/author/handle");
    author_name_ = pointer("author_name", "/author/name");
    if (mapped_ && text_.empty()) mapping.fault("text", "`mapping` needs at least `text`");
    if (mapped_) mapping.finish();
}

Errc Mapping::read(dom::element root, Arena& arena, Mentions& out) const {
    const auto error = read_body(root, arena, out);
    // A body of one part is refused as a whole: its dead letter is the body itself.
    if (error == Errc::ok && out.list.empty() && out.refused.size() == 1 && out.ignored == 0 &&
        !root.is_array()) {
        const auto reason = out.refused.front().reason;
        out.refused.clear();
        return reason;
    }
    return error;
}

Errc Mapping::read_body(dom::element root, Arena& arena, Mentions& out) const {
    dom::object object;
    if (root.get(object) == simdjson::SUCCESS) {
        if (!string_member(object, "specversion").empty()) return read_event(object, arena, out);
        dom::element inside;
        if (at(root, items_, inside)) return read_items(inside, {}, arena, out);
        if (!items_.empty()) return Errc::missing_member;
        // Standard Webhooks and many others: {type, timestamp, data}.
        dom::element ignored;
        if (!mapped_ && !at(root, text_, ignored) && at(root, "/data", inside)) {
            return read_items(inside, {}, arena, out);
        }
        return read_items(root, {}, arena, out);
    }
    dom::array array;
    if (root.get(array) != simdjson::SUCCESS) return Errc::wrong_type;
    for (const dom::element item : array) {
        dom::object event;
        const bool cloud =
            item.get(event) == simdjson::SUCCESS && !string_member(event, "specversion").empty();
        const auto error = cloud ? read_event(event, arena, out) : read_items(item, {}, arena, out);
        if (error == Errc::too_many) return error;
        if (error != Errc::ok) refuse(error, item, arena, out);
    }
    return Errc::ok;
}

/// CloudEvents 1.0, JSON format: `source` and `id` together are unique.
Errc Mapping::read_event(dom::object event, Arena& arena, Mentions& out) const {
    Envelope envelope{string_member(event, "id"), string_member(event, "source"),
                      string_member(event, "time"), string_member(event, "partitionkey")};
    if (envelope.subject.empty()) envelope.subject = string_member(event, "subject");
    if (envelope.id.empty() || envelope.source.empty()) return Errc::missing_member;
    dom::element data;
    if (event.at_key("data").get(data) != simdjson::SUCCESS ||
        !(data.is_object() || data.is_array())) {
        return Errc::wrong_type;  // text, XML or bytes: there is no member to map
    }
    return read_items(data, envelope, arena, out);
}

Errc Mapping::read_items(dom::element items, const Envelope& envelope, Arena& arena,
                         Mentions& out) const {
    dom::array array;
    if (items.get(array) != simdjson::SUCCESS) {
        const auto error = read_item(items, envelope, arena, out);
        if (error != Errc::ok && error != Errc::too_many) {
            refuse(error, items, arena, out);
            return Errc::ok;
        }
        return error;
    }
    for (const dom::element item : array) {
        const auto error = read_item(item, envelope, arena, out);
        if (error == Errc::too_many) return error;
        if (error != Errc::ok) refuse(error, item, arena, out);
    }
    return Errc::ok;
}

Errc Mapping::read_item(dom::element item, const Envelope& envelope, Arena& arena,
                        Mentions& out) const {
    if (!item.is_object()) return Errc::wrong_type;
    Mention mention;
    mention.platform = platform_;
    mention.thread = envelope.subject;
    if (!envelope.time.empty())
        mention.created_at = parse_rfc3339(envelope.time).value_or(Timestamp{});
    if (const auto error = read_fields(item, arena, mention); error != Errc::ok) return error;
    if (!envelope.id.empty()) {
        const auto unique = arena.join({envelope.source, "#", envelope.id});
        if (mention.event_id.empty()) mention.event_id = unique;
        if (mention.id.empty()) mention.id = unique;
    }
    if (mention.id.empty()) return Errc::missing_member;
    if (mention.text.data() == nullptr && mention.action != Action::deleted)
        return Errc::missing_member;
    mention.id = arena.join({platform_, ":", mention.id});
    return admit(mention, out);
}

Errc Mapping::read_fields(dom::element item, Arena& arena, Mention& mention) const {
    struct Wanted {
        const std::string& pointer;
        std::string_view& field;
    };
    std::string_view kind;
    std::string_view action;
    const Wanted wanted[] = {
        {id_, mention.id},
        {event_id_, mention.event_id},
        {text_, mention.text},
        {lang_, mention.lang},
        {kind_, kind},
        {action_, action},
        {url_, mention.url},
        {thread_, mention.thread},
        {parent_, mention.parent},
        {author_id_, mention.author.id},
        {author_handle_, mention.author.handle},
        {author_name_, mention.author.name},
    };
    for (const auto& one : wanted) {
        if (const auto error = token_at(item, one.pointer, arena, one.field); error != Errc::ok)
            return error;
    }
    // A sender's own words for these are not ours to refuse.
    mention.kind = kind_of(kind).value_or(Kind::post);
    mention.action = action_of(action).value_or(Action::created);
    return time_at(item, created_at_, arena, mention.created_at);
}

void Mapping::refuse(Errc reason, dom::element part, Arena& arena, Mentions& out) {
    const auto written = simdjson::minify(part);
    out.refused.push_back({reason, arena.copy(written)});
}

}  // namespace hark::platforms::generic
