#include "platforms/event.hpp"

#include <charconv>
#include <chrono>

#include "core/limits.hpp"

namespace hark::platforms {

namespace {

using namespace std::chrono_literals;

// The years that a record can show (core/timestamp.hpp).
constexpr std::int64_t kLastSecond = 7'289'654'400;  // 2201-01-01

bool is_integer(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
    }
    return true;
}

bool fits(const Mention& mention, std::span<const std::string_view> links) noexcept {
    for (const auto id : {mention.id, mention.event_id, mention.thread, mention.parent,
                          mention.author.id, mention.author.handle, mention.lang}) {
        if (id.size() > limits::kIdBytes) return false;
    }
    for (const auto text : {mention.text, mention.url, mention.author.name}) {
        if (text.size() > limits::kTextBytes) return false;
    }
    for (const auto link : links) {
        if (link.size() > limits::kTextBytes) return false;
    }
    return true;
}

std::size_t claimed_links(const Mentions& out) noexcept {
    if (out.list.empty()) return 0;
    return out.list.back().links_begin + out.list.back().links_count;
}

}  // namespace

void EventReader::odd_text(JsonValue value, std::string_view& out, bool token) {
    if (!token || value.first() == '"') return note(json_odd_text(value, *arena_, out));
    const auto raw = json_raw(value);
    if (is_integer(raw)) out = raw;
    else if (raw != "null") note(Errc::wrong_type);
}

void EventReader::epoch(JsonValue value, std::int64_t ticks_per_second, Timestamp& out) {
    std::string_view digits;
    token(value, digits);
    if (digits.empty() || out != Timestamp{}) return;
    const auto time = from_epoch(digits, ticks_per_second);
    if (time) out = *time;
    else note(Errc::number_range);
}

void EventReader::seconds(JsonValue value, Timestamp& out) {
    epoch(value, 1, out);
}

void EventReader::milliseconds(JsonValue value, Timestamp& out) {
    epoch(value, 1000, out);
}

void EventReader::flag(JsonValue value, bool& out) {
    const auto raw = json_raw(value);
    if (raw == "true" || raw == "1") out = true;
    else if (raw != "false" && raw != "0" && raw != "null") note(Errc::wrong_type);
}

void EventReader::time(JsonValue value, Timestamp& out) {
    std::string_view written;
    text(value, written);
    if (out == Timestamp{}) time(written, out);
}

void EventReader::time(std::string_view written, Timestamp& out) {
    if (written.empty()) return;
    const auto time = parse_rfc3339(written);
    if (time) out = *time;
    else note(Errc::number_range);
}

std::optional<Timestamp> from_epoch(std::string_view digits,
                                    std::int64_t ticks_per_second) noexcept {
    std::int64_t ticks = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, ticks);
    if (error != std::errc{} || stop != end || ticks < 0) return std::nullopt;
    if (ticks >= kLastSecond * ticks_per_second) return std::nullopt;
    // One of two, so that nothing is divided.
    return Timestamp{ticks * (ticks_per_second == 1 ? 1s / 1us : 1ms / 1us) * 1us};
}

namespace {

Errc descend(JsonValue value, std::span<const std::string_view> names, EventReader& reader,
             std::string_view& out) {
    if (names.empty()) {
        reader.token(value, out);
        return Errc::ok;
    }
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        return key == names.front() ? descend(member, names.subspan(1), reader, out) : Errc::ok;
    });
}

}  // namespace

std::string token_behind(JsonParser& parser, std::string_view bytes,
                         std::initializer_list<std::string_view> names) {
    Arena arena;
    EventReader reader(arena);
    std::string_view found;
    const auto broken = json_document(parser, bytes, [&](JsonValue root) {
        return descend(root, {names.begin(), names.size()}, reader, found);
    });
    return broken == Errc::ok ? std::string(found) : std::string();
}

std::string_view join_id(std::string_view prefix, std::string_view id, Arena& arena) {
    return id.empty() ? std::string_view() : arena.join(prefix, id);
}

Errc count_items(JsonValue value, EventReader& reader, std::uint16_t& media) {
    return reader.array(value, [&media](JsonValue) {
        count_media(media);
        return Errc::ok;
    });
}

Errc admit(const Mention& mention, Mentions& out) {
    const auto links = std::span(out.links).subspan(claimed_links(out));
    if (mention.id.empty()) return Errc::missing_member;
    if (out.list.size() >= limits::kMentionsPerFrame) return Errc::too_many;
    if (!fits(mention, links)) return Errc::too_large;
    const auto begin = out.links.size() - links.size();
    auto& added = out.list.emplace_back(mention);
    added.links_begin = static_cast<std::uint32_t>(begin);
    added.links_count = static_cast<std::uint32_t>(links.size());
    return Errc::ok;
}

void drop_loose_links(Mentions& out) {
    out.links.resize(claimed_links(out));
}

}  // namespace hark::platforms
