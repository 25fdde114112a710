#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "text/folder.hpp"

namespace hark::text {
namespace {

/// The original under the folded word.
std::string under(std::string_view text, std::string_view word) {
    Folder folder;
    const auto folded = folder.fold(text);
    const auto at = folded.bytes.find(word);
    if (at == folded.bytes.npos) return "no such word in" + std::string(folded.bytes);
    const auto span = folded.map.original(
        {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + word.size())});
    return std::string(text.substr(span.begin, span.end - span.begin));
}

TEST(Map, LeadsBackToTheOriginal) {
    EXPECT_EQ(under("Hello, World!", "world"), "World");
    EXPECT_EQ(under("so  very   SLOW now", "very slow"), "very   SLOW");
    EXPECT_EQ(under("so  very   SLOW now", " very slow "), "  very   SLOW ");
    EXPECT_EQ(under("Ещё ЖДУ возврата", "жду"), "ЖДУ");
    EXPECT_EQ(under("die große Straße", "strasse"), "Straße");
    EXPECT_EQ(under("it is 𝐛𝐨𝐥𝐝 here", "bold"), "𝐛𝐨𝐥𝐝");
}

TEST(Map, HoldsWhatVanished) {
    EXPECT_EQ(under("I don't know", "dont"), "don't");
    EXPECT_EQ(under("get fr\u200Bee money", "free"), "fr\u200Bee");
    EXPECT_EQ(under("cafe\u0301 noir", "cafe"), "cafe\u0301");
    EXPECT_EQ(under("и\u0306од", "йод"), "и\u0306од");
    EXPECT_EQ(under("this is sooooo bad", "so"), "sooooo");
    EXPECT_EQ(under("ooooops", "op"), "ooooop");
}

TEST(Map, HoldsWhatWasRead) {
    EXPECT_EQ(under("you idi0t!", "idiot"), "idi0t");
    EXPECT_EQ(under("пишу: пapтнepoв ищу", "партнеров"), "пapтнepoв");
    EXPECT_EQ(under("cc @Acme_Help please", "@ acme_help"), "@Acme_Help");
    EXPECT_EQ(under("ok 😂😂 bye", "😂"), "😂");
}

TEST(Map, HoldsLettersLongerOrShorterThanTheirs) {
    EXPECT_EQ(under("с тoбoй!", "тобой"), "тoбoй");
    EXPECT_EQ(under("это мyкa.", "мука"), "мyкa");
    EXPECT_EQ(under("żółw śpi", "zolw"), "żółw");
    EXPECT_EQ(under("żółw śpi", "spi"), "śpi");
    EXPECT_EQ(under("10 ㎏!", "kg"), "㎏");
}

}  // namespace
}  // namespace hark::text
