#include "ingest/file_source.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <thread>

#include "ingest/folder.hpp"
#include "ingest/packed.hpp"
#include "ingest/recorder.hpp"

namespace hark::ingest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// A source on a shard that this thread runs.
struct Reading {
    explicit Reading(FileOptions given, CursorStore& store) : options(std::move(given)) {
        options.name = "file";
        options.poll_interval = 5ms;
        source.emplace(pool[0], options, handler, store, metrics);
        source->on_bad_line(
            [this](std::uint64_t line, Errc error) { bad.emplace_back(line, error); });
    }
    void start() { source->start(); }
    /// Until it is so, or too much time has gone by.
    template <typename Condition>
    [[nodiscard]] bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (!condition() && std::chrono::steady_clock::now() < end)
            pool[0].io().run_one_for(10ms);
        return condition();
    }
    [[nodiscard]] bool until_seen(std::size_t count) {
        return until([&] { return handler.seen.size() >= count; });
    }
    [[nodiscard]] bool to_the_end() {
        start();
        return until([&] { return source->done(); });
    }
    void for_a_while() { pool[0].io().run_for(40ms); }

    FileOptions options;
    runtime::ShardPool pool{1};
    telemetry::Metrics metrics;
    Recorder handler;
    std::optional<FileSource> source;
    std::vector<std::pair<std::uint64_t, Errc>> bad;
};

FileOptions plain(const std::string& path) {
    FileOptions options;
    options.path = path;
    return options;
}
FileOptions following(const std::string& path) {
    FileOptions options;
    options.path = path;
    options.follow = true;
    return options;
}

/// Root may read everything: it is somebody else for a while, who owns these folders.
class SomebodyElse {
public:
    template <typename... Folders>
    explicit SomebodyElse(const Folders&... folders) {
        if (::geteuid() != 0) return;
        EXPECT_TRUE(((::chown(folders.c_str(), kNobody, kNobody) == 0) && ...));
        EXPECT_EQ(::seteuid(kNobody), 0);
        root_ = true;
    }
    ~SomebodyElse() {
        if (root_) {
            EXPECT_EQ(::seteuid(0), 0);
        }
    }
    SomebodyElse(const SomebodyElse&) = delete;
    SomebodyElse& operator=(const SomebodyElse&) = delete;

private:
    static constexpr uid_t kNobody = 65534;
    bool root_ = false;
};

class FileSourceTest : public testing::Test {
protected:
    Folder folder;
    std::string path = folder / "posts.ndjson";
    CursorStore cursors{""};
};

TEST_F(FileSourceTest, reads_plain_gzip_and_zstd) {
    const std::string text = "one\r\n\ntwo\nthree";
    for (const auto& bytes : {text, gzip(text), zstd(text), gzip("one\n") + gzip("two\nthree")}) {
        write_file(path, bytes);
        CursorStore nothing("");
        Reading run(plain(path), nothing);
        ASSERT_TRUE(run.to_the_end());
        EXPECT_THAT(run.handler.texts(), ElementsAre("one", "two", "three"));
        EXPECT_EQ(run.source->bad_lines(), 0U);
        EXPECT_TRUE(run.source->drained());
    }
}

TEST_F(FileSourceTest, more_than_a_buffer) {
    std::string text;
    std::vector<std::string> lines;
    for (int i = 0; i < 20'000; ++i) {
        lines.push_back("line " + std::to_string(i) + std::string(i % 97, 'x'));
        text += lines.back() + "\n";
    }
    for (const auto& bytes : {text, gzip(text), zstd(text)}) {
        write_file(path, bytes);
        CursorStore nothing("");
        Reading run(plain(path), nothing);
        ASSERT_TRUE(run.to_the_end());
        EXPECT_EQ(run.handler.texts(), lines);
    }
}

TEST_F(FileSourceTest, an_empty_file_is_done) {
    write_file(path, "");
    Reading run(plain(path), cursors);
    EXPECT_TRUE(run.to_the_end());
    EXPECT_THAT(run.handler.texts(), IsEmpty());
}

TEST_F(FileSourceTest, a_file_that_cannot_be_read_is_named) {
    for (const auto& wrong : {path, folder / "."}) {
        try {
            const Reading run(plain(wrong), cursors);
            ADD_FAILURE() << "opened " << wrong;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(wrong));
        }
    }
}

TEST_F(FileSourceTest, a_line_too_long_is_a_dead_letter_and_the_next_is_read) {
    write_file(path, "good\n" + std::string(300'000, 'x') + "\nafter\n");
    auto options = plain(path);
    options.line_bytes = 100;
    Reading run(options, cursors);
    ASSERT_TRUE(run.to_the_end());
    ASSERT_EQ(run.handler.seen.size(), 3U);
    EXPECT_EQ(run.handler.seen[1].error, Errc::too_large);
    EXPECT_EQ(run.handler.seen[1].text, std::string(100, 'x'));
    EXPECT_EQ(run.handler.seen[2].text, "after");
    EXPECT_EQ(run.source->bad_lines(), 1U);
    EXPECT_THAT(run.bad, ElementsAre(std::pair(2U, Errc::too_large)));
}

TEST_F(FileSourceTest, of_a_line_too_long_is_told_how_long_it_was) {
    const std::string is_long(300'000, 'x');
    write_file(path, is_long + "\n" + is_long + "y\nafter\n" + is_long);
    auto options = plain(path);
    options.line_bytes = 100'000;
    Reading run(options, cursors);
    ASSERT_TRUE(run.to_the_end());
    ASSERT_EQ(run.handler.seen.size(), 4U);
    const std::size_t sizes[] = {300'000, 300'001, 0, 300'000};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(run.handler.seen[i].whole_bytes, sizes[i]);
    EXPECT_EQ(run.handler.seen[1].text, is_long.substr(0, limits::kDeadLetterBytes));
    EXPECT_THAT(run.bad, ElementsAre(std::pair(1U, Errc::too_large), std::pair(2U, Errc::too_large),
                                     std::pair(4U, Errc::too_large)));
    // A restart goes on behind them.
    Reading again(options, cursors);
    ASSERT_TRUE(again.to_the_end());
    EXPECT_THAT(again.handler.texts(), IsEmpty());
}

TEST_F(FileSourceTest, bad_lines_are_counted_with_their_number) {
    write_file(path, "a\n\nb\n");
    Reading run(plain(path), cursors);
    run.handler.verdict = Errc::malformed_json;
    ASSERT_TRUE(run.to_the_end());
    EXPECT_THAT(run.bad, ElementsAre(std::pair(1U, Errc::malformed_json),
                                     std::pair(3U, Errc::malformed_json)));
}

TEST_F(FileSourceTest, damage_is_told_after_the_last_whole_line) {
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
    auto torn = gzip(text);
    torn.resize(torn.size() - 4);
    for (const auto& [bytes, error] : {std::pair(torn, Errc::truncated),
                                       std::pair(gzip(text) + "garbage", Errc::bad_compression)}) {
        write_file(path, bytes);
        CursorStore nothing("");
        Reading run(plain(path), nothing);
        ASSERT_TRUE(run.to_the_end());
        ASSERT_EQ(run.handler.seen.size(), 3001U);
        EXPECT_EQ(run.handler.seen[2999].error, Errc::ok);
        EXPECT_EQ(run.handler.seen[3000].error, error);
        EXPECT_EQ(run.source->bad_lines(), 1U);
    }
}

TEST_F(FileSourceTest, done_only_when_all_is_acknowledged) {
    write_file(path, "a\nb\n");
    Reading run(plain(path), cursors);
    run.handler.hold = true;
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    run.for_a_while();
    EXPECT_FALSE(run.source->done());
    run.handler.acknowledge(1);
    EXPECT_FALSE(run.source->drained());
    run.handler.acknowledge(1);
    EXPECT_TRUE(run.until([&] { return run.source->done(); }));
    EXPECT_TRUE(run.source->drained());
}

TEST_F(FileSourceTest, without_room_nothing_is_handed_over) {
    std::string text;
    for (std::size_t i = 0; i < 3 * limits::kFramesAtOnce; ++i) text += std::to_string(i) + "\n";
    write_file(path, text);
    Reading run(plain(path), cursors);
    run.handler.full_after = 2;
    run.start();
    ASSERT_TRUE(run.until([&] { return run.handler.waiting_for_room() == 1; }));
    run.for_a_while();
    EXPECT_EQ(run.handler.seen.size(), limits::kFramesAtOnce) << "those that came along, no more";
    run.handler.set_room(true);
    ASSERT_TRUE(run.until([&] { return run.source->done(); }));
    ASSERT_EQ(run.handler.seen.size(), 3 * limits::kFramesAtOnce);
    EXPECT_EQ(run.handler.texts().back(), std::to_string(3 * limits::kFramesAtOnce - 1));
}

TEST_F(FileSourceTest, stop_reads_nothing_more) {
    write_file(path, "a\n");
    Reading run(following(path), cursors);
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    run.source->stop();
    append_file(path, "b\n");
    run.for_a_while();
    EXPECT_THAT(run.handler.texts(), ElementsAre("a"));
}

TEST_F(FileSourceTest, follows_what_is_appended_and_waits_for_whole_lines) {
    write_file(path, "a\nhal");
    Reading run(following(path), cursors);
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    run.for_a_while();
    EXPECT_THAT(run.handler.texts(), ElementsAre("a"));
    append_file(path, "f\nb\n");
    ASSERT_TRUE(run.until_seen(3));
    EXPECT_THAT(run.handler.texts(), ElementsAre("a", "half", "b"));
    EXPECT_FALSE(run.source->done());
}

TEST_F(FileSourceTest, follows_a_file_that_is_not_there_yet) {
    Reading run(following(path), cursors);
    run.start();
    run.for_a_while();
    write_file(path, "a\n");
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_THAT(run.handler.texts(), ElementsAre("a"));
}

TEST_F(FileSourceTest, follows_through_rotation) {
    write_file(path, "a\n");
    Reading run(following(path), cursors);
    run.start();
    ASSERT_TRUE(run.until_seen(1));
    std::filesystem::rename(path, path + ".1");
    run.for_a_while();
    append_file(path + ".1", "b\n");
    ASSERT_TRUE(run.until_seen(2));
    append_file(path + ".1", "last without newline");
    write_file(path, "c\n");
    ASSERT_TRUE(run.until_seen(4));
    append_file(path, "d\n");
    ASSERT_TRUE(run.until_seen(5));
    EXPECT_THAT(run.handler.texts(), ElementsAre("a", "b", "last without newline", "c", "d"));
}

TEST_F(FileSourceTest, what_cannot_be_opened_is_told) {
    const std::string mine = folder / "mine";
    std::filesystem::create_directory(mine);
    const SomebodyElse no_root(folder / ".", mine);
    const auto followed = mine + "/posts.ndjson";
    Reading run(following(followed), cursors);
    run.start();
    run.for_a_while();
    EXPECT_EQ(run.source->status().state, "waiting");
    EXPECT_EQ(run.source->status().problem, followed + ": No such file or directory");
    write_file(followed, "a\n");
    ASSERT_TRUE(run.until_seen(1));
    EXPECT_EQ(run.source->status().state, "reading");
    EXPECT_EQ(run.source->status().problem, "");
    // Rotated to what may not be read: the log has it once, and a rotation when there was one.
    testing::internal::CaptureStderr();
    std::filesystem::rename(followed, followed + ".1");
    write_file(mine + "/new", "b\n");
    std::filesystem::permissions(mine + "/new", std::filesystem::perms::none);
    std::filesystem::rename(mine + "/new", followed);
    EXPECT_TRUE(run.until([&] { return run.source->status().state == "failing"; }));
    run.for_a_while();
    EXPECT_EQ(run.source->status().problem, followed + ": Permission denied");
    append_file(followed + ".1", "last\n");
    EXPECT_TRUE(run.until_seen(2));
    const auto before = testing::internal::GetCapturedStderr();
    EXPECT_THAT(before, testing::Not(testing::HasSubstr("file_rotated")));
    EXPECT_EQ(before.find("file_not_opened"), before.rfind("file_not_opened"));
    EXPECT_THAT(before, testing::HasSubstr("Permission denied"));
    testing::internal::CaptureStderr();
    std::filesystem::permissions(followed, std::filesystem::perms::owner_all);
    EXPECT_TRUE(run.until_seen(3));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("file_rotated"));
    EXPECT_THAT(run.handler.texts(), ElementsAre("a", "last", "b"));
    EXPECT_EQ(run.source->status().problem, "");
}

TEST_F(FileSourceTest, a_directory_in_place_of_the_file_is_told) {
    std::filesystem::create_directory(path);
    Reading run(following(path), cursors);
    EXPECT_EQ(run.source->status().state, "failing");
    EXPECT_EQ(run.source->status().problem, path + ": Is a directory");
}

TEST_F(FileSourceTest, follows_through_truncation) {
    write_file(path, "a long first line\nb\n");
    Reading run(following(path), cursors);
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    write_file(path, "c\n");
    ASSERT_TRUE(run.until_seen(3));
    append_file(path, "d\n");
    ASSERT_TRUE(run.until_seen(4));
    EXPECT_THAT(run.handler.texts(), ElementsAre("a long first line", "b", "c", "d"));
}

TEST_F(FileSourceTest, goes_on_at_the_first_line_not_acknowledged) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i) + "\n";
    for (const auto& bytes : {text, gzip(text), zstd(text)}) {
        write_file(path, bytes);
        CursorStore store("");
        {
            Reading run(plain(path), store);
            run.handler.hold = true;
            run.start();
            ASSERT_TRUE(run.until_seen(200));
            run.handler.acknowledge(120);
            run.source->store_cursor();
        }
        Reading run(plain(path), store);
        ASSERT_TRUE(run.to_the_end());
        ASSERT_EQ(run.handler.seen.size(), 80U);
        EXPECT_EQ(run.handler.seen[0].text, "line 120");
    }
}

TEST_F(FileSourceTest, goes_on_in_the_file_that_was_renamed_meanwhile) {
    write_file(path, "a\nb\n");
    {
        Reading run(following(path), cursors);
        run.handler.hold = true;
        run.start();
        ASSERT_TRUE(run.until_seen(2));
        run.handler.acknowledge(1);
        run.source->store_cursor();
    }
    std::filesystem::rename(path, path + ".1");
    write_file(path, "c\n");
    Reading run(following(path), cursors);
    run.start();
    ASSERT_TRUE(run.until_seen(2));
    EXPECT_THAT(run.handler.texts(), ElementsAre("b", "c"));
}

TEST_F(FileSourceTest, begins_anew_when_the_file_is_another) {
    write_file(path, "a\nb\n");
    {
        Reading run(plain(path), cursors);
        ASSERT_TRUE(run.to_the_end());
    }
    // The same inode with another begin, and as long as before.
    write_file(path, "c\nd\n");
    Reading run(plain(path), cursors);
    ASSERT_TRUE(run.to_the_end());
    EXPECT_THAT(run.handler.texts(), ElementsAre("c", "d"));
}

TEST_F(FileSourceTest, a_cursor_of_another_kind_is_no_place) {
    write_file(path, "a\n");
    cursors.set("file", Cursor("1764000000000000"));
    Reading run(plain(path), cursors);
    ASSERT_TRUE(run.to_the_end());
    EXPECT_THAT(run.handler.texts(), ElementsAre("a"));
}

TEST_F(FileSourceTest, reads_a_named_pipe_to_its_end) {
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::thread writer([this] {
        std::ofstream out(path);
        out << "a\nb" << std::flush;
        std::this_thread::sleep_for(20ms);
        out << "\nc";
    });
    Reading run(plain(path), cursors);
    run.start();
    const bool all = run.until_seen(3);
    writer.join();
    EXPECT_TRUE(all);
    EXPECT_THAT(run.handler.texts(), ElementsAre("a", "b", "c"));
    EXPECT_TRUE(run.until([&] { return run.source->done(); }));
    EXPECT_TRUE(cursors.get("file").empty());
    EXPECT_EQ(run.source->status().state, "finished");
    // Nobody reads any more, and a writer is told so.
    EXPECT_EQ(::open(path.c_str(), O_WRONLY | O_NONBLOCK), -1);
    EXPECT_EQ(errno, ENXIO);
}

}  // namespace
}  // namespace hark::ingest
