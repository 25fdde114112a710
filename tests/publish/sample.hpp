#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/check.hpp"
#include "publish/record.hpp"

namespace hark::publish {

/// A mention with a verdict on it, for tests: rules are named, spans are found by their text.
struct Sample {
    explicit Sample(std::string given) : text(std::move(given)) {
        book.labels = {"complaint", "spam", "urgent", "pii"};
        for (LabelId label = 0; label < book.labels.size(); ++label) {
            Pack pack;
            pack.label = label;
            book.packs.push_back(std::move(pack));
        }
        add("complaint.ru.refund", 0, 1.8F, "refund");
        add("complaint.en.late", 0, 0.75F, "delivery");
        add("complaint.en.delay", 0, 0.75F, "delivery");
        add("urgent.capitals", 2, -0.0125F, "");
        add("pii.phone", 3, 6, "").pii_type = "PHONE";
        add("pii.card", 3, 6, "").pii_type = "CARD";
        for (const char* id : {"acme", "globex"}) {
            Brand brand;
            brand.id = id;
            book.brands.push_back(std::move(brand));
        }
        mention.platform = "text";
        mention.id = "text:1";
        mention.text = text;
    }

    Rule& add(std::string id, PackIndex pack, float weight, std::string sublabel) {
        Rule rule;
        rule.id = std::move(id);
        rule.pack = pack;
        rule.weight = weight;
        rule.sublabel = std::move(sublabel);
        book.rules.push_back(std::move(rule));
        return book.rules.back();
    }

    void give(std::string_view label, float probability) {
        LabelId id = 0;
        while (book.labels.at(id) != label) ++id;
        verdict.labels.push_back({id, id, 0, probability});
    }

    void fire(std::string_view rule, std::string_view where) {
        const auto index = rule_index(rule);
        const auto& found = book.rules[index];
        verdict.evidence.push_back({index, book.packs[found.pack].label, found.weight, at(where)});
    }

    void find(std::string_view rule, std::string_view where, Tier tier, bool evidence = true) {
        verdict.pii.push_back({rule_index(rule), tier, at(where)});
        if (evidence) fire(rule, where);
    }

    [[nodiscard]] RecordInput input() const {
        return {mention, verdict, book, ruleset, *parse_rfc3339("2026-11-22T10:00:01.25Z")};
    }

    [[nodiscard]] Span at(std::string_view where) const {
        if (where.empty()) return {};
        const auto begin = text.find(where);
        HARK_CHECK(begin != std::string::npos);
        return {static_cast<std::uint32_t>(begin),
                static_cast<std::uint32_t>(begin + where.size())};
    }

    [[nodiscard]] RuleIndex rule_index(std::string_view id) const {
        RuleIndex index = 0;
        while (book.rules.at(index).id != id) ++index;
        return index;
    }

    std::string text;
    RuleBook book;
    Mention mention;
    Verdict verdict;
    std::string ruleset = "f00d";
};

}  // namespace hark::publish
