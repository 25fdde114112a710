// Packs from memory and from folders; each fault with its place, all of them in one go.

#include "match/pack_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "match/support.hpp"

namespace hark::match::testing {
namespace {

constexpr const char* kHead = "label: praise\nlang: en\nrules:\n";

RuleBook book_from(const std::string& text, const std::string& file = "praise/en.yaml") {
    RuleBook book;
    std::vector<Fault> faults;
    read_pack(text, file, book, faults);
    EXPECT_EQ(joined(faults), "") << text;
    return book;
}

std::string faults_of(const std::string& text, const std::string& file = "praise/en.yaml") {
    RuleBook book;
    std::vector<Fault> faults;
    read_pack(text, file, book, faults);
    return joined(faults);
}

/// The faults of a pack with these rules, from its 4th line on.
std::string faults_of_rules(const std::string& rules) {
    return faults_of(kHead + rules);
}

void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
}

TEST(PackReader, AFullPack) {
    const auto book = book_from(R"(label: pii
lang: any
bias: -3.5
threshold: 0.25
advice: answer_first
rules:
  - id: a
    pattern: great ~2 stuff
    weight: +1.5
    sublabel: shop
    advice: hide
    mode: shadow
    hit: [great stuff, so great]
    miss: one
  - id: b
    raw: '[0-9]{4}'
    type: PIN
    validator: card
    keywords: [pin, code*]
    needs_keyword: true
    weight: 3
    hit: ['1234']
)",
                                "pii/any.yaml");
    ASSERT_EQ(book.labels, std::vector<std::string>{"pii"});
    ASSERT_EQ(book.packs.size(), 1U);
    const auto& pack = book.packs[0];
    EXPECT_EQ(pack.lang, "any");
    EXPECT_FLOAT_EQ(pack.bias, -3.5F);
    EXPECT_FLOAT_EQ(pack.threshold, 0.25F);
    EXPECT_EQ(pack.advice, "answer_first");
    ASSERT_EQ(book.rules.size(), 2U);
    const auto& a = book.rules[0];
    EXPECT_EQ(a.id, "a");
    EXPECT_EQ(a.pattern, "great ~2 stuff");
    EXPECT_FLOAT_EQ(a.weight, 1.5F);
    EXPECT_EQ(a.sublabel, "shop");
    EXPECT_EQ(a.advice, "hide");
    EXPECT_EQ(a.mode, Mode::shadow);
    ASSERT_EQ(a.hit.size(), 2U);
    EXPECT_EQ(a.hit[1].text, "so great");
    ASSERT_EQ(a.miss.size(), 1U);
    EXPECT_EQ(a.miss[0].text, "one");
    EXPECT_EQ(a.where.line, 7U);
    EXPECT_EQ(a.where.column, 5U);
    EXPECT_EQ(a.where.file, "pii/any.yaml");
    const auto& b = book.rules[1];
    EXPECT_EQ(b.pattern, "[0-9]{4}");
    EXPECT_EQ(b.pii_type, "PIN");
    EXPECT_EQ(b.validator, "card");
    EXPECT_EQ(b.keywords, (std::vector<std::string>{"pin", "code*"}));
    EXPECT_TRUE(b.needs_keyword);
    EXPECT_EQ(b.mode, Mode::live);
}

TEST(PackReader, DefaultsOfAPack) {
    const auto book = book_from("label: praise\nlang: en\n");
    EXPECT_FLOAT_EQ(book.packs.at(0).bias, 0);
    EXPECT_FLOAT_EQ(book.packs.at(0).threshold, 0.5F);
    EXPECT_TRUE(book.rules.empty());
}

TEST(PackReader, ComparisonsOfFacts) {
    const auto book = book_from(std::string(kHead) + R"(
  - id: a
    when: {words: 3, emoji: '>=2', digits: '<= 4', links: '!=1', media: '>5', questions: '<6',
           kind: review, is_reply: 1}
)");
    struct Expected {
        Fact fact;
        Compare compare;
        std::int32_t value;
    };
    // In the order of the facts, not of the file.
    const std::vector<Expected> expected = {
        {Fact::words, Compare::equal, 3},     {Fact::digits, Compare::at_most, 4},
        {Fact::emoji, Compare::at_least, 2},  {Fact::questions, Compare::at_most, 5},
        {Fact::links, Compare::not_equal, 1}, {Fact::media, Compare::at_least, 6},
        {Fact::is_reply, Compare::equal, 1},  {Fact::kind, Compare::equal, 4}};
    const auto& facts = book.rules.at(0).when.facts;
    ASSERT_EQ(facts.size(), expected.size());
    for (std::size_t i = 0; i < facts.size(); ++i) {
        EXPECT_EQ(facts[i].fact, expected[i].fact) << i;
        EXPECT_EQ(facts[i].compare, expected[i].compare) << i;
        EXPECT_EQ(facts[i].value, expected[i].value) << i;
    }
}

TEST(PackReader, ConditionsOverRules) {
    const auto book = book_from(std::string(kHead) + R"(
  - {id: later, when: {all: [a, b], any: [b, c], none: c, at_least: {n: 2, of: [a, b, c]}}}
  - {id: a, pattern: a}
  - {id: b, pattern: b}
  - {id: c, pattern: c}
)");
    const auto& tests = book.rules.at(0).when.rules;
    ASSERT_EQ(tests.size(), 4U);
    const auto expect = [](const RuleTest& test, const std::vector<RuleIndex>& rules,
                           std::uint32_t at_least, std::uint32_t at_most) {
        EXPECT_EQ(test.rules, rules);
        EXPECT_EQ(test.at_least, at_least);
        EXPECT_EQ(test.at_most, at_most);
    };
    expect(tests[0], {1, 2}, 2, 2);
    expect(tests[1], {2, 3}, 1, 2);
    expect(tests[2], {3}, 0, 0);
    expect(tests[3], {1, 2, 3}, 2, 3);
}

TEST(PackReader, NotYaml) {
    EXPECT_EQ(faults_of("label: praise\nlang: [en\n").substr(0, 28),
              "praise/en.yaml:3:1: not YAML");
    EXPECT_EQ(faults_of("just words"),
              "praise/en.yaml:1:1: a mapping (key: value) is expected here\n"
              "praise/en.yaml:1:1: `label` is required\n"
              "praise/en.yaml:1:1: `lang` is required\n");
}

TEST(PackReader, FaultsOfTheHead) {
    EXPECT_EQ(faults_of("label: praise\nlang: en\nbais: -1\n"),
              "praise/en.yaml:3:1: unknown key `bais`; did you mean `bias`?\n");
    EXPECT_EQ(faults_of("label: praise\nlang: en\nzzzzzzzzzz: 1\n"),
              "praise/en.yaml:3:1: unknown key `zzzzzzzzzz`\n");
    EXPECT_EQ(faults_of("label: praise\nlabel: praise\nlang: en\n"),
              "praise/en.yaml:2:1: key `label` stands here twice\n");
    EXPECT_EQ(faults_of("label: praise\nlang: pl\n"),
              "praise/en.yaml:1:8: this file should be praise/pl.yaml: one folder a label, one "
              "file a language\n");
    EXPECT_EQ(faults_of("label: Praise!\nlang: en\n", "Praise!/en.yaml"),
              "Praise!/en.yaml:1:8: a label is made of small letters, digits and _: it names a "
              "topic\n");
    EXPECT_EQ(faults_of("label: praise\nlang: en\nthreshold: 1.5\nbias: much\nadvice: smile\n"),
              "praise/en.yaml:4:7: `bias` is a number from -1000 to 1000\n"
              "praise/en.yaml:3:12: `threshold` is a number from 0 to 1\n"
              "praise/en.yaml:5:9: `advice` is one of answer_first, answer, thank, leave, hide, "
              "report, move_to_private\n");
    EXPECT_EQ(faults_of("label: [praise]\nlang: en\nrules: great\n", "en.yaml"),
              "en.yaml:1:8: a single value is expected for `label`\n"
              "en.yaml:1:8: `label` is required\n"
              "en.yaml:3:8: `rules` is a list (- key: value)\n");
}

TEST(PackReader, FaultsOfARule) {
    EXPECT_EQ(faults_of_rules("  - {pattern: a}\n"), "praise/en.yaml:4:5: `id` is required\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, weight: 1}\n"),
              "praise/en.yaml:4:10: rule `a` has neither `pattern` nor `when` nor `type`: it can "
              "never fire\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, patern: a}\n"),
              "praise/en.yaml:4:13: unknown key `patern`; did you mean `pattern`?\n");
    EXPECT_EQ(faults_of_rules("  - just words\n").substr(0, 66),
              "praise/en.yaml:4:5: a mapping (key: value) is expected here\npraise");
    for (const auto* weight : {"heavy", "1001", "-1000.5", "nan", "inf", "1e9", "1,5", "1 2", "+"})
        EXPECT_EQ(
            faults_of_rules("  - {id: a, pattern: a, weight: '" + std::string(weight) + "'}\n"),
            "praise/en.yaml:4:33: `weight` is a number from -1000 to 1000\n")
            << weight;
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: [a], hit: {b: c}, miss: [[d]]}\n"),
              "praise/en.yaml:4:22: a single value is expected for `pattern`\n"
              "praise/en.yaml:4:32: `hit` is a list of values\n"
              "praise/en.yaml:4:47: a single value is expected in the list `miss`\n"
              "praise/en.yaml:4:10: rule `a` has neither `pattern` nor `when` nor `type`: it can "
              "never fire\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: a, mode: off}\n"),
              "praise/en.yaml:4:31: `mode` is `off`; it can be one of: live, shadow\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: a}\n  - {id: b, pattern: b}\n"
                              "  - {id: a, pattern: c}\n"),
              "praise/en.yaml:6:5: rule `a` stands already in praise/en.yaml:4\n");
}

TEST(PackReader, FaultsOfPersonalData) {
    EXPECT_EQ(faults_of_rules("  - {id: a, raw: x}\n"),
              "praise/en.yaml:4:18: `raw` belongs to rules with a `type`\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, type: PIN}\n"),
              "praise/en.yaml:4:19: personal data needs a `raw` expression or a `validator`\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: x, type: PIN, validator: y}\n"),
              "praise/en.yaml:4:22: a rule has a `pattern` or a `raw` expression, not both\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, raw: x, type: PIN, pattern: y}\n"),
              "praise/en.yaml:4:41: a rule has a `pattern` or a `raw` expression, not both\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: x, validator: card, keywords: [y], "
                              "needs_keyword: maybe}\n"),
              "praise/en.yaml:4:72: `needs_keyword` is true or false\n"
              "praise/en.yaml:4:36: `validator` belongs to rules with a `type`\n"
              "praise/en.yaml:4:52: `keywords` belongs to rules with a `type`\n"
              "praise/en.yaml:4:72: `needs_keyword` belongs to rules with a `type`\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, type: PIN, raw: " + std::string(4097, 'x') + "}\n"),
              "praise/en.yaml:4:29: longer than 4096 bytes\n");
}

TEST(PackReader, FaultsOfConditions) {
    const std::string number = "` is compared with a number: 3, >=3, <=3, !=3, >3, <3";
    for (const auto* value : {"many", ">=", "=3", "-1", "3.5", "1000001", ">>3"})
        EXPECT_EQ(faults_of_rules("  - {id: a, when: {words: '" + std::string(value) + "'}}\n")
                      .substr(0, 27 + number.size()),
                  "praise/en.yaml:4:27: `words" + number)
            << value;
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: a, when: {kind: story, wrods: 3}}\n"),
              "praise/en.yaml:4:38: `kind` is post, comment, mention, message, review or reaction, "
              "or `!=` and one of these\n"
              "praise/en.yaml:4:45: unknown key `wrods`; did you mean `words`?\n");
    EXPECT_EQ(faults_of_rules("  - {id: a, pattern: a, when: {at_least: {n: 3, off: 1, of: [a]}}}"),
              "praise/en.yaml:4:46: at least 3 of 1 rules can never fire\n"
              "praise/en.yaml:4:49: unknown key `off`; did you mean `of`?\n"
              "praise/en.yaml:4:42: rule `a` has conditions over rules itself and cannot be named "
              "here\n");
    EXPECT_EQ(faults_of_rules("  - {id: praise.en.good, pattern: good}\n"
                              "  - {id: b, when: {all: [praise.en.god]}}\n"
                              "  - {id: c, when: {any: [b, nobody_wrote_this]}}\n"),
              "praise/en.yaml:5:25: no rule has the id `praise.en.god`; did you mean "
              "`praise.en.good`?\n"
              "praise/en.yaml:6:25: rule `b` has conditions over rules itself and cannot be named "
              "here\n"
              "praise/en.yaml:6:25: no rule has the id `nobody_wrote_this`\n");
}

TEST(PackReader, ConditionsOfAnEarlierPackCountToo) {
    RuleBook book;
    std::vector<Fault> faults;
    read_pack(std::string(kHead) + "  - {id: a, pattern: a}\n  - {id: b, when: {all: [a]}}\n",
              "praise/en.yaml", book, faults);
    read_pack("label: praise\nlang: pl\nrules:\n  - {id: c, when: {all: [b]}}\n", "praise/pl.yaml",
              book, faults);
    EXPECT_EQ(joined(faults),
              "praise/pl.yaml:4:25: rule `b` has conditions over rules itself and "
              "cannot be named here\n");
}

TEST(PackReader, LearnedRulesAreLinesWithTheirCounts) {
    const auto book = book_from(
        "label: praise\nlang: en\nlearned: |\n  # weight, with, without\n"
        "  +0.75 12 3 so good*\n  -1.5 0 40 [questions >=2]\n",
        "praise/en.learned.yaml");
    ASSERT_EQ(book.rules.size(), 2U);
    EXPECT_EQ(book.rules[0].id, "praise.en:so good*");
    EXPECT_EQ(book.rules[0].pattern, "so good*");
    EXPECT_FLOAT_EQ(book.rules[0].weight, 0.75F);
    EXPECT_TRUE(book.rules[0].learned);
    EXPECT_EQ(book.rules[0].where.line, 5U);
    EXPECT_EQ(book.rules[1].pattern, "");
    ASSERT_EQ(book.rules[1].when.facts.size(), 1U);
    EXPECT_EQ(book.rules[1].when.facts[0].fact, Fact::questions);
    EXPECT_EQ(book.rules[1].when.facts[0].value, 2);
}

TEST(PackReader, LearnedLinesThatAreNoneHaveTheirPlace) {
    const std::string head = "label: praise\nlang: en\nlearned: |\n";
    for (const auto* line : {"good 1 2 x", "+1 2 good", "1 2 3", "1 2 3 [questions >=two]",
                             "1 2 3 [moods >=2]", "2000 1 1 x"}) {
        EXPECT_EQ(faults_of(head + "  +1 2 3 fine\n  " + line + "\n", "praise/en.learned.yaml"),
                  "praise/en.learned.yaml:5:10: a learned rule is `weight seen-with seen-without "
                  "pattern`\n")
            << line;
    }
    EXPECT_NE(faults_of(head + "  +1 2 3 fine\n", "praise/en.yaml")
                  .find("this file should be praise/en.learned.yaml"),
              std::string::npos);
}

TEST(PackReader, LearnedWeightsReplaceWrittenOnes) {
    const auto folder = fresh_folder("weights");
    write(folder + "/praise/en.yaml", kHead + std::string("  - {id: a, pattern: b, weight: 1}\n"));
    write(folder + "/praise/en.learned.yaml",
          "label: praise\nlang: en\nweights: {a: 2.5}\nlearned: |\n  +1 2 3 c\n");
    std::vector<Fault> faults;
    const std::vector<std::string> folders = {folder};
    const auto book = read_packs(folders, faults);
    EXPECT_EQ(joined(faults), "");
    for (const auto& rule : book.rules) {
        if (rule.id == "a") {
            EXPECT_FLOAT_EQ(rule.weight, 2.5F);
        }
    }
    write(folder + "/praise/en.learned.yaml",
          "label: praise\nlang: en\nweights: {z: 1, a: x}\nlearned: |\n  +1 2 3 c\n");
    (void)read_packs(folders, faults);
    EXPECT_NE(joined(faults).find("no rule has the id `z`"), std::string::npos) << joined(faults);
    EXPECT_NE(joined(faults).find("the weight of `a` is a number"), std::string::npos);
}

TEST(PackReader, TooManyLabels) {
    RuleBook book;
    std::vector<Fault> faults;
    for (int i = 0; i <= 64; ++i)
        read_pack("label: l" + std::to_string(i) + "\nlang: en\n", "en.yaml", book, faults);
    EXPECT_EQ(joined(faults), "en.yaml:1:8: more than 64 labels\n");
    EXPECT_EQ(book.labels.size(), 64U);
}

TEST(PackReader, FoldersInTheOrderOfTheirNames) {
    const auto folder = fresh_folder("packs");
    write(folder + "/praise/pl.yaml", "label: praise\nlang: pl\nrules:\n  - {id: a, pattern: b}\n");
    write(folder + "/praise/en.yaml", "label: praise\nlang: en\n");
    write(folder + "/blame/en.yaml", "label: blame\nlang: en\n");
    write(folder + "/praise/README.md", "no pack");
    std::vector<Fault> faults;
    const std::vector<std::string> folders = {folder};
    const auto book = read_packs(folders, faults);
    EXPECT_EQ(joined(faults), "");
    EXPECT_EQ(book.labels, (std::vector<std::string>{"blame", "praise"}));
    ASSERT_EQ(book.packs.size(), 3U);
    EXPECT_EQ(book.packs[1].lang, "en");
    EXPECT_EQ(book.packs[2].lang, "pl");
}

TEST(PackReader, FaultsOfAllFilesInOneGo) {
    const auto one = fresh_folder("faulty_one");
    const auto two = fresh_folder("faulty_two");
    const auto empty = fresh_folder("faulty_empty");
    const std::string rule = "rules:\n  - {id: same, pattern: a, wait: 1}\n";
    write(one + "/praise/en.yaml", "label: praise\nlang: en\n" + rule);
    write(one + "/praise/ru.yml", "label: praise\nlang: ru\n");
    write(two + "/blame/en.yaml", "label: blame\nlang: en\n" + rule);
    std::vector<Fault> faults;
    const std::vector<std::string> folders = {one, two, empty, empty + "/nowhere"};
    (void)read_packs(folders, faults);
    const std::string unknown = ":4:28: unknown key `wait`; did you mean `hit`?\n";
    EXPECT_EQ(joined(faults),
              one + "/praise/ru.yml:0:0: a pack is a .yaml file: this one is not read\n" + one +
                  "/praise/en.yaml" + unknown + two + "/blame/en.yaml" + unknown + empty +
                  ":0:0: there is no pack (<label>/<language>.yaml) in this folder\n" + empty +
                  "/nowhere:0:0: the folder of rules cannot be read: No such file or directory\n" +
                  two + "/blame/en.yaml:4:5: rule `same` stands already in " + one +
                  "/praise/en.yaml:4\n");
}

/// A pack that a deployment links to and forgot to bring along judges nothing, and says so.
TEST(PackReader, ALinkToNothingIsAFault) {
    const auto one = fresh_folder("dangling");
    write(one + "/praise/en.yaml",
          "label: praise\nlang: en\nrules:\n  - {id: a, pattern: b, hit: [b]}\n");
    write(one + "/lists/words.txt", "word\n");
    std::filesystem::create_symlink("/nowhere/ru.yaml", one + "/praise/ru.yaml");
    std::filesystem::create_symlink("gone.txt", one + "/lists/more.txt");
    std::filesystem::create_symlink("me@host.1234", one + "/praise/.#en.yaml");  // an editor's
    std::vector<Fault> faults;
    const std::vector<std::string> folders = {one};
    (void)read_packs(folders, faults);
    std::sort(faults.begin(), faults.end(),
              [](const Fault& a, const Fault& b) { return a.where.file < b.where.file; });
    EXPECT_EQ(joined(faults),
              one + "/lists/more.txt:0:0: is a link to `gone.txt`, which is not there\n" + one +
                  "/praise/ru.yaml:0:0: is a link to `/nowhere/ru.yaml`, which is not there\n");
}

}  // namespace
}  // namespace hark::match::testing
