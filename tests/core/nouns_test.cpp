#include <gtest/gtest.h>

#include <string>

#include "core/arena.hpp"
#include "core/cursor.hpp"
#include "core/timestamp.hpp"
#include "core/utf8.hpp"

namespace hark {
namespace {

std::string shown(Timestamp time) {
    const auto text = format_rfc3339(time);
    return {text.data(), text.size()};
}

TEST(Timestamp, ReadsWhatPlatformsWrite) {
    const auto want = std::string("2026-03-02T11:05:00.123Z");
    for (const auto* text : {"2026-03-02T11:05:00.123Z", "2026-03-02T11:05:00.123456Z",
                             "2026-03-02T14:05:00.123+03:00", "2026-03-02T14:05:00.123+0300",
                             "2026-03-02 06:05:00.123-05:00", "2026-03-02t11:05:00.123999999z"}) {
        const auto time = parse_rfc3339(text);
        ASSERT_TRUE(time.has_value()) << text;
        EXPECT_EQ(shown(*time), want) << text;
    }
}

TEST(Timestamp, KeepsMicroseconds) {
    const auto time = parse_rfc3339("1970-01-01T00:00:01.000007Z");
    ASSERT_TRUE(time.has_value());
    EXPECT_EQ(time->time_since_epoch().count(), 1'000'007);
}

TEST(Timestamp, RefusesWhatIsNoTime) {
    for (const auto* text : {"", "2026-03-02", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
                             "2026-03-02T24:00:00Z", "2026-03-02T11:05:00", "2026-03-02T11:05:00.Z",
                             "2026-03-02T11:05:00Zx", "1969-12-31T23:59:59Z",
                             "9999-01-01T00:00:00Z", "2026-03-02T11:05:00+25:00", "yesterday"}) {
        EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
    }
}

TEST(Timestamp, HasOnlyDigitsWhereDigitsAre) {
    const std::string good = "2011-11-11T11:11:11Z";
    for (std::size_t at = 0; at < good.size(); ++at) {
        // Whatever digit stands there, it is a time.
        const bool any_digit = at == 3 || at == 9 || at == 12 || at == 15 || at == 18;
        for (int byte = 0; byte < 256; ++byte) {
            auto text = good;
            text[at] = static_cast<char>(byte);
            const bool digit = byte >= '0' && byte <= '9';
            const bool same = at == 10   ? byte == 'T' || byte == 't' || byte == ' '
                              : at == 19 ? byte == 'Z' || byte == 'z'
                                         : text == good;
            const bool digits_here = good[at] == '1' || good[at] == '2' || good[at] == '0';
            if (same || (any_digit && digit)) {
                EXPECT_TRUE(parse_rfc3339(text)) << text;
            } else if (!digits_here || !digit) {
                EXPECT_FALSE(parse_rfc3339(text)) << text;
            }
        }
    }
}

TEST(Arena, JoinsPartsOfEverySize) {
    const std::string letters = "abcdefghijklmnopqrstuvwxyz";
    Arena arena;
    for (std::size_t one = 0; one <= letters.size(); ++one) {
        for (std::size_t other = 0; other <= letters.size(); ++other) {
            const auto first = letters.substr(0, one);
            const auto last = letters.substr(letters.size() - other);
            EXPECT_EQ(arena.join(first, "-", last), first + "-" + last);
        }
    }
}

TEST(Arena, ViewsStayWhileItGrows) {
    Arena arena;
    const auto first = arena.copy("first");
    for (int i = 0; i < 10'000; ++i) (void)arena.join("some ", "more ", "text");
    EXPECT_EQ(first, "first");
}

TEST(Arena, OneResetLaterTheSameFrameFitsInOneBlock) {
    Arena arena;
    for (int round = 0; round < 3; ++round) {
        arena.reset();
        const auto big = arena.allocate(100'000);
        std::memset(big, 'x', 100'000);
        EXPECT_EQ(arena.copy("tail"), "tail");
    }
}

TEST(Arena, ShrinkGivesTheTailBack) {
    Arena arena;
    char* const all = arena.allocate(100);
    arena.shrink(60);
    EXPECT_EQ(arena.allocate(1), all + 40);
}

TEST(Cursor, HoldsItsTextAndCompares) {
    const Cursor cursor("1783175888085434");
    EXPECT_EQ(cursor.text(), "1783175888085434");
    EXPECT_FALSE(cursor == Cursor("1783175888085435"));
    EXPECT_TRUE(Cursor().empty());
}

TEST(CursorDeath, TooLongIsOurBug) {
    EXPECT_DEATH((void)Cursor(std::string(64, 'x')), "bug");
}

TEST(Utf8, AcceptsAllPlanes) {
    EXPECT_TRUE(is_utf8("ascii ąż жук 漢字 👩‍💻"));
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
    for (const auto* text :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "a\xFFz", "\xC3\x28"}) {
        EXPECT_FALSE(is_utf8(text));
    }
}

}  // namespace
}  // namespace hark
