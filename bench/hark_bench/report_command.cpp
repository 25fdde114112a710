#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "core/html.hpp"
#include "hark_bench/commands.hpp"
#include "hark_bench/histogram.hpp"
#include "hark_bench/plot.hpp"
#include "hark_bench/tables.hpp"

namespace hark::bench {

namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hark, measured</title>
<style>
body{font:16px/1.45 system-ui,sans-serif;margin:1em auto;max-width:62em;padding:0 .8em;color:#222}
h2{border-top:1px solid #ccc;padding-top:.6em;font-size:1.2em}h3{font-size:1em;margin:.8em 0 .2em}
table{border-collapse:collapse;display:block;overflow-x:auto;font-size:.85em}
td,th{padding:.15em .5em;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td:first-child,th:first-child{text-align:left}th{border-bottom:1px solid #999}
figure{display:inline-block;margin:.6em 1em .6em 0;width:100%;max-width:30em;vertical-align:top}
figure.bars{max-width:none}figcaption{font-size:.85em;color:#555}
svg{width:100%;height:auto;background:#fafafa;border:1px solid #ddd}svg text{font:11px sans-serif}
.bars table{display:table;width:100%}td.bar{width:55%;text-align:left}
td.bar div{background:#0072b2;height:.9em;min-width:1px}td.bar div.limit{background:#9cc}
small{color:#555}pre{overflow-x:auto;font-size:.8em;background:#fafafa;padding:.5em}
</style>
<h1>Hark, measured</h1>
<p>Latencies count from when a post was due to be sent, whatever the answers did. <b>topic</b>: a
consumer has it; <b>answer</b>: the sender has its 2xx; <b>slip</b>: how late the load generator
itself was, so how far to trust the rest.</p>
)";

Plot::Points column(const rapidjson::Value& rows, rapidjson::SizeType x, rapidjson::SizeType y,
                    double factor = 1) {
    Plot::Points out;
    for (const auto& row : rows.GetArray())
        out.emplace_back(row[x].GetDouble(), factor * row[y].GetDouble());
    return out;
}

/// A number of each run over its offered rate, ascending.
Plot::Points over_rate(const std::vector<const rapidjson::Value*>& runs,
                       std::initializer_list<const char*> path) {
    Plot::Points out;
    for (const auto* run : runs)
        out.emplace_back(number_at(*run, {"offered"}), number_at(*run, path));
    std::sort(out.begin(), out.end());
    return out;
}

/// By the first word of the side: `bare 1000/s` and `bare 10000/s` are one line.
std::map<std::string, std::vector<const rapidjson::Value*>> sides_of(const Json& results) {
    std::map<std::string, std::vector<const rapidjson::Value*>> out;
    for (const auto* run : runs_of(results)) {
        const auto side = text_at(*run, {"side"});
        out[side.substr(0, side.find(' '))].push_back(run);
    }
    return out;
}

/// Where several rates were offered. Every run is a point: medians would hide the spread.
std::string over_load(const Json& results) {
    std::set<double> rates;
    for (const auto* run : runs_of(results)) rates.insert(number_at(*run, {"offered"}));
    if (rates.size() < 2) return {};
    const auto sides = sides_of(results);
    Plot latency("Latency in the topic over the offered load", {"posts/s", true}, {"ms", true});
    Plot rate("What arrived of what was offered", {"offered posts/s", false},
              {"posts/s in the topic", false});
    Plot cost("CPU time of Hark over the load", {"posts/s", true}, {"s a million posts", false});
    for (const auto& [side, runs] : sides) {
        const auto prefix = sides.size() > 1 ? side + " " : std::string();
        for (const auto& [name, key] :
             {std::pair{"p50", "p50"}, {"p99", "p99"}, {"p99.9", "p99_9"}, {"max", "max"}}) {
            const bool one_of_many = sides.size() > 1 && std::string_view(name) != "p99";
            if (!one_of_many)
                latency.line(prefix + name, over_rate(runs, {"latency_ms", "topic", key}));
        }
        rate.line(prefix + "in the topic", over_rate(runs, {"achieved"}));
        cost.line(prefix + "CPU", over_rate(runs, {"cpu_s_per_million"}));
    }
    rate.line("offered", over_rate(runs_of(results), {"offered"}));
    const auto knee = number_at(results, {"knee", "rate"});
    if (knee > 0) {
        latency.mark_x(knee, "knee");
        rate.mark_x(knee, "knee");
    }
    return latency.figure() + rate.figure() + cost.figure();
}

std::string time_line(const rapidjson::Value& run) {
    std::string out;
    const auto* const seconds = at(run, {"timeline", "seconds"});
    const auto* const samples = at(run, {"timeline", "samples"});
    if (seconds != nullptr && !seconds->Empty()) {
        Plot rate("Throughput", {"s", false}, {"posts/s in the topic", false});
        rate.line("in the topic", column(*seconds, 0, 1));
        Plot latency("Latency in the topic, second by second", {"s", false}, {"ms", true});
        latency.line("p50", column(*seconds, 0, 2));
        latency.line("p99", column(*seconds, 0, 3));
        latency.line("max", column(*seconds, 0, 4));
        out += rate.figure() + latency.figure();
    }
    if (samples != nullptr && !samples->Empty()) {
        Plot memory("Resident memory", {"s", false}, {"MiB", false});
        memory.line("resident", column(*samples, 0, 1, 1.0 / 1048576));
        Plot queue("Published and not yet acknowledged", {"s", false}, {"KiB", false});
        queue.line("queue", column(*samples, 0, 2, 1.0 / 1024));
        out += memory.figure() + queue.figure();
    }
    return out;
}

/// By how rare: 90 % at one, 99 % at two, 99.9 % at three nines.
std::string percentiles(const rapidjson::Value& run) {
    Plot plot("Latency by percentile: one post in so many is slower", {"one in", true},
              {"ms", true});
    for (const char* which : {"topic", "answer", "slip"}) {
        const auto encoded = text_at(run, {"latency_ms", which, "histogram"});
        if (encoded.empty()) continue;
        const auto histogram = Histogram::decode(encoded);
        Plot::Points points;
        for (double one_in = 1.25; one_in <= static_cast<double>(histogram.count()); one_in *= 1.25)
            points.emplace_back(
                one_in, static_cast<double>(histogram.percentile(100 - 100 / one_in)) / 1e6);
        plot.line(which, points);
    }
    return plot.figure();
}

std::string stage_bars(const Json& results) {
    const auto* const stages = at(results, {"stages"});
    if (stages == nullptr || !stages->IsArray()) return {};
    std::vector<Bar> list;
    for (const auto& stage : stages->GetArray()) {
        const auto limit = number_at(stage, {"limit_ns"});
        list.push_back({text_at(stage, {"name"}), number_at(stage, {"ns"}), false});
        if (limit > 0) list.push_back({"  naked limit", limit, true});
    }
    return bars("CPU time a post, medians; pale: the naked limit in the same run", list, "ns");
}

std::string section(const Json& results) {
    std::string out = "<h2>" + html_escaped(title_of(results)) + "</h2>\n<p><small>" +
                      html_escaped(setting_of(results)) + "</small></p>\n";
    const auto knee = number_at(results, {"knee", "rate"});
    if (knee > 0) {
        out += "<p>Knee: <b>" + brief(knee) + " posts a second</b> keep p99 in the topic under " +
               brief(number_at(results, {"knee", "bound_ms"})) + " ms.</p>\n";
    }
    const auto runs = runs_of(results);
    out += over_load(results);
    if (!runs.empty()) out += percentiles(*runs.back()) + time_line(*runs.back());
    out += stage_bars(results);
    for (const auto& table : tables_of(results)) out += table.html();
    const auto configuration = text_at(results, {"configuration"});
    if (!configuration.empty())
        out += "<details><summary>configuration</summary><pre>" + html_escaped(configuration) +
               "</pre></details>\n";
    return out;
}

std::string markdown_of(const std::vector<Json>& all) {
    std::string out;
    for (const auto& results : all) {
        out += "\n### " + title_of(results) + "\n\n" + setting_of(results) + "\n";
        const auto knee = number_at(results, {"knee", "rate"});
        if (knee > 0) {
            out += "\nKnee: " + brief(knee) + " posts a second keep p99 in the topic under " +
                   brief(number_at(results, {"knee", "bound_ms"})) + " ms.\n";
        }
        for (const auto& table : tables_of(results)) out += "\n" + table.markdown();
    }
    return out + "\n";
}

constexpr std::string_view kBegin = "<!-- printed by hark-bench report: begin -->\n";
constexpr std::string_view kEnd = "<!-- printed by hark-bench report: end -->";

/// What stands between the marks is replaced; all else in the file is its writers'.
void write_markdown(const std::string& path, const std::string& generated) {
    std::ifstream in(path);
    std::ostringstream read;
    read << in.rdbuf();
    auto text = read.str();
    if (!in || text.empty())
        text = "# What was measured\n\n" + std::string(kBegin) + std::string(kEnd) + "\n";
    const auto begin = text.find(kBegin);
    const auto end = text.find(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin)
        throw std::runtime_error(path + ": has no lines `" +
                                 std::string(kBegin.substr(0, kBegin.size() - 1)) + "` and `" +
                                 std::string(kEnd) + "` to write between");
    const auto from = begin + kBegin.size();
    text.replace(from, end - from, generated);
    std::ofstream out(path);
    out << text;
    out.close();
    if (!out) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace

int report(const ReportOptions& options) {
    std::vector<Json> all;
    for (const auto& file : options.files) all.push_back(read_results(file));
    if (!options.markdown.empty()) write_markdown(options.markdown, markdown_of(all));
    if (!options.html.empty()) {
        std::ofstream out(options.html);
        out << kHead;
        for (const auto& results : all) out << section(results);
        out << "</html>\n";
        out.close();
        if (!out) throw std::runtime_error(options.html + ": cannot be written");
    }
    if (options.html.empty() && options.markdown.empty())
        std::fputs(markdown_of(all).c_str(), stdout);
    return kFine;
}

}  // namespace hark::bench
