#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/admin_client.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/make_daemon.hpp"
#include "app/rule_lines.hpp"
#include "app/rule_scores.hpp"
#include "app/rule_sources.hpp"
#include "hark/engine.hpp"
#include "match/compiler.hpp"
#include "match/lint.hpp"
#include "pipeline/rules.hpp"

namespace hark::app {

namespace {

/// A later folder deleted, or put into shadow mode, a rule that this one names.
bool is_broken(const RuleBook& book, const Rule& rule) {
    return std::any_of(rule.when.rules.begin(), rule.when.rules.end(), [&](const RuleTest& test) {
        return !test.deleted.empty() ||
               std::any_of(test.rules.begin(), test.rules.end(), [&](RuleIndex named) {
                   return book.rules[named].mode == Mode::shadow &&
                          !book.rules[named].mode_where.file.empty();
               });
    });
}

/// As check_examples() runs them, but `names_brand` is taken to hold, which no text of an example
/// can know, and examples of rules that another folder broke prove nothing.
std::size_t run_examples(std::shared_ptr<const match::RuleSet> rules, std::vector<Fault>& faults) {
    auto book = rules->book();
    bool asks = false;
    const auto is_of_brand = [](const FactTest& test) { return test.fact == Fact::names_brand; };
    for (auto& rule : book.rules) asks |= std::erase_if(rule.when.facts, is_of_brand) > 0;
    if (asks) rules = match::compile(std::move(book), pipeline::fold_words, {}, faults);
    if (rules == nullptr) return 0;
    std::vector<Fault> found;
    const auto run = pipeline::check_examples(rules, found);
    std::set<std::pair<std::string, std::uint32_t>> broken;
    for (const auto& rule : rules->book().rules) {
        if (is_broken(rules->book(), rule)) broken.emplace(rule.where.file, rule.where.line);
    }
    std::erase_if(found, [&](const Fault& fault) {
        return broken.contains({fault.where.file, fault.where.line});
    });
    faults.insert(faults.end(), found.begin(), found.end());
    return run;
}

/// Whether the rules have the label that was asked for, if any; said on stderr when not.
bool knows_label(const RuleBook& book, const std::string& label) {
    const bool known = label.empty() || std::find(book.labels.begin(), book.labels.end(), label) !=
                                            book.labels.end();
    if (known) return true;
    std::string all;
    for (const auto& one : book.labels) all += (all.empty() ? "" : ", ") + one;
    std::fprintf(stderr, "hark: no pack has the label `%s`; there are: %s\n", label.c_str(),
                 all.c_str());
    return false;
}

}  // namespace

int rules_list(const RulesOptions& options) {
    std::vector<Fault> faults;
    const auto rules = pipeline::load_rules(sources_of(options.rules), faults);
    if (rules == nullptr) return report(faults);
    const auto& book = rules->book();
    if (!knows_label(book, options.label)) return kConfiguration;
    const auto wanted = [&](const Pack& pack) {
        return options.label.empty() || book.labels[pack.label] == options.label;
    };
    std::set<std::pair<LabelId, std::string>> shown;
    for (const auto& pack : book.packs) {
        if (wanted(pack) && shown.emplace(pack.label, pack.lang).second)
            std::puts(to_json(book, pack).c_str());
    }
    for (const auto& rule : book.rules) {
        if (wanted(book.packs[rule.pack])) std::puts(to_json(book, rule).c_str());
    }
    return kFine;
}

int rules_test(const RulesOptions& options) {
    if (!options.text.empty()) {
        hark::EngineOptions engine_options;
        engine_options.rule_folders = options.rules;
        hark::Engine engine(engine_options);
        std::puts(engine.classify({.text = options.text}).record.c_str());
        std::fflush(stdout);
    }
    std::vector<Fault> faults;
    const auto rules = pipeline::load_rules(sources_of(options.rules), faults);
    if (rules == nullptr) return report(faults);
    if (!options.text.empty()) {
        std::fputs(scores_of(rules, options.text).c_str(), stderr);
        return kFine;
    }
    const auto run = run_examples(rules, faults);
    std::fprintf(stderr, "%zu rules, %zu examples, %zu faults\n", rules->book().rules.size(), run,
                 faults.size());
    return report(faults);
}

int rules_reload(const RulesOptions& options) {
    std::vector<Fault> faults;
    const auto admin = admin_of(options.admin, options.config, faults);
    if (!faults.empty()) return report(faults);
    AdminAnswer answer;
    try {
        answer = ask_admin(admin, "POST", "/rules/reload");
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "hark: %s\n", error.what());
        return kBadInput;
    }
    const bool done = answer.status == 200;
    std::fprintf(done ? stdout : stderr, "%s", answer.body.c_str());
    return done ? kFine : kConfiguration;
}

int check(const CheckOptions& options) {
    std::vector<Fault> faults;
    pipeline::RuleSources sources = sources_of(options.rules);
    std::string config = options.config;
    if (config.empty() && options.rules.empty() && std::filesystem::exists(config_path({})))
        config = config_path({});
    Config read;
    if (!config.empty()) {
        read = read_config(config, faults);
        if (options.rules.empty()) sources = read.rules;
        sources.cache_folder.clear();  // a check leaves nothing behind
        for (const auto& file : read.open_secrets)
            std::fprintf(stderr, "hark: warning: everybody may read or change the secret in %s\n",
                         file.c_str());
    }
    const auto rules = pipeline::load_rules(sources, faults);
    std::size_t examples = 0;
    if (rules != nullptr) {
        if (!config.empty()) check_parts(read, *rules, faults);
        match::lint(rules->book(), pipeline::fold_words, {}, faults);
        examples = run_examples(rules, faults);
    }
    if (faults.empty()) {
        std::printf("%s%zu rules, %zu examples: no faults\n",
                    config.empty() ? "" : (config + ", ").c_str(), rules->book().rules.size(),
                    examples);
    }
    return report(faults);
}

}  // namespace hark::app
