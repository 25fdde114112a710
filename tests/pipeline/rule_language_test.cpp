#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "match/compiler.hpp"
#include "match/explain.hpp"
#include "match/lint.hpp"
#include "match/pack_reader.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"

namespace hark::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPack = "label: complaint\nlang: en\nbias: -1\nrules:\n";

std::string joined(const std::vector<Fault>& faults) {
    std::string lines;
    for (const auto& fault : faults) lines += to_string(fault) + "\n";
    return lines;
}

/// A folder of rules in the making; its name is the test's.
class Folder {
public:
    explicit Folder(const std::string& part = "") {
        const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
        path_ = fs::path(testing::TempDir()) / ("hark_" + std::string(test->name()) + part);
        fs::remove_all(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    Folder& put(const std::string& file, const std::string& text) {
        fs::create_directories((path_ / file).parent_path());
        std::ofstream(path_ / file) << text;
        return *this;
    }
    Folder& rules(const std::string& text) { return put("complaint/en.yaml", kPack + text); }
    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    fs::path path_;
};

/// Compiles; faults end in `said`.
std::shared_ptr<const match::RuleSet> load(const std::vector<std::string>& folders,
                                           std::string& said,
                                           const std::string& dictionaries = "/nowhere") {
    std::vector<Fault> faults;
    auto book = match::read_packs(folders, faults);
    auto rules = faults.empty() ? match::compile(std::move(book), fold_words,
                                                 {.dictionary_folder = dictionaries}, faults)
                                : nullptr;
    said = joined(faults);
    return rules;
}

/// The ids of the live rules that fire, in their order.
class Fired {
public:
    explicit Fired(const std::vector<std::string>& folders, const std::string& dictionaries = {}) {
        rules_ = load(folders, said_, dictionaries);
        if (rules_ != nullptr) walk_ = std::make_unique<Walk>(rules_);
    }
    explicit Fired(const Folder& folder, const std::string& dictionaries = {})
        : Fired(std::vector{folder.path()}, dictionaries) {}

    std::string operator()(const std::string& text) {
        Mention mention;
        mention.text = text;
        return of(mention);
    }
    std::string of(const Mention& mention, std::span<const std::string_view> links = {}) {
        if (walk_ == nullptr) return "faults: " + said_;
        (void)walk_->names_brand(mention);
        verdict_ = &walk_->judge(mention, links);
        std::string ids;
        for (RuleIndex i = 0; i < rules_->book().rules.size(); ++i) {
            const bool live = rules_->book().rules[i].mode == Mode::live;
            if (live && walk_->fired(i))
                ids += (ids.empty() ? "" : " ") + rules_->book().rules[i].id;
        }
        return ids;
    }
    [[nodiscard]] const Verdict& verdict() const { return *verdict_; }
    [[nodiscard]] const RuleBook& book() const { return rules_->book(); }
    [[nodiscard]] const std::string& said() const { return said_; }

private:
    std::string said_;
    std::shared_ptr<const match::RuleSet> rules_;
    std::unique_ptr<Walk> walk_;
    const Verdict* verdict_ = nullptr;
};

TEST(Lists, StandForAnyOfTheirWords) {
    Folder folder;
    folder.put("lists/refund_words.txt",
               "# what people call it\n\nREFUND\r\nmoney back\n  chargeback*  \n*zahlung\n");
    folder.rules(
        "  - {id: alone, pattern: '{refund_words}', weight: 1}\n"
        "  - {id: row, pattern: 'no ~2 {refund_words} ~1 (yet|still)', weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("a Refund, please"), "alone");
    EXPECT_EQ(fired("chargebacks"), "alone");
    EXPECT_EQ(fired("money is back"), "");
    EXPECT_EQ(fired("No sign of money back even yet"), "alone row");
    EXPECT_EQ(fired("no x y z money back yet"), "alone");
    EXPECT_EQ(fired("where is my Rueckzahlung"), "alone");
    EXPECT_EQ(fired("no rueckzahlung still"), "alone row");
    EXPECT_EQ(fired("refunding"), "");
}

TEST(Lists, PhrasesCountFromTheirFirstWordAndTheirLast) {
    Folder folder;
    folder.put("lists/things.txt", "very long phrase\nphrase\n");
    folder.rules(
        "  - {id: before, pattern: 'a {things}', weight: 1}\n"
        "  - {id: after, pattern: '{things} b', weight: 1}\n"
        "  - {id: both, pattern: '{things} ~1 {things}', weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("a very long phrase b"), "before after");
    EXPECT_EQ(fired("it is a phrase and phrase"), "before both");
    EXPECT_EQ(fired("phrase c very long phrase"), "both");
    EXPECT_EQ(fired("phrase c d very long phrase"), "");
}

TEST(Lists, MayBeLong) {
    Folder folder;
    std::string words;
    for (int i = 0; i < 100'000; ++i) words += "word" + std::to_string(i) + "x\n";
    folder.put("lists/many.txt", words);
    folder.rules("  - {id: pair, pattern: '{many} ~3 {many}', weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("word7x and word99999x"), "pair");
    EXPECT_EQ(fired("word7x and word100000x"), "");
}

TEST(Lists, FaultsHaveTheirPlace) {
    Folder folder;
    folder.put("lists/good_words.txt", "good\n")
        .put("lists/bad.txt", "fine\n...\nre:x\na ~2 b\n(a\n");
    folder.put("lists/none.txt", "# nothing\n");
    folder.rules("  - {id: a, pattern: 'so {good_word}', weight: 1}\n");
    std::string said;
    EXPECT_EQ(load({folder.path()}, said), nullptr);
    EXPECT_NE(said.find("bad.txt:2:1: `...` folds to nothing"), std::string::npos) << said;
    EXPECT_NE(said.find("bad.txt:3:1: a list holds words"), std::string::npos) << said;
    EXPECT_NE(said.find("bad.txt:4:1: a list holds words"), std::string::npos) << said;
    EXPECT_NE(said.find("bad.txt:5:1: `(` without"), std::string::npos) << said;
    EXPECT_NE(said.find("none.txt:1:1: the list is empty"), std::string::npos) << said;
    EXPECT_NE(said.find("en.yaml:5:22: rule `a`, character 4 of `so {good_word}`: there is no list "
                        "`good_word`; did you mean `good_words`?"),
              std::string::npos)
        << said;
}

TEST(Lists, AListChangesTheHashOfTheRules) {
    Folder folder;
    folder.put("lists/words.txt", "one\n").rules("  - {id: a, pattern: '{words}', weight: 1}\n");
    std::string said;
    const std::string before(load({folder.path()}, said)->hash());
    folder.put("lists/words.txt", "one\ntwo\n");
    EXPECT_NE(load({folder.path()}, said)->hash(), before);
}

TEST(Rows, OfManyWordsWithGaps) {
    Folder folder;
    folder.rules(
        "  - {id: row, pattern: 'a ~1 b* ~2 c d', weight: 1}\n"
        "  - {id: same, pattern: 'x ~3 x ~3 x', weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("it was a q bb and then c d"), "row");
    EXPECT_EQ(fired("a q q bb q q c d"), "");
    EXPECT_EQ(fired("a b b q q c d"), "row");
    EXPECT_EQ(fired("a b c q d"), "");
    EXPECT_EQ(fired("x x"), "");
    EXPECT_EQ(fired("then x went x on and on x"), "same");
    EXPECT_EQ(fired.verdict().evidence.size(), 1U);  // -1 + 1: the threshold
}

TEST(Rows, AHostileTextDoesNotMultiply) {
    Folder folder;
    folder.rules(
        "  - {id: row, weight: 1, pattern: "
        "'a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 a ~15 b'}\n");
    Fired fired(folder);
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "a ";
    EXPECT_EQ(fired(text), "");  // 16^11 ways: it would never end
    EXPECT_EQ(fired(text + "b"), "row");
}

/// A dictionary of two words in the format of spell-checkers.
void put_dictionary(Folder& folder) {
    folder.put("ru_RU.aff",
               "SET UTF-8\n\nSFX K Y 3\nSFX K 0 а [^аь]\nSFX K 0 ы [^гкь]\nSFX K 0 и [гк]\n\n"
               "SFX A Y 1\nSFX A ый ого [нт]ый\n");
    folder.put("ru_RU.dic", "3\nвозврат/K\nвраг/K\nплатный/A\n");
}

TEST(Forms, ComeFromTheDictionary) {
    Folder folder;
    Folder dictionaries("_dictionaries");
    put_dictionary(dictionaries);
    folder.put("complaint/ru.yaml",
               "label: complaint\nlang: ru\nrules:\n"
               "  - {id: one, pattern: 'где ~1 возврат/forms', weight: 1}\n"
               "  - {id: two, pattern: '(враг/forms|платный/forms)', weight: 1}\n");
    Fired fired(folder, dictionaries.path());
    EXPECT_EQ(fired("Где мои возвраты?"), "one");
    EXPECT_EQ(fired("где возврата"), "one");
    EXPECT_EQ(fired("где возвратный"), "");
    EXPECT_EQ(fired("враги платного входа"), "two");
    EXPECT_EQ(fired("враг"), "two");
    EXPECT_EQ(fired("врагы платныйого"), "");
}

TEST(Forms, FaultsSayWhatToDo) {
    Folder folder;
    Folder dictionaries("_dictionaries");
    put_dictionary(dictionaries);
    folder.put("complaint/ru.yaml",
               "label: complaint\nlang: ru\nrules:\n"
               "  - {id: one, pattern: 'возвраты/forms', weight: 1}\n");
    folder.rules("  - {id: two, pattern: 'refund/forms', weight: 1}\n");
    std::string said;
    EXPECT_EQ(load({folder.path()}, said, dictionaries.path()), nullptr);
    EXPECT_NE(said.find("ru.yaml:4:24: rule `one`, character 1 of `возвраты/forms`: the dictionary "
                        "does not know"),
              std::string::npos)
        << said;
    EXPECT_NE(said.find("in packs of ru and pl alone"), std::string::npos) << said;
    EXPECT_EQ(load({folder.path()}, said, "/nowhere"), nullptr);
    EXPECT_NE(said.find("install hunspell-ru"), std::string::npos) << said;
}

TEST(Conditions, DomainsOfLinks) {
    Folder folder;
    folder.put("lists/shorteners.txt", "bit.ly\ncutt.ly\n");
    folder.rules("  - {id: short, when: {domains: ['{shorteners}', T.me]}, weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("see https://bit.ly/x"), "short");
    EXPECT_EQ(fired("t.me/joinchat/AAA"), "short");
    EXPECT_EQ(fired("http://www.Cutt.LY."), "short");
    EXPECT_EQ(fired("mail joe@bit.ly or see habit.ly, https://a.com/t.me"), "");
    Mention mention;
    mention.text = "look";
    const std::string_view links[] = {"https://t.me/spam"};
    EXPECT_EQ(fired.of(mention, links), "short");
    EXPECT_EQ(fired.of(mention), "");
}

TEST(Conditions, ADomainIsADomain) {
    Folder folder;
    folder.rules("  - {id: a, when: {domains: ['https://bit.ly/x', '{none}']}, weight: 1}\n");
    std::string said;
    EXPECT_EQ(load({folder.path()}, said), nullptr);
    EXPECT_NE(said.find("en.yaml:5:5: `https://bit.ly/x` is no domain"), std::string::npos) << said;
    EXPECT_NE(said.find("there is no list `{none}`"), std::string::npos) << said;
}

TEST(Conditions, LanguageAndAgeOfTheAccount) {
    Folder folder;
    folder.put("complaint/any.yaml",
               "label: complaint\nlang: any\nrules:\n"
               "  - {id: russian, when: {lang: [ru, uk]}, weight: 1}\n"
               "  - {id: unclear, when: {lang: unknown}, weight: 1}\n"
               "  - {id: fresh, when: {account_age_days: '<7'}, weight: 1}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("Это же просто ужас какой-то"), "russian");
    EXPECT_EQ(fired("12345"), "unclear");
    Mention mention;
    mention.text = "the weather is very nice here today";
    mention.author.created_at = Timestamp{} + std::chrono::days(100);
    mention.created_at = Timestamp{} + std::chrono::days(106);
    EXPECT_EQ(fired.of(mention), "fresh");
    mention.created_at += std::chrono::days(1);
    EXPECT_EQ(fired.of(mention), "");
}

TEST(Modes, ShadowRulesAreSeenApart) {
    Folder folder;
    folder.rules(
        "  - {id: live, pattern: late, weight: 5}\n"
        "  - {id: quiet, pattern: again, weight: 2, mode: shadow}\n"
        "  - {id: quiet_both, weight: 3, mode: shadow, when: {all: [live, quiet]}}\n"
        "  - {id: waits, weight: 9, when: {all: [quiet]}}\n");
    Fired fired(folder);
    EXPECT_EQ(fired("late again"), "live");
    const auto& verdict = fired.verdict();
    ASSERT_EQ(verdict.evidence.size(), 1U);
    ASSERT_EQ(verdict.shadow.size(), 2U);
    EXPECT_EQ(verdict.shadow[0].rule, 1U);
    EXPECT_EQ(verdict.shadow[0].span, (Span{5, 10}));
    EXPECT_EQ(verdict.shadow[1].rule, 2U);
    EXPECT_EQ(fired("again"), "");
    EXPECT_EQ(fired.verdict().shadow.size(), 1U);
}

TEST(Modes, ASampleIsAShareOfPostsAndTheSameForAllRules) {
    Folder folder;
    folder.rules(
        "  - {id: some, pattern: late, weight: 1, sample: 5%}\n"
        "  - {id: same, pattern: again, weight: 1, sample: 5%}\n"
        "  - {id: more, pattern: late, weight: 1, sample: '50%', when: {words: '>0'}}\n");
    Fired fired(folder);
    int some = 0;
    int more = 0;
    for (int i = 0; i < 4000; ++i) {
        const auto id = "vk:wall:" + std::to_string(i);
        Mention mention;
        mention.id = id;
        mention.text = "late again";
        const auto ids = fired.of(mention);
        EXPECT_TRUE(ids.empty() || ids == "more" || ids == "some same more") << ids;
        some += ids.starts_with("some") ? 1 : 0;
        more += ids.ends_with("more") ? 1 : 0;
    }
    EXPECT_NEAR(some, 200, 60);
    EXPECT_NEAR(more, 2000, 150);
}

TEST(Modes, ASampleIsAPercentage) {
    Folder folder;
    folder.rules("  - {id: a, pattern: late, weight: 1, sample: 5}\n");
    std::string said;
    EXPECT_EQ(load({folder.path()}, said), nullptr);
    EXPECT_NE(said.find("en.yaml:5:47: `sample` is a share of posts"), std::string::npos) << said;
}

TEST(Quotes, ThatAreToldAreNotSaid) {
    Folder folder;
    folder.put("complaint/en.yaml",
               "label: complaint\nlang: en\nbias: -1\nquotes_told_by: told\nrules:\n"
               "  - {id: told, pattern: '(say*|wrote)', weight: 0, hit: [they say]}\n"
               "  - {id: bad, pattern: 'bad shop', weight: 2, hit: [a bad shop]}\n"
               "  - {id: fine, pattern: 'fine', weight: -1, hit: [fine]}\n");
    folder.put("complaint/en.learned.yaml",
               "label: complaint\nlang: en\nlearned: |\n  +1.5 3 1 awful\n");
    Fired fired(folder);
    EXPECT_EQ(fired("who wrote \"awful bad shop\" is wrong"), "told");
    EXPECT_EQ(fired("this is an \"awful bad shop\" to me"), "complaint.en:awful bad");
    EXPECT_EQ(fired("who wrote \"a bad shop\" about that bad shop"), "told bad");
    EXPECT_EQ(fired("someone wrote \"a fine bad shop\" about it"), "told fine");
    // The rule itself has to stand outside.
    EXPECT_EQ(fired("to me it is \"the bad shop they say\" it is"), "told bad");
    EXPECT_EQ(fired("to me it is \"what they say a bad shop\" it is"), "told bad");
}

TEST(Quotes, AreToldByARuleThatIsThere) {
    Folder folder;
    folder.put("complaint/en.yaml",
               "label: complaint\nlang: en\nquotes_told_by: nobody\nrules:\n"
               "  - {id: bad, pattern: 'bad shop', weight: 2, hit: [a bad shop]}\n");
    const Fired fired(folder);
    EXPECT_NE(fired.said().find("complaint/en.yaml:1:1: no rule has the id `nobody`"),
              std::string::npos)
        << fired.said();
}

TEST(Changes, OfAUsersFolder) {
    Folder shipped("_shipped");
    shipped.put("lists/words.txt", "late\n");
    shipped.rules(
        "  - {id: a, pattern: '{words}', weight: 1}\n"
        "  - {id: b, pattern: again, weight: 1}\n"
        "  - {id: c, pattern: never, weight: 1}\n"
        "  - {id: d, weight: 1, when: {any: [b, c]}}\n");
    Folder own;
    own.put("changes.yaml",
            "change:\n  - {id: a, weight: 2.5}\n  - {id: c, mode: shadow, sample: 50%}\n"
            "delete: [b]\n");
    own.put("lists/words.txt", "tardy\n");
    Fired fired(std::vector{shipped.path(), own.path()});
    EXPECT_EQ(fired("late again tardy never"), "a");
    ASSERT_EQ(fired.book().rules.size(), 3U);
    EXPECT_EQ(fired.book().rules[0].weight, 2.5F);
    EXPECT_EQ(fired.book().rules[1].mode, Mode::shadow);
    EXPECT_EQ(fired.book().rules[1].sample, kEveryPost / 2);
    EXPECT_EQ(fired("late"), "");

    own.rules("  - {id: b, pattern: twice, weight: 1}\n");
    Fired again(std::vector{shipped.path(), own.path()});
    EXPECT_EQ(again("twice"), "d b") << again.said();
}

TEST(Changes, NameRulesThatAreThere) {
    Folder shipped("_shipped");
    shipped.rules("  - {id: complaint.en.late, pattern: late, weight: 1}\n");
    Folder own;
    own.put("changes.yaml", "delete: [complaint.en.lat]\n");
    std::string said;
    EXPECT_EQ(load({shipped.path(), own.path()}, said), nullptr);
    EXPECT_NE(said.find("changes.yaml:1:9: no rule of the folders before this one has the id "
                        "`complaint.en.lat`; did you mean `complaint.en.late`?"),
              std::string::npos)
        << said;
}

std::string linted(const Folder& folder) {
    std::string said;
    const auto rules = load({folder.path()}, said);
    if (rules == nullptr) return "does not compile: " + said;
    std::vector<Fault> faults;
    match::lint(rules->book(), fold_words, {}, faults);
    return joined(faults);
}

TEST(Lint, RulesThatCanNeverFire) {
    Folder folder;
    folder.rules(
        "  - {id: wide, pattern: 'scam*', weight: 1}\n"
        "  - {id: quiet, pattern: q, weight: 1, mode: shadow}\n"
        "  - {id: shadowed, pattern: '(big scammer|scams)', weight: 1, when: {none: [wide]}}\n"
        "  - {id: facts, pattern: a, weight: 1, when: {links: '>=2', digits: 0}}\n"
        "  - {id: never, pattern: b, weight: 1, when: {is_reply: '>=2'}}\n"
        "  - {id: waits, pattern: c, weight: 1, when: {all: [quiet]}}\n"
        "  - {id: tongue, pattern: d, weight: 1, when: {lang: ru}}\n"
        "  - {id: both, weight: 1, when: {all: [wide], none: [wide, quiet]}}\n"
        "  - {id: fine, pattern: 'no scams', weight: 1, when: {any: [wide, quiet]}}\n");
    EXPECT_EQ(linted(folder).find("`facts`"), std::string::npos);
    const auto said = linted(folder);
    for (const auto* id : {"7:5: rule `shadowed` can never fire: `wide`",
                           "9:5: rule `never` can never fire: no number",
                           "10:5: rule `waits` can never fire: it waits for `quiet`",
                           "11:5: rule `tongue` can never fire: its pack is en",
                           "12:5: rule `both` can never fire: `wide`"})
        EXPECT_NE(said.find(id), std::string::npos) << id << "\n" << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 5) << said;
}

TEST(Lint, WhatStandsTwice) {
    Folder folder;
    folder.rules(
        "  - {id: a, pattern: '(Late|behind time)', weight: 1}\n"
        "  - {id: b, pattern: '(behind TIME|late)', weight: 3}\n"
        "  - {id: c, pattern: '(late|behind time)', weight: 3, when: {links: 0}}\n"
        "  - {id: d, pattern: '(slow|is ~2 dead*|Slow)', weight: 3}\n");
    const auto said = linted(folder);
    EXPECT_NE(said.find("6:5: rule `b` does what `a` does"), std::string::npos) << said;
    EXPECT_NE(said.find("8:22: rule `d`: an alternative stands twice: `slow`"), std::string::npos)
        << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;
}

TEST(Lint, WhatCostsTooMuch) {
    Folder folder;
    folder.rules(
        "  - {id: a, pattern: '*e*', weight: 1}\n"
        "  - {id: b, pattern: 're:.', weight: 1}\n"
        "  - {id: c, pattern: '(a* b*|c*)', weight: 1}\n"
        "  - {id: d, pattern: 're: (foo|bar){2,5} ', weight: 1}\n");
    const auto said = linted(folder);
    EXPECT_NE(said.find("5:22: rule `a`: `*` beside a single letter"), std::string::npos) << said;
    EXPECT_NE(said.find("6:22: rule `b`: one byte is enough"), std::string::npos) << said;
    EXPECT_NE(said.find("7:22: rule `c`: `*` beside a single letter"), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 3) << said;
}

TEST(Explain, SaysWhyNot) {
    match::ExplainOptions options;
    options.lists = {{"things", "things.txt", {{"parcel", 1}, {"new order", 2}}}};
    std::vector<Fault> faults;
    const std::vector<std::string> late = {fold_words("My parcel came too very late")};
    const auto said =
        match::explain("(my {things} ~2 late|lost)", fold_words, faults, options, late);
    EXPECT_TRUE(faults.empty()) << joined(faults);
    EXPECT_EQ(said,
              "my {things} ~2 late  by the table of words\n"
              "lost  by the table of words\n"
              "{things} is any of 2: parcel, new order\n"
              "nearest to standing in the text is: my {things} ~2 late\n"
              "  my  is there\n"
              "  {things}  is there\n"
              "  late  is there\n"
              "  but not in this order with so few words between\n");
    EXPECT_NE(match::explain("(my {things} ~3 late|lost)", fold_words, faults, options, late)
                  .find("my {things} ~3 late  by the table of words  stands in the text\n"),
              std::string::npos);
}

}  // namespace
}  // namespace hark::pipeline
