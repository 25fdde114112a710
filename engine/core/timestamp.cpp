#include "core/timestamp.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace hark {

namespace {

/// Reads exactly `digits` digits at `at`, moving `at`; -1 when there is anything else.
int take_number(std::string_view text, std::size_t& at, std::size_t digits) noexcept {
    if (at + digits > text.size()) return -1;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const char c = text[at + i];
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    at += digits;
    return value;
}

bool take_char(std::string_view text, std::size_t& at, char wanted) noexcept {
    if (at >= text.size() || text[at] != wanted) return false;
    ++at;
    return true;
}

/// `.123456` to microseconds; digits past the sixth are dropped. -1 when malformed.
int take_fraction(std::string_view text, std::size_t& at) noexcept {
    if (!take_char(text, at, '.')) return 0;
    int micros = 0;
    int digits = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        if (digits < 6) micros = micros * 10 + (text[at] - '0');
        ++digits;
        ++at;
    }
    if (digits == 0) return -1;
    for (; digits < 6; ++digits) micros *= 10;
    return micros;
}

/// `Z`, `+03:00` or `+0300`, to minutes east of UTC.
std::optional<int> take_offset(std::string_view text, std::size_t& at) noexcept {
    if (take_char(text, at, 'Z') || take_char(text, at, 'z')) return 0;
    const bool west = at < text.size() && text[at] == '-';
    if (!west && !(at < text.size() && text[at] == '+')) return std::nullopt;
    ++at;
    const int hours = take_number(text, at, 2);
    take_char(text, at, ':');
    const int minutes = take_number(text, at, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    return (hours * 60 + minutes) * (west ? -1 : 1);
}

/// Eight characters at once, in the form of a pattern: 0 for a digit, a blank for anything. (Fewer
/// would be put together in memory, and waited for.)
class Eight {
public:
    consteval explicit Eight(std::string_view pattern) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            const auto byte = static_cast<std::uint64_t>(pattern[i]) << 8 * i;
            if (pattern[i] == ' ') continue;
            form_ |= byte;
            kept_ |= std::uint64_t{0xFF} << 8 * i;
            // What is more than that has its top bit set by it: a digit of 10, another sign of 1.
            slack_ |= std::uint64_t{pattern[i] == '0' ? 0x80 - 10U : 0x80 - 1U} << 8 * i;
        }
    }
    /// False: they are not in the form.
    bool read(const char* from) noexcept {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, from, sizeof bytes);
        digits_ = (bytes & kept_) ^ form_;
        constexpr std::uint64_t kTops = 0x8080808080808080;
        return (((digits_ + slack_) | digits_) & kTops) == 0;
    }
    [[nodiscard]] unsigned digit(unsigned at) const noexcept {
        return static_cast<unsigned>(digits_ >> 8 * at & 0xFFU);
    }
    /// The number that two digits are, of which the first is at that place.
    [[nodiscard]] unsigned pair(unsigned at) const noexcept {
        // All of them at once: none is more than a byte holds.
        return static_cast<unsigned>((digits_ * 10 + (digits_ >> 8)) >> 8 * at & 0xFFU);
    }

private:
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t form_ = 0;
    std::uint64_t kept_ = 0;
    std::uint64_t slack_ = 0;
    std::uint64_t digits_ = 0;
};

void put(char* out, unsigned value, int digits) noexcept {
    for (int i = digits - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

}  // namespace

Timestamp now() noexcept {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) noexcept {
    using namespace std::chrono;
    constexpr std::size_t kFixed = 19;  // `2026-03-02T09:41:07`
    if (text.size() <= kFixed) return std::nullopt;
    Eight day_part("0000-00-");
    Eight time_part("00 00:00");
    Eight last_part("    :00 ");  // from the twelfth on, so that eight are there
    const char between = text[10];
    bool right = between == 'T' || between == 't' || between == ' ';
    right &= day_part.read(text.data()) & time_part.read(text.data() + 8) &
             last_part.read(text.data() + 12);
    if (!right) return std::nullopt;
    const auto y = static_cast<int>(day_part.pair(0) * 100 + day_part.pair(2));
    const auto mo = day_part.pair(5);
    const auto d = time_part.pair(0);
    const auto h = static_cast<int>(time_part.pair(3));
    const auto mi = static_cast<int>(time_part.pair(6));
    const auto s = static_cast<int>(last_part.pair(5));
    const year_month_day date{year{y}, month{mo}, day{d}};
    // All months have 28 days.
    const bool exists = mo >= 1 && mo <= 12 && d >= 1 && (d <= 28 || date.ok());
    if (y < 1970 || y > 2200 || !exists) return std::nullopt;
    if (h > 23 || mi > 59 || s > 60) return std::nullopt;  // 60: a leap second
    const auto at_utc = Timestamp{sys_days{date}} + hours{h} + minutes{mi} + seconds{s};
    Eight end_part("   .000Z");  // as most platforms write it
    if (text.size() == kFixed + 5 && end_part.read(text.data() + 16))
        return at_utc + milliseconds{end_part.pair(4) * 10 + end_part.digit(6)};
    Eight fraction_part(".000000 ");  // and as others do
    Eight offset_part("  +00:00");
    if (text.size() == kFixed + 13 && fraction_part.read(text.data() + kFixed) &&
        offset_part.read(text.data() + kFixed + 5) &&
        offset_part.pair(3) + offset_part.pair(6) == 0)
        return at_utc + microseconds{fraction_part.pair(1) * 10'000 + fraction_part.pair(3) * 100 +
                                     fraction_part.pair(5)};
    auto at = kFixed;
    const int fraction = take_fraction(text, at);
    if (fraction < 0) return std::nullopt;
    const auto offset = take_offset(text, at);
    if (!offset || at != text.size()) return std::nullopt;
    return at_utc - minutes{*offset} + microseconds{fraction};
}

std::array<char, 24> format_rfc3339(Timestamp time) noexcept {
    using namespace std::chrono;
    const auto midnight = floor<days>(time);
    const year_month_day date{midnight};
    const auto ms = static_cast<unsigned>(floor<milliseconds>(time - midnight).count());
    std::array<char, 24> out;
    put(out.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out[4] = '-';
    put(out.data() + 5, static_cast<unsigned>(date.month()), 2);
    out[7] = '-';
    put(out.data() + 8, static_cast<unsigned>(date.day()), 2);
    out[10] = 'T';
    put(out.data() + 11, ms / 3'600'000, 2);
    out[13] = ':';
    put(out.data() + 14, ms / 60'000 % 60, 2);
    out[16] = ':';
    put(out.data() + 17, ms / 1000 % 60, 2);
    out[19] = '.';
    put(out.data() + 20, ms % 1000, 3);
    out[23] = 'Z';
    return out;
}

}  // namespace hark
