#include "core/yaml.hpp"

#include <gtest/gtest.h>

namespace hark {
namespace {

using Type = SettingNode::Type;

class Yaml : public testing::Test {
protected:
    std::optional<SettingNode> read(std::string_view text) {
        faults.clear();
        return read_yaml(text, "a.yaml", 1'000'000, faults);
    }
    /// FILE:LINE:COLUMN: WHAT of every fault.
    [[nodiscard]] std::string told() const {
        std::string out;
        for (const auto& one : faults) {
            out += one.where.file + ":" + std::to_string(one.where.line) + ":" +
                   std::to_string(one.where.column) + ": " + one.what + "\n";
        }
        return out;
    }
    std::vector<Fault> faults;
};

TEST_F(Yaml, TellsThePlaceOfEveryKeyAndValue) {
    const auto root = read("# a comment\nshards: 2\nsources:\n  - name: 'a b'\n    keep: [x, y]\n");
    ASSERT_TRUE(root) << told();
    ASSERT_EQ(root->members.size(), 2U);
    EXPECT_EQ(root->members[0].second.scalar, "2");
    EXPECT_EQ(root->members[0].second.where.line, 2U);
    EXPECT_EQ(root->members[0].second.where.column, 9U);
    EXPECT_EQ(root->members[1].second.key_where.line, 3U);
    const auto& source = root->members[1].second.items.at(0);
    EXPECT_EQ(source.members[0].second.scalar, "a b");
    EXPECT_EQ(source.members[1].second.items.at(1).where.line, 5U);
    EXPECT_EQ(source.members[1].second.items.at(1).where.column, 15U);
    EXPECT_EQ(source.members[1].second.items.at(1).where.file, "a.yaml");
}

TEST_F(Yaml, WhatIsNotSaidIsNullAndWhatIsQuotedIsText) {
    const auto root = read("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: no\n");
    ASSERT_TRUE(root) << told();
    for (const std::size_t i : {0, 1, 2}) EXPECT_EQ(root->members[i].second.type, Type::null) << i;
    for (const std::size_t i : {3, 4, 5})
        EXPECT_EQ(root->members[i].second.type, Type::scalar) << i;
    EXPECT_EQ(root->members[5].second.scalar, "no");
    EXPECT_EQ(read("")->type, Type::null);
    EXPECT_EQ(read({})->type, Type::null);
    EXPECT_EQ(read("# nothing\n")->where.line, 1U);
}

TEST_F(Yaml, AnAliasIsWhatItsAnchorIs) {
    const auto root = read("a: &one {x: 1, y: [2, 3]}\nb: *one\nc: [*one]\n");
    ASSERT_TRUE(root) << told();
    EXPECT_EQ(root->members[1].second.members.at(1).second.items.at(1).scalar, "3");
    EXPECT_EQ(root->members[1].second.key_where.line, 2U);
    EXPECT_EQ(root->members[2].second.items.at(0).members.at(0).second.scalar, "1");
    EXPECT_FALSE(read("a: *nothing\n"));
    EXPECT_EQ(told(), "a.yaml:1:4: not YAML: an alias of nothing that stands before it\n");
    EXPECT_FALSE(read("a: &me [*me]\n")) << "what holds itself never ends";
}

TEST_F(Yaml, ATreeLargerThanItsTextIsRefused) {
    std::string text = "a: &a [x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name < 'k'; ++name) {
        text += std::string(1, name) + ": &" + name + " [";
        for (int i = 0; i < 8; ++i) text += std::string(i > 0 ? ", *" : "*") + char(name - 1);
        text += "]\n";
    }
    (void)read(text);
    EXPECT_NE(told().find("too large or too deeply nested"), std::string::npos) << told();
    (void)read(std::string(40, '[') + std::string(40, ']'));
    EXPECT_EQ(told(), "a.yaml:1:34: too large or too deeply nested\n");
    (void)read(std::string(100'000, '['));
    EXPECT_EQ(told(), "a.yaml:1:34: too large or too deeply nested\n");
}

TEST_F(Yaml, SaysWhereItIsNotYaml) {
    EXPECT_FALSE(read("a: [1,\nb: 2\n"));
    EXPECT_EQ(told().substr(0, 22), "a.yaml:3:1: not YAML: ") << told();
    EXPECT_FALSE(read("a: 1\nbc: \xff\n"));
    EXPECT_EQ(told(), "a.yaml:2:5: not YAML: invalid leading UTF-8 octet\n");
    ASSERT_TRUE(read("a: 1\n---\nb: 2\n"));
    EXPECT_EQ(told(), "a.yaml:2:1: a second document: one a file\n");
    ASSERT_TRUE(read("a: 1\n[b]: 2\na: 3\n"));
    EXPECT_EQ(told(),
              "a.yaml:2:1: a key is a single word\na.yaml:3:1: key `a` stands here twice\n");
}

}  // namespace
}  // namespace hark
