#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/yaml.hpp"

namespace hark::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct ConfigTest : testing::Test {
    void SetUp() override { ::setenv("HARK_TEST_TOKEN", "t0ken_t0ken", 1); }

    Config parse(std::string_view text) {
        return parse_config(text, "/etc/hark/hark.yaml", faults);
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> out;
        for (const auto& fault : faults) out.push_back(pipeline::to_string(fault));
        return out;
    }

    std::vector<Fault> faults;
};

std::string file_text(const std::string& name) {
    std::ifstream file(std::string(HARK_SOURCE_DIR) + "/tests/app/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(ConfigTest, EveryKeyIsRead) {
    std::vector<std::string> keys;
    const auto config = parse_config(file_text("full.yaml"), "/etc/hark/hark.yaml", faults, &keys);
    EXPECT_THAT(lines(), testing::IsEmpty());
    EXPECT_EQ(config.shards, 2U);
    EXPECT_EQ(config.in_flight_bytes, 32U << 20);
    EXPECT_EQ(config.state_folder, "/etc/hark/state");
    ASSERT_EQ(config.sources.size(), 3U);
    EXPECT_EQ(config.sources[0].transport, Transport::webhook);
    EXPECT_EQ(config.sources[0].platforms.size(), 2U);
    EXPECT_FALSE(config.sources[0].keep_all);
    EXPECT_EQ(config.sources[1].transport, Transport::file);
    EXPECT_TRUE(config.sources[1].keep_all);
    EXPECT_EQ(config.sources[1].file, "/etc/hark/posts.ndjson");
    EXPECT_EQ(config.sources[2].transport, Transport::stream);
    EXPECT_FALSE(config.sources[2].keep_all) << "a firehose keeps only what names a brand";
    EXPECT_EQ(config.sink.kind, SinkKind::kafka);
    EXPECT_EQ(config.sink.kafka.compression, "zstd");
    EXPECT_THAT(config.sink.kafka.options, Contains(testing::Pair("sasl.password", "t0ken_t0ken")));
    EXPECT_EQ(config.publish.labels, (std::vector<std::string>{"complaint"}));
    EXPECT_EQ(config.log_level, telemetry::Level::warn);

    // What docs/configuration.md is held against: this room's keys, not the platforms' own.
    std::set<std::string> known;
    for (const auto& key : keys) known.insert(key);
    std::set<std::string> written;
    std::istringstream list(file_text("keys.txt"));
    for (std::string key; list >> key;) written.insert(key);
    for (const auto& key : written)
        EXPECT_TRUE(known.contains(key)) << key << " is in keys.txt and never read";
    const std::set<std::string> of_platforms = {"sources.secret_token", "sources.bot_token",
                                                "sources.url",          "sources.protocol",
                                                "sources.collections",  "sources.compress"};
    for (const auto& key : known) {
        EXPECT_TRUE(written.contains(key) || of_platforms.contains(key))
            << key << " is read and not in keys.txt";
    }
}

TEST_F(ConfigTest, AllFaultsInOneGoWithTheirPlaces) {
    (void)parse(
        "shardz: 2\n"
        "sources:\n"
        "  - {name: a, platform: telegrm, path: /a}\n"
        "  - {name: a, platform: mention, file: x, path: /b}\n"
        "listeners: [{port: 99999}]\n"
        "sink: {directory: {path: x}, stdout: {}}\n"
        "log: {level: loud}\n");
    const auto all = lines();
    EXPECT_THAT(all, Contains(HasSubstr(
                         "/etc/hark/hark.yaml:1:1: unknown key `shardz`; did you mean `shards`?")));
    EXPECT_THAT(all, Contains(HasSubstr("did you mean `telegram`?")));
    EXPECT_THAT(all, Contains(HasSubstr("source `a` stands here twice")));
    EXPECT_THAT(all, Contains(HasSubstr("hark.yaml:5:20: `port`")));
    EXPECT_THAT(all, Contains(HasSubstr("exactly one of: kafka, directory, stdout")));
    EXPECT_THAT(all, Contains(HasSubstr("hark.yaml:7:14: `level` is `loud`")));
    EXPECT_THAT(all, Contains(HasSubstr("not both")));
    EXPECT_EQ(all.size(), 7U);
}

TEST_F(ConfigTest, WhatCannotWorkIsSaid) {
    (void)parse("sources: [{name: a, platform: telegram, path: /a}]\n");
    EXPECT_THAT(lines(), Contains(HasSubstr("no `listeners`")));
    faults.clear();
    (void)parse("{}");
    EXPECT_THAT(lines(), Contains(HasSubstr("nothing to hear")));
}

TEST_F(ConfigTest, TwoListenersHaveNotOnePort) {
    const std::string source = "sources: [{name: a, platform: telegram, path: /a}]\nlisteners: ";
    (void)parse(source +
                "[{port: 80}, {port: 81}, {port: 80, address: ::1}, {port: 0}, {port: 0}]");
    EXPECT_THAT(lines(), Not(Contains(HasSubstr("two listeners"))));
    (void)parse(source + "[{port: 80}, {port: 80}]");
    EXPECT_THAT(lines(), Contains(HasSubstr("yaml:2:32: two listeners have the port 80")));
}

/// A configuration with nothing wrong but what is added to it.
std::string with(std::string_view more) {
    return "sources: [{name: f, platform: mention, file: x}]\n" + std::string(more) + "\n";
}

TEST_F(ConfigTest, WhatTheStartWouldRefuseIsAFault) {
    for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
             {with("listeners: [{address: localhost}]"), ":2:23: `address` is"},
             {with("admin: {address: localhost}"), ":2:18: `address` is"},
             {with("sink: {kafka: {brokers: '127.0.0.1:99999'}}"), "`brokers` is"},
             {with("sink: {kafka: {brokers: ',, ;'}}"), "`brokers` is"},
             {with("sink: {kafka: {brokers: ','}}"), "`brokers` is"},
             {with("publish: {labels: ['../x']}"), ":2:19: label `../x`"},
             {with("publish: {labels: ['a b']}"), "label `a b`"},
             {with("publish: {labels: [a, a]}"), "label `a` stands here twice"},
             {with("brands: [{id: a, names: [a], domains: ['https://acme.com/']}]"),
              ":2:39: `https://acme.com/` is no domain"},
             {with("brands: [{id: a, names: [a], accounts: [vk-123]}]"), "`vk-123` is no account"},
             {with("brands: [{id: a, names: [a], phones: ['abc']}]"), "`abc` is no telephone"},
         }) {
        faults.clear();
        (void)parse(text);
        EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr(what))) << text;
    }
    for (const auto* fine :
         {"sink: {kafka: {brokers: 'a, b.example:9092,[::1]:9092,SASL_SSL://c:1'}}",
          "publish: {labels: [complaint, x-1.y_z]}", "listeners: [{address: '::1'}]",
          "brands: [{id: a, domains: [acme.com, президент.рф], accounts: ['x:1', 'generic:a:b'], "
          "phones: ['+48 (600) 700-800']}]"}) {
        faults.clear();
        (void)parse(with(fine));
        EXPECT_THAT(lines(), testing::IsEmpty()) << fine;
    }
}

TEST_F(ConfigTest, WebhooksThatNobodyCanSendAreFaults) {
    const auto source = [](std::string_view keys) {
        return "listeners: [{port: 0}]\nsources: [{name: a, " + std::string(keys) + "}]\n";
    };
    for (const auto* platform : {"bluesky", "mastodon", "mention", "reddit", "text"}) {
        faults.clear();
        (void)parse(source("path: /x, platform: " + std::string(platform)));
        EXPECT_THAT(lines(), Contains(HasSubstr("takes no webhooks"))) << platform;
    }
    faults.clear();
    (void)parse(source("platform: telegram, path: /é, secret_token: '${HARK_TEST_TOKEN}'"));
    EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("a path begins with /")));
    for (const auto* keys : {"platform: generic, path: /x, verify: bearer, secrets: []",
                             "platform: generic, path: /x, verify: bearer, secrets: ~",
                             "platform: telegram, path: /x, secret_token: []"}) {
        faults.clear();
        (void)parse(source(keys));
        EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("holds no secret"))) << keys;
    }
}

TEST_F(ConfigTest, WhatGoesOutForEverybodysPostsKeepsABrandsThoughItHasWebhooks) {
    const auto config = parse(
        "listeners: [{port: 0}]\n"
        "sources:\n"
        "  - {name: a, platform: generic, path: /a, verify: none, url: 'wss://a.example'}\n"
        "  - {name: b, platform: generic, path: /b, verify: none}\n"
        "  - {name: c, platform: youtube, path: /c, secret: '${HARK_TEST_TOKEN}', "
        "callback: 'https://a.example/c', channels: [UCaaaaaaaaaaaaaaaaaaaaaa]}\n");
    EXPECT_THAT(lines(), testing::IsEmpty());
    ASSERT_EQ(config.sources.size(), 3U);
    EXPECT_FALSE(config.sources[0].keep_all);
    EXPECT_TRUE(config.sources[1].keep_all);
    EXPECT_TRUE(config.sources[2].keep_all);
}

TEST_F(ConfigTest, FilesOfSecretsAreMeantFromTheFilesOwnFolder) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "hark_config_secrets";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "token") << "t0ken_t0ken\n";
    const auto config = parse_config(with("publish: {mask: hash, mask_key: 'file:token'}"),
                                     folder / "hark.yaml", faults);
    EXPECT_THAT(lines(), testing::IsEmpty());
    EXPECT_EQ(config.publish.mask.key, "t0ken_t0ken");
    std::filesystem::permissions(folder / "token", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    const auto open = parse_config(with("publish: {mask: hash, mask_key: 'file:token'}"),
                                   folder / "hark.yaml", faults);
    EXPECT_THAT(lines(), testing::IsEmpty());
    EXPECT_THAT(open.open_secrets, testing::ElementsAre((folder / "token").string()));
}

TEST_F(ConfigTest, OneFaultBringsNoOthers) {
    (void)parse("sources: 5\n");
    EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("`sources` is a list")));
    faults.clear();
    (void)parse("sources: [{name: a, file: x}]\n");
    EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("`platform` is required")));
}

TEST_F(ConfigTest, AByteOrderMarkIsNoPartOfTheText) {
    (void)parse("\xEF\xBB\xBF" + with(""));
    EXPECT_THAT(lines(), testing::IsEmpty());
}

TEST_F(ConfigTest, AFolderOrAnEndlessFileIsNamed) {
    (void)read_config(testing::TempDir(), faults);
    EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("folder")));
    faults.clear();
    (void)read_config("/dev/zero", faults);
    EXPECT_THAT(lines(), testing::ElementsAre(HasSubstr("larger than")));
}

TEST_F(ConfigTest, BrokenYamlHasItsPlace) {
    (void)parse("sources:\n  - {name: a\n  b\n");
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_GE(faults[0].where.line, 2U);
    EXPECT_THAT(faults[0].what, HasSubstr("not YAML"));
}

TEST_F(ConfigTest, DuplicateKeyIsAFault) {
    (void)parse("shards: 1\nshards: 2\nsources: [{name: a, platform: mention, file: x}]\n");
    EXPECT_THAT(lines(), Contains(HasSubstr("hark.yaml:2:1: key `shards` stands here twice")));
}

TEST_F(ConfigTest, AnExplosionOfAliasesIsRefused) {
    std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 9; ++k) text += "," + before;
        text += "]\n";
    }
    std::vector<Fault> found;
    (void)read_yaml(text, "bomb.yaml", limits::kConfigBytes, found);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0].what, HasSubstr("too large"));
}

TEST_F(ConfigTest, MissingFileIsNamed) {
    (void)read_config("/nonexistent/hark.yaml", faults);
    EXPECT_THAT(lines(), Contains(HasSubstr("/nonexistent/hark.yaml")));
}

}  // namespace
}  // namespace hark::app
