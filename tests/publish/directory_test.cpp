#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>

#include "publish/directory/directory_sink.hpp"
#include "publish/port_harness.hpp"

namespace hark::publish {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "hark-directory-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { fs::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> segments(const fs::path& folder) {
    std::set<fs::path> sorted;
    for (const auto& entry : fs::directory_iterator(folder)) sorted.insert(entry.path());
    return {sorted.begin(), sorted.end()};
}

std::vector<std::string> lines(const fs::path& folder) {
    std::vector<std::string> all;
    for (const auto& path : segments(folder)) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) all.push_back(line);
    }
    return all;
}

std::vector<std::pair<std::string, std::string>> numbered(int first, int count,
                                                          std::size_t size = 0) {
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = first; i < first + count; ++i) {
        auto value = "{\"n\":" + std::to_string(i) + "}";
        if (value.size() < size) value.insert(1, "\"pad\":\"" + std::string(size, 'x') + "\",");
        all.emplace_back("k" + std::to_string(i), value);
    }
    return all;
}

std::vector<std::string> values(const std::vector<std::pair<std::string, std::string>>& messages) {
    std::vector<std::string> all;
    for (const auto& message : messages) all.push_back(message.second);
    return all;
}

std::size_t times(std::string_view what, std::string_view in) {
    std::size_t count = 0;
    for (auto at = in.find(what); at != in.npos; at = in.find(what, at + 1)) ++count;
    return count;
}

DirectoryOptions options_for(const std::string& path) {
    DirectoryOptions options;
    options.path = path;
    options.topics = {"hark.mentions", "hark.spam"};
    return options;
}

TEST(DirectorySink, WritesEachTopicsLinesInOrder) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(folder.path() + "/deep/er"), metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 100));
    shard.offer(1, numbered(1000, 3));
    ASSERT_TRUE(shard.wait_for(103, 10s));
    EXPECT_EQ(lines(folder.path() + "/deep/er/hark.mentions"), values(numbered(0, 100)));
    EXPECT_EQ(lines(folder.path() + "/deep/er/hark.spam"), values(numbered(1000, 3)));
    EXPECT_EQ(shard.count(Errc::ok), 103U);
    EXPECT_FALSE(shard.told_within_offer());
    EXPECT_EQ(sink.not_ready(), "");
    const auto name = segments(folder.path() + "/deep/er/hark.spam").at(0).filename().string();
    EXPECT_THAT(name, testing::MatchesRegex("[0-9]+T[0-9]+Z-[0-9]+.ndjson"));
    EXPECT_EQ(metrics.total("hark_sink_written_bytes_total"),
              bytes_of(segments(folder.path() + "/deep/er/hark.spam")[0]).size() +
                  bytes_of(segments(folder.path() + "/deep/er/hark.mentions")[0]).size());
}

TEST(DirectorySink, CommitsManyMessagesTogether) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(folder.path()), metrics);
    PortHarness one(sink);
    PortHarness other(sink);
    for (int i = 0; i < 50; ++i) {
        one.offer(0, numbered(i * 100, 100));
        other.offer(0, numbered(i * 100, 100));
    }
    ASSERT_TRUE(one.wait_for(5000, 20s) && other.wait_for(5000, 20s));
    EXPECT_LE(metrics.total("hark_sink_commits_total"), 101U);
    EXPECT_EQ(lines(folder.path() + "/hark.mentions").size(), 10'000U);
}

TEST(DirectorySink, RotatesBySize) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    auto options = options_for(folder.path());
    options.segment_bytes = 4096;
    DirectorySink sink(options, metrics);
    PortHarness shard(sink);
    for (int i = 0; i < 20; ++i) {
        shard.offer(0, numbered(i, 1, 1000));
        ASSERT_TRUE(shard.wait_for(static_cast<std::size_t>(i) + 1, 10s));
    }
    const auto paths = segments(folder.path() + "/hark.mentions");
    EXPECT_GE(paths.size(), 5U);
    for (const auto& path : paths) EXPECT_LE(fs::file_size(path), 4096U);
    EXPECT_EQ(lines(folder.path() + "/hark.mentions"), values(numbered(0, 20, 1000)));
}

TEST(DirectorySink, RotatesByAge) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    auto options = options_for(folder.path());
    options.segment_age = 50ms;
    DirectorySink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 1));
    ASSERT_TRUE(shard.wait_for(1, 10s));
    std::this_thread::sleep_for(60ms);
    shard.offer(0, numbered(1, 1));
    ASSERT_TRUE(shard.wait_for(2, 10s));
    EXPECT_EQ(segments(folder.path() + "/hark.mentions").size(), 2U);
    EXPECT_EQ(lines(folder.path() + "/hark.mentions"), values(numbered(0, 2)));
}

TEST(DirectorySink, CutsTornTailsAtTheStart) {
    const TemporaryFolder folder;
    const auto topic = folder.path() + "/hark.mentions";
    fs::create_directories(topic);
    const std::string whole = "{\"n\":1}\n{\"n\":2}\n";
    std::ofstream(topic + "/20260101T000000Z-0000.ndjson") << whole << "{\"n\":3,\"te";
    std::ofstream(topic + "/20260101T000001Z-0000.ndjson") << whole;
    std::ofstream(topic + "/20260101T000002Z-0000.ndjson") << "{\"torn\":\"from the first byte";
    std::ofstream(topic + "/20260101T000003Z-0000.ndjson")
        << whole << std::string(200'000, 'y');  // longer than one read
    std::ofstream(topic + "/notes.txt") << "not ours";
    telemetry::Metrics metrics;
    const DirectorySink sink(options_for(folder.path()), metrics);
    EXPECT_EQ(bytes_of(topic + "/20260101T000000Z-0000.ndjson"), whole);
    EXPECT_EQ(bytes_of(topic + "/20260101T000001Z-0000.ndjson"), whole);
    EXPECT_EQ(bytes_of(topic + "/20260101T000002Z-0000.ndjson"), "");
    EXPECT_EQ(bytes_of(topic + "/20260101T000003Z-0000.ndjson"), whole);
    EXPECT_EQ(bytes_of(topic + "/notes.txt"), "not ours");
}

TEST(DirectorySink, IsForOneProcessAtATime) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    std::optional<DirectorySink> first;
    first.emplace(options_for(folder.path()), metrics);
    EXPECT_THROW(DirectorySink(options_for(folder.path()), metrics), std::runtime_error);
    first.reset();
    EXPECT_NO_THROW(DirectorySink(options_for(folder.path()), metrics));
}

TEST(DirectorySink, RefusesAFolderThatCannotBe) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() + "/file") << "x";
    telemetry::Metrics metrics;
    EXPECT_THROW(DirectorySink(options_for(folder.path() + "/file/sub"), metrics),
                 std::runtime_error);
}

TEST(DirectorySink, WritesWhatWasOfferedBeforeThePortGoes) {
    const TemporaryFolder folder;
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(folder.path()), metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 500));
    shard.close();
    EXPECT_EQ(lines(folder.path() + "/hark.mentions"), values(numbered(0, 500)));
}

TEST(DirectorySink, AFailingWriteIsWaitedOut) {
    const TemporaryFolder folder;
    std::signal(SIGXFSZ, SIG_IGN);
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(folder.path()), metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 10));
    ASSERT_TRUE(shard.wait_for(10, 10s));
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{100'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    shard.offer(0, numbered(10, 100, 4000));
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (sink.not_ready().empty() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(5ms);
    }
    const auto trouble = sink.not_ready();
    const auto undone = lines(folder.path() + "/hark.mentions");
    const auto told = shard.fates().size();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_THAT(trouble, testing::HasSubstr("File too large"));
    EXPECT_EQ(told, 10U);
    EXPECT_EQ(undone, values(numbered(0, 10)));  // the partial write was taken back
    ASSERT_TRUE(shard.wait_for(110, 20s));
    EXPECT_EQ(sink.not_ready(), "");
    auto expected = values(numbered(0, 10));
    const auto rest = values(numbered(10, 100, 4000));
    expected.insert(expected.end(), rest.begin(), rest.end());
    EXPECT_EQ(lines(folder.path() + "/hark.mentions"), expected);
}

TEST(DirectorySink, ATroubleOfSeveralTopicsIsToldOnce) {
    const TemporaryFolder folder;
    std::signal(SIGXFSZ, SIG_IGN);
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(folder.path()), metrics);
    PortHarness shard(sink);
    PortHarness other(sink);
    const auto told = [&](const std::function<void()>& act) {
        testing::internal::CaptureStderr();
        act();
        const auto text = testing::internal::GetCapturedStderr();
        return std::pair(times("event=sink_not_ready", text), times("event=sink_recovered", text));
    };
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    for (std::size_t round = 1; round <= 2; ++round) {
        // A line a topic, however often they fail in turn, and again when it comes again.
        const auto failing = told([&] {
            const rlimit small{10'000 * round, before.rlim_max};
            ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
            shard.offer(0, numbered(0, 5, 4000));
            other.offer(1, numbered(0, 5, 4000));
            const auto until = std::chrono::steady_clock::now() + 10s;
            const auto failures = metrics.total("hark_sink_commit_failures_total");
            while (metrics.total("hark_sink_commit_failures_total") < failures + 8 &&
                   std::chrono::steady_clock::now() < until)
                std::this_thread::sleep_for(5ms);
            ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
            ASSERT_TRUE(shard.wait_for(5 * round, 20s) && other.wait_for(5 * round, 20s));
            while (!sink.not_ready().empty()) std::this_thread::sleep_for(1ms);
        });
        EXPECT_EQ(failing, (std::pair<std::size_t, std::size_t>(2, 1)));
    }
}

/// What was acknowledged after the sink's files were taken away, but is not at its path.
std::vector<std::string> lost_after(const std::string& path, const std::function<void()>& take) {
    telemetry::Metrics metrics;
    DirectorySink sink(options_for(path), metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 10));
    if (!shard.wait_for(10, 10s)) return {"never acknowledged"};
    take();
    for (int i = 0; i < 5; ++i) {
        shard.offer(0, numbered(10 + i, 1));
        if (!shard.wait_for(static_cast<std::size_t>(11 + i), 10s)) return {"never acknowledged"};
    }
    const auto there = lines(path + "/hark.mentions");
    std::vector<std::string> lost;
    for (const auto& line : values(numbered(10, 5))) {
        if (std::count(there.begin(), there.end(), line) != 1) lost.push_back(line);
    }
    if (!sink.not_ready().empty()) lost.push_back(sink.not_ready());
    if (metrics.total("hark_sink_commit_failures_total") == 0) lost.emplace_back("not counted");
    // Whoever comes now finds the folder in use.
    EXPECT_THROW(DirectorySink(options_for(path), metrics), std::runtime_error);
    return lost;
}

TEST(DirectorySink, AnOpenSegmentThatIsTakenAwayLosesNothing) {
    const TemporaryFolder folder;
    const auto removed = folder.path() + "/removed";
    const auto moved = folder.path() + "/moved";
    const auto taken = folder.path() + "/taken";
    EXPECT_THAT(lost_after(removed, [&] { fs::remove(segments(removed + "/hark.mentions")[0]); }),
                testing::IsEmpty());
    EXPECT_THAT(
        lost_after(moved, [&] { fs::rename(segments(moved + "/hark.mentions")[0], taken); }),
        testing::IsEmpty());
    EXPECT_EQ(bytes_of(taken).find("\"n\":10}"), std::string::npos);
}

TEST(DirectorySink, AFolderThatIsTakenAwayIsMadeAnew) {
    const TemporaryFolder folder;
    const auto path = folder.path() + "/topics";
    EXPECT_THAT(lost_after(path, [&] { fs::remove_all(path + "/hark.mentions"); }),
                testing::IsEmpty());
    fs::remove_all(path);
    EXPECT_THAT(lost_after(path, [&] { fs::remove_all(path); }), testing::IsEmpty());
}

TEST(DirectorySink, AFileSystemThatIsTakenAwayLosesNothing) {
    const TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        const auto* const path = folder.path().c_str();
        const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                             ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                             ::mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0;
        if (!mounted) ::_exit(0);
        const auto lost = lost_after(path, [&] { ::umount2(path, MNT_DETACH); });
        ::_exit(lost.empty() && !HasFailure() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

/// A disk of one's own that fills up and is freed: a file system of 1 MiB, or, where the kernel
/// lets nobody mount one (a container without rights), a limit on the size of files.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& path) : path_(path), mounted_(mount()) {
        if (mounted_) {
            std::ofstream(path_ + "/ballast") << std::string(500'000, 'b');
            return;
        }
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{50'000, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
    }

    [[nodiscard]] std::string fault() const {
        return mounted_ ? "No space left on device" : "File too large";
    }

    [[nodiscard]] bool free() const {
        if (!mounted_) return ::setrlimit(RLIMIT_FSIZE, &before_) == 0;
        fs::remove(path_ + "/ballast");
        return ::mount("tmpfs", path_.c_str(), nullptr, MS_REMOUNT, "size=8m") == 0;
    }

private:
    [[nodiscard]] bool mount() const {
        return ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=1m") == 0;
    }

    std::string path_;
    bool mounted_;
    rlimit before_{};
};

/// Runs in a process of its own, whose mounts nobody else sees. 0: all well; else the step.
int full_disk_scenario(const std::string& path) {
    const SmallDisk disk(path);
    telemetry::Metrics metrics;
    auto options = options_for(path);
    options.segment_bytes = 100'000;
    DirectorySink sink(options, metrics);
    PortHarness shard(sink);
    for (int i = 0; i < 40; ++i) shard.offer(0, numbered(i * 10, 10, 4000));  // 1.6 MB
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (sink.not_ready().find(disk.fault()) == std::string::npos) {
        if (std::chrono::steady_clock::now() > until) return 1;
        std::this_thread::sleep_for(5ms);
    }
    const auto told = shard.fates().size();
    const auto kept = lines(path + "/hark.mentions");
    if (told >= 400 || kept.size() < told) return 2;
    const auto all = values(numbered(0, 400, 4000));
    if (!std::equal(kept.begin(), kept.end(), all.begin())) return 3;
    if (!disk.free()) return 4;
    if (!shard.wait_for(400, 30s)) return 5;
    if (lines(path + "/hark.mentions") != all) return 6;
    return sink.not_ready().empty() ? 0 : 7;
}

TEST(DirectorySink, AFullDiskIsBackpressureAndNotLoss) {
    const TemporaryFolder folder;
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(full_disk_scenario(folder.path()));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace hark::publish
