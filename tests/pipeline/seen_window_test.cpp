#include "pipeline/seen_window.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

namespace hark::pipeline {
namespace {

Mention mention(std::string_view id, std::string_view event, std::string_view text,
                Action action = Action::created) {
    Mention made;
    made.id = id;
    made.event_id = event;
    made.text = text;
    made.action = action;
    return made;
}

std::string fresh_path(const char* name) {
    const auto path = testing::TempDir() + name;
    std::filesystem::remove(path);
    return path;
}

TEST(Fingerprint, TellsDeliveriesApart) {
    const auto of = [](std::uint64_t seed, std::string_view source, const Mention& made) {
        return of_delivery(of_thing(seed, source, made.id), made);
    };
    const auto base = of(1, "a", mention("x", "e", "t"));
    EXPECT_EQ(base, of(1, "a", mention("x", "e", "other text")));
    EXPECT_FALSE(base == of(2, "a", mention("x", "e", "t")));
    EXPECT_FALSE(base == of(1, "b", mention("x", "e", "t")));
    EXPECT_FALSE(base == of(1, "a", mention("y", "e", "t")));
    EXPECT_FALSE(base == of(1, "a", mention("x", "f", "t")));
    EXPECT_FALSE(base == of(1, "a", mention("x", "e", "t", Action::deleted)));
}

TEST(Fingerprint, WithoutAnEventIdTheTextDecides) {
    const auto thing = of_thing(1, "a", "x");
    EXPECT_FALSE(of_delivery(thing, mention("x", "", "one")) ==
                 of_delivery(thing, mention("x", "", "two")));
    EXPECT_FALSE(of_delivery(thing, mention("x", "", "e")) ==
                 of_delivery(thing, mention("x", "e", "")));
}

TEST(Fingerprint, AllOfOneThingStandTogether) {
    const auto thing = of_thing(1, "a", "x");
    const auto deleted = of_action(thing, Action::deleted);
    EXPECT_EQ(of_delivery(thing, mention("x", "e", "t")).high, thing.high);
    EXPECT_EQ(deleted.high, thing.high);
    EXPECT_FALSE(deleted == of_action(thing, Action::edited));
    EXPECT_FALSE(deleted == of_delivery(thing, mention("x", "", "", Action::deleted)));
    EXPECT_FALSE(deleted == of_action(of_thing(1, "a", "y"), Action::deleted));
}

TEST(Fingerprint, PartsDoNotRunTogether) {
    EXPECT_FALSE(of_thing(1, "ab", "c") == of_thing(1, "a", "bc"));
    EXPECT_FALSE(of_refusal(1, "a", Errc::malformed_json, "x") ==
                 of_refusal(1, "a", Errc::truncated, "x"));
}

TEST(SeenWindow, RemembersWhatItWasTold) {
    SeenWindow window("", 4096);
    const auto one = of_thing(window.seed(), "s", "1");
    EXPECT_FALSE(window.contains(one));
    window.remember(one);
    EXPECT_TRUE(window.contains(one));
    EXPECT_FALSE(window.contains(of_thing(window.seed(), "s", "2")));
}

TEST(SeenWindow, ForgetsOneAndKeepsItsNeighbours) {
    SeenWindow window("", 8);  // one bucket
    const auto one = of_thing(window.seed(), "s", "1");
    const auto two = of_thing(window.seed(), "s", "2");
    window.remember(one);
    window.remember(two);
    window.forget(one);
    EXPECT_FALSE(window.contains(one));
    EXPECT_TRUE(window.contains(two));
    window.remember(one);
    EXPECT_TRUE(window.contains(one));
    EXPECT_TRUE(window.contains(two));
}

TEST(SeenWindow, SurvivesARestart) {
    const auto path = fresh_path("seen_restart");
    Fingerprint one;
    {
        SeenWindow window(path, 4096);
        one = of_thing(window.seed(), "s", "1");
        window.remember(one);
    }
    SeenWindow again(path, 4096);
    EXPECT_EQ(one, of_thing(again.seed(), "s", "1"));
    EXPECT_TRUE(again.contains(one));
}

TEST(SeenWindow, AFileOfAnotherSizeIsBegunAnew) {
    const auto path = fresh_path("seen_size");
    { SeenWindow window(path, 4096); }
    SeenWindow larger(path, 65536);
    EXPECT_FALSE(larger.contains(of_thing(larger.seed(), "s", "1")));
}

TEST(SeenWindow, GarbageIsBegunAnew) {
    const auto path = fresh_path("seen_garbage");
    std::ofstream(path) << std::string(4096 + 4096 * 8, '\x5A');
    SeenWindow window(path, 4096);
    window.remember(of_thing(window.seed(), "s", "1"));
    EXPECT_TRUE(window.contains(of_thing(window.seed(), "s", "1")));
    EXPECT_FALSE(window.contains(of_thing(window.seed(), "s", "2")));
}

TEST(SeenWindow, TheOldestGivesWayAndTheNewestStay) {
    SeenWindow window("", 1024);
    for (int i = 0; i < 10'000; ++i) {
        window.remember(of_thing(window.seed(), "s", std::to_string(i)));
    }
    int kept = 0;
    for (int i = 9'900; i < 10'000; ++i) {
        kept += window.contains(of_thing(window.seed(), "s", std::to_string(i))) ? 1 : 0;
    }
    EXPECT_EQ(kept, 100);
    EXPECT_FALSE(window.contains(of_thing(window.seed(), "s", "1")));
}

TEST(SeenWindow, AFolderInUseIsRefused) {
    const auto path = fresh_path("seen_lock");
    SeenWindow window(path, 4096);
    EXPECT_THROW(SeenWindow(path, 4096), std::runtime_error);
}

TEST(SeenWindow, AFolderThatIsNotThereIsNamed) {
    try {
        SeenWindow window("/nonexistent/folder/seen", 4096);
        FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent/folder/seen"), std::string::npos);
    }
}

TEST(SeenWindow, ShardsShareItWithoutALock) {
    SeenWindow window("", 1 << 16);
    const auto work = [&](int first) {
        for (int i = first; i < first + 5'000; ++i) {
            window.remember(of_thing(window.seed(), "s", std::to_string(i)));
            EXPECT_TRUE(window.contains(of_thing(window.seed(), "s", std::to_string(i))));
        }
    };
    std::thread other(work, 100'000);
    work(0);
    other.join();
}

}  // namespace
}  // namespace hark::pipeline
