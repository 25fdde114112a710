#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdio>
#include <filesystem>

#include "app/admin_client.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/rule_sources.hpp"
#include "hark/engine.hpp"
#include "match/lint.hpp"
#include "pipeline/rules.hpp"

namespace hark::app {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

void text_member(Json& json, const char* name, const std::string& value) {
    if (value.empty()) return;
    json.Key(name);
    json.String(value.c_str(), static_cast<rapidjson::SizeType>(value.size()));
}

void print_rule(const RuleBook& book, const Rule& rule) {
    rapidjson::StringBuffer out;
    Json json(out);
    json.SetMaxDecimalPlaces(4);
    const auto& pack = book.packs[rule.pack];
    json.StartObject();
    text_member(json, "id", rule.id);
    text_member(json, "label", book.labels[pack.label]);
    text_member(json, "lang", pack.lang);
    text_member(json, "pattern", rule.pattern);
    json.Key("weight");
    json.Double(static_cast<double>(rule.weight));
    text_member(json, "sublabel", rule.sublabel);
    text_member(json, "mode", rule.mode == Mode::shadow ? "shadow" : "live");
    text_member(json, "pii_type", rule.pii_type);
    text_member(json, "at", rule.where.file + ":" + std::to_string(rule.where.line));
    json.EndObject();
    std::puts(out.GetString());
}

}  // namespace

int rules_list(const RulesOptions& options) {
    std::vector<Fault> faults;
    const auto rules = pipeline::load_rules(sources_of(options.rules), faults);
    if (rules == nullptr) return report(faults);
    const auto& book = rules->book();
    for (const auto& rule : book.rules) {
        if (!options.label.empty() && book.labels[book.packs[rule.pack].label] != options.label)
            continue;
        print_rule(book, rule);
    }
    return kFine;
}

int rules_test(const RulesOptions& options) {
    if (!options.text.empty()) {
        hark::EngineOptions engine_options;
        engine_options.rule_folders = options.rules;
        hark::Engine engine(engine_options);
        std::puts(engine.classify({.text = options.text}).record.c_str());
        return kFine;
    }
    std::vector<Fault> faults;
    const auto rules = pipeline::load_rules(sources_of(options.rules), faults);
    if (rules == nullptr) return report(faults);
    const auto run = pipeline::check_examples(rules, faults);
    std::fprintf(stderr, "%zu rules, %zu examples, %zu faults\n", rules->book().rules.size(), run,
                 faults.size());
    return report(faults);
}

int rules_reload(const RulesOptions& options) {
    AdminAnswer answer;
    try {
        answer = ask_admin(options.admin, "POST", "/rules/reload");
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
    if (config.empty() && options.rules.empty() && std::filesystem::exists("hark.yaml"))
        config = "hark.yaml";
    if (!config.empty()) {
        const auto read = read_config(config, faults);
        if (options.rules.empty()) sources = read.rules;
        sources.cache_folder.clear();  // a check leaves nothing behind
    }
    const auto rules = pipeline::load_rules(sources, faults);
    std::size_t examples = 0;
    if (rules != nullptr) {
        match::lint(rules->book(), pipeline::fold_words, {}, faults);
        examples = pipeline::check_examples(rules, faults);
    }
    if (faults.empty()) {
        std::printf("%s%zu rules, %zu examples: no faults\n",
                    config.empty() ? "" : (config + ", ").c_str(), rules->book().rules.size(),
                    examples);
    }
    return report(faults);
}

}  // namespace hark::app
