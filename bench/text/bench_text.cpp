// How long a post of about 150 bytes takes in the text room, by alphabet.

#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "text/folder.hpp"
#include "text/language.hpp"

namespace {

using Posts = std::array<std::string_view, 6>;

constexpr Posts kEnglish = {
    "Still waiting for my refund after three weeks, and nobody at the help desk picks up the "
    "phone. "
    "This is not what I paid for, please sort it out today.",
    "Just landed in Boston, great crew and a smooth flight. The seats were fine too, so thanks a "
    "lot "
    "to everybody on board of the morning plane!",
    "@acme_help my order 40312 never arrived, the tracking page says it was delivered on Monday. "
    "Can you check what happened? https://acme.example/t/40312",
    "I don't know why they changed the app again, half of the buttons moved and the search is "
    "slower "
    "than before. Bring back the old one #acme #fail",
    "WIN a new phone now!!! Click the link in my bio and follow back, only the first hundred "
    "people "
    "get it FREE, don't miss out, offer ends at midnight tonight",
    "Does anybody know if the shop on Market Street is open on Sunday? Their web page is down and "
    "I "
    "need to return a pair of shoes before the holidays."};

constexpr Posts kRussian = {
    "Третью неделю жду возврата денег, поддержка молчит, телефон не отвечает. Сколько ещё ждать?",
    "Отличный магазин, всё привезли вовремя, курьер вежливый, буду заказывать снова! Спасибо вам",
    "Подскажите, пожалуйста, как отключить эту услугу? В приложении нигде не могу найти кнопку",
    "Интернет опять не работает с самого утра, оператор говорит, что аварий нет. Надоело уже всё",
    "Ёлки, ну кто так делает, обновили приложение, и теперь оно вылетает каждый раз при входе!!",
    "Ребята, у кого такая же проблема с картой? Банк заблокировал её без объяснения причин вчера"};

constexpr Posts kPolish = {
    "Trzeci tydzień czekam na zwrot pieniędzy, infolinia milczy i nikt nie odpisuje na wiadomości. "
    "Ile jeszcze mam czekać, proszę o pilny kontakt?",
    "Świetna obsługa, paczka dotarła już następnego dnia, wszystko dobrze zapakowane. Na pewno "
    "jeszcze tu wrócę, dziękuję i gorąco polecam każdemu!",
    "Czy ktoś wie, jak wyłączyć tę usługę? W aplikacji nigdzie nie mogę znaleźć przycisku, a na "
    "stronie też nic o tym nie ma, bardzo proszę o pomoc",
    "Internet znowu nie działa od samego rana, operator twierdzi, że nie ma żadnej awarii. Mam już "
    "tego dość, zmieniam dostawcę jeszcze w tym tygodniu",
    "Kto wymyślił tę aktualizację? Aplikacja wyłącza się przy każdym logowaniu, a wcześniej "
    "działała "
    "bez zarzutu przez całe lata. Żenada!",
    "Sklep przy ulicy Długiej jest dziś zamknięty? Strona nie działa, a muszę oddać buty jeszcze "
    "przed świętami, bo potem minie termin zwrotu"};

constexpr Posts kDisguised = {
    "Нaбuрaю в кoмaндy цeлeycтрeмлeнныx пaртнeрoв, oпыт нeoбязaтeлeн, oбyчy вceмy, пишuтe в л.с",
    "𝐅𝐫𝐞𝐞 𝐦𝐨𝐧𝐞𝐲 for the f1rst hundred, Ｆｏｌｌｏｗ back n0w",
    "ᴛᴇʟᴇɢʀᴀᴍ кaнaл o зaрaб0ткe, зa\u200Bхoди и пoдпuсывaйcя, всё пpoсто",
    "Сooooooool, sooooo gooooood, yesssss, pаypаl gift c@rd for everybоdy who retweets",
    "Дoхoд oт 500$ в дeнь, рaбoтa нa дoмy, 6ез влoжeний и рискoв, жми нa ссылкy",
    "🔥🔥🔥 ⓑⓘⓖ ⓢⓐⓛⓔ 🔥🔥🔥 ch3ap w4tches @store #sale #cheap"};

const std::array<const Posts*, 4> kPosts = {&kEnglish, &kRussian, &kPolish, &kDisguised};
constexpr std::array<const char*, 4> kNames = {"english", "russian", "polish", "disguised"};

template <typename Step>
void run(benchmark::State& state, const Step& step) {
    const auto& posts = *kPosts[static_cast<std::size_t>(state.range(0))];
    state.SetLabel(kNames[static_cast<std::size_t>(state.range(0))]);
    std::int64_t bytes = 0;
    std::int64_t count = 0;
    for (auto _ : state) {
        for (const auto post : posts) {
            step(post);
            bytes += static_cast<std::int64_t>(post.size());
            ++count;
        }
    }
    state.SetBytesProcessed(bytes);
    state.SetItemsProcessed(count);
}

void fold(benchmark::State& state) {
    hark::text::Folder folder;
    run(state, [&](std::string_view post) { benchmark::DoNotOptimize(folder.fold(post)); });
}
BENCHMARK(fold)->DenseRange(0, 3);

void fold_and_language(benchmark::State& state) {
    hark::text::Folder folder;
    run(state, [&](std::string_view post) {
        const auto folded = folder.fold(post);
        benchmark::DoNotOptimize(hark::text::detect_language(post, folded, {}));
    });
}
BENCHMARK(fold_and_language)->DenseRange(0, 3);

}  // namespace
