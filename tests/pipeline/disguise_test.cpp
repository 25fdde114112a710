#include <gtest/gtest.h>

#include <string>

#include "match/compiler.hpp"
#include "match/matcher.hpp"
#include "match/respeller.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "text/folder.hpp"

namespace hark::pipeline {
namespace {

/// The text as its second reading has it; empty when there is none.
class Reader {
public:
    explicit Reader(std::vector<std::string> words) {
        WordList list{"disguised", "disguised.txt", {}};
        for (auto& word : words) list.entries.push_back({std::move(word), 1});
        respeller_.add(list, fold_words, faults_);
        respeller_.finish();
    }

    std::string operator()(std::string_view text) {
        return respeller_.respell(folder_.fold(text), out_) ? out_.text : std::string{};
    }
    [[nodiscard]] const match::Respelled& out() const { return out_; }
    [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }

private:
    std::vector<Fault> faults_;
    match::Respeller respeller_;
    text::Folder folder_;
    match::Respelled out_;
};

Reader reader() {
    return Reader({"идиот*", "дурак*", "сука", "пизд*", "ебат*", "fuck*", "bitch", "kurwa"});
}

TEST(Disguise, LettersApart) {
    auto read = reader();
    EXPECT_EQ(read("ты и.д.и.о.т ы"), " ты идиот ы ");
    EXPECT_EQ(read("ты и д и о т"), " ты идиот ");
    EXPECT_EQ(read("иди🤡отка!"), " идиотка ");
    EXPECT_EQ(read("fu-ck, you"), " fuck you ");
    EXPECT_EQ(read("иди от меня"), "");
    EXPECT_EQ(read("иди 🤡 от"), "");
    EXPECT_EQ(read("я иди. Отец"), "");
}

TEST(Disguise, LettersMasked) {
    auto read = reader();
    EXPECT_EQ(read("пи*да"), " пизда ");
    EXPECT_EQ(read("п**да"), " пизда ");
    EXPECT_EQ(read("пи@да"), " пизда ");
    EXPECT_EQ(read("еб** их"), " ебат их ");
    EXPECT_EQ(read("f*** b!tch"), " fuck bitch ");
    EXPECT_EQ(read("**пи** СВО* на**"), "");
    EXPECT_EQ(read("пиада"), "");
}

TEST(Disguise, LettersDoubled) {
    auto read = reader();
    EXPECT_EQ(read("иддиотты ссука"), " идиоты сука ");
    EXPECT_EQ(read("дураккк"), "");  // folding did it
}

TEST(Disguise, TheOtherAlphabetAndTheOtherKeyboard) {
    auto read = reader();
    EXPECT_EQ(read("ty idiotka"), " ty идиотка ");
    EXPECT_TRUE(read.out().segments.at(0).other_script);
    EXPECT_EQ(read("suka cerf"), " сука сука ");
    EXPECT_EQ(read("ты lehfr"), " ты дурак ");
    EXPECT_EQ(read("агсл, курва"), " fuck kurwa ");
    EXPECT_EQ(read("the idiom of success"), "");
}

TEST(Disguise, SpellingsThatAreWordsAreLeftAlone) {
    Reader read({"урод*", "!uroda", "!urodz*"});
    EXPECT_EQ(read("uroda, urodziny"), "");
    EXPECT_EQ(read("urody"), " уроды ");
    Reader wrong({"two words", "*end", "fine"});
    EXPECT_EQ(wrong.faults().size(), 2U);
}

/// `debil` is read as `дебил` too, which disguises nothing.
TEST(Disguise, AWordThatIsOneAsItStandsIsNotDisguised) {
    WordList list{"disguised", "disguised.txt", {{"дебил*", 1}, {"debil*", 2}, {"дурак*", 3}}};
    RuleBook book;
    book.lists = {list};
    std::vector<Fault> faults;
    Walk walk(match::compile(std::move(book), fold_words, {}, faults));
    const auto disguised = [&](std::string_view text) {
        Mention mention;
        mention.text = text;
        (void)walk.names_brand(mention);
        return walk.fact(Fact::disguised, mention);
    };
    EXPECT_EQ(disguised("ty debilu"), 0);
    EXPECT_EQ(disguised("ty durak"), 1);
}

/// A Polish post about a card game is Polish, and a Russian one in Latin letters is not.
TEST(Disguise, AWordOfTheTextsOwnLanguageIsNone) {
    WordList list{"disguised", "disguised.txt", {{"дурак*", 1}, {"!pl:durak*", 2}}};
    RuleBook book;
    book.lists = {list};
    std::vector<Fault> faults;
    Walk walk(match::compile(std::move(book), fold_words, {}, faults));
    const auto judged = [&](std::string_view text, std::string_view lang) {
        Mention mention;
        mention.text = text;
        mention.lang = lang;
        (void)walk.names_brand(mention);
        const auto& verdict = walk.judge(mention);
        return std::string(verdict.lang) + " " +
               std::to_string(walk.fact(Fact::disguised, mention).value_or(-1));
    };
    EXPECT_EQ(judged("Wczoraj graliśmy w duraka do późna", "pl"), "pl 0");
    EXPECT_EQ(judged("Wczoraj graliśmy w duraka do późna", ""), "pl 0");
    EXPECT_EQ(judged("kakoy zhe ty durak", ""), " 1") << "it looks Polish";
    EXPECT_EQ(judged("kakoy zhe ty durak", "ru"), " 1");
    EXPECT_EQ(judged("We played the durak game until late", "en"), " 1");
    Reader wrong({"!xx:durak", "дурак"});
    EXPECT_EQ(wrong.faults().size(), 1U);
}

TEST(Disguise, OrdinaryWordsOfOtherLanguagesLeaveThePostItsLanguage) {
    std::vector<Fault> faults;
    Walk walk(load_rules({{shipped_rules()}, {}, ""}, faults));
    const std::pair<const char*, const char*> posts[] = {
        {"en", "Dermot was a great waiter, thank you so much"},
        {"en", "I bought a derma roller and it arrived broken"},
        {"pl", "Zalałam herbatę ukropem i pękła szklanka"},
        {"pl", "Proszę o zwrot pieniędzy za krem na cerę"},
        {"de", "Der Kredit wurde leider nicht genehmigt"},
        {"es", "La cama es de ébano y llegó rota"}};
    for (const auto& [lang, text] : posts) {
        Mention mention;
        mention.text = text;
        mention.lang = lang;
        (void)walk.names_brand(mention);
        const auto& verdict = walk.judge(mention);
        EXPECT_EQ(verdict.lang, lang) << text;
        for (const auto& evidence : verdict.evidence) {
            const auto& id = walk.rules().book().rules[evidence.rule].id;
            EXPECT_FALSE(id.starts_with("trolling.ru")) << id << ": " << text;
        }
    }
}

TEST(Disguise, PlacesLeadBackToTheFoldedText) {
    auto read = reader();
    ASSERT_EQ(read("ты и.д.и.о.т и ссука тут"), " ты идиот и сука тут ");
    const auto& out = read.out();
    const auto at = [&](std::string_view word) {
        const auto begin = static_cast<std::uint32_t>(out.text.find(word));
        return out.original({begin, begin + static_cast<std::uint32_t>(word.size())});
    };
    const std::string folded = fold_words("ты и.д.и.о.т и ссука тут");
    const auto place = [&](std::string_view word) {
        const auto begin = static_cast<std::uint32_t>(folded.find(word));
        return Span{begin, begin + static_cast<std::uint32_t>(word.size())};
    };
    EXPECT_EQ(at("ты"), place("ты"));
    EXPECT_EQ(at("идиот"), place("и д и о т"));
    EXPECT_EQ(at("сука"), place("ссука"));
    EXPECT_EQ(at("тут"), place("тут"));
}

}  // namespace
}  // namespace hark::pipeline
