#include "ingest/line_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hark::ingest {
namespace {

using Part = LineBuffer::Part;

void add(LineBuffer& lines, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto room = lines.room();
        const auto size = std::min(room.size(), bytes.size());
        std::memcpy(room.data(), bytes.data(), size);
        lines.added(size);
        bytes.remove_prefix(size);
    }
}

TEST(LineBuffer, gives_lines_without_their_ends_and_counts_every_byte) {
    LineBuffer lines;
    add(lines, "one\r\n\ntwo\nthr");
    auto line = lines.next(false);
    EXPECT_EQ(line.part, Part::line);
    EXPECT_EQ(line.text, "one");
    EXPECT_EQ(line.bytes, 5U);
    line = lines.next(false);
    EXPECT_EQ(line.part, Part::line);
    EXPECT_EQ(line.text, "");
    EXPECT_EQ(line.bytes, 1U);
    EXPECT_EQ(lines.next(false).text, "two");
    EXPECT_EQ(lines.next(false).part, Part::none);
    add(lines, "ee");
    EXPECT_EQ(lines.next(false).part, Part::none);
    line = lines.next(true);
    EXPECT_EQ(line.text, "three");
    EXPECT_EQ(line.bytes, 5U);
    EXPECT_EQ(lines.next(true).part, Part::none);
}

TEST(LineBuffer, a_line_longer_than_the_buffer_stays_whole) {
    LineBuffer lines;
    const std::string text(1'000'000, 'x');
    add(lines, text);
    EXPECT_EQ(lines.next(false).part, Part::none);
    add(lines, "\nnext\n");
    EXPECT_EQ(lines.next(false).text, text);
    EXPECT_EQ(lines.next(false).text, "next");
}

TEST(LineBuffer, readable_padding_follows_every_line) {
    LineBuffer lines;
    add(lines, "last");
    const auto line = lines.next(true);
    unsigned sum = 0;  // the sanitizer tells when one of them is not ours
    for (std::size_t i = 0; i < limits::kFramePadding; ++i)
        sum += static_cast<unsigned char>(line.text.data()[line.text.size() + i]);
    EXPECT_GE(sum, 0U);
    EXPECT_EQ(line.text, "last");
}

TEST(LineBuffer, too_long_is_given_once_and_the_rest_passed_over) {
    LineBuffer lines(8);
    add(lines, "12345678\n123456789");
    EXPECT_EQ(lines.next(false).text, "12345678");
    auto line = lines.next(false);
    EXPECT_EQ(line.part, Part::begin);
    EXPECT_EQ(line.text, "12345678");
    std::size_t bytes = 9 + line.bytes;
    line = lines.next(false);
    EXPECT_EQ(line.part, Part::passed);
    bytes += line.bytes;
    EXPECT_EQ(lines.next(false).part, Part::none);
    add(lines, "tail\nnext\n");
    line = lines.next(false);
    EXPECT_EQ(line.part, Part::end);
    bytes += line.bytes;
    EXPECT_EQ(bytes, std::string_view("12345678\n123456789tail\n").size());
    EXPECT_EQ(lines.next(false).text, "next");
}

TEST(LineBuffer, clear_forgets_half_a_line) {
    LineBuffer lines(4);
    add(lines, "too long");
    EXPECT_EQ(lines.next(false).part, Part::begin);
    lines.clear();
    add(lines, "new\n");
    const auto line = lines.next(false);
    EXPECT_EQ(line.part, Part::line);
    EXPECT_EQ(line.text, "new");
}

}  // namespace
}  // namespace hark::ingest
