#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/mention.hpp"
#include "platforms/json.hpp"

namespace hark::platforms {

/// Reads the members of one event and keeps the first thing that is wrong with them, so that a bad
/// member spoils its own event and no other. Of duplicate keys the first counts.
class EventReader {
public:
    explicit EventReader(Arena& arena) noexcept : arena_(&arena) {}

    /// A string; null leaves `out` empty.
    void text(JsonValue value, std::string_view& out) { text_or_token(value, out, false); }
    /// A string, or an integer as its digits: platforms send the same id in both forms.
    void token(JsonValue value, std::string_view& out) { text_or_token(value, out, true); }
    void text_or_token(JsonValue value, std::string_view& out, bool token) {
        if (out.data() == nullptr && !json_plain_text(value, out)) odd_text(value, out, token);
    }
    /// Unix seconds or milliseconds, as a number or as a string of digits.
    void seconds(JsonValue value, Timestamp& out);
    void milliseconds(JsonValue value, Timestamp& out);
    /// A boolean, or 0 and 1.
    void flag(JsonValue value, bool& out);
    /// RFC 3339.
    void time(JsonValue value, Timestamp& out);
    /// The same of a text that was read before; empty leaves `out` as it is.
    void time(std::string_view written, Timestamp& out);

    /// False: it is another value, or null, which is nothing wrong.
    bool begins_with(char bracket, JsonValue value) {
        if (value.first() == bracket) return true;
        if (json_raw(value) != "null") note(Errc::wrong_type);
        return false;
    }

    /// Calls `use(key, value)` for each member, or `use(value)` for each item; null has none. What
    /// they return says that the JSON itself is broken, so that nothing after it can be read.
    template <typename Use>
    [[nodiscard]] Errc object(JsonValue value, Use use) {
        return begins_with('{', value) ? json_members(value, use) : Errc::ok;
    }
    template <typename Use>
    [[nodiscard]] Errc array(JsonValue value, Use use) {
        return begins_with('[', value) ? json_items(value, use) : Errc::ok;
    }

    void note(Errc fault) noexcept {
        if (fault_ == Errc::ok) fault_ = fault;
    }
    /// Forgets what was wrong: nobody reads this event.
    void forgive() noexcept { fault_ = Errc::ok; }
    [[nodiscard]] Errc fault() const noexcept { return fault_; }

    /// json_members for an object whose later members are needed before its earlier ones: `peek`
    /// sees the members first and says true when it has seen enough; it must not read what `use`
    /// reads.
    template <typename Peek, typename Use>
    [[nodiscard]] static Errc members_twice(JsonObject object, Peek peek, Use use) {
        const auto depth = object.walk->depth;
        bool enough = false;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            enough = peek(key, value);
            return enough ? Errc::too_many : Errc::ok;
        });
        if (broken != Errc::ok && !enough) return broken;
        object.walk->depth = depth;
        object.walk->forget_plain();
        return json_members(object, use);
    }

private:
    /// What is no string without escapes.
    void odd_text(JsonValue value, std::string_view& out, bool token);
    void epoch(JsonValue value, std::int64_t ticks_per_second, Timestamp& out);

    Arena* arena_;
    Errc fault_ = Errc::ok;
};

/// What at most 18 digits say; nullopt when they are none, or more.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view digits) noexcept;

/// Unix time in digits, `ticks_per_second` being 1 or 1000. nullopt when it is none, or beyond the
/// years that a record can show.
[[nodiscard]] std::optional<Timestamp> from_epoch(std::string_view digits,
                                                  std::int64_t ticks_per_second) noexcept;

/// Of a JSON document the string or integer behind these names, one inside the other; empty when
/// there is none.
[[nodiscard]] std::string token_behind(JsonParser& parser, std::string_view bytes,
                                       std::initializer_list<std::string_view> names);

/// Prefix and id in one; empty when the platform's own id is.
[[nodiscard]] std::string_view join_id(std::string_view prefix, std::string_view id, Arena& arena);

/// One more, as long as the type holds it.
inline void count_media(std::uint16_t& media) noexcept {
    if (media < std::numeric_limits<std::uint16_t>::max()) ++media;
}

/// Counts the items of an array.
[[nodiscard]] Errc count_items(JsonValue value, EventReader& reader, std::uint16_t& media);

/// Adds the mention, with the links that were pushed since the last one. Not ok: it has no id, or a
/// part is beyond core/limits.hpp; its links are loose then.
[[nodiscard]] Errc admit(const Mention& mention, Mentions& out);

/// The same for a mention that stands in the list already; whoever is refused is to be taken back.
[[nodiscard]] Errc admit_last(Mentions& out);

/// Takes back links that belong to no mention.
void drop_loose_links(Mentions& out);

}  // namespace hark::platforms
