#include "text/folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hark::text {
namespace {

std::string fold(std::string_view text) {
    return std::string(Folder().fold(text).bytes);
}

TextFacts facts(std::string_view text) {
    return Folder().fold(text).facts;
}

TEST(Fold, WordsStandBetweenSingleSpaces) {
    EXPECT_EQ(fold("Hello,   World!"), " hello world ");
    EXPECT_EQ(fold("\t one\ntwo -- (three) "), " one two three ");
    EXPECT_EQ(fold("1,000.50 now"), " 1 000 50 now ");
    EXPECT_EQ(fold(""), "");
    EXPECT_EQ(fold(" ... ?! \n"), "");
    EXPECT_EQ(fold("a"), " a ");
}

TEST(Fold, CaseOfEveryAlphabet) {
    EXPECT_EQ(fold("ABCxyzQ ПРИВЕТЯ ΣΟΦΟΣ σοφος ԱԲ"), " abcxyzq приветя σοφοσ σοφοσ աբ ");
    EXPECT_EQ(fold("İstanbul ẞ"), " istanbul ss ");
}

TEST(Fold, WidthAndCompatibilityForms) {
    EXPECT_EQ(fold("Ｆｕｌｌ　ｗｉｄｔｈ １２"), " full width 12 ");
    EXPECT_EQ(fold("𝐛𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉 ⓒⓘⓡⓒⓛⓔ 🅰🅑 ﬁn ⁵ ʰⁱ"), " bold script circle ab fin 5 hi ");
    EXPECT_EQ(fold("ᴛᴇʟᴇɢʀᴀᴍ"), " telegram ");
    EXPECT_EQ(fold("Acme™ ©2026 №5 ½"), " acme 2026 5 ");
}

TEST(Fold, MarksOfHastyWriters) {
    EXPECT_EQ(fold("Zażółć gęślą jaźń ŁÓDŹ"), " zazolc gesla jazn lodz ");
    EXPECT_EQ(fold("Größe Straße ÜBER schön Äpfel"), " grosse strasse uber schon apfel ");
    EXPECT_EQ(fold("niño ¿qué? façade œuvre Žižek"), " nino que facade oeuvre zizek ");
    EXPECT_EQ(fold("Ёлка ещё за́мок"), " елка еще замок ");
    EXPECT_EQ(fold("e\u0301te\u0301 z\u0335a\u0336lgo\u0300\u0301\u0302"), " ete zalgo ");
}

TEST(Fold, LettersThatOnlyLookMarkedStay) {
    EXPECT_EQ(fold("йогурт Йод їжак Її ґанок є ў"), " йогурт йод їжак її ґанок є ў ");
    EXPECT_EQ(fold("и\u0306 И\u0306 і\u0308 у\u0306"), " й й ї ў ");
    EXPECT_EQ(fold("и\u0306и\u0306и\u0306"), " й ");
    EXPECT_EQ(fold("が हिन्दी ภาษา 안녕"), " が हिन्दी ภาษา 안녕 ");
}

TEST(Fold, ControlsWithoutShapeVanish) {
    EXPECT_EQ(fold("fr\u200Bee mo\u00ADney при\u2060вет \uFEFFstart \u202Eend\u202C"),
              " free money привет start end ");
    EXPECT_EQ(facts("fr\u200Bee mo\u00ADney").disguised, 2U);
    EXPECT_EQ(facts("\uFEFFstart \u200B and").disguised, 0U);
    EXPECT_EQ(facts("❤️ 👨‍👩‍👧 می\u200Cخواهم").disguised, 0U);
}

TEST(Fold, ApostrophesVanishBetweenLetters) {
    EXPECT_EQ(fold("don't DON’T п'ять об’єкт rock`n`roll"), " dont dont пять обєкт rocknroll ");
    EXPECT_EQ(fold("'quoted' the boys' 5'7 'n"), " quoted the boys 5 7 n ");
}

TEST(Fold, SignsBeforeNamesAreWords) {
    EXPECT_EQ(fold("@Acme_Help hi"), " @ acme_help hi ");
    EXPECT_EQ(fold("ask @ acme, #Fail#, now"), " ask @ acme # fail now ");
    EXPECT_EQ(fold("snake_case _so_"), " snake case so ");
    EXPECT_EQ(fold("@, @@acme # \n tag"), " @ acme tag ");
    EXPECT_EQ(fold("＠acme ＃tag"), " @ acme # tag ");
}

TEST(Fold, NamesKeepDigitsAndStretches) {
    EXPECT_EQ(fold("@ch4rl1e_xxx and ch4rl1e"), " @ ch4rl1e_xxx and charlie ");
    EXPECT_EQ(fold("@ ch4rl1e"), " @ ch4rl1e ");
    EXPECT_EQ(fold("#ch4rlie"), " # charlie ");
}

TEST(Fold, MailAddressesAndGluedNamesAreNoLeet) {
    EXPECT_EQ(fold("john.doe@acme.com a@b.co"), " john doe @ acme com a @ b co ");
    EXPECT_EQ(fold("почта@mail.ru"), " почта @ mail ru ");
    EXPECT_EQ(fold("thanks@acme"), " thanks @ acme ");
    EXPECT_EQ(facts("john.doe@acme.com thanks@acme").mentions, 0U);
    EXPECT_EQ(facts("john.doe@acme.com thanks@acme @x").at_signs, 3U);
}

TEST(Fold, LinksKeepDigitsAndStretches) {
    EXPECT_EQ(fold("https://t.co/x3yaaab4c see www.acme.com/b3st"),
              " https t co x3yaaab4c see www acme com b3st ");
    EXPECT_EQ(fold("(http://a.b) g00d"), " http a b good ");
    EXPECT_EQ(fold("http://a.b/@name#x y"), " http a b name x y ");
    EXPECT_EQ(facts("http://a.b HTTPS://www.c.d www.e.f http: www www. x").links, 3U);
}

TEST(Fold, DigitsBetweenLettersAreLetters) {
    EXPECT_EQ(fold("b1tch idi0t n00b l33t 5h1t h3ll0"), " bitch idiot noob leet 5hit hell0 ");
    EXPECT_EQ(fold("r2@d2 καλ@μα a2b@d"), " r2 @ d2 καλμα a2bad ");
    EXPECT_EQ(fold("ca$h c@rd wh@t US$5 $100"), " cash card what us 5 100 ");
    EXPECT_EQ(fold("раб0та пи3дец де6ил тол4ок з@работок"),
              " работа пиздец дебил толчок заработок ");
    EXPECT_EQ(fold("mp3 24h i18n covid19 a1b2c3d4e5 12a34"),
              " mp3 24h i18n covid19 a1b2c3d4e5 12a34 ");
    EXPECT_EQ(facts("b1tch n00b").disguised, 3U);
    EXPECT_EQ(facts("covid19").disguised, 0U);
}

TEST(Fold, StretchedLettersBecomeOne) {
    EXPECT_EQ(fold("sooooo goood good Нееееет ещёёё"), " so god good нет еще ");
    EXPECT_EQ(fold("100000 aa baaab verylongwoooooord"), " 100000 aa bab verylongword ");
    EXPECT_EQ(fold("öoö o'oo dow'wwerrr and so on"), " o o dower and so on ");
    EXPECT_EQ(facts("sooooo yessss good").stretched, 2U);
}

TEST(Fold, ARunIsSeenAcrossTheEightByteSteps) {
    for (std::size_t before = 0; before < 24; ++before) {
        const std::string head(before, 'x');
        std::string mixed;
        for (std::size_t i = 0; i < before; ++i) mixed += i % 2 == 0 ? 'a' : 'b';
        EXPECT_EQ(fold(mixed + "ooo" + mixed + " and so on and on"),
                  " " + mixed + "o" + mixed + " and so on and on ");
        EXPECT_EQ(fold(mixed + " ooO " + mixed + " and so on and on"),
                  before == 0 ? " o and so on and on "
                              : " " + mixed + " o " + mixed + " and so on and on ");
    }
}

TEST(Fold, LookalikesGoTowardsTheScriptOfTheWord) {
    EXPECT_EQ(fold("Нaбuрaю пapтнepoв Teлефон лeгkо haбиpaю"),
              " набираю партнеров телефон легко набираю ");
    EXPECT_EQ(fold("pаypаl Аmаzоn gіft"), " paypal amazon gift ");
    EXPECT_EQ(fold("ρaypal"), " paypal ");
    EXPECT_EQ(facts("pаypаl").disguised, 2U);
    EXPECT_EQ(facts("pаypаl и дом").mixed_script, 1U);
}

TEST(Fold, AWordInOneScriptKeepsIt) {
    EXPECT_EQ(fold("сор ток НЕТ а о у х"), " сор ток нет а о у х ");
    EXPECT_EQ(fold("cop ToK HET a o y x"), " cop tok het a o y x ");
    EXPECT_EQ(facts("сор cop").mixed_script, 0U);
    EXPECT_EQ(facts("сор cop").disguised, 0U);
}

TEST(Fold, AWordThatStaysMixedIsLeftAlone) {
    EXPECT_EQ(fold("VKонтакте e-mailы футболkaz"), " vkонтакте e mailы футболkaz ");
    EXPECT_EQ(facts("VKонтакте").disguised, 0U);
    EXPECT_EQ(facts("VKонтакте").mixed_script, 1U);
}

TEST(Fold, OnATieTheWordBeforeDecides) {
    EXPECT_EQ(fold("это оn"), " это оп ");
    EXPECT_EQ(fold("go оn"), " go on ");
    EXPECT_EQ(fold("оn"), " оn ");
}

TEST(Fold, EmojiAreWords) {
    EXPECT_EQ(fold("great👍🏽thanks ❤️😂😂 😂😡"), " great 👍 thanks ❤ 😂 😡 ");
    EXPECT_EQ(fold("🇵🇱 ★★★"), " 🇵 🇱 ★ ");
    EXPECT_EQ(facts("great👍🏽 😂😂 ❤️").emoji, 4U);
    EXPECT_EQ(fold("1️⃣"), " 1 ");
}

TEST(Fold, MalformedBytesSeparate) {
    EXPECT_EQ(fold("a\xFF"
                   "b\xC3"),
              " a b ");
    EXPECT_EQ(fold("a\xED\xA0\x80z\xF0\x9F\x98"), " a z ");
    EXPECT_EQ(fold("\xC0\x80x\xE0\x80\xAFy"), " x y ");
    EXPECT_EQ(fold(std::string("a\0b", 3)), " a b ");
}

TEST(Fold, CountsFacts) {
    const auto seen = facts("Hi @bob! Call 555-1234?? #Now https://x.io ЁЛКА¡ ！ 😀");
    EXPECT_EQ(seen.code_points, 52U);
    EXPECT_EQ(seen.words, 13U);
    EXPECT_EQ(seen.letters, 24U);
    EXPECT_EQ(seen.capitals, 7U);
    EXPECT_EQ(seen.digits, 7U);
    EXPECT_EQ(seen.emoji, 1U);
    EXPECT_EQ(seen.exclamations, 2U);
    EXPECT_EQ(seen.questions, 2U);
    EXPECT_EQ(seen.links, 1U);
    EXPECT_EQ(seen.mentions, 1U);
    EXPECT_EQ(seen.hashtags, 1U);
    EXPECT_EQ(seen.at_signs, 1U);
    EXPECT_EQ(seen.stretched, 0U);
    EXPECT_EQ(seen.disguised, 0U);
    EXPECT_EQ(seen.mixed_script, 0U);
}

struct Quoting {
    std::string_view text;
    std::vector<std::string_view> quoted;
};

TEST(Fold, NotesWhatIsQuoted) {
    Folder folder;
    for (const auto& [text, quoted] : std::vector<Quoting>{
             {"He said \"go home now\" to me", {"go home now"}},
             {"Он крикнул «иди домой» и ушёл", {"иди домой"}},
             {"Er rief „geh heim“ und »hau ab« und ging", {"geh heim", "hau ab"}},
             {"They wrote “go home” and \"a “nice” town\" here", {"go home", "a nice town"}},
             {"my so-called \"friend\" left me", {}},
             {"\"Go home now\" he said to me", {}},
             {"he said \"go home, all of you\"", {}},
             {"a 5\" screen and a 7\" one, both dark", {}},
             {"he said \"go home and never closed it", {}}}) {
        SCOPED_TRACE(text);
        const auto folded = folder.fold(text);
        std::vector<std::string_view> seen;
        for (const auto [begin, end] : folded.quoted)
            seen.push_back(folded.bytes.substr(begin, end - begin - 1));
        EXPECT_EQ(seen, quoted);
    }
}

TEST(Fold, ReusesItsMemory) {
    Folder folder;
    const std::string post(500, 'x');
    const auto* const first = folder.fold(post).bytes.data();
    EXPECT_EQ(folder.fold("short").bytes.data(), first);
    EXPECT_EQ(folder.fold("short").bytes, " short ");
}

struct Ordinary {
    std::string_view text;
    std::string_view folded;
};

constexpr Ordinary kOrdinary[] = {
    {"Третью неделю жду возврата: заказ №4512 не приехал, Сбербанк молчит. Её объём?",
     " третью неделю жду возврата заказ 4512 не приехал сбербанк молчит ее объем "},
    {"У нас а о и в с к — это слова. СРОЧНО, ХОРОСУ ВЕТКА КТО НАМ РАВЕН?",
     " у нас а о и в с к это слова срочно хоросу ветка кто нам равен "},
    {"Дякую, п'ять хвилин і все є: їжа, ґанок, об'єкт. Чому ж так довго?",
     " дякую пять хвилин і все є їжа ґанок обєкт чому ж так довго "},
    {"Trzeci tydzień czekam na zwrot pieniędzy, a infolinia milczy jak zaklęta.",
     " trzeci tydzien czekam na zwrot pieniedzy a infolinia milczy jak zakleta "},
    {"I don't know why they'd charge me $20 for a 3-day trial; it's 2026, come on!",
     " i dont know why theyd charge me 20 for a 3 day trial its 2026 come on "},
    {"Die Lieferung kam natürlich wieder zu spät, schöne Grüße aus Köln-Süd.",
     " die lieferung kam naturlich wieder zu spat schone grusse aus koln sud "},
    {"¿Cuándo llega mi pedido? Llevo tres semanas esperando, ¡qué vergüenza!",
     " cuando llega mi pedido llevo tres semanas esperando que verguenza "}};

TEST(Fold, OrdinaryTextStaysItself) {
    Folder folder;
    for (const auto& [text, expected] : kOrdinary) {
        SCOPED_TRACE(text);
        const auto folded = folder.fold(text);
        EXPECT_EQ(folded.bytes, expected);
        EXPECT_EQ(folded.facts.disguised, 0U);
        EXPECT_EQ(folded.facts.mixed_script, 0U);
        EXPECT_EQ(folded.facts.stretched, 0U);
        EXPECT_EQ(fold(folded.bytes), folded.bytes);
    }
}

}  // namespace
}  // namespace hark::text
