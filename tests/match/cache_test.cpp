// Compiled databases on disk: taken when whole, made anew when not.

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "match/database.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

namespace fs = std::filesystem;

std::vector<Expression> expressions(const std::string& text, unsigned flags = 0, unsigned id = 7) {
    return {{text, flags, id, {"praise/en.yaml", 5, 5}, "rule `r`"}};
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<fs::path> files_in(const std::string& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    return files;
}

/// Which id the database tells for this text; 0: none.
unsigned hit_in(const Database& database, std::string_view text) {
    hs_scratch_t* scratch = nullptr;
    EXPECT_EQ(hs_alloc_scratch(database.get(), &scratch), HS_SUCCESS);
    unsigned hit = 0;
    const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                             void* given) {
        *static_cast<unsigned*>(given) = id;
        return 0;
    };
    EXPECT_EQ(hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch,
                      on_match, &hit),
              HS_SUCCESS);
    hs_free_scratch(scratch);
    return hit;
}

const auto kLongAgo = fs::file_time_type::clock::now() - std::chrono::hours(1000);

struct CacheTest : ::testing::Test {
    void SetUp() override {
        folder = fresh_folder(::testing::UnitTest::GetInstance()->current_test_info()->name());
        get("abc+");
        ASSERT_EQ(files_in(folder).size(), 1U);
        path = files_in(folder)[0];
        whole = read(path);
        fs::last_write_time(path, kLongAgo);
    }

    Database get(const std::string& text, unsigned flags = 0, unsigned id = 7) {
        std::vector<Fault> faults;
        auto database = DatabaseCache(folder).get(expressions(text, flags, id), faults);
        EXPECT_EQ(joined(faults), "");
        return database;
    }

    /// Puts these bytes in the file's place and expects them to be replaced.
    void expect_made_anew(const std::string& bytes) {
        write(path, bytes);
        fs::last_write_time(path, kLongAgo);
        const auto database = get("abc+");
        ASSERT_NE(database, nullptr);
        EXPECT_EQ(hit_in(database, "xxabccc"), 7U);
        EXPECT_EQ(hit_in(database, "xx"), 0U);
        EXPECT_TRUE(fs::last_write_time(path) != kLongAgo);
        EXPECT_EQ(read(path), whole);
        EXPECT_EQ(files_in(folder).size(), 1U);
    }

    std::string folder;
    fs::path path;
    std::string whole;
};

TEST_F(CacheTest, AWholeFileIsTaken) {
    const auto database = get("abc+");
    ASSERT_NE(database, nullptr);
    EXPECT_EQ(hit_in(database, "xxabccc"), 7U);
    EXPECT_TRUE(fs::last_write_time(path) == kLongAgo) << "it was compiled again";
    EXPECT_EQ(read(path), whole);
    EXPECT_EQ(path.extension(), ".hsdb");
}

TEST_F(CacheTest, TheKeyIsExpressionsFlagsAndIds) {
    get("abd+");
    EXPECT_EQ(files_in(folder).size(), 2U);
    get("abc+", HS_FLAG_SINGLEMATCH);
    EXPECT_EQ(files_in(folder).size(), 3U);
    EXPECT_EQ(hit_in(get("abc+", 0, 8), "abc"), 8U);
    EXPECT_EQ(files_in(folder).size(), 4U);
    std::vector<Fault> faults;
    auto two = expressions("ab");
    two.push_back(expressions("c+")[0]);
    EXPECT_NE(DatabaseCache(folder).get(two, faults), nullptr);
    EXPECT_EQ(files_in(folder).size(), 5U);
}

TEST_F(CacheTest, APlaceOrANameIsNoPartOfTheKey) {
    auto moved = expressions("abc+");
    moved[0].where = {"elsewhere.yaml", 1, 1};
    moved[0].name = "other";
    std::vector<Fault> faults;
    EXPECT_NE(DatabaseCache(folder).get(moved, faults), nullptr);
    EXPECT_EQ(files_in(folder).size(), 1U);
}

TEST_F(CacheTest, AFlippedByteAnywhere) {
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 40) {
        auto bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
        expect_made_anew(bytes);
    }
}

TEST_F(CacheTest, ACutOrOverlongFile) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64},
                                   whole.size() / 2, whole.size() - 1}) {
        expect_made_anew(whole.substr(0, size));
    }
    expect_made_anew(whole + "x");
}

TEST_F(CacheTest, AForeignFile) {
    expect_made_anew("not a database at all, but long enough for a header: " +
                     std::string(2000, 'x'));
    get("other");
    for (const auto& file : files_in(folder)) {
        if (file == path) continue;
        const auto other = read(file);
        fs::remove(file);
        expect_made_anew(other);
    }
}

TEST_F(CacheTest, AWholeFileThatHyperscanRefuses) {
    auto bytes = whole.substr(0, 64);
    const std::uint64_t size = 0;
    const std::uint64_t checksum = 0x2D06800538D394C2;  // XXH3 of nothing
    std::memcpy(bytes.data() + 40 + 8, &checksum, sizeof checksum);
    std::memcpy(bytes.data() + 40, &size, sizeof size);
    expect_made_anew(bytes.substr(0, 56));
}

TEST_F(CacheTest, OldFilesGo) {
    for (unsigned id = 100; id < 130; ++id) get("abc+", 0, id);
    EXPECT_EQ(files_in(folder).size(), 16U);
    EXPECT_FALSE(fs::exists(path)) << "the oldest went first";
}

TEST(Cache, AFolderThatCannotBeWrittenIsNoFault) {
    const auto folder = fresh_folder("unwritable");
    write(folder + "/file", "in the way");
    std::vector<Fault> faults;
    const auto database = DatabaseCache(folder + "/file").get(expressions("abc"), faults);
    ASSERT_NE(database, nullptr);
    EXPECT_EQ(hit_in(database, "abc"), 7U);
    EXPECT_EQ(joined(faults), "");
}

TEST(Cache, ARefusedExpressionLeavesNothing) {
    const auto folder = fresh_folder("refused");
    std::vector<Fault> faults;
    EXPECT_EQ(DatabaseCache(folder).get(expressions("a("), faults), nullptr);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(joined(faults).find("praise/en.yaml:5:5: rule `r`: "), 0U);
    EXPECT_TRUE(files_in(folder).empty());
    faults.clear();
    EXPECT_EQ(DatabaseCache(folder).get({}, faults), nullptr);
    EXPECT_TRUE(faults.empty());
}

TEST(Cache, ARuleSetFromTheCacheFindsTheSame) {
    const auto folder = fresh_folder("rule_set");
    auto book = book_of({"*fund", "re:[0-9]{3}", "great", "[0-9]"});
    book.rules[3].pii_type = "PIN";
    (void)compiled(book, folder);
    const auto files = files_in(folder);
    EXPECT_EQ(files.size(), 3U);
    for (const auto& file : files) fs::last_write_time(file, kLongAgo);
    const auto again = compiled(book, folder);
    for (const auto& file : files) EXPECT_TRUE(fs::last_write_time(file) == kLongAgo);
    EXPECT_EQ(fired(again, "great refund 123"), (std::vector<RuleIndex>{0, 1, 2}));
}

}  // namespace
}  // namespace hark::match::testing
