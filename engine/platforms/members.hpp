#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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
};

/// A member's name, and the field of `T` that it is read into; without one, the decoder reads it.
template <typename T>
struct alignas(64) Member {
    std::array<char, kKeyBytes> name{};  ///< zeros behind it
    union {
        std::string_view T::*text = nullptr;
        Timestamp T::*time;
        bool T::*flag;
    };
    std::uint32_t places = 0;           ///< bit i: the name has a byte there
    std::uint8_t size = kKeyBytes + 1;  ///< of the name; that of no key unless there is one
    Form form = Form::other;

    consteval Member() = default;
    consteval Member(std::string_view called) : size(static_cast<std::uint8_t>(called.size())) {
        if (called.empty() || called.size() > kKeyBytes) throw std::logic_error("no such name");
        for (std::size_t i = 0; i < called.size(); ++i) {
            name[i] = called[i];
            places |= std::uint32_t{1} << i;
        }
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

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {name.data(), size}; }

    /// `wide`: the name may be longer than half of kKeyBytes. Of equal sizes all bytes are compared
    /// at once.
    [[nodiscard]] bool is_called(std::string_view key, bool wide) const noexcept {
        constexpr std::size_t kHalf = kKeyBytes / 2;
        if (key.size() != size) return false;
        auto same = same_half(key.data(), name.data());
        if (wide) same |= same_half(key.data() + kHalf, name.data() + kHalf) << kHalf;
        return (places & ~same) == 0;
    }

private:
    /// Bit i: byte i is the same.
    static std::uint32_t same_half(const char* a, const char* b) noexcept {
#if defined(__SSE2__)
        const auto one = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
        const auto other = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(one, other)));
#else
        std::uint32_t same = 0;
        for (std::size_t i = 0; i < kKeyBytes / 2; ++i) same |= (a[i] == b[i] ? 1U : 0U) << i;
        return same;
#endif
    }
};

/// The members of an object that a decoder knows: one look at a key (its first eight bytes, its
/// last one, its length) tells which it is, and most are read by it. Made while compiling, which
/// fails where two names are alike in all that is looked at:
///
///     constexpr Members<Post, 3> kPost = {{
///         {"id", &Post::id}, {"text", &Post::text, Form::text}, {"entities"}}};
///     switch (kPost.read(key, value, reader, post)) {
///         case kPost["entities"]: …
template <typename T, std::size_t kCount>
class Members {
public:
    /// What read() says of a member that it has read.
    static constexpr std::size_t kRead = kCount + 1;

    consteval Members(const Member<T> (&members)[kCount]) {
        for (std::size_t i = 0; i < kCount; ++i) {
            members_[i] = members[i];
            wide_ |= members[i].size > kKeyBytes / 2;
        }
        for (factor_ = 0x9E3779B97F4A7C15; !fill(); factor_ += 0x632BE59BD9B4E01A) {
        }
    }

    /// The place of the member that is called so; size() when none is. Of the key kKeyBytes can be
    /// read, and the byte before it.
    [[nodiscard, gnu::always_inline]] std::size_t of(std::string_view key) const noexcept {
        std::uint64_t first = 0;
        std::memcpy(&first, key.data(), sizeof first);
        const std::size_t place = places_[slot(first, key)];
        return members_[place].is_called(key, wide_) ? place : kCount;
    }

    /// Reads a member into the field that takes it: kRead then. Else as of(key).
    [[gnu::always_inline]] std::size_t read(std::string_view key, JsonValue value,
                                            EventReader& reader, T& out) const {
        const auto place = of(key);
        const auto& member = members_[place];
        // Most are texts: a jump that hangs on the member would be predicted wrong too often.
        if (member.form <= Form::token) {
            reader.text_or_token(value, out.*member.text, member.form == Form::token);
        } else if (member.form == Form::other) {
            return place;
        } else {
            read_other(member, value, reader, out);
        }
        return kRead;
    }
    /// Reads an object, of which only members that have their fields are taken. What is returned
    /// says that the JSON itself is broken.
    [[nodiscard, gnu::always_inline]] Errc read_all(JsonValue value, EventReader& reader,
                                                    T& out) const {
        return reader.object(value, [&](std::string_view key, JsonValue member) {
            read(key, member, reader, out);
            return Errc::ok;
        });
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

    static void read_other(const Member<T>& member, JsonValue value, EventReader& reader, T& out) {
        if (member.form == Form::flag) reader.flag(value, out.*member.flag);
        else if (member.form == Form::time) reader.time(value, out.*member.time);
        else if (member.form == Form::seconds) reader.seconds(value, out.*member.time);
        else reader.milliseconds(value, out.*member.time);
    }

    /// `first`: eight bytes, of which only the key's count.
    [[nodiscard]] constexpr std::size_t slot(std::uint64_t first,
                                             std::string_view key) const noexcept {
        const auto size = key.size();
        const auto unused = size < 8 ? (64 - 8 * size) % 64 : 0;
        const auto last = static_cast<std::uint8_t>(*(key.data() + size - 1));
        return ((first << unused) + (std::uint64_t{last} << 8 | size)) * factor_ >> (64 - kBits);
    }
    /// False: two names share a slot.
    constexpr bool fill() {
        places_.fill(kCount);
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto name = members_[i].view();
            std::uint64_t first = 0;
            for (std::size_t at = 0; at < 8 && at < name.size(); ++at)
                first |= std::uint64_t{static_cast<std::uint8_t>(name[at])} << 8 * at;
            auto& place = places_[slot(first, name)];
            if (place != kCount) return false;
            place = static_cast<std::uint8_t>(i);
        }
        return true;
    }

    std::array<Member<T>, kCount + 1> members_{};  ///< the last one is that of no key
    std::array<std::uint8_t, kSlots> places_{};
    std::uint64_t factor_ = 0;
    bool wide_ = false;
};

}  // namespace hark::platforms
