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

class WrittenIn : public testing::TestWithParam<Sample> {};

TEST_P(WrittenIn, IsTold) {
    EXPECT_EQ(detect(GetParam().text), GetParam().language);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, WrittenIn,
    testing::Values(
        Sample{"en", "Still waiting for my refund, nobody answers the phone."},
        Sample{"en", "where is my order"},
        Sample{"en", "@acme_help the app keeps crashing https://t.co/AbCd123"},
        Sample{"en", "@petpanther0 @NoHerrman @lifetrend @ThomasGBauer @nasanasal thanks a lot!"},
        Sample{"ru", "Третью неделю жду возврата денег"}, Sample{"ru", "где мой заказ"},
        Sample{"ru", "RT @bank_help_official: #Кредиты http://t.co/BZTF5Cuk4W"},
        Sample{"ru", "Нaбuрaю в кoмaндy цeлeycтрeмлeнныx пaртнeрoв"},
        Sample{"uk", "Дякую, що так швидко відповіли, але посилка ще їде"},
        Sample{"uk", "а чому це так"}, Sample{"pl", "Trzeci tydzień czekam na zwrot pieniędzy"},
        Sample{"pl", "czemu to znowu nie dziala"}, Sample{"pl", "gdzie jest moja paczka"},
        Sample{"de", "Seit drei Wochen warte ich auf mein Geld zurück"},
        Sample{"de", "Die App stürzt schon wieder ab"}, Sample{"de", "wo bleibt meine bestellung"},
        Sample{"es", "Llevo tres semanas esperando la devolución de mi dinero"},
        Sample{"es", "¿dónde está mi pedido?"},
        Sample{"es", "la aplicacion no funciona desde ayer"},
        Sample{"es", "Mi hermana compró el mismo modelo y le salió defectuoso"},
        Sample{"es", "jajaja eso te pasa por confiado"},
        Sample{"", "J'attends mon remboursement depuis trois semaines"},
        Sample{"", "Estou esperando o reembolso há três semanas, não respondem"},
        Sample{"", "Aspetto il rimborso da tre settimane e nessuno risponde"},
        Sample{"", "注文した商品がまだ届きません"},
        Sample{"", "Беларуская мова — гэта ўсходнеславянская мова, ўжо ў нас"},
        Sample{"", "тапсырысым қайда, ақшамды қашан қайтарасыздар"}, Sample{"", ""},
        Sample{"", "😂😂😂"}));

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
