#include <gtest/gtest.h>

#include <string>

#include "triage/datum.hpp"

namespace hark::triage::testing {
namespace {

std::string phone(std::string_view text) {
    return found("phone", text);
}
std::string national(std::string_view text) {
    return found("phone_national", text);
}

TEST(PhoneTest, International) {
    EXPECT_EQ(phone("call +7 916 123-45-67 now"), "+7 916 123-45-67");
    EXPECT_EQ(phone("+79161234567"), "+79161234567");
    EXPECT_EQ(phone("+48 600 700 800"), "+48 600 700 800");
    EXPECT_EQ(phone("(+48) 22 123 45 67"), "(+48) 22 123 45 67");
    EXPECT_EQ(phone("+1 (212) 555-0142"), "+1 (212) 555-0142");
    EXPECT_EQ(phone("+44 (0)20 7946 0958"), "+44 (0)20 7946 0958");
    EXPECT_EQ(phone("+49 171 1234567"), "+49 171 1234567");
    EXPECT_EQ(phone("+380 44 123 45 67"), "+380 44 123 45 67");
    EXPECT_EQ(phone("0048 600 700 800"), "0048 600 700 800");
    EXPECT_EQ(phone("+358 40 1234567"), "+358 40 1234567");
}

TEST(PhoneTest, InternationalNumbersOfWrongLengthOrCode) {
    EXPECT_EQ(phone("+7 916 123-45"), "");
    EXPECT_EQ(phone("+48 600 700 8001"), "");
    EXPECT_EQ(phone("+1 112 555 0142"), "") << "no such area";
    EXPECT_EQ(phone("+999 12345"), "");
    EXPECT_EQ(phone("+83 123 456 789"), "") << "not assigned";
    EXPECT_EQ(phone("+100500"), "");
    EXPECT_EQ(phone("+7 800 555-35-35"), "") << "a business's freephone";
}

TEST(PhoneTest, RussianForms) {
    EXPECT_EQ(phone("тел. 8 (916) 123-45-67"), "8 (916) 123-45-67");
    EXPECT_EQ(phone("8-916-123-45-67"), "8-916-123-45-67");
    EXPECT_EQ(phone("89161234567"), "89161234567");
    EXPECT_EQ(phone("79161234567"), "79161234567");
    EXPECT_EQ(phone("8 495 123-45-67"), "8 495 123-45-67");
    EXPECT_EQ(phone("(495) 123-45-67"), "(495) 123-45-67");
    EXPECT_EQ(phone("916 123-45-67"), "916 123-45-67");
    EXPECT_EQ(phone("8 800 555-35-35"), "");
    EXPECT_EQ(phone("84951234567"), "") << "needs a keyword";
}

TEST(PhoneTest, PolishForms) {
    EXPECT_EQ(phone("600 700 800"), "600 700 800");
    EXPECT_EQ(phone("600-700-801"), "600-700-801");
    EXPECT_EQ(phone("22 123 45 67"), "22 123 45 67");
    EXPECT_EQ(phone("(12) 345 67 89"), "(12) 345 67 89");
    EXPECT_EQ(phone("600700800"), "") << "needs a keyword";
    EXPECT_EQ(phone("100 200 300"), "") << "no mobile prefix";
    EXPECT_EQ(phone("ul. Polna 5 600 700 800"), "600 700 800");
}

TEST(PhoneTest, OtherCountriesForms) {
    EXPECT_EQ(phone("(212) 555-0142"), "(212) 555-0142");
    EXPECT_EQ(phone("212-555-0142"), "212-555-0142");
    EXPECT_EQ(phone("1-212-555-0142"), "1-212-555-0142");
    EXPECT_EQ(phone("212 555 0142"), "") << "needs a keyword";
    EXPECT_EQ(phone("1-800-555-0142"), "");
    EXPECT_EQ(phone("07700 900123"), "07700 900123");
    EXPECT_EQ(phone("020 7946 0958"), "020 7946 0958");
    EXPECT_EQ(phone("0171/1234567"), "0171/1234567");
    EXPECT_EQ(phone("030/1234567"), "030/1234567");
}

TEST(PhoneTest, LookAlikes) {
    EXPECT_EQ(phone("order 1234567890"), "");
    EXPECT_EQ(phone("2026-11-22 10:00"), "");
    EXPECT_EQ(phone("22.11.2026 10:45:30"), "");
    EXPECT_EQ(phone("500 000 000 people"), "");
    EXPECT_EQ(phone("600 700 800 zł"), "") << "a price";
    EXPECT_EQ(phone("$600 700 800"), "");
    EXPECT_EQ(phone("192.168.100.200"), "");
    EXPECT_EQ(phone("500 600 700 800"), "") << "a row of sizes";
    EXPECT_EQ(phone("4111 1111 1111 1111"), "");
    EXPECT_EQ(phone("891612345678"), "");
    EXPECT_EQ(phone("AB89161234567"), "");
    EXPECT_EQ(phone("https://t.example/89161234567"), "");
    EXPECT_EQ(phone("978-3-16-148410-0"), "");
    EXPECT_EQ(phone("1.89161234567"), "");
    EXPECT_EQ(phone("521-44-9382"), "");
    EXPECT_EQ(phone("score 3-2, 11-9, 12-10"), "");
    EXPECT_EQ(phone("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), "");
}

TEST(PhoneTest, AKeywordAllowsMoreForms) {
    EXPECT_EQ(national("600700800"), "600700800");
    EXPECT_EQ(national("9161234567"), "9161234567");
    EXPECT_EQ(national("84951234567"), "84951234567");
    EXPECT_EQ(national("212 555 0142"), "212 555 0142");
    EXPECT_EQ(national("2125550142"), "2125550142");
    EXPECT_EQ(national("07700900123"), "07700900123");
    EXPECT_EQ(national("01711234567"), "01711234567");
    EXPECT_EQ(national("555-0142"), "555-0142");
    EXPECT_EQ(national("(555) 123-4567"), "(555) 123-4567");
    EXPECT_EQ(national("0688 872 49 99"), "0688 872 49 99");
    EXPECT_EQ(national("100200300"), "");
    EXPECT_EQ(national("800-555-0142"), "");
    EXPECT_EQ(national("2026-11-22"), "");
    EXPECT_EQ(national("22.11.2026"), "");
    EXPECT_EQ(national("09.30-18.00"), "");
    EXPECT_EQ(national("123-4567"), "");
    EXPECT_EQ(national("01.02.2023 600 people"), "") << "a date and a count";
    EXPECT_EQ(national("1234567890"), "");
    EXPECT_EQ(national("600700800123"), "");
    EXPECT_EQ(national("9999999999"), "");
}

}  // namespace
}  // namespace hark::triage::testing
