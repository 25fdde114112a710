#include "ingest/ack_window.hpp"

#include <gtest/gtest.h>

namespace hark::ingest {
namespace {

TEST(AckWindow, the_cursor_stands_before_the_first_gap) {
    AckWindow window;
    const auto first = window.open();
    const auto second = window.open();
    const auto third = window.open();
    window.set_cursor(first, Cursor("1"));
    window.set_cursor(second, Cursor("2"));
    window.set_cursor(third, Cursor("3"));
    window.acknowledged(third);
    window.acknowledged(second);
    EXPECT_TRUE(window.cursor().empty());
    window.acknowledged(first);
    EXPECT_EQ(window.cursor().text(), "3");
    EXPECT_TRUE(window.empty());
}

TEST(AckWindow, an_acknowledgement_may_come_before_the_cursor) {
    AckWindow window;
    const auto token = window.open();
    window.acknowledged(token);
    EXPECT_FALSE(window.empty());
    window.set_cursor(token, Cursor("7"));
    EXPECT_EQ(window.cursor().text(), "7");
    EXPECT_TRUE(window.empty());
}

TEST(AckWindow, a_frame_without_a_place_keeps_the_former_one) {
    AckWindow window;
    const auto first = window.open();
    const auto second = window.open();
    window.set_cursor(first, Cursor("1"));
    window.set_cursor(second, Cursor());
    window.acknowledged(first);
    window.acknowledged(second);
    EXPECT_EQ(window.cursor().text(), "1");
}

TEST(AckWindow, grows_without_mixing_up_its_frames) {
    AckWindow window;
    // Begin away from the ring's start, so that it wraps when it grows.
    for (int i = 0; i < 40; ++i) {
        const auto token = window.open();
        window.set_cursor(token, Cursor("before"));
        window.acknowledged(token);
    }
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 1000; ++i) {
        tokens.push_back(window.open());
        window.set_cursor(tokens.back(), Cursor(std::to_string(i)));
    }
    for (std::size_t i = tokens.size() - 1; i > 500; --i) window.acknowledged(tokens[i]);
    EXPECT_EQ(window.cursor().text(), "before");
    for (std::size_t i = 0; i < 500; ++i) window.acknowledged(tokens[i]);
    EXPECT_EQ(window.cursor().text(), "499");
    window.acknowledged(tokens[500]);
    EXPECT_EQ(window.cursor().text(), "999");
}

TEST(AckWindow, is_full_and_tells_when_half_is_free) {
    AckWindow window(4);
    std::vector<std::uint64_t> tokens;
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(window.has_room());
        tokens.push_back(window.open());
        window.set_cursor(tokens.back(), Cursor());
    }
    EXPECT_FALSE(window.has_room());
    int woken = 0;
    window.when_room([&] { ++woken; });
    window.acknowledged(tokens[0]);
    EXPECT_EQ(woken, 0);
    window.acknowledged(tokens[1]);
    EXPECT_EQ(woken, 1);
    window.when_empty([&] { woken += 10; });
    window.acknowledged(tokens[2]);
    EXPECT_EQ(woken, 1);
    window.acknowledged(tokens[3]);
    EXPECT_EQ(woken, 11);
}

TEST(AckWindowDeathTest, a_token_twice_is_a_bug) {
    AckWindow window;
    const auto token = window.open();
    window.set_cursor(token, Cursor());
    window.acknowledged(token);
    EXPECT_DEATH(window.acknowledged(token), "");
}

}  // namespace
}  // namespace hark::ingest
