#include "core/settings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace hark {
namespace {

using namespace std::chrono_literals;

SettingNode scalar(std::string text, std::uint32_t line) {
    SettingNode node;
    node.type = SettingNode::Type::scalar;
    node.scalar = std::move(text);
    node.where = {"hark.yaml", line, 9};
    node.key_where = {"hark.yaml", line, 1};
    return node;
}

SettingNode map_of(std::vector<std::pair<std::string, std::string>> members) {
    SettingNode node;
    node.type = SettingNode::Type::map;
    node.where = {"hark.yaml", 1, 1};
    std::uint32_t line = 1;
    for (auto& [key, value] : members) node.members.emplace_back(key, scalar(value, line++));
    return node;
}

struct SettingsTest : testing::Test {
    SettingsReport report;
};

TEST_F(SettingsTest, UnknownKeyIsRefusedWithTheNearestKnownOne) {
    const auto node = map_of({{"platform", "vk"}, {"folow", "true"}});
    Settings settings(node, report);
    settings.text("platform", "");
    settings.boolean("follow", false);
    settings.finish();
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_EQ(report.faults[0].what, "unknown key `folow`; did you mean `follow`?");
    EXPECT_EQ(report.faults[0].where.line, 2U);
    EXPECT_EQ(report.faults[0].where.column, 1U);
}

TEST_F(SettingsTest, UnknownKeyFarFromAllGetsNoGuess) {
    const auto node = map_of({{"zzzzzzzz", "1"}});
    Settings settings(node, report);
    settings.text("platform", "");
    settings.finish();
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_EQ(report.faults[0].what, "unknown key `zzzzzzzz`");
}

TEST_F(SettingsTest, AllFaultsComeInOneGo) {
    const auto node = map_of({{"port", "70000"}, {"linger", "5 days"}, {"size", "-1"}, {"x", "y"}});
    Settings settings(node, report);
    EXPECT_EQ(settings.integer("port", 80, 0, 65535), 80U);
    EXPECT_EQ(settings.duration("linger", 5ms, 0ms, 1s), 5ms);
    EXPECT_EQ(settings.bytes("size", 7, 1, 100), 7U);
    settings.finish();
    EXPECT_EQ(report.faults.size(), 4U);
}

TEST_F(SettingsTest, QuantitiesHaveUnits) {
    const auto node =
        map_of({{"a", "64 KiB"}, {"b", "4MiB"}, {"c", "512"}, {"d", "5 min"}, {"e", "250ms"}});
    Settings settings(node, report);
    EXPECT_EQ(settings.bytes("a", 0, 0, 1 << 30), 65536U);
    EXPECT_EQ(settings.bytes("b", 0, 0, 1 << 30), 4U << 20);
    EXPECT_EQ(settings.bytes("c", 0, 0, 1 << 30), 512U);
    EXPECT_EQ(settings.duration("d", 0ms, 0ms, 1h), 5min);
    EXPECT_EQ(settings.duration("e", 0ms, 0ms, 1h), 250ms);
    EXPECT_TRUE(report.faults.empty());
}

TEST_F(SettingsTest, QuantityThatOverflowsIsAFault) {
    const auto node = map_of({{"a", "18446744073709551615 GiB"}});
    Settings settings(node, report);
    EXPECT_EQ(settings.bytes("a", 1, 0, UINT64_MAX), 1U);
    EXPECT_EQ(report.faults.size(), 1U);
}

TEST_F(SettingsTest, SecretInTheFileItselfIsRefusedAndNotRepeated) {
    const auto node = map_of({{"secret", "hunter2"}});
    Settings settings(node, report);
    EXPECT_TRUE(settings.secrets("secret").empty());
    ASSERT_EQ(report.faults.size(), 1U);
    EXPECT_EQ(report.faults[0].what.find("hunter2"), std::string::npos);
}

TEST_F(SettingsTest, SecretsComeFromTheEnvironmentAndFromFiles) {
    ::setenv("HARK_TEST_SECRET", "from-environment", 1);
    const std::string path = testing::TempDir() + "hark_secret";
    std::ofstream(path) << "from-file\n";
    SettingNode node;
    node.type = SettingNode::Type::map;
    SettingNode list;
    list.type = SettingNode::Type::list;
    list.items = {scalar("${HARK_TEST_SECRET}", 1), scalar("file:" + path, 2)};
    node.members.emplace_back("secret", list);
    Settings settings(node, report);
    EXPECT_EQ(settings.secrets("secret"),
              (std::vector<std::string>{"from-environment", "from-file"}));
    EXPECT_TRUE(report.faults.empty());
}

TEST_F(SettingsTest, FilesOfSecretsThatEverybodyMayReadOrChangeAreNamed) {
    using std::filesystem::perms;
    const std::string path = testing::TempDir() + "hark_open_secret";
    std::ofstream(path) << "from-file\n";
    const auto is_named = [&](unsigned mode) {
        std::filesystem::permissions(path, static_cast<perms>(mode));
        report.open_secrets.clear();
        const auto node = map_of({{"a", "file:" + path}, {"b", "file:" + path}});
        Settings settings(node, report);
        EXPECT_EQ(settings.secrets("a").size(), 1U);
        EXPECT_EQ(settings.secret_text("b"), "from-file");
        return report.open_secrets == std::set<std::string>{path};
    };
    EXPECT_TRUE(is_named(0644));
    EXPECT_TRUE(is_named(0604));
    EXPECT_TRUE(is_named(0602));
    EXPECT_FALSE(is_named(0600));
    EXPECT_FALSE(is_named(0400));
    EXPECT_FALSE(is_named(0640)) << "a service's group is customary";
    EXPECT_TRUE(report.open_secrets.empty());
    EXPECT_TRUE(report.faults.empty());
}

TEST_F(SettingsTest, MissingSecretSaysWhere) {
    ::unsetenv("HARK_TEST_ABSENT");
    const auto node = map_of({{"a", "${HARK_TEST_ABSENT}"}, {"b", "file:/nonexistent/secret"}});
    Settings settings(node, report);
    EXPECT_TRUE(settings.secrets("a").empty());
    EXPECT_TRUE(settings.secrets("b").empty());
    ASSERT_EQ(report.faults.size(), 2U);
    EXPECT_NE(report.faults[0].what.find("HARK_TEST_ABSENT"), std::string::npos);
    EXPECT_NE(report.faults[1].what.find("/nonexistent/secret"), std::string::npos);
}

TEST_F(SettingsTest, ListsAndMapsOfTheWrongShapeAreFaults) {
    const auto node = map_of({{"sources", "x"}, {"tls", "y"}});
    Settings settings(node, report);
    EXPECT_TRUE(settings.maps("sources").empty());
    settings.map("tls");
    EXPECT_EQ(report.faults.size(), 2U);
}

TEST_F(SettingsTest, KeysReadAreWrittenDownWithTheirPath) {
    SettingNode root = map_of({});
    SettingNode list;
    list.type = SettingNode::Type::list;
    list.items = {map_of({{"name", "a"}})};
    root.members.emplace_back("sources", list);
    report.note_keys = true;
    Settings settings(root, report);
    for (auto& item : settings.maps("sources")) item.text("name", "");
    EXPECT_EQ(report.keys_read, (std::vector<std::string>{"sources", "sources.name"}));
}

}  // namespace
}  // namespace hark
