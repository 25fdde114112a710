#include "platforms/event.hpp"

#include <chrono>
#include <cstring>

#include "core/limits.hpp"

namespace hark::platforms {

namespace {

using namespace std::chrono_literals;

// The years that a record can show (core/timestamp.hpp).
constexpr std::int64_t kLastSecond = 7'289'654'400;  // 2201-01-01

/// Whether the first ones of eight bytes are digits, as many as `size` says.
bool are_digits(const char* from, std::size_t size) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    const auto other = (((bytes ^ 0x30 * kOnes) + 0x76 * kOnes) | bytes) & 0x80 * kOnes;
    return (other << 8 * (8 - size)) == 0;
}

/// The number that eight digits are: pairs first, then pairs of pairs.
std::uint32_t eight_digits(const char* from) noexcept {
    constexpr std::uint64_t kOthers = 0x000000FF000000FF;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof bytes);
    bytes -= 0x3030303030303030;
    bytes = bytes * 10 + (bytes >> 8);
    const auto sum = (bytes & kOthers) * (100 + (1'000'000ULL << 32)) +
                     (bytes >> 16 & kOthers) * (1 + (10'000ULL << 32));
    return static_cast<std::uint32_t>(sum >> 32);
}

/// Of a text in a frame, behind which eight bytes more can be read.
bool is_integer(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
    for (; text.size() > 8; text.remove_prefix(8)) {
        if (!are_digits(text.data(), 8)) return false;
    }
    return are_digits(text.data(), text.size());
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

/// How many links the first ones of the mentions have.
std::size_t links_of(const Mentions& out, std::size_t mentions) noexcept {
    if (mentions == 0) return 0;
    const auto& last = out.list[mentions - 1];
    return last.links_begin + last.links_count;
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

std::optional<std::int64_t> whole_number(std::string_view digits) noexcept {
    constexpr std::size_t kMostDigits = 18;  // what 64 bits hold for certain
    if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
    std::int64_t number = 0;
    for (; digits.size() >= 8; digits.remove_prefix(8)) {
        if (!are_digits(digits.data(), 8)) return std::nullopt;
        number = number * 100'000'000 + eight_digits(digits.data());
    }
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + (c - '0');
    }
    return number;
}

std::optional<Timestamp> from_epoch(std::string_view digits,
                                    std::int64_t ticks_per_second) noexcept {
    const auto ticks = whole_number(digits);
    if (!ticks || *ticks >= kLastSecond * ticks_per_second) return std::nullopt;
    // One of two, so that nothing is divided.
    return Timestamp{*ticks * (ticks_per_second == 1 ? 1s / 1us : 1ms / 1us) * 1us};
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
    out.list.push_back(mention);
    const auto error = admit_last(out);
    if (error != Errc::ok) out.list.pop_back();
    return error;
}

Errc admit_last(Mentions& out) {
    auto& mention = out.list.back();
    const auto begin = links_of(out, out.list.size() - 1);
    const auto links = std::span(out.links).subspan(begin);
    if (mention.id.empty()) return Errc::missing_member;
    if (out.list.size() > limits::kMentionsPerFrame) return Errc::too_many;
    if (!fits(mention, links)) return Errc::too_large;
    mention.links_begin = static_cast<std::uint32_t>(begin);
    mention.links_count = static_cast<std::uint32_t>(links.size());
    return Errc::ok;
}

void drop_loose_links(Mentions& out) {
    out.links.resize(links_of(out, out.list.size()));
}

}  // namespace hark::platforms
