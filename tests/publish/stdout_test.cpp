#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "publish/port_harness.hpp"
#include "publish/stdout/stdout_sink.hpp"

namespace hark::publish {
namespace {

using namespace std::chrono_literals;

struct Pipe {
    explicit Pipe(int flags = 0) {
        int ends[2];
        EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        read_end = ends[0];
        write_end = ends[1];
        if (flags != 0) ::fcntl(write_end, F_SETFL, flags);
    }
    ~Pipe() {
        close_reader();
        ::close(write_end);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_reader() {
        if (read_end >= 0) ::close(read_end);
        read_end = -1;
    }

    [[nodiscard]] std::string read_bytes(std::size_t wanted) const {
        std::string out;
        char block[8192];
        while (out.size() < wanted) {
            const auto got = ::read(read_end, block, sizeof block);
            if (got <= 0) break;
            out.append(block, static_cast<std::size_t>(got));
        }
        return out;
    }

    int read_end = -1;
    int write_end = -1;
};

std::vector<std::pair<std::string, std::string>> records(int count, std::size_t size) {
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = 0; i < count; ++i) {
        const std::string text(size, static_cast<char>('a' + i % 26));
        all.emplace_back("k", std::to_string(i) + text);
    }
    return all;
}

std::string lines(const std::vector<std::pair<std::string, std::string>>& messages) {
    std::string all;
    for (const auto& message : messages) all += message.second + "\n";
    return all;
}

TEST(StdoutSink, WritesTheLinesOfOneTopicAndAcknowledgesAll) {
    const Pipe pipe;
    telemetry::Metrics metrics;
    StdoutSink sink(2, 1, metrics, pipe.write_end);
    PortHarness shard(sink);
    shard.offer(0, {{"k", "unseen"}});
    shard.offer(1, {{"k", "{\"n\":1}"}, {"k", "{\"n\":2}"}});
    ASSERT_TRUE(shard.wait_for(3, 5s));
    EXPECT_EQ(pipe.read_bytes(16), "{\"n\":1}\n{\"n\":2}\n");
    EXPECT_FALSE(shard.told_within_offer());
}

/// 4 MB into a pipe of 64 KiB whose reader first pauses: nothing is told too early, no byte is lost
/// or doubled.
void slow_reader(int flags) {
    const Pipe pipe(flags);
    telemetry::Metrics metrics;
    StdoutSink sink(1, 0, metrics, pipe.write_end);
    PortHarness shard(sink);
    const auto messages = records(1000, 4000);
    shard.offer(0, messages);
    EXPECT_FALSE(shard.wait_for(1, 1200ms));
    const auto becomes = [&](std::string_view state) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (sink.not_ready() != state && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(10ms);
        return sink.not_ready() == state;
    };
    EXPECT_TRUE(becomes("the reader of standard output pauses"));
    const auto wanted = lines(messages);
    EXPECT_TRUE(pipe.read_bytes(wanted.size()) == wanted);
    EXPECT_TRUE(shard.wait_for(messages.size(), 10s));
    EXPECT_TRUE(becomes(""));
}

TEST(StdoutSink, WaitsForASlowReader) {
    slow_reader(0);
}
TEST(StdoutSink, WaitsForASlowReaderOfANonBlockingPipe) {
    slow_reader(O_NONBLOCK);
}

TEST(StdoutSink, AReaderThatWentAwayIsNamedAndNothingIsAcknowledged) {
    Pipe pipe;
    telemetry::Metrics metrics;
    StdoutSink sink(1, 0, metrics, pipe.write_end);
    PortHarness shard(sink);
    pipe.close_reader();
    shard.offer(0, {{"k", "x"}});
    EXPECT_FALSE(shard.wait_for(1, 300ms));
    EXPECT_EQ(sink.not_ready(), "the reader of standard output went away");
}

TEST(StdoutSink, EndsThoughTheReaderPauses) {
    const Pipe pipe;
    telemetry::Metrics metrics;
    StdoutSink sink(1, 0, metrics, pipe.write_end);
    PortHarness shard(sink);
    shard.offer(0, records(100, 4000));
    const auto begin = std::chrono::steady_clock::now();
    shard.close();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
}  // namespace hark::publish
