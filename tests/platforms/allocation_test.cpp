// Once warm, decoding a frame allocates nothing.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "platforms/payload_test.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Not inlined: the compiler would take free() for a mismatch to the caller's new.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) {
    return operator new(size);
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace hark::platforms::testing {
namespace {

std::size_t allocations_when_warm(const std::string& platform_name, const std::string& payload) {
    const auto platform = make(platform_name, read("payloads/" + platform_name + "/settings.json"));
    const PaddedBytes bytes(read("payloads/" + platform_name + "/" + payload + ".json"));
    Frame frame;
    frame.bytes = bytes.view();
    Arena arena;
    Mentions mentions;
    std::size_t before = 0;
    for (int round = 0; round < 3; ++round) {
        before = allocations;
        mentions.clear();
        arena.reset();
        EXPECT_EQ(platform->decode(frame, arena, mentions), Errc::ok);
        EXPECT_FALSE(mentions.list.empty());
    }
    return allocations - before;
}

TEST(Allocation, IsSeenByTheCounter) {
    const auto before = allocations.load();
    const std::string text(1000, 'x');
    EXPECT_GT(allocations, before) << text.size();
}

TEST(Allocation, DecodingNeedsNoneOnceWarm) {
    EXPECT_EQ(allocations_when_warm("meta", "page_batch_two_entries"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "messenger_message_attachment"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "whatsapp_text"), 0U);
    EXPECT_EQ(allocations_when_warm("meta", "threads_reply"), 0U);
    EXPECT_EQ(allocations_when_warm("vk", "wall_reply_new_nested"), 0U);
    EXPECT_EQ(allocations_when_warm("telegram", "message_group_reply"), 0U);
    EXPECT_EQ(allocations_when_warm("telegram", "deleted_business_messages"), 0U);
}

}  // namespace
}  // namespace hark::platforms::testing
