#include <gtest/gtest.h>

#include <string>

#include "triage/datum.hpp"
#include "triage/pii_account.hpp"

namespace hark::triage::testing {
namespace {

std::string checked(std::string_view kind, std::string_view text) {
    const auto datum = datum_of(kind, text);
    if (!datum) return {};
    EXPECT_TRUE(datum->valid.checksum);
    return datum->text;
}

std::string card(std::string_view text) {
    return checked("card", text);
}
std::string pesel(std::string_view text) {
    return checked("pesel", text);
}
std::string snils(std::string_view text) {
    return checked("snils", text);
}

/// With its arithmetic: a wrong Polish one is found too, but needs a keyword.
std::string iban(std::string_view text, std::string_view from) {
    const auto begin = static_cast<std::uint32_t>(text.find(from));
    const auto valid = validate_iban(text, {begin, static_cast<std::uint32_t>(text.size())});
    if (!valid || !valid->checksum) return {};
    return std::string(text.substr(valid->span.begin, valid->span.end - valid->span.begin));
}

TEST(CardTest, TakesTheNetworksTestNumbers) {
    EXPECT_EQ(card("4111111111111111"), "4111111111111111");
    EXPECT_EQ(card("my card is 4111 1111 1111 1111."), "4111 1111 1111 1111");
    EXPECT_EQ(card("5555-5555-5555-4444"), "5555-5555-5555-4444");
    EXPECT_EQ(card("3782 822463 10005"), "3782 822463 10005");
    EXPECT_EQ(card("6011111111111117"), "6011111111111117");
    EXPECT_EQ(card("3056 930902 5904"), "3056 930902 5904");
    EXPECT_EQ(card("3530111333300000"), "3530111333300000");
    EXPECT_EQ(card("4222222222222"), "4222222222222");
    EXPECT_EQ(card("501812345673"), "501812345673") << "Maestro has 12 to 19 digits";
}

TEST(CardTest, KnowsTheBordersOfIssuerRanges) {
    EXPECT_EQ(card("карта 2200 1234 5678 9019"), "2200 1234 5678 9019");
    EXPECT_EQ(card("2204123456789015"), "2204123456789015");
    EXPECT_EQ(card("2205123456789014"), "") << "between MIR and Mastercard";
    EXPECT_EQ(card("2221001234567896"), "2221001234567896");
    EXPECT_EQ(card("2721001234567891"), "");
    EXPECT_EQ(card("9000123456789016"), "");
    EXPECT_EQ(card("5018123456789"), "5018123456789");
    EXPECT_EQ(card("400012345678901239"), "") << "no Visa has 18 digits";
}

TEST(CardTest, AWrongCheckDigitIsNoCard) {
    EXPECT_EQ(card("4111111111111112"), "");
    EXPECT_EQ(card("2200 1234 5678 9018"), "");
}

TEST(CardTest, LookAlikes) {
    EXPECT_EQ(card("41111111111111110000"), "") << "part of a longer run";
    EXPECT_EQ(card("order A4111111111111111"), "");
    EXPECT_EQ(card("https://shop.example/o/4111111111111111"), "");
    EXPECT_EQ(card("https://shop.example/?o=4111111111111111"), "");
    EXPECT_EQ(card("4111.1111.1111.1111"), "");
    EXPECT_EQ(card("41 1111 1111 1111 11"), "");
    EXPECT_EQ(card("4111 1111 1111 1111 4111 1111"), "") << "an account's row of fours";
    EXPECT_EQ(card("id_4111111111111111"), "");
    EXPECT_EQ(card("0.4111111111111111"), "");
}

TEST(CardTest, NumbersBesideItDoNotHideIt) {
    EXPECT_EQ(card("2 4111 1111 1111 1111"), "4111 1111 1111 1111");
    EXPECT_EQ(card("4111 1111 1111 1111 12/27"), "4111 1111 1111 1111");
    EXPECT_EQ(card("4111\u00A01111\u00A01111\u00A01111"), "4111\u00A01111\u00A01111\u00A01111");
}

TEST(IbanTest, TakesTheRegistrysExamples) {
    EXPECT_EQ(iban("PL61109010140000071219812874", "PL"), "PL61109010140000071219812874");
    EXPECT_EQ(iban("konto PL61 1090 1014 0000 0712 1981 2874 dzis", "PL"),
              "PL61 1090 1014 0000 0712 1981 2874");
    EXPECT_EQ(iban("GB29 NWBK 6016 1331 9268 19 was charged", "GB"), "GB29 NWBK 6016 1331 9268 19");
    EXPECT_EQ(iban("de44500105175407324931", "de"), "de44500105175407324931");
    EXPECT_EQ(iban("NO93 8601 1117 947", "NO"), "NO93 8601 1117 947");
}

TEST(IbanTest, RefusesWrongArithmeticLengthAndCountry) {
    EXPECT_EQ(iban("PL62109010140000071219812874", "PL"), "");
    EXPECT_EQ(iban("PL6110901014000007121981287", "PL"), "");
    EXPECT_EQ(iban("PL611090101400000712198128740", "PL"), "");
    EXPECT_EQ(iban("XX61109010140000071219812874", "XX"), "");
    EXPECT_EQ(iban("APL61109010140000071219812874", "PL"), "");
    EXPECT_EQ(iban("PL", "PL"), "");
    EXPECT_EQ(iban("P", "P"), "");
    EXPECT_EQ(iban("PL61  1090 1014 0000 0712 1981 2874", "PL"), "");
    EXPECT_EQ(iban("https://b.example/PL61109010140000071219812874", "PL"), "");
}

TEST(PeselTest, TakesValidNumbersAsPeopleTypeThem) {
    EXPECT_EQ(pesel("91041963920"), "91041963920");
    EXPECT_EQ(pesel("pesel 91 04 19 63920"), "91 04 19 63920");
    EXPECT_EQ(pesel("910419-63920"), "910419-63920");
    EXPECT_EQ(pesel("910419 63920 i tyle"), "910419 63920");
    EXPECT_EQ(pesel("99923112347"), "99923112347") << "born in 1899";
}

TEST(PeselTest, RefusesWrongArithmeticAndDates) {
    EXPECT_EQ(pesel("91041963921"), "") << "check digit";
    EXPECT_EQ(pesel("01222912346"), "") << "29 February 2001";
    EXPECT_EQ(pesel("02222912343"), "") << "29 February 2002";
    EXPECT_EQ(pesel("04313112342"), "") << "31 November";
    EXPECT_EQ(pesel("89113201230"), "") << "32 November";
    EXPECT_EQ(pesel("99913112346"), "") << "31 November 1899";
}

TEST(PeselTest, LookAlikes) {
    EXPECT_EQ(pesel("910419639200"), "");
    EXPECT_EQ(pesel("91041963920zł"), "") << "glued to a word";
    EXPECT_EQ(pesel("9104 1963 920"), "");
    EXPECT_EQ(pesel("#91041963920"), "");
}

TEST(SnilsTest, TakesValidNumbers) {
    EXPECT_EQ(snils("112-233-445 95"), "112-233-445 95");
    EXPECT_EQ(snils("снилс 11223344595"), "11223344595");
    EXPECT_EQ(snils("087-654-303 00"), "087-654-303 00") << "a sum of 202";
    EXPECT_EQ(snils("002-008-999 00"), "002-008-999 00") << "a remainder of 100";
    EXPECT_EQ(snils("112 233 445 95"), "112 233 445 95");
}

TEST(SnilsTest, RefusesWrongArithmeticAndOldNumbers) {
    EXPECT_EQ(snils("112-233-445 96"), "");
    EXPECT_EQ(snils("001-001-998 64"), "") << "carries no checksum";
    EXPECT_EQ(snils("001-001-999 65"), "001-001-999 65");
}

TEST(SnilsTest, AMobileNumberIsNone) {
    EXPECT_EQ(snils("89312345619"), "");
    EXPECT_EQ(snils("893-123-456 19"), "893-123-456 19");
}

}  // namespace
}  // namespace hark::triage::testing
