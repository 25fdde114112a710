#include <algorithm>
#include <cstdio>

#include "app/commands.hpp"
#include "app/rule_sources.hpp"
#include "match/compiler.hpp"
#include "match/condition_reader.hpp"
#include "match/explain.hpp"
#include "match/pack_reader.hpp"
#include "pipeline/walk.hpp"

namespace hark::app {

namespace {

/// A rule of the packs, or a pattern alone in a book of its own with the packs' lists.
struct Explained {
    RuleBook book;
    RuleIndex rule = 0;
};

Explained find_rule(const RulesOptions& options) {
    std::vector<Fault> ignored;
    Explained found;
    found.book = match::read_packs(sources_of(options.rules).folders, ignored);
    const auto same = [&](const Rule& rule) { return rule.id == options.pattern; };
    auto& rules = found.book.rules;
    const auto rule = std::find_if(rules.begin(), rules.end(), same);
    found.rule = static_cast<RuleIndex>(rule - rules.begin());
    if (rule != rules.end()) return found;
    found.book.labels = {"explained"};
    found.book.packs.assign(1, Pack{});
    found.book.packs[0].lang = options.lang;
    rules.assign(1, Rule{});
    rules[0].id = "explained";
    rules[0].pattern = options.pattern;
    rules[0].pattern_where = {"pattern", 1, 1};
    rules[0].weight = 1;
    found.rule = 0;
    return found;
}

std::string_view sign_of(Compare compare) {
    switch (compare) {
        case Compare::equal: return "=";
        case Compare::not_equal: return "!=";
        case Compare::at_least: return ">=";
        case Compare::at_most: return "<=";
    }
    return {};
}

void print_facts(const Condition& when, const pipeline::Walk& walk, const Mention& mention) {
    for (const auto& test : when.facts) {
        const auto value = walk.fact(test.fact, mention);
        const std::string name(match::to_string(test.fact));
        std::printf("asks for %s %s %d; it is %s\n", name.c_str(),
                    std::string(sign_of(test.compare)).c_str(), test.value,
                    value ? std::to_string(*value).c_str() : "not known");
    }
    for (const auto& lang : when.langs) std::printf("asks for the language %s\n", lang.c_str());
    if (!when.domains.empty())
        std::printf("asks for a link to one of %zu domains\n", when.domains.size());
}

void print_rules(const RuleBook& book, const Condition& when, const pipeline::Walk& walk) {
    for (const auto& test : when.rules) {
        std::printf("asks for %u to %u of %zu rules:\n", test.at_least, test.at_most,
                    test.rules.size());
        for (const auto rule : test.rules)
            std::printf("  %s %s\n", book.rules[rule].id.c_str(),
                        walk.fired(rule) ? "fired" : "did not fire");
    }
}

void print_quotes(const RuleBook& book, RuleIndex rule, const pipeline::Walk& walk) {
    const auto told_by = book.packs[book.rules[rule].pack].told_by;
    if (told_by == kNoRule || book.rules[rule].weight < 0) return;
    const bool told = walk.hit_unquoted(told_by);
    std::printf("quotations %s: `%s` %s outside of them\n", told ? "are not seen" : "count",
                book.rules[told_by].id.c_str(), told ? "stands" : "does not stand");
}

int try_text(Explained explained, const std::string& text, std::vector<Fault>& faults) {
    const auto rules = match::compile(std::move(explained.book), pipeline::fold_words, {}, faults);
    if (rules == nullptr) return report(faults);
    Mention mention;
    mention.text = text;
    pipeline::Walk walk(rules);
    const bool fires = walk.fires(explained.rule, mention);
    const auto& when = rules->book().rules[explained.rule].when;
    print_facts(when, walk, mention);
    print_rules(rules->book(), when, walk);
    print_quotes(rules->book(), explained.rule, walk);
    std::printf("%s\n", fires ? "it fires" : "it does not fire");
    return kFine;
}

}  // namespace

int rules_explain(const RulesOptions& options) {
    auto explained = find_rule(options);
    const auto& rule = explained.book.rules[explained.rule];
    const auto folded = pipeline::fold_words(options.text);
    std::vector<Fault> faults;
    if (!rule.pii_type.empty() && rule.pattern.empty()) {
        std::printf("validator %s over every number of the text\n", rule.validator.c_str());
    } else if (!rule.pii_type.empty()) {
        std::printf("expression /%s/ over the text as written, by Hyperscan\n",
                    rule.pattern.c_str());
    } else if (!rule.pattern.empty()) {
        match::ExplainOptions reading{explained.book.packs[rule.pack].lang, explained.book.lists};
        std::optional<std::string_view> in;
        if (!options.text.empty()) in = folded;
        std::printf(
            "pattern: %s\n%s", rule.pattern.c_str(),
            match::explain(rule.pattern, pipeline::fold_words, faults, reading, in).c_str());
    }
    if (!faults.empty()) return report(faults);
    if (options.text.empty()) return kFine;
    std::printf("text folds to: `%s`\n", folded.c_str());
    return try_text(std::move(explained), options.text, faults);
}

}  // namespace hark::app
