#include "ingest/unpack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/limits.hpp"
#include "ingest/inflate.hpp"
#include "ingest/packed.hpp"

namespace hark::ingest {
namespace {

struct Unpacked {
    std::string text;
    Errc error = Errc::ok;
    bool at_boundary = false;
};

/// `piece` bytes go in at a time, and `room` bytes out.
Unpacked unpack(std::string_view packed, std::size_t piece, std::size_t room) {
    auto packing = detect_packing({packed.data(), packed.size()}, true);
    EXPECT_TRUE(packing.known);
    if (packing.unpacker == nullptr) return {std::string(packed), Errc::ok, true};
    Unpacked result;
    std::string out(room, '\0');
    for (;;) {
        const auto in = packed.substr(0, piece);
        const auto step = packing.unpacker->step({in.data(), in.size()}, out);
        result.text.append(out, 0, step.given);
        result.error = step.error;
        packed.remove_prefix(step.taken);
        if (step.error != Errc::ok || (packed.empty() && step.given == 0)) break;
    }
    result.at_boundary = packing.unpacker->at_boundary();
    return result;
}

std::string lines(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i * i) + "\n";
    return text;
}

TEST(Unpack, one_after_another_in_any_pieces) {
    const auto a = lines(300);
    const auto b = lines(7);
    for (const auto& packed : {gzip(a) + gzip("") + gzip(b), zstd(a) + zstd("") + zstd(b)}) {
        for (const std::size_t piece : {1UL, 7UL, 100'000UL}) {
            for (const std::size_t room : {1UL, 13UL, 100'000UL}) {
                const auto result = unpack(packed, piece, room);
                EXPECT_EQ(result.error, Errc::ok);
                EXPECT_EQ(result.text, a + b) << piece << " " << room;
                EXPECT_TRUE(result.at_boundary);
            }
        }
    }
}

TEST(Unpack, a_torn_end_is_no_boundary) {
    const auto text = lines(300);
    for (auto packed : {gzip(text), zstd(text)}) {
        packed.resize(packed.size() - 3);
        const auto result = unpack(packed, 50, 5000);
        EXPECT_EQ(result.error, Errc::ok);
        EXPECT_FALSE(result.at_boundary);
    }
}

TEST(Unpack, damage_and_garbage_behind_are_told) {
    const auto text = lines(300);
    for (auto packed : {gzip(text), zstd(text)}) {
        EXPECT_EQ(unpack(packed + "garbage", 50, 5000).error, Errc::bad_compression);
        std::fill(packed.begin() + 20, packed.begin() + 60, '\xFF');
        EXPECT_EQ(unpack(packed, 50, 5000).error, Errc::bad_compression);
    }
}

TEST(Unpack, tells_packing_by_the_first_bytes) {
    const auto known = [](std::string_view first, bool all) {
        return detect_packing({first.data(), first.size()}, all).known;
    };
    EXPECT_FALSE(known("", false));
    EXPECT_FALSE(known("\x1F", false));
    EXPECT_FALSE(known("\x28\xB5", false));
    EXPECT_TRUE(known("\x28", true));
    EXPECT_TRUE(known("{", false));
    EXPECT_TRUE(known("\x28text", false));
    EXPECT_EQ(detect_packing(std::array{'\x28'}, true).unpacker, nullptr);
}

TEST(Gunzip, gives_the_text_with_padding) {
    std::string out;
    for (const std::size_t count : {0U, 1U, 20U, 3000U}) {
        const auto text = lines(count);
        ASSERT_EQ(gunzip(gzip(text), limits::kMiB, out), Errc::ok) << count;
        EXPECT_EQ(out, text);
        EXPECT_GE(out.capacity(), out.size() + limits::kFramePadding);
    }
}

TEST(Gunzip, bounds_what_it_unpacks) {
    std::string out;
    const auto text = lines(300);
    EXPECT_EQ(gunzip(gzip(text), text.size(), out), Errc::ok);
    EXPECT_EQ(gunzip(gzip(text), text.size() - 1, out), Errc::too_large);
    // By the ratio as well, whatever the source may send.
    const auto bomb = gzip(std::string(16 * limits::kMiB, 'x'));
    EXPECT_EQ(gunzip(bomb, 64 * limits::kMiB, out), Errc::too_large);
    EXPECT_LE(out.capacity(), 4 * limits::kMiB);
}

TEST(Gunzip, refuses_what_is_no_whole_member) {
    std::string out;
    const auto packed = gzip(lines(300));
    EXPECT_EQ(gunzip("", limits::kMiB, out), Errc::truncated);
    EXPECT_EQ(gunzip(packed.substr(0, 5), limits::kMiB, out), Errc::truncated);
    EXPECT_EQ(gunzip(packed.substr(0, packed.size() - 1), limits::kMiB, out), Errc::truncated);
    EXPECT_EQ(gunzip("{\"a\":1}", limits::kMiB, out), Errc::bad_compression);
    EXPECT_EQ(gunzip(packed + "x", limits::kMiB, out), Errc::bad_compression);
    auto wrong = packed;
    wrong[wrong.size() - 5] ^= 1;  // the checksum
    EXPECT_EQ(gunzip(wrong, limits::kMiB, out), Errc::bad_compression);
}

}  // namespace
}  // namespace hark::ingest
