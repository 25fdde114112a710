#include "platforms/generic/mapping.hpp"

#include <algorithm>
#include <charconv>

#include "core/limits.hpp"
#include "platforms/batch.hpp"
#include "platforms/generic/pointer.hpp"
#include "platforms/words.hpp"

namespace hark::platforms::generic {

namespace dom = simdjson::dom;

namespace {

constexpr double kLastSecond = 7'289'654'400;  // 2201-01-01: core/timestamp.hpp

/// RFC 3339, or Unix seconds (with or without a fraction) or milliseconds: whichever gives a year
/// that can be.
Errc time_at(dom::element item, const std::string& pointer, Arena& arena, Timestamp& out) {
    dom::element value;
    double seconds = 0;
    if (at(item, pointer, value) && value.type() == dom::element_type::DOUBLE &&
        value.get(seconds) == simdjson::SUCCESS) {
        if (!(seconds >= 0 && seconds < kLastSecond)) return Errc::number_range;
        out = Timestamp{std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6))};
        return Errc::ok;
    }
    std::string_view text;
    if (const auto error = token_at(item, pointer, arena, text); error != Errc::ok) return error;
    if (text.empty()) return Errc::ok;
    auto time = parse_rfc3339(text);
    if (!time) time = from_epoch(text, text.size() > 11 ? 1000 : 1);
    if (!time) return Errc::number_range;
    out = *time;
    return Errc::ok;
}

std::string_view string_member(dom::object object, std::string_view key, Arena& arena) {
    dom::element value;
    std::string_view text;
    if (object.at_key(key).get(value) != simdjson::SUCCESS ||
        text_of(value, arena, text) != Errc::ok)
        return {};
    return text;
}

/// However the number is written, ids have its digits.
std::string_view digits_of(std::string_view phone, Arena& arena) {
    char* const digits = arena.allocate(phone.size());
    const auto* const end = std::copy_if(phone.begin(), phone.end(), digits,
                                         [](char c) { return c >= '0' && c <= '9'; });
    return {digits, static_cast<std::size_t>(end - digits)};
}

bool is_event(dom::element item, Arena& arena) {
    dom::object event;
    return item.get(event) == simdjson::SUCCESS &&
           !string_member(event, "specversion", arena).empty();
}

/// Not ok when there are too many of them: each becomes a dead letter.
Errc refuse(Errc reason, dom::element part, Arena& arena, Mentions& out) {
    if (out.refused.size() >= limits::kMentionsPerFrame) return Errc::too_many;
    const auto written = simdjson::minify(part);
    out.refused.push_back({reason, arena.copy(written)});
    return Errc::ok;
}

}  // namespace

Mapping::Mapping(Settings& source) : platform_(source.text("platform_name", "generic")) {
    if (platform_.empty()) source.fault("platform_name", "`platform_name` is a word");
    static const SettingNode kNone = [] {
        SettingNode node;
        node.type = SettingNode::Type::map;
        return node;
    }();
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
    author_phone_ = pointer("author_phone", "");
    author_created_at_ = pointer("author_created_at", "/author/created_at");
    where_ = mapping.text_map("where");
    for (const auto& condition : where_) {
        if (!condition.first.starts_with('/'))
            mapping.fault("where", "`where` has JSON Pointers: `/type: comment`");
    }
    if (mapped_ && text_.empty()) mapping.fault("text", "`mapping` needs at least `text`");
    if (mapped_) mapping.finish();
}

Errc Mapping::read(dom::element body, Arena& arena, Mentions& out) const {
    return settle(read_body(body, arena, out), out);
}

Errc Mapping::read_data(dom::element data, Envelope envelope, Arena& arena, Mentions& out) const {
    return settle(read_event_data(data, envelope, arena, out), out);
}

Errc Mapping::read_body(dom::element body, Arena& arena, Mentions& out) const {
    dom::array array;
    if (body.get(array) == simdjson::SUCCESS) {
        for (const dom::element item : array) {
            auto error = is_event(item, arena) ? read_event(item, arena, out)
                                               : read_items(item, {}, arena, out);
            if (error != Errc::ok && error != Errc::too_many)
                error = refuse(error, item, arena, out);
            if (error != Errc::ok) return error;
        }
        return Errc::ok;
    }
    if (!body.is_object()) return Errc::wrong_type;
    if (is_event(body, arena)) return read_event(body, arena, out);
    dom::element inside;
    if (at(body, items_, inside)) return read_items(inside, {}, arena, out);
    if (!items_.empty() && !where_.empty()) {
        ++out.ignored;
        return Errc::ok;
    }
    if (!items_.empty()) return Errc::missing_member;
    // Standard Webhooks and many others: {type, timestamp, data}.
    dom::element text;
    if (!mapped_ && !at(body, text_, text) && at(body, "/data", inside))
        return read_items(inside, {}, arena, out);
    return read_items(body, {}, arena, out);
}

/// CloudEvents 1.0, JSON format.
Errc Mapping::read_event(dom::object event, Arena& arena, Mentions& out) const {
    Envelope envelope;
    envelope.id = string_member(event, "id", arena);
    envelope.source = string_member(event, "source", arena);
    envelope.time = string_member(event, "time", arena);
    envelope.thread = string_member(event, "partitionkey", arena);
    if (envelope.thread.empty()) envelope.thread = string_member(event, "subject", arena);
    dom::element data;
    if (event.at_key("data_base64").get(data) == simdjson::SUCCESS) return Errc::wrong_type;
    if (event.at_key("data").get(data) != simdjson::SUCCESS) return Errc::missing_member;
    return read_event_data(data, envelope, arena, out);
}

Errc Mapping::read_event_data(dom::element data, Envelope envelope, Arena& arena,
                              Mentions& out) const {
    if (envelope.id.empty() || envelope.source.empty()) return Errc::missing_member;
    // Text, XML or bytes: there is no member to map.
    if (!data.is_object() && !data.is_array()) return Errc::wrong_type;
    dom::element items = data;
    if (!items_.empty() && !at(data, items_, items)) return Errc::missing_member;
    envelope.unique = arena.join(envelope.source, "#", envelope.id);
    return read_items(items, envelope, arena, out);
}

Errc Mapping::read_items(dom::element items, const Envelope& envelope, Arena& arena,
                         Mentions& out) const {
    const auto take = [&](dom::element item, const Envelope& own) {
        const auto error = read_item(item, own, arena, out);
        const bool goes_on = error == Errc::ok || error == Errc::too_many;
        return goes_on ? error : refuse(error, item, arena, out);
    };
    dom::array array;
    if (items.get(array) != simdjson::SUCCESS) return take(items, envelope);
    auto own = envelope;
    std::size_t place = 0;
    for (const dom::element item : array) {
        if (!envelope.unique.empty()) {
            char digits[24];
            auto* const end = std::to_chars(digits, digits + sizeof digits, place++).ptr;
            own.unique =
                arena.join(envelope.unique, "#",
                           std::string_view(digits, static_cast<std::size_t>(end - digits)));
        }
        if (const auto error = take(item, own); error != Errc::ok) return error;
    }
    return Errc::ok;
}

Errc Mapping::read_item(dom::element item, const Envelope& envelope, Arena& arena,
                        Mentions& out) const {
    if (!item.is_object()) return Errc::wrong_type;
    if (!is_wanted(item, arena)) {
        ++out.ignored;
        return Errc::ok;
    }
    Mention mention;
    mention.platform = platform_;
    if (!envelope.time.empty())
        mention.created_at = parse_rfc3339(envelope.time).value_or(Timestamp{});
    if (const auto error = read_fields(item, arena, mention); error != Errc::ok) return error;
    if (mention.thread.empty()) mention.thread = envelope.thread;
    if (mention.event_id.empty()) mention.event_id = envelope.unique;
    if (mention.id.empty()) mention.id = envelope.unique;
    if (mention.id.empty()) return Errc::missing_member;
    if (mention.text.data() == nullptr && mention.action != Action::deleted)
        return Errc::missing_member;
    for (auto* const name : {&mention.id, &mention.thread, &mention.parent}) {
        if (!name->empty()) *name = arena.join(platform_, ":", *name);
    }
    return admit(mention, out);
}

bool Mapping::is_wanted(dom::element item, Arena& arena) const {
    for (const auto& [pointer, wanted] : where_) {
        std::string_view value;
        if (token_at(item, pointer, arena, value) != Errc::ok || value != wanted) return false;
    }
    return true;
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
        {author_phone_, mention.phone},
    };
    for (const auto& one : wanted) {
        if (const auto error = token_at(item, one.pointer, arena, one.field); error != Errc::ok)
            return error;
    }
    mention.phone = digits_of(mention.phone, arena);
    // A sender's own words for these are not ours to refuse.
    mention.kind = kind_of(kind).value_or(Kind::post);
    mention.action = action_of(action).value_or(Action::created);
    const auto error = time_at(item, author_created_at_, arena, mention.author.created_at);
    return error != Errc::ok ? error : time_at(item, created_at_, arena, mention.created_at);
}

}  // namespace hark::platforms::generic
