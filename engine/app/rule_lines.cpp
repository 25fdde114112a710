#include "app/rule_lines.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <vector>

#include "core/mention.hpp"
#include "match/condition_reader.hpp"

namespace hark::app {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

void add_text(Json& json, std::string_view value) {
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void add(Json& json, const char* name, std::string_view value) {
    if (value.empty()) return;
    json.Key(name);
    add_text(json, value);
}

void add(Json& json, const char* name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    json.Key(name);
    json.StartArray();
    for (const auto& value : values) add_text(json, value);
    json.EndArray();
}

void add(Json& json, const char* name, float value) {
    json.Key(name);
    json.Double(std::round(static_cast<double>(value) * 1e4) / 1e4);  // no tail of a float
}

std::string place(const Location& where) {
    return where.file.empty() ? "" : where.file + ":" + std::to_string(where.line);
}

std::string text_of(const FactTest& test) {
    static constexpr const char* kSigns[] = {"", "!=", ">=", "<="};
    return kSigns[static_cast<std::size_t>(test.compare)] +
           (test.fact == Fact::kind ? std::string(to_string(static_cast<Kind>(test.value)))
                                    : std::to_string(test.value));
}

void add_rule_test(Json& json, const RuleBook& book, const RuleTest& test) {
    auto ids = test.deleted;
    for (const auto rule : test.rules) ids.push_back(book.rules[rule].id);
    if (test.at_most == 0) return add(json, "none", ids);
    if (test.at_least == ids.size()) return add(json, "all", ids);
    if (test.at_least == 1) return add(json, "any", ids);
    json.Key("at_least");
    json.StartObject();
    json.Key("n");
    json.Uint(test.at_least);
    add(json, "of", ids);
    json.EndObject();
}

void add_condition(Json& json, const RuleBook& book, const Condition& when) {
    if (when.empty()) return;
    json.Key("when");
    json.StartObject();
    for (const auto& test : when.facts)
        add(json, std::string(match::to_string(test.fact)).c_str(), text_of(test));
    add(json, "lang", when.langs);
    add(json, "domains", when.domains);
    for (const auto& test : when.rules) add_rule_test(json, book, test);
    json.EndObject();
}

}  // namespace

std::string to_json(const RuleBook& book, const Rule& rule) {
    rapidjson::StringBuffer out;
    Json json(out);
    json.SetMaxDecimalPlaces(4);
    const auto& pack = book.packs[rule.pack];
    json.StartObject();
    add(json, "id", rule.id);
    add(json, "label", book.labels[pack.label]);
    add(json, "lang", pack.lang);
    add(json, "pattern", rule.pattern);
    add_condition(json, book, rule.when);
    add(json, "weight", rule.weight);
    if (rule.fixed) {
        json.Key("fixed");
        json.Bool(true);
    }
    add(json, "sublabel", rule.sublabel);
    add(json, "advice", rule.advice);
    add(json, "mode", rule.mode == Mode::shadow ? "shadow" : "live");
    if (rule.sample != kEveryPost)
        add(json, "sample_percent", static_cast<float>(rule.sample) / 100);
    add(json, "pii_type", rule.pii_type);
    add(json, "at", place(rule.where));
    json.EndObject();
    return out.GetString();
}

std::string to_json(const RuleBook& book, const Pack& pack) {
    rapidjson::StringBuffer out;
    Json json(out);
    json.SetMaxDecimalPlaces(4);
    json.StartObject();
    add(json, "pack", book.labels[pack.label] + "/" + pack.lang);
    add(json, "bias", pack.bias);
    add(json, "bias_at", place(pack.bias_where));
    add(json, "threshold", pack.threshold);
    add(json, "threshold_at", place(pack.threshold_where));
    add(json, "advice", pack.advice);
    add(json, "advice_at", place(pack.advice_where));
    json.EndObject();
    return out.GetString();
}

}  // namespace hark::app
