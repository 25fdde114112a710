#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "platforms/event.hpp"

namespace hark::platforms {

/// How a member is written.
enum class Form : std::uint8_t {
    text,   ///< a string
    token,  ///< a string, or an integer as its digits
    time,   ///< RFC 3339
    seconds,
    milliseconds,
    flag,   ///< a boolean, or 0 and 1
    other,  ///< the decoder knows
    none,   ///< nobody needs it
};

/// A member's name, and the field of `T` that it is read into; without one, the decoder reads it.
template <typename T>
struct alignas(64) Member {
    std::array<char, kKeyBytes> name{};  ///< with its quotes and its colon
    union {
        std::string_view T::*text = nullptr;
        Timestamp T::*time;
        bool T::*flag;
    };
    /// Bit i: `name` has no byte there; of its first half, the second one's bits being set, and of
    /// the second. What is called by no name has a bit that no bytes have.
    std::uint32_t blank = ~0U >> 1U;
    std::uint32_t blank_behind = ~0U;
    bool is_long = false;
    std::uint8_t size = 0;  ///< of the name itself
    Form form = Form::none;

    consteval Member() = default;
    consteval Member(std::string_view called, Form as = Form::other)
        : size(static_cast<std::uint8_t>(called.size())), form(as) {
        if (called.empty() || called.size() + 3 > kKeyBytes) throw std::logic_error("no such name");
        for (std::size_t i = 0; i < called.size(); ++i) name[i + 1] = called[i];
        name[0] = name[called.size() + 1] = '"';
        name[called.size() + 2] = ':';
        blank = ~0U;
        for (std::size_t i = 0; i < size + 3U; ++i)
            (i < kHalf ? blank : blank_behind) &= ~(1U << i % kHalf);
        is_long = size + 3U > kHalf;
    }
    consteval Member(std::string_view called, std::string_view T::*field, Form as = Form::token)
        : Member(called) {
        text = field;
        form = as;
    }
    consteval Member(std::string_view called, Timestamp T::*field, Form as) : Member(called) {
        time = field;
        form = as;
    }
    consteval Member(std::string_view called, bool T::*field) : Member(called) {
        flag = field;
        form = Form::flag;
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept {
        return {name.data() + 1, size};
    }

    /// Whether the name stands there, with its quotes and its colon.
    [[nodiscard]] bool stands_at(const char* quote) const noexcept {
        if ((same_bytes(quote, name.data()) | blank) != ~0U) return false;
        return !is_long || (same_bytes(quote + kHalf, &name[kHalf]) | blank_behind) == ~0U;
    }

private:
    static constexpr std::size_t kHalf = kKeyBytes / 2;
};

/// The members of an object that a decoder knows. They are listed in the order in which the
/// platform writes them, with names that nobody needs among them: each is then found by one
/// comparison, as the one behind the last. In another order one look at a key (its first three
/// bytes, its last two, its length) tells which it may be. Most are read as they are found. Made
/// while compiling, which fails where two names are alike in all that is looked at:
///
///     constexpr Members<Post, 3> kPost = {{
///         {"id", &Post::id}, {"text", &Post::text, Form::text}, {"entities"}}};
///     kPost.read_each(value, reader, post, [&](std::size_t place, JsonValue member) -> Errc …
///         … place == kPost["entities"] …
template <typename T, std::size_t kCount>
class Members {
public:
    /// What read() says of a member that it has read.
    static constexpr std::size_t kRead = kCount + 1;

    consteval Members(const Member<T> (&members)[kCount]) {
        for (std::size_t i = 0; i < kCount; ++i) members_[i] = members[i];
        for (factor_ = 0x9E3779B1; !fill(); factor_ += 0x632BE59A) {
        }
    }

    /// The place of the member that is called so; size() when none is. The key stands between its
    /// quotes, and kKeyBytes can be read from the first one on.
    [[nodiscard]] std::size_t of(std::string_view key) const noexcept {
        if (key.empty() || key.size() + 3 > kKeyBytes) return kCount;
        // It is told by its colon, too, which may stand further behind.
        std::array<char, kKeyBytes> copy{'"'};
        std::memcpy(&copy[1], key.data(), key.size());
        copy[key.size() + 1] = '"';
        copy[key.size() + 2] = ':';
        return place_of(look(copy.data(), &copy[key.size() + 2]));
    }

    /// The same of a key that stands anywhere.
    [[nodiscard, gnu::always_inline]] std::size_t find(std::string_view key) const noexcept {
        std::size_t place = 0;
        while (place < kCount && members_[place].view() != key) ++place;
        return place;
    }
    /// The field of the member at a place that is a text; null when it has none.
    [[nodiscard]] std::string_view T::*text_field(std::size_t place) const noexcept {
        return members_[place].form <= Form::token ? members_[place].text : nullptr;
    }

    /// Reads a member into the field that takes it: kRead then. Else as of(key).
    [[gnu::always_inline]] std::size_t read(std::string_view key, JsonValue value,
                                            EventReader& reader, T& out) const {
        const char* const quote = key.data() - 1;
        const char* const colon = key.data() + key.size() + 1;
        const auto& member = *colon == ':' ? look(quote, colon) : members_[of(key)];
        return read_field(member, value, reader, out) ? kRead : place_of(member);
    }
    /// Reads an object. Calls `use(place, value)` for each listed member that has no field, or
    /// `use(place, value, key)` for others, too: `place` is of(key). What is returned says that the
    /// JSON itself is broken.
    template <typename Use>
    [[nodiscard, gnu::always_inline]] Errc read_each(JsonValue value, EventReader& reader, T& out,
                                                     Use use) const {
        if (!reader.begins_with('{', value)) return Errc::ok;
        return json_inside(value, '}',
                           Each<Use>{*this, *value.walk, reader, out, use, members_.data()});
    }
    /// The same for an object of which only members that have their fields are taken.
    [[nodiscard, gnu::always_inline]] Errc read_all(JsonValue value, EventReader& reader,
                                                    T& out) const {
        return read_each(value, reader, out, [](std::size_t, JsonValue) { return Errc::ok; });
    }

    /// The place of a name that is one of these.
    consteval std::size_t operator[](std::string_view name) const {
        for (std::size_t i = 0; i < kCount; ++i) {
            if (members_[i].view() == name) return i;
        }
        throw std::logic_error("this is none of the names");
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return kCount; }

private:
    static constexpr std::size_t kBits = kCount <= 8 ? 6 : 8;
    static constexpr std::size_t kSlots = std::size_t{1} << kBits;
    static_assert(kCount <= 48);
    static_assert(std::endian::native == std::endian::little);

    /// Reads one member after the other.
    template <typename Use>
    struct Each {
        static constexpr bool kTakesKey = !std::is_invocable_v<Use, std::size_t, JsonValue>;

        const Members& members;
        JsonWalk& walk;
        EventReader& reader;
        T& out;
        Use& use;
        const Member<T>* next;  ///< in the order in which they are listed

        [[gnu::always_inline]] Errc operator()(JsonWalk::Token& token) {
            const auto* member = next;
            std::string_view key;
            if (member->stands_at(walk.bytes + *token)) {
                token += 2;
            } else {
                const auto error = members.take_key(walk, token, key, member);
                if (error != Errc::ok) return error;
            }
            const bool known = member != &members.members_[kCount];
            if (known) next = member + 1;
            // Most are texts as they stand there.
            if (member->form <= Form::token) {
                auto& field = out.*member->text;
                if (field.data() == nullptr && json_plain_text({&walk, token}, field)) {
                    ++token;
                    return Errc::ok;
                }
            }
            const auto kind = walk.kind_of(token);
            if (kind == JsonToken::no_value) return Errc::malformed_json;
            walk.next = token;
            const JsonValue value{&walk, token};
            auto broken = Errc::ok;
            if ((kTakesKey || member->form != Form::none) &&
                !read_field(*member, value, reader, out)) {
                const auto place = members.place_of(*member);
                if constexpr (kTakesKey) broken = use(place, value, known ? member->view() : key);
                else broken = use(place, value);
            }
            return broken == Errc::ok ? walk.pass(token, kind) : broken;
        }
    };

    /// JsonWalk::take_key(), and of() what it took.
    [[gnu::always_inline]] Errc take_key(JsonWalk& walk, JsonWalk::Token& token,
                                         std::string_view& key, const Member<T>*& member) const {
        const char* const quote = walk.bytes + token[0];
        const char* const colon = walk.bytes + token[1];
        // What begins with a quote has its end before the next token.
        if (*quote == '"' && *colon == ':') {
            key = {quote + 1, static_cast<std::size_t>(colon - quote - 2)};
            member = &look(quote, colon);
            // Most of those that are nobody's names have no backslash.
            if (member != &members_[kCount] ||
                (colon[-1] == '"' &&
                 (colon <= walk.plain_to || walk.look_for_escapes(quote + 1, colon - 1)))) {
                token += 2;
                return Errc::ok;
            }
        }
        // Into a place of its own, so that the others stay in registers.
        OddKey odd{token, {}, kCount};
        const auto error = take_odd_key(walk, odd);
        token = odd.token;
        key = odd.key;
        member = &members_[odd.place];
        return error;
    }
    struct OddKey {
        JsonWalk::Token token;
        std::string_view key;
        std::size_t place;
    };
    /// Of a key with blanks behind it, or a backslash in it; or of none.
    [[gnu::noinline]] Errc take_odd_key(JsonWalk& walk, OddKey& odd) const {
        const auto error = walk.take_key(odd.token, odd.key);
        if (error == Errc::ok) odd.place = of(odd.key);
        return error;
    }
    /// The member whose name stands there.
    [[nodiscard, gnu::always_inline]] const Member<T>& look(const char* quote,
                                                            const char* colon) const noexcept {
        const auto& member = members_[places_[slot(quote, colon)]];
        return member.stands_at(quote) ? member : members_[kCount];
    }
    [[nodiscard]] std::size_t place_of(const Member<T>& member) const noexcept {
        return static_cast<std::size_t>(&member - members_.data());
    }

    /// False: it has no field.
    [[gnu::always_inline]] static bool read_field(const Member<T>& member, JsonValue value,
                                                  EventReader& reader, T& out) {
        // Most are texts: a jump that hangs on the member would be predicted wrong too often.
        if (member.form <= Form::token)
            reader.text_or_token(value, out.*member.text, member.form == Form::token);
        else if (member.form >= Form::other) return false;
        else read_other(member, value, reader, out);
        return true;
    }
    static void read_other(const Member<T>& member, JsonValue value, EventReader& reader, T& out) {
        if (member.form == Form::flag) reader.flag(value, out.*member.flag);
        else if (member.form == Form::time) reader.time(value, out.*member.time);
        else if (member.form == Form::seconds) reader.seconds(value, out.*member.time);
        else reader.milliseconds(value, out.*member.time);
    }

    [[nodiscard]] constexpr std::size_t slot(const char* quote, const char* colon) const noexcept {
        const auto size = static_cast<std::uint32_t>(colon - quote);
        const auto told = four(quote) + 8 * four(colon - 3) + (size << 24);
        return told * factor_ >> (32 - kBits);
    }
    static constexpr std::uint32_t four(const char* from) noexcept {
        std::uint32_t bytes = 0;
        if (std::is_constant_evaluated()) {
            for (std::size_t i = 0; i < sizeof bytes; ++i)
                bytes |= std::uint32_t{static_cast<std::uint8_t>(from[i])} << 8 * i;
        } else {
            std::memcpy(&bytes, from, sizeof bytes);
        }
        return bytes;
    }
    /// False: two names that somebody needs share a slot.
    constexpr bool fill() {
        places_.fill(kCount);
        for (std::size_t i = 0; i < kCount; ++i) {
            if (members_[i].form == Form::none) continue;
            const auto& name = members_[i].name;
            auto& place = places_[slot(name.data(), &name[members_[i].size + 2U])];
            if (place != kCount) return false;
            place = static_cast<std::uint8_t>(i);
        }
        return true;
    }

    std::array<Member<T>, kCount + 1> members_{};  ///< the last one is that of no key
    std::array<std::uint8_t, kSlots> places_{};
    std::uint32_t factor_ = 0;
};

}  // namespace hark::platforms
