#include <algorithm>
#include <cstdio>

#include "app/commands.hpp"
#include "app/rule_sources.hpp"
#include "core/settings.hpp"
#include "match/compiler.hpp"
#include "match/condition_reader.hpp"
#include "match/explain.hpp"
#include "match/pack_reader.hpp"
#include "match/respeller.hpp"
#include "pipeline/walk.hpp"
#include "text/folder.hpp"

namespace hark::app {

namespace {

/// A rule of the packs, or a pattern alone in a book of its own with the packs' lists.
struct Explained {
    RuleBook book;
    RuleIndex rule = 0;
};

/// `complaint.en.refund` is the id of a rule or of none; `acme.com` is a pattern.
bool looks_like_id(const RuleBook& book, const std::string& text) {
    if (text.find_first_of("*~()|{}\"/@#") != std::string::npos) return false;
    const auto dots = std::count(text.begin(), text.end(), '.');
    const auto label = text.substr(0, text.find('.'));
    const bool known =
        std::find(book.labels.begin(), book.labels.end(), label) != book.labels.end();
    return dots > (known ? 0 : 1) && text.find(' ') == std::string::npos;
}

/// What to say of an id that no rule has; empty: it is no id.
std::string fault_of_id(const RuleBook& book, const std::string& id) {
    for (const auto& gone : book.deleted) {
        if (gone.id == id)
            return "rule `" + id + "` is deleted by " + gone.where.file + ":" +
                   std::to_string(gone.where.line);
    }
    if (!looks_like_id(book, id)) return {};
    std::vector<std::string> ids;
    for (const auto& rule : book.rules) ids.push_back(rule.id);
    const auto guess = nearest(id, ids);
    return "no rule has the id `" + id + "`" +
           (guess.empty() ? "" : "; did you mean `" + std::string(guess) + "`?") +
           " (a pattern that looks like an id stands in quotes)";
}

Explained find_rule(const RulesOptions& options, std::vector<Fault>& faults) {
    Explained found;
    std::vector<Fault> of_packs;
    found.book = match::read_packs(sources_of(options.rules).folders, of_packs);
    const auto same = [&](const Rule& rule) { return rule.id == options.pattern; };
    auto& rules = found.book.rules;
    const auto rule = std::find_if(rules.begin(), rules.end(), same);
    found.rule = static_cast<RuleIndex>(rule - rules.begin());
    if (rule != rules.end()) return found;
    if (auto what = fault_of_id(found.book, options.pattern); !what.empty()) {
        faults = std::move(of_packs);  // perhaps why it is not there
        faults.push_back({{"hark", 0, 0}, std::move(what)});
        return found;
    }
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

std::string value_text(Fact fact, std::int64_t value) {
    return fact == Fact::kind ? std::string(to_string(static_cast<Kind>(value)))
                              : std::to_string(value);
}

void print_facts(const Condition& when, const pipeline::Walk& walk, const Mention& mention) {
    for (const auto& test : when.facts) {
        const auto value = walk.fact(test.fact, mention);
        const std::string name(match::to_string(test.fact));
        std::printf("asks for %s %s %s; it is %s\n", name.c_str(),
                    std::string(sign_of(test.compare)).c_str(),
                    value_text(test.fact, test.value).c_str(),
                    value ? value_text(test.fact, *value).c_str() : "not known");
    }
    for (const auto& lang : when.langs) std::printf("asks for the language %s\n", lang.c_str());
    if (!when.domains.empty())
        std::printf("asks for a link to one of %zu domains\n", when.domains.size());
}

void print_rules(const RuleBook& book, const Condition& when, const pipeline::Walk& walk) {
    for (const auto& test : when.rules) {
        const auto all = test.rules.size() + test.deleted.size();
        if (test.at_most == 0) std::printf("asks for none of %zu rules:\n", all);
        else if (test.at_least == all) std::printf("asks for all of %zu rules:\n", all);
        else std::printf("asks for at least %u of %zu rules:\n", test.at_least, all);
        for (const auto rule : test.rules)
            std::printf("  %s %s\n", book.rules[rule].id.c_str(),
                        walk.fired(rule) ? "fired" : "did not fire");
        for (const auto& id : test.deleted) std::printf("  %s is deleted\n", id.c_str());
    }
}

void print_keywords(const Rule& rule) {
    const bool asks =
        rule.needs_keyword || rule.validator == "close" || rule.validator == "labelled";
    if (!asks) return;
    std::string words;
    for (const auto& word : rule.keywords) words += (words.empty() ? "" : ", ") + word;
    std::printf("asks for one of its keywords near by: %s\n", words.c_str());
}

/// What comes of it.
std::string mode_text(const Rule& rule) {
    std::string text;
    if (rule.mode == Mode::shadow) text = ", in shadow mode: it changes no label";
    if (rule.sample == kEveryPost) return text;
    char share[60];
    std::snprintf(share, sizeof share, ", on the %.2f%% of posts that its sample takes",
                  rule.sample / 100.0);
    return share + text;
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
    print_keywords(rules->book().rules[explained.rule]);
    print_facts(when, walk, mention);
    print_rules(rules->book(), when, walk);
    print_quotes(rules->book(), explained.rule, walk);
    const auto mode = fires ? mode_text(rules->book().rules[explained.rule]) : "";
    std::printf("%s%s\n", fires ? "it fires" : "it does not fire", mode.c_str());
    return kFine;
}

/// The folded text and, if words of it are disguised, the text with these put right; none of none.
std::vector<std::string> readings_of(const std::string& text, const RuleBook& book) {
    if (text.empty()) return {};
    text::Folder folder;
    const auto folded = folder.fold(text);
    std::vector<std::string> readings = {std::string(folded.bytes)};
    match::Respeller respeller;
    std::vector<Fault> ignored;  // told when the book compiles
    for (const auto& list : book.lists) {
        if (list.name == "disguised") respeller.add(list, pipeline::fold_words, ignored);
    }
    respeller.finish();
    match::Respelled again;
    if (!respeller.empty() && respeller.respell(folded, again)) readings.push_back(again.text);
    return readings;
}

}  // namespace

int rules_explain(const RulesOptions& options) {
    if (options.pattern.empty()) {
        std::fprintf(stderr, "hark: a pattern, or the id of a rule, is expected\n");
        return kUsage;
    }
    std::vector<Fault> faults;
    auto explained = find_rule(options, faults);
    if (!faults.empty()) return report(faults);
    const auto& rule = explained.book.rules[explained.rule];
    const auto readings = readings_of(options.text, explained.book);
    if (!rule.pii_type.empty() && rule.pattern.empty()) {
        std::printf("validator %s over every number of the text\n", rule.validator.c_str());
    } else if (!rule.pii_type.empty()) {
        std::printf("expression /%s/ over the text as written, by Hyperscan\n",
                    rule.pattern.c_str());
    } else if (!rule.pattern.empty()) {
        match::ExplainOptions reading{explained.book.packs[rule.pack].lang, explained.book.lists};
        std::printf(
            "pattern: %s\n%s", rule.pattern.c_str(),
            match::explain(rule.pattern, pipeline::fold_words, faults, reading, readings).c_str());
    }
    if (!faults.empty()) return report(faults);
    if (options.text.empty()) return kFine;
    std::printf("text folds to: `%s`\n", readings.front().c_str());
    if (readings.size() > 1) std::printf("and is read again as: `%s`\n", readings.back().c_str());
    return try_text(std::move(explained), options.text, faults);
}

}  // namespace hark::app
