#include "hark_bench/tables.hpp"

#include <algorithm>
#include <cstdio>

#include "core/html.hpp"
#include "hark_bench/compare.hpp"
#include "hark_bench/plot.hpp"

namespace hark::bench {

namespace {

using Runs = std::vector<const rapidjson::Value*>;
using Path = std::initializer_list<const char*>;

std::vector<double> values_at(const Runs& runs, Path path) {
    std::vector<double> out;
    for (const auto* run : runs) {
        if (at(*run, path) != nullptr) out.push_back(number_at(*run, path));
    }
    return out;
}

/// `12.3` of one run, `12.3 (11 to 14)` of several.
std::string spread(const std::vector<double>& values) {
    if (values.empty()) return "";
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    auto out = brief(median_of(values));
    if (values.size() > 1) out += " (" + brief(*low) + " to " + brief(*high) + ")";
    return out;
}

double sum(const std::vector<double>& values) {
    double out = 0;
    for (const double value : values) out += value;
    return out;
}

/// In the order of their first run: runs of one side at one rate.
std::vector<std::pair<std::string, Runs>> grouped(const Json& results) {
    std::vector<std::pair<std::string, Runs>> out;
    for (const auto* run : runs_of(results)) {
        const auto name = text_at(*run, {"side"}) + " @" + brief(number_at(*run, {"offered"}));
        auto found = std::find_if(out.begin(), out.end(),
                                  [&](const auto& one) { return one.first == name; });
        if (found == out.end()) found = out.insert(out.end(), {name, {}});
        found->second.push_back(run);
    }
    return out;
}

Table rates_of(const Json& results) {
    Table out{"Rate and loss",
              {"", "runs", "offered/s", "in the topic/s", "sent", "lost", "duplicated",
               "out of order", "late", "CPU s a million", "peak MiB"},
              {}};
    for (const auto& [name, runs] : grouped(results)) {
        auto memory = values_at(runs, {"rss_peak_bytes"});
        for (auto& bytes : memory) bytes /= 1048576;
        const auto offered = number_at(*runs.front(), {"offered"});
        out.rows.push_back({text_at(*runs.front(), {"side"}), std::to_string(runs.size()),
                            offered > 0 ? brief(offered) : "at once",
                            spread(values_at(runs, {"achieved"})),
                            brief(sum(values_at(runs, {"findings", "sent"}))),
                            brief(sum(values_at(runs, {"findings", "lost"}))),
                            brief(sum(values_at(runs, {"findings", "duplicated"}))),
                            brief(sum(values_at(runs, {"findings", "out_of_order"}))),
                            brief(sum(values_at(runs, {"findings", "late"}))),
                            spread(values_at(runs, {"cpu_s_per_million"})), spread(memory)});
    }
    return out;
}

void add_latency_row(Table& table, const std::string& name, const Runs& runs, const char* which) {
    std::vector<std::string> row = {name, which};
    bool any = false;
    for (const char* percentile : {"p50", "p90", "p99", "p99_9", "p99_99", "max"}) {
        const auto values = values_at(runs, {"latency_ms", which, percentile});
        any = any || !values.empty();
        row.push_back(spread(values));
    }
    if (any) table.rows.push_back(std::move(row));
}

Table latencies_of(const Json& results) {
    Table out{"Latency from the due time, ms",
              {"", "at", "p50", "p90", "p99", "p99.9", "p99.99", "max"},
              {}};
    for (const auto& [name, runs] : grouped(results)) {
        for (const char* which : {"answer", "topic", "slip"})
            add_latency_row(out, name, runs, which);
    }
    return out;
}

/// The last run's labels stand for all.
Table labels_of_last(const Json& results) {
    Table out{"Labels (last run)",
              {"label", "promised", "in its topic", "lost", "p50 ms", "p99 ms", "max ms"},
              {}};
    const auto runs = runs_of(results);
    const auto* const labels = runs.empty() ? nullptr : at(*runs.back(), {"labels"});
    if (labels == nullptr || !labels->IsObject()) return out;
    for (const auto& label : labels->GetObject()) {
        const auto& of = label.value;
        out.rows.push_back({label.name.GetString(), brief(number_at(of, {"promised"})),
                            brief(number_at(of, {"arrived"})), brief(number_at(of, {"lost"})),
                            brief(number_at(of, {"latency_ms", "p50"})),
                            brief(number_at(of, {"latency_ms", "p99"})),
                            brief(number_at(of, {"latency_ms", "max"}))});
    }
    return out;
}

Table verdicts_of(const Json& results) {
    Table out{"Goals", {"what", "measured", "goal", ""}, {}};
    const auto* const verdicts = at(results, {"verdicts"});
    if (verdicts == nullptr || !verdicts->IsArray()) return out;
    for (const auto& one : verdicts->GetArray()) {
        const auto* const met = at(one, {"met"});
        const bool good = met != nullptr && met->IsBool() && met->GetBool();
        out.rows.push_back({text_at(one, {"what"}),
                            brief(number_at(one, {"value"})) + " " + text_at(one, {"unit"}),
                            text_at(one, {"goal"}), good ? "met" : "missed"});
    }
    return out;
}

Table stage_table(const Json& results) {
    Table out{"Stages, CPU time a post",
              {"stage", "ns", "spread", "naked limit ns", "limit / stage", "instructions",
               "branch misses", "cache misses"},
              {}};
    const auto* const stages = at(results, {"stages"});
    if (stages == nullptr || !stages->IsArray()) return out;
    for (const auto& stage : stages->GetArray()) {
        const auto ns = number_at(stage, {"ns"});
        const auto limit = number_at(stage, {"limit_ns"});
        const auto counter = [&](const char* name) {
            return at(stage, {name}) != nullptr ? brief(number_at(stage, {name})) : std::string();
        };
        out.rows.push_back(
            {text_at(stage, {"name"}), brief(ns),
             brief(number_at(stage, {"low_ns"})) + " to " + brief(number_at(stage, {"high_ns"})),
             limit > 0 ? brief(limit) : "", limit > 0 ? brief(limit / ns) : "",
             counter("instructions"), counter("branch_misses"), counter("cache_misses")});
    }
    return out;
}

}  // namespace

std::string Table::html() const {
    std::string out = "<h3>" + html_escaped(title) + "</h3>\n<table><tr>";
    for (const auto& cell : head) out += "<th>" + html_escaped(cell);
    for (const auto& row : rows) {
        out += "\n<tr>";
        for (const auto& cell : row) out += "<td>" + html_escaped(cell);
    }
    return out + "\n</table>\n";
}

std::string Table::markdown() const {
    std::string out = "**" + title + "**\n\n|";
    for (const auto& cell : head) out += " " + cell + " |";
    out += "\n|";
    for (std::size_t i = 0; i < head.size(); ++i) out += "---|";
    for (const auto& row : rows) {
        out += "\n|";
        for (const auto& cell : row) out += " " + cell + " |";
    }
    return out + "\n";
}

std::vector<const rapidjson::Value*> runs_of(const Json& results) {
    std::vector<const rapidjson::Value*> out;
    const auto* const runs = at(results, {"runs"});
    if (runs == nullptr || !runs->IsArray()) return out;
    for (const auto& run : runs->GetArray()) out.push_back(&run);
    return out;
}

std::vector<Table> tables_of(const Json& results) {
    std::vector<Table> out;
    for (auto& table : {verdicts_of(results), rates_of(results), latencies_of(results),
                        labels_of_last(results), stage_table(results)}) {
        if (!table.rows.empty()) out.push_back(table);
    }
    return out;
}

std::string title_of(const Json& results) {
    const auto kind = text_at(results, {"kind"});
    const auto way = text_at(results, {"load", "way"});
    if (kind == "stages") return "Stages in process";
    if (kind == "goal") return "Goal: " + text_at(results, {"name"});
    return (kind == "sweep" ? "Sweep: " : "Load: ") + way + ", " +
           text_at(results, {"load", "profile"});
}

std::string setting_of(const Json& results) {
    std::string out = text_at(results, {"date"}).substr(0, 10) + ", " +
                      brief(number_at(results, {"machine", "cores"})) + " cores of " +
                      text_at(results, {"machine", "processor"}) + ", " +
                      text_at(results, {"machine", "system"});
    const auto version = text_at(results, {"versions", "hark"});
    if (!version.empty())
        out += ", Hark " + version + ", librdkafka " + text_at(results, {"versions", "librdkafka"});
    out += ".";
    const auto* const mixture = at(results, {"mixture"});
    if (mixture == nullptr) return out;
    out += " Posts of " + brief(number_at(*mixture, {"bytes_p10"})) + " to " +
           brief(number_at(*mixture, {"bytes_p90"})) + " bytes (median " +
           brief(number_at(*mixture, {"bytes_p50"})) + "), " +
           brief(100 * number_at(*mixture, {"hits"})) + " % get a label;";
    if (const auto* const languages = at(*mixture, {"languages"})) {
        for (const auto& language : languages->GetObject())
            out += " " + std::string(language.name.GetString()) + " " +
                   brief(100 * language.value.GetDouble()) + " %";
    }
    out += "; seed " + brief(number_at(results, {"load", "seed"})) +
           ". Sink: " + text_at(results, {"load", "sink"}) + ", shards " +
           brief(number_at(results, {"load", "shards"}));
    const auto rules = text_at(results, {"ruleset"});
    if (!rules.empty()) out += ", rule set " + rules;
    return out + ".";
}

}  // namespace hark::bench
