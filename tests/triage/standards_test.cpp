// The shipped rules against numbers made by the standards: valid and wrong ones of every type, in
// context and out of it, beside look-alikes. The table is personal_data.tsv.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"

namespace hark::triage::testing {
namespace {

struct Row {
    std::string type;  ///< empty: nothing may be found
    std::string text;
};

std::vector<Row> table() {
    std::ifstream file(HARK_SOURCE_DIR "/tests/triage/personal_data.tsv");
    std::vector<Row> rows;
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        if (line.starts_with('#') || tab == std::string::npos) continue;
        const auto type = line.substr(0, tab);
        rows.push_back({type == "-" ? "" : type, line.substr(tab + 1)});
    }
    return rows;
}

std::shared_ptr<const match::RuleSet> shipped() {
    static const auto rules = [] {
        pipeline::RuleSources sources;
        sources.folders = {HARK_SOURCE_DIR "/rules"};
        std::vector<Fault> faults;
        return pipeline::load_rules(sources, faults);
    }();
    return rules;
}

struct Desk {
    pipeline::Walk walk{shipped()};

    const Verdict& judge(const std::string& text, bool by_brand = false) {
        Mention mention;
        mention.text = text;
        mention.author.is_brand = by_brand;
        (void)walk.names_brand(mention);
        return walk.judge(mention);
    }
    const Rule& rule(RuleIndex index) { return walk.rules().book().rules[index]; }
    std::set<std::string> types_in(const std::string& text) {
        std::set<std::string> types;
        for (const auto& finding : judge(text).pii) types.insert(rule(finding.rule).pii_type);
        return types;
    }
    bool has_sublabel(const Verdict& verdict, const std::string& name) {
        return std::any_of(verdict.evidence.begin(), verdict.evidence.end(),
                           [&](const Evidence& one) { return rule(one.rule).sublabel == name; });
    }
};

double f1(double right, double wrong, double missed) {
    return 2 * right / (2 * right + wrong + missed);
}

TEST(StandardsTest, TheTableIsFoundByTypeAndLittleElse) {
    Desk desk;
    std::map<std::string, std::pair<int, int>> by_type;  // right, missed
    int right = 0;
    int wrong = 0;
    int missed = 0;
    for (const auto& row : table()) {
        const auto types = desk.types_in(row.text);
        if (row.type.empty()) {
            if (!types.empty()) ++wrong;
            EXPECT_TRUE(types.empty()) << *types.begin() << " in: " << row.text;
            continue;
        }
        auto& [found, lost] = by_type[row.type];
        ++(types.contains(row.type) ? found : lost);
        ++(types.contains(row.type) ? right : missed);
    }
    EXPECT_GE(by_type.size(), 30U);
    EXPECT_GE(f1(right, wrong, missed), 0.97);
    for (const auto& [type, counts] : by_type) {
        EXPECT_GE(f1(counts.first, 0, counts.second), 0.85) << type;
    }
}

TEST(StandardsTest, EveryTypeOfTheShippedRulesIsInTheTable) {
    Desk desk;
    std::set<std::string> tried;
    for (const auto& row : table()) tried.insert(row.type);
    for (const auto& rule : desk.walk.rules().book().rules) {
        const bool in_table = rule.pii_type.empty() || tried.contains(rule.pii_type);
        EXPECT_TRUE(in_table) << rule.id;
    }
}

TEST(StandardsTest, SpansHoldTheDatumAndNothingElse) {
    Desk desk;
    const auto only = [&](const std::string& text) -> std::string {
        const auto& pii = desk.judge(text).pii;
        if (pii.size() != 1) return "findings: " + std::to_string(pii.size());
        return text.substr(pii[0].span.begin, pii[0].span.end - pii[0].span.begin);
    };
    EXPECT_EQ(only("Mój PESEL to 910419-63920, dzięki"), "910419-63920");
    EXPECT_EQ(only("карта 2200 1234 5678 9019!"), "2200 1234 5678 9019");
    EXPECT_EQ(only("hasło: zaq12wsx."), "zaq12wsx");
    EXPECT_EQ(only("dowód osobisty ABA 300000."), "ABA 300000");
    EXPECT_EQ(only("машина А123ВС77 стоит"), "А123ВС77");
    EXPECT_EQ(only("write to jane (at) example (dot) com please"), "jane (at) example (dot) com");
    EXPECT_EQ(only("account number: POL9876543."), "POL9876543");
}

TEST(StandardsTest, AnAddressIsFoundAsAWhole) {
    Desk desk;
    const auto open = [&](std::string text) {
        const auto pii = desk.judge(text).pii;
        for (auto it = pii.rbegin(); it != pii.rend(); ++it)
            text.replace(it->span.begin, it->span.end - it->span.begin, "#");
        return text;
    };
    const std::pair<const char*, const char*> cases[] = {
        {"ul. Długa 5 m. 7, 00-123 Warszawa", "# Warszawa"},
        {"ul. Długa 5/7, 00-123 Warszawa, dzięki", "# Warszawa, dzięki"},
        {"00-123 Warszawa, ul. Długa 5 lok. 7", "#"},
        {"ул. Ленина, д. 5, кв. 12, 101000 Москва", "# Москва"},
        {"Адрес: ул. Ленина, д. 5, корп. 2, кв. 12, Москва, 101000.", "Адрес: #."},
        {"101000, Москва, ул. Ленина, д. 5, кв. 12", "#"},
        {"12 High Street, Flat 3, London SW1A 1AA", "#"},
        {"my address is 12 High Street, Flat 3, London SW1A 1AA!", "my address is #!"},
        {"Flat 3, 12 High Street, London SW1A 1AA", "#, #"},
        {"Hauptstraße 5, 10115 Berlin", "# Berlin"},
        {"12 rue Victor Hugo, 75001 Paris", "# Paris"},
        // What stands behind an address and is none of it.
        {"ul. Długa 5, 12000 zł", "#, 12000 zł"},
        {"123 Maple Street, Order 12345 is late", "#, Order 12345 is late"},
        {"ul. Leśna 107/84, 20 sztuk", "#, 20 sztuk"},
        {"wohne Hauptstraße 5, 2024 kam", "wohne #, 2024 kam"},
        {"живу на ул. Ленина, д. 5, 15 лет", "живу на #, 15 лет"}};
    for (const auto& [text, expected] : cases) EXPECT_EQ(open(text), expected);
}

TEST(StandardsTest, ABrandThatAsksInPublicIsFound) {
    Desk desk;
    for (const auto* text :
         {"Please reply with your phone number", "Пришлите, пожалуйста, номер телефона",
          "Укажите ФИО и номер заказа", "Prosimy o podanie numeru telefonu",
          "Сообщите ваш паспорт для проверки"}) {
        EXPECT_TRUE(desk.has_sublabel(desk.judge(text, true), "solicitation")) << text;
        EXPECT_FALSE(desk.has_sublabel(desk.judge(text, false), "solicitation")) << text;
    }
    for (const auto* text :
         {"Please DM us your phone number", "Напишите номер телефона в личку",
          "Podaj numer telefonu w wiadomości prywatnej", "Thanks for calling!"}) {
        EXPECT_FALSE(desk.has_sublabel(desk.judge(text, true), "solicitation")) << text;
    }
}

}  // namespace
}  // namespace hark::triage::testing
