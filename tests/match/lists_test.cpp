// Lists of words, forms of words, and the folders that change other folders' rules.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "match/matcher.hpp"
#include "match/pack_reader.hpp"
#include "match/rule_files.hpp"
#include "match/support.hpp"

namespace hark::match::testing {
namespace {

void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

WordList list_of(const std::string& name, const std::vector<std::string>& entries) {
    WordList list;
    list.name = name;
    list.file = "lists/" + name + ".txt";
    for (const auto& entry : entries)
        list.entries.push_back({entry, static_cast<std::uint32_t>(list.entries.size() + 1)});
    return list;
}

std::vector<RuleIndex> fired_with(const std::vector<WordList>& lists,
                                  const std::vector<std::string>& patterns, std::string_view text) {
    auto book = book_of(patterns);
    book.lists = lists;
    return fired(compiled(std::move(book)), text);
}

std::string faults_of(RuleBook book, const CompileOptions& options = {}) {
    std::vector<Fault> faults;
    EXPECT_EQ(compile(std::move(book), fold, options, faults), nullptr);
    return joined(faults);
}

TEST(Lists, AnyEntryStandsForTheList) {
    const std::vector<WordList> lists = {list_of("fruit", {"Apple*", "ripe pear", "(fig|date)"})};
    const std::vector<std::string> patterns = {"{fruit}", "no ~1 {fruit}", "{fruit} ~1 please",
                                               "{fruit} {fruit}", "(nuts|{fruit}) now"};
    using Rules = std::vector<RuleIndex>;
    EXPECT_EQ(fired_with(lists, patterns, "APPLES!"), (Rules{0}));
    EXPECT_EQ(fired_with(lists, patterns, "no more ripe pear"), (Rules{0, 1}));
    EXPECT_EQ(fired_with(lists, patterns, "no really not ripe pear"), (Rules{0}));
    EXPECT_EQ(fired_with(lists, patterns, "fig, if please"), (Rules{0, 2}));
    EXPECT_EQ(fired_with(lists, patterns, "ripe pear date"), (Rules{0, 3}));
    EXPECT_EQ(fired_with(lists, patterns, "nuts now"), (Rules{4}));
    EXPECT_EQ(fired_with(lists, patterns, "pear"), (Rules{}));
}

TEST(Lists, EntriesForHyperscanCountToo) {
    const std::vector<WordList> lists = {list_of("fruit", {"*berry", "plum"})};
    const std::vector<std::string> patterns = {"{fruit}", "no {fruit}", "{fruit} and {fruit}"};
    using Rules = std::vector<RuleIndex>;
    EXPECT_EQ(fired_with(lists, patterns, "no blueberry"), (Rules{0, 1}));
    EXPECT_EQ(fired_with(lists, patterns, "no plum"), (Rules{0, 1}));
    EXPECT_EQ(fired_with(lists, patterns, "plum and strawberry"), (Rules{0, 2}));
    EXPECT_EQ(fired_with(lists, patterns, "strawberry and plum"), (Rules{0, 2}));
    EXPECT_EQ(fired_with(lists, patterns, "strawberry and cranberry"), (Rules{0, 2}));
}

TEST(Lists, FaultsHaveTheirFileAndLine) {
    auto book = book_of({"{fruits}", "{nothing_like_it}", "{fruit}"});
    book.lists = {list_of("fruit", {"fine", "я b*c", "a ~2 b", "re:x", "..."}),
                  list_of("none", {})};
    EXPECT_EQ(faults_of(book),
              "lists/fruit.txt:2:4: `*` stands at the begin or the end of a word\n"
              "lists/fruit.txt:3:1: a list holds words and phrases: write a rule for `re:`, ~N\n"
              "lists/fruit.txt:4:1: a list holds words and phrases: write a rule for `re:`, ~N\n"
              "lists/fruit.txt:5:1: `...` folds to nothing: no post can hold it\n"
              "lists/none.txt:1:1: the list is empty: its rules can never fire\n"
              "praise/en.yaml:5:5: rule `r0`, character 1 of `{fruits}`: there is no list "
              "`fruits`; did you mean `fruit`?\n"
              "praise/en.yaml:6:5: rule `r1`, character 1 of `{nothing_like_it}`: there is no list "
              "`nothing_like_it`: it would be lists/nothing_like_it.txt\n");
}

TEST(Lists, TooManyCombinations) {
    std::vector<std::string> entries;
    for (int i = 0; i < 50; ++i)
        entries.push_back("*berry" + std::string(1, 'a' + i % 26) + std::string(1, 'a' + i / 26) +
                          "x");
    auto book = book_of({"{b} {b}", "{b} {b} {b}"});
    book.lists = {list_of("b", entries)};
    const std::string many = ": too many combinations of a list with words that begin with `*`\n";
    EXPECT_EQ(faults_of(book),
              "praise/en.yaml:5:5: rule `r0`" + many + "praise/en.yaml:6:5: rule `r1`" + many);
    book.rules.pop_back();
    book.lists[0].entries.resize(10);
    EXPECT_EQ(fired(compiled(book), "xberryaax yberrybax"), std::vector<RuleIndex>{0});
}

TEST(Lists, AChangedEntryChangesTheHash) {
    auto book = book_of({"{fruit}"});
    book.lists = {list_of("fruit", {"plum", "pear"})};
    const auto before = std::string(compiled(book)->hash());
    EXPECT_EQ(compiled(book)->hash(), before);
    book.lists[0].entries[1].text = "fig";
    EXPECT_NE(compiled(book)->hash(), before);
}

TEST(Lists, AreReadLineByLine) {
    std::vector<Fault> faults;
    const auto list =
        read_list("# fruit\n\n  Ripe pear \t\r\n#plum\n#\nfig", "lists/fruit_2.txt", faults);
    EXPECT_EQ(joined(faults), "");
    EXPECT_EQ(list.name, "fruit_2");
    ASSERT_EQ(list.entries.size(), 3U);
    EXPECT_EQ(list.entries[0].text, "Ripe pear");
    EXPECT_EQ(list.entries[0].line, 3U);
    EXPECT_EQ(list.entries[1].text, "#plum");
    EXPECT_EQ(list.entries[2].text, "fig");
    EXPECT_EQ(list.entries[2].line, 6U);
    (void)read_list("a", "lists/My list.txt", faults);
    EXPECT_EQ(joined(faults),
              "lists/My list.txt:0:0: a list's name is small letters, digits and _\n");
}

struct FormsTest : ::testing::Test {
    void SetUp() override {
        options.dictionary_folder = fresh_folder("dictionaries");
        write(options.dictionary_folder + "/ru_RU.aff",
              "SET UTF-8\n\nSFX A Y 3\nSFX A а у [^ж]а\nSFX A а и [ж]а\nSFX A 0 ми а\n"
              "SFX B Y 1\nSFX B 0 ом .\n");
        write(options.dictionary_folder + "/ru_RU.dic", "3\nмама/A\nлужа/A\nёж/B\n");
    }

    std::vector<RuleIndex> fired_in(const std::string& pattern, std::string_view text) {
        std::vector<Fault> faults;
        const auto rules = compile(book(pattern), fold, options, faults);
        EXPECT_EQ(joined(faults), "");
        return rules == nullptr ? std::vector<RuleIndex>{} : fired(rules, text);
    }
    static RuleBook book(const std::string& pattern, const std::string& lang = "ru") {
        auto book = book_of({pattern});
        book.packs[0].lang = lang;
        return book;
    }

    CompileOptions options;
    const std::vector<RuleIndex> none;
    const std::vector<RuleIndex> hit = {0};
};

TEST_F(FormsTest, AllFormsOfAWordAndNoOther) {
    for (const auto* word : {"мама", "МАМУ", "мамами"})
        EXPECT_EQ(fired_in("мама/forms", word), hit) << word;
    for (const auto* word : {"мам", "мами", "мамаша"})
        EXPECT_EQ(fired_in("мама/forms", word), none) << word;
    EXPECT_EQ(fired_in("лужа/forms", "лужи"), hit);
    EXPECT_EQ(fired_in("лужа/forms", "лужу"), none);
    EXPECT_EQ(fired_in("ёж/forms", "ежом"), hit);
    EXPECT_EQ(fired_in("(мама/forms|папа) ~1 лужа/forms", "маму в лужами"), hit);
}

/// What analysts get: Debian's own dictionaries, which take a second to read.
TEST_F(FormsTest, TheDictionariesThatShipKnowIrregularWords) {
    options.dictionary_folder = CompileOptions{}.dictionary_folder;
    const auto compiled = [&](const std::string& pattern, const std::string& lang) {
        std::vector<Fault> faults;
        auto rules = compile(book(pattern, lang), fold, options, faults);
        EXPECT_EQ(joined(faults), "");
        return rules;
    };
    const auto ru = compiled("(возврат/forms|человек/forms)", "ru");
    ASSERT_NE(ru, nullptr);
    for (const auto* word : {"возврат", "возвратом", "возвратами", "человеку"})
        EXPECT_EQ(fired(ru, word), hit) << word;
    EXPECT_EQ(fired(ru, "возвратный"), none);
    const auto pl = compiled("(zwrot/forms|pies/forms)", "pl");
    ASSERT_NE(pl, nullptr);
    for (const auto* word : {"zwrot", "zwrocie", "zwrotów", "psem"})
        EXPECT_EQ(fired(pl, word), hit) << word;
    EXPECT_EQ(fired(pl, "zwrotny"), none);
}

TEST_F(FormsTest, WhatIsWrongIsSaid) {
    EXPECT_EQ(faults_of(book("б папа/forms"), options),
              "praise/en.yaml:5:5: rule `r0`, character 3 of `б папа/forms`: the dictionary does "
              "not know `папа`: write its first form in small letters, or `папа*`\n");
    EXPECT_EQ(faults_of(book("mum/forms", "en"), options),
              "praise/en.yaml:5:5: rule `r0`, character 1 of `mum/forms`: forms of words are known "
              "in packs of ru and pl alone: write `mum*`\n");
    EXPECT_EQ(faults_of(book("mama/forms", "pl"), options),
              "praise/en.yaml:5:5: rule `r0`, character 1 of `mama/forms`: there is no dictionary "
              "for forms of words in " +
                  options.dictionary_folder + ": install hunspell-pl\n");
}

struct FoldersTest : ::testing::Test {
    void SetUp() override {
        shipped = fresh_folder("shipped");
        own = fresh_folder("own");
        write(shipped + "/praise/en.yaml",
              "label: praise\nlang: en\nrules:\n"
              "  - {id: a, pattern: '{fruit}', weight: 1}\n"
              "  - {id: b, pattern: b, weight: 1}\n"
              "  - {id: c, when: {any: [a, b]}, weight: 1}\n"
              "  - {id: d, when: {all: [a, b], domains: [Shop.Example, '{fruit_sites}']}}\n");
        write(shipped + "/lists/fruit.txt", "plum\n");
        write(shipped + "/lists/fruit_sites.txt", "pear.example\n");
    }
    RuleBook read() {
        const std::vector<std::string> folders = {shipped, own};
        faults.clear();
        return read_packs(folders, faults);
    }

    std::string shipped;
    std::string own;
    std::vector<Fault> faults;
};

TEST_F(FoldersTest, ALaterFolderChangesRulesAndLists) {
    write(own + "/changes.yaml",
          "delete: [b]\nchange:\n  - {id: a, weight: 3, mode: shadow, sample: '2.5%'}\n");
    write(own + "/lists/fruit.txt", "pear\n");
    const auto book = read();
    ASSERT_EQ(joined(faults), "");
    ASSERT_EQ(book.rules.size(), 3U);
    EXPECT_EQ(book.rules[0].id, "a");
    EXPECT_FLOAT_EQ(book.rules[0].weight, 3);
    EXPECT_EQ(book.rules[0].mode, Mode::shadow);
    EXPECT_EQ(book.rules[0].sample, 250U);
    EXPECT_EQ(book.rules[1].sample, kEveryPost);
    // A deleted rule never fires: `any` of it and another is the other, `all` is nothing.
    EXPECT_EQ(book.rules[1].when.rules.at(0).rules, std::vector<RuleIndex>{0});
    EXPECT_EQ(book.rules[1].when.rules.at(0).at_least, 1U);
    EXPECT_EQ(book.rules[2].when.rules.at(0).rules, std::vector<RuleIndex>{0});
    EXPECT_EQ(book.rules[2].when.rules.at(0).at_least, 2U);
    EXPECT_EQ(book.rules[2].when.domains,
              (std::vector<std::string>{"pear.example", "shop.example"}));
    EXPECT_EQ(fired(compiled(book), "pear"), std::vector<RuleIndex>{0});
    EXPECT_TRUE(fired(compiled(book), "plum").empty());
}

TEST_F(FoldersTest, FaultsOfChanges) {
    write(own + "/changes.yaml",
          "delete: [bee_keeper, b]\nchange:\n  - {id: aa, weight: 3}\n"
          "  - {id: c, weight: lots, sample: '0%', mode: off, pattern: x}\nchanges: 1\n");
    (void)read();
    const auto file = own + "/changes.yaml";
    EXPECT_EQ(joined(faults),
              file + ":1:9: no rule of the folders before this one has the id `bee_keeper`\n" +
                  file +
                  ":3:10: no rule of the folders before this one has the id `aa`; did you "
                  "mean `a`?\n" +
                  file + ":4:21: `weight` is a number from -1000 to 1000\n" + file +
                  ":4:47: `mode` is `off`; it can be one of: live, shadow\n" + file +
                  ":4:35: `sample` is a share of posts, 0.01% to 100%\n" + file +
                  ":4:52: unknown key `pattern`\n" + file +
                  ":4:10: of a rule `weight`, `mode` and `sample` can be changed; delete it and "
                  "write your own to change more\n" +
                  file + ":5:1: unknown key `changes`; did you mean `change`?\n");
}

TEST_F(FoldersTest, AFolderOfNothing) {
    std::vector<std::string> folders = {own};
    (void)read_packs(folders, faults);
    EXPECT_EQ(joined(faults),
              own + ":0:0: there is no pack (<label>/<language>.yaml) in this folder\n");
    write(own + "/praise/en.yaml", "label: praise\nlang: en\n");
    faults.clear();
    (void)read_packs(folders, faults);
    EXPECT_EQ(joined(faults), own + ":0:0: there is no rule\n");
}

TEST(Conditions, OfLanguageAndLinks) {
    RuleBook book;
    std::vector<Fault> faults;
    read_pack(
        "label: praise\nlang: en\nrules:\n"
        "  - {id: a, when: {lang: [en, unknown], account_age_days: '<7'}}\n"
        "  - {id: b, when: {kind: '!=review'}}\n",
        "praise/en.yaml", book, faults);
    EXPECT_EQ(joined(faults), "");
    EXPECT_EQ(book.rules.at(0).when.langs, (std::vector<std::string>{"en", "unknown"}));
    EXPECT_EQ(book.rules[0].when.facts.at(0).fact, Fact::account_age_days);
    EXPECT_EQ(book.rules[0].when.facts[0].value, 6);
    EXPECT_EQ(book.rules.at(1).when.facts.at(0).compare, Compare::not_equal);
    read_pack(
        "label: praise\nlang: pl\nrules:\n"
        "  - {id: c, when: {domains: [example, 'http://a.example', '{list}']}}\n",
        "praise/pl.yaml", book, faults);
    const std::string at = "praise/pl.yaml:4:5: `";
    const std::string no = "` is no domain: write `example.com`, or a list `{name}`\n";
    EXPECT_EQ(joined(faults), at + "example" + no + at + "http://a.example" + no +
                                  "praise/pl.yaml:4:5: there is no list `{list}`\n");
}

}  // namespace
}  // namespace hark::match::testing
