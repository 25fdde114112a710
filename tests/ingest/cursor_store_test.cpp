#include "ingest/cursor_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/folder.hpp"

namespace hark::ingest {
namespace {

TEST(CursorStore, remembers_over_a_restart) {
    const Folder folder;
    const auto path = folder / "cursors.json";
    {
        CursorStore store(path);
        EXPECT_TRUE(store.get("bluesky").empty());
        store.set("bluesky", Cursor("1764000000000000"));
        store.set("a \"quoted\" name", Cursor("12:34:ab"));
        EXPECT_TRUE(store.flush());
    }
    const CursorStore store(path);
    EXPECT_EQ(store.get("bluesky").text(), "1764000000000000");
    EXPECT_EQ(store.get("a \"quoted\" name").text(), "12:34:ab");
    EXPECT_TRUE(store.get("other").empty());
}

TEST(CursorStore, leaves_nothing_aside_and_writes_only_what_changed) {
    const Folder folder;
    const auto path = folder / "cursors.json";
    CursorStore store(path);
    EXPECT_TRUE(store.flush());
    EXPECT_FALSE(std::filesystem::exists(path));
    store.set("s", Cursor("1"));
    EXPECT_TRUE(store.flush());
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    std::filesystem::remove(path);
    store.set("s", Cursor("1"));
    EXPECT_TRUE(store.flush());
    EXPECT_FALSE(std::filesystem::exists(path));
    store.set("s", Cursor("2"));
    EXPECT_TRUE(store.flush());
    EXPECT_EQ(CursorStore(path).get("s").text(), "2");
}

TEST(CursorStore, a_half_written_file_aside_does_not_matter) {
    const Folder folder;
    const auto path = folder / "cursors.json";
    write_file(path, R"({"s":"1"})");
    write_file(path + ".new", R"({"s":)");
    CursorStore store(path);
    EXPECT_EQ(store.get("s").text(), "1");
    store.set("s", Cursor("2"));
    EXPECT_TRUE(store.flush());
    EXPECT_EQ(CursorStore(path).get("s").text(), "2");
}

TEST(CursorStore, refuses_a_damaged_file_by_name) {
    const Folder folder;
    const auto path = folder / "cursors.json";
    for (const auto& text :
         {std::string(R"({"s":"1")"), std::string(), std::string("[]"), std::string(R"({"s":1})"),
          R"({"s":")" + std::string(64, '9') + "\"}", std::string(R"({"s":"1"}x)")}) {
        write_file(path, text);
        try {
            const CursorStore store(path);
            ADD_FAILURE() << "accepted " << text;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(path));
        }
        EXPECT_EQ(read_file(path), text);
    }
}

TEST(CursorStore, refuses_what_cannot_be_read_by_name) {
    const Folder folder;
    std::filesystem::create_directory(folder / "cursors.json");
    try {
        const CursorStore store(folder / "cursors.json");
        ADD_FAILURE() << "accepted a folder";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(folder / "cursors.json"));
    }
}

TEST(CursorStore, tries_again_when_the_disk_refused) {
    const Folder folder;
    const auto path = folder / "later/cursors.json";
    CursorStore store(path);
    store.set("s", Cursor("5"));
    EXPECT_FALSE(store.flush());
    std::filesystem::create_directory(folder / "later");
    EXPECT_TRUE(store.flush());
    EXPECT_EQ(CursorStore(path).get("s").text(), "5");
}

TEST(CursorStore, without_a_path_keeps_nothing) {
    CursorStore store("");
    store.set("s", Cursor("5"));
    EXPECT_TRUE(store.flush());
    EXPECT_EQ(store.get("s").text(), "5");
}

}  // namespace
}  // namespace hark::ingest
