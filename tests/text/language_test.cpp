#include "text/language.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "text/folder.hpp"

namespace hark::text {
namespace {

std::string_view detect(std::string_view text, std::string_view declared = {}) {
    Folder folder;
    return detect_language(text, folder.fold(text), declared);
}

struct Sample {
    std::string_view language;
    std::string_view text;
};

constexpr Sample kSamples[] = {
    {"en", "Still waiting for my refund, nobody answers the phone."},
    {"en", "where is my order"},
    {"en", "@acme_help the app keeps crashing https://t.co/AbCd123"},
    {"en", "@petpanther0 @NoHerrman @lifetrend @ThomasGBauer @nasanasal thanks a lot!"},
    {"ru", "Третью неделю жду возврата денег"},
    {"ru", "где мой заказ"},
    {"ru", "RT @bank_help_official: #Кредиты http://t.co/BZTF5Cuk4W"},
    {"ru", "Нaбuрaю в кoмaндy цeлeycтрeмлeнныx пaртнeрoв"},
    {"uk", "Дякую, що так швидко відповіли, але посилка ще їде"},
    {"uk", "а чому це так"},
    {"pl", "Trzeci tydzień czekam na zwrot pieniędzy"},
    {"pl", "czemu to znowu nie dziala"},
    {"pl", "gdzie jest moja paczka"},
    {"de", "Seit drei Wochen warte ich auf mein Geld zurück"},
    {"de", "Die App stürzt schon wieder ab"},
    {"de", "wo bleibt meine bestellung"},
    {"es", "Llevo tres semanas esperando la devolución de mi dinero"},
    {"es", "¿dónde está mi pedido?"},
    {"es", "la aplicacion no funciona desde ayer"},
    {"es", "Mi hermana compró el mismo modelo y le salió defectuoso"},
    {"es", "jajaja eso te pasa por confiado"},
    {"", "J'attends mon remboursement depuis trois semaines"},
    {"", "Estou esperando o reembolso há três semanas, não respondem"},
    {"", "Aspetto il rimborso da tre settimane e nessuno risponde"},
    {"", "注文した商品がまだ届きません"},
    {"", "Беларуская мова — гэта ўсходнеславянская мова, ўжо ў нас"},
    {"", "тапсырысым қайда, ақшамды қашан қайтарасыздар"},
    {"", ""},
    {"", "😂😂😂"}};

TEST(Language, OfWhatPeopleWrite) {
    for (const auto& sample : kSamples) {
        EXPECT_EQ(detect(sample.text), sample.language) << sample.text;
    }
}

TEST(DeclaredLanguage, DecidesWhenThereIsLittleToGoBy) {
    EXPECT_EQ(detect("ok", "de"), "de");
    EXPECT_EQ(detect("👍", "pl-PL"), "pl");
    EXPECT_EQ(detect("ok", "ja"), "");
    EXPECT_EQ(detect("ок", "uk"), "uk");
}

TEST(DeclaredLanguage, DoesNotOverruleTheText) {
    EXPECT_EQ(detect("Trzeci tydzień czekam na zwrot pieniędzy", "en"), "pl");
    EXPECT_EQ(detect("Third week of waiting for the money", "pl"), "en");
    EXPECT_EQ(detect("Третью неделю жду возврата денег, вы там живы", "uk"), "ru");
}

}  // namespace
}  // namespace hark::text
