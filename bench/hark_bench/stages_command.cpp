#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "hark_bench/commands.hpp"
#include "hark_bench/compare.hpp"
#include "hark_bench/results.hpp"
#include "hark_bench/stages.hpp"

namespace hark::bench {

namespace {

constexpr std::string_view kNaked = "naked_";

double to_ns(const std::string& unit) {
    if (unit == "us") return 1e3;
    if (unit == "ms") return 1e6;
    return unit == "s" ? 1e9 : 1;
}

}  // namespace

std::vector<Stage> stages_of(const Json& google_benchmark) {
    const auto* const rows = at(google_benchmark, {"benchmarks"});
    if (rows == nullptr || !rows->IsArray())
        throw std::runtime_error("no `benchmarks`: run with --benchmark_out_format=json");
    std::vector<std::string> order;
    std::map<std::string, std::vector<double>> times;
    std::map<std::string, std::map<std::string, double>> counters;
    for (const auto& row : rows->GetArray()) {
        if (text_at(row, {"run_type"}) != "iteration") continue;
        const auto* const failed = at(row, {"error_occurred"});
        const auto name = text_at(row, {"run_name"});
        if (failed != nullptr && failed->IsTrue())
            throw std::runtime_error(name + ": " + text_at(row, {"error_message"}));
        if (!times.contains(name)) order.push_back(name);
        // Threads share the work: what a post costs all of them together is in the real time.
        const bool real = name.find("/real_time") != std::string::npos;
        times[name].push_back(number_at(row, {real ? "real_time" : "cpu_time"}) *
                              to_ns(text_at(row, {"time_unit"})));
        for (const char* counter : {"instructions", "branch_misses", "cache_misses"}) {
            if (at(row, {counter}) != nullptr) counters[name][counter] = number_at(row, {counter});
        }
    }
    std::vector<Stage> out;
    for (const auto& name : order) {
        if (name.starts_with(kNaked)) continue;
        auto& stage = out.emplace_back();
        stage.name = name;
        stage.ns = median_of(times[name]);
        stage.low_ns = *std::min_element(times[name].begin(), times[name].end());
        stage.high_ns = *std::max_element(times[name].begin(), times[name].end());
        stage.counters = counters[name];
        const auto limit = times.find(std::string(kNaked) + name);
        if (limit != times.end()) stage.limit_ns = median_of(limit->second);
    }
    return out;
}

void Results::set_stages(const std::vector<Stage>& stages) {
    auto& memory = json_.GetAllocator();
    Value list(rapidjson::kArrayType);
    for (const auto& stage : stages) {
        Value one(rapidjson::kObjectType);
        one.AddMember("name", text_value(stage.name), memory);
        one.AddMember("ns", stage.ns, memory);
        one.AddMember("low_ns", stage.low_ns, memory);
        one.AddMember("high_ns", stage.high_ns, memory);
        if (stage.limit_ns > 0) one.AddMember("limit_ns", stage.limit_ns, memory);
        for (const auto& [name, count] : stage.counters) put(one, name, Value(count));
        list.PushBack(one, memory);
    }
    json_.AddMember("stages", list, memory);
}

int stages(const StagesOptions& options) {
    std::vector<Stage> all;
    for (const auto& file : options.files) {
        std::ifstream in(file);
        std::ostringstream text;
        text << in.rdbuf();
        Json json;
        // Google Benchmark writes NaN for the variation of a counter that is always 0.
        json.Parse<rapidjson::kParseNanAndInfFlag>(text.str().c_str());
        if (!in || json.HasParseError()) throw std::runtime_error(file + ": no JSON");
        const auto some = stages_of(json);
        all.insert(all.end(), some.begin(), some.end());
    }
    for (const auto& stage : all) {
        std::printf("%-36s %10.1f ns (%.1f to %.1f)", stage.name.c_str(), stage.ns, stage.low_ns,
                    stage.high_ns);
        if (stage.limit_ns > 0)
            std::printf("  naked %.1f ns: %.2f of it", stage.limit_ns, stage.limit_ns / stage.ns);
        std::printf("\n");
    }
    Results results("stages", "", options.hark);
    results.set_stages(all);
    if (!options.output.empty()) results.write(options.output);
    return kFine;
}

}  // namespace hark::bench
