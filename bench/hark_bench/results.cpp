#include "hark_bench/results.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "core/timestamp.hpp"
#include "hark_bench/process.hpp"

namespace hark::bench {

namespace {

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99_9", 99.9}, {"p99_99", 99.99}};

double ms(std::uint64_t ns) {
    return static_cast<double>(ns) / 1e6;
}

std::string first_line_with(const std::string& path, const std::string& begin) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        const auto colon = line.find_first_of(":=");
        if (line.starts_with(begin) && colon != std::string::npos) {
            const auto text = line.find_first_not_of(" \t\"", colon + 1);
            if (text != std::string::npos) return line.substr(text, line.find('"', text) - text);
        }
    }
    return {};
}

}  // namespace

Results::Results(const std::string& kind, const std::string& name, const std::string& hark) {
    json_.SetObject();
    auto& memory = json_.GetAllocator();
    json_.AddMember("tool", "hark-bench", memory);
    json_.AddMember("schema", 1, memory);
    json_.AddMember("kind", text_value(kind), memory);
    if (!name.empty()) json_.AddMember("name", text_value(name), memory);
    const auto time = format_rfc3339(now());
    json_.AddMember("date", text_value({time.data(), time.size()}), memory);
    set_machine();
    Json versions(&memory);
    versions.Parse(output_of("'" + hark + "' version").c_str());
    if (!versions.HasParseError()) json_.AddMember("versions", Value(versions, memory), memory);
    json_.AddMember("runs", Value(rapidjson::kArrayType), memory);
}

Results::Value Results::text_value(const std::string& text) {
    return {text.data(), static_cast<rapidjson::SizeType>(text.size()), json_.GetAllocator()};
}

void Results::put(Value& object, const std::string& name, Value&& value) {
    object.AddMember(text_value(name), std::move(value), json_.GetAllocator());
}

void Results::set_machine() {
    auto& memory = json_.GetAllocator();
    Value machine(rapidjson::kObjectType);
    utsname name{};
    ::uname(&name);
    machine.AddMember("processor", text_value(first_line_with("/proc/cpuinfo", "model name")),
                      memory);
    machine.AddMember("cores", std::thread::hardware_concurrency(), memory);
    machine.AddMember("memory", text_value(first_line_with("/proc/meminfo", "MemTotal")), memory);
    machine.AddMember("system", text_value(first_line_with("/etc/os-release", "PRETTY_NAME")),
                      memory);
    machine.AddMember("kernel", text_value(name.release), memory);
    json_.AddMember("machine", machine, memory);
}

void Results::set_load(const TrialOptions& options, const Corpus& corpus, std::uint64_t seed) {
    auto& memory = json_.GetAllocator();
    Value load(rapidjson::kObjectType);
    load.AddMember("way", text_value(to_string(options.way)), memory);
    if (options.way == Way::webhook || options.way == Way::https)
        load.AddMember("signature", text_value(to_string(options.signature)), memory);
    load.AddMember("profile",
                   text_value(options.at_once ? "at once" : to_string(options.schedule.profile)),
                   memory);
    load.AddMember("rate", options.schedule.rate, memory);
    load.AddMember("seconds", options.schedule.seconds, memory);
    load.AddMember("warm_up_s", options.warm_up_s, memory);
    load.AddMember("batch", options.batch, memory);
    load.AddMember("sink", text_value(options.kafka.empty() ? "directory" : "kafka"), memory);
    load.AddMember("shards", static_cast<std::uint64_t>(options.shards), memory);
    load.AddMember("seed", seed, memory);
    json_.AddMember("load", load, memory);
    const auto& facts = corpus.facts();
    Value mixture(rapidjson::kObjectType);
    mixture.AddMember("different_posts", static_cast<std::uint64_t>(facts.posts), memory);
    Value languages(rapidjson::kObjectType);
    for (const auto& [language, share] : facts.languages) put(languages, language, Value(share));
    mixture.AddMember("languages", languages, memory);
    mixture.AddMember("hits", facts.hits, memory);
    const std::pair<const char*, std::size_t> sizes[] = {{"bytes_p10", facts.bytes_p10},
                                                         {"bytes_p50", facts.bytes_p50},
                                                         {"bytes_p90", facts.bytes_p90},
                                                         {"bytes_max", facts.bytes_max}};
    for (const auto& [name, size] : sizes)
        put(mixture, name, Value(static_cast<std::uint64_t>(size)));
    json_.AddMember("mixture", mixture, memory);
}

Results::Value Results::latency(const Histogram& histogram) {
    auto& memory = json_.GetAllocator();
    Value out(rapidjson::kObjectType);
    out.AddMember("count", histogram.count(), memory);
    for (const auto& [name, percent] : kPercentiles)
        put(out, name, Value(ms(histogram.percentile(percent))));
    out.AddMember("max", ms(histogram.max()), memory);
    out.AddMember("mean", histogram.mean() / 1e6, memory);
    out.AddMember("histogram", text_value(histogram.encode()), memory);
    return out;
}

Results::Value Results::findings(const Findings& found) {
    Value out(rapidjson::kObjectType);
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"sent", found.sent},
        {"answered", found.answered},
        {"arrived", found.arrived},
        {"lost", found.lost},
        {"lost_after_answer", found.lost_after_answer},
        {"duplicated", found.duplicated},
        {"out_of_order", found.out_of_order},
        {"late", found.late},
        {"unknown", found.unknown}};
    for (const auto& [name, count] : counts) put(out, name, Value(count));
    return out;
}

Results::Value Results::timeline(const TrialResult& result) {
    auto& memory = json_.GetAllocator();
    Value out(rapidjson::kObjectType);
    Value seconds(rapidjson::kArrayType);
    for (const auto& second : result.seconds) {
        Value row(rapidjson::kArrayType);
        row.PushBack(second.at_s, memory).PushBack(second.arrived, memory);
        row.PushBack(ms(second.p50), memory).PushBack(ms(second.p99), memory);
        row.PushBack(ms(second.max), memory);
        seconds.PushBack(row, memory);
    }
    Value samples(rapidjson::kArrayType);
    for (const auto& sample : result.samples) {
        Value row(rapidjson::kArrayType);
        row.PushBack(sample.at_s, memory).PushBack(sample.rss_bytes, memory);
        row.PushBack(sample.in_flight_bytes, memory).PushBack(sample.cpu_s, memory);
        row.PushBack(sample.records, memory).PushBack(sample.sent, memory);
        samples.PushBack(row, memory);
    }
    out.AddMember("seconds", seconds, memory);
    out.AddMember("samples", samples, memory);
    return out;
}

void Results::add(const TrialResult& result) {
    auto& memory = json_.GetAllocator();
    if (!result.configuration.empty() && !json_.HasMember("configuration"))
        json_.AddMember("configuration", text_value(result.configuration), memory);
    if (!result.ruleset.empty() && !json_.HasMember("ruleset"))
        json_.AddMember("ruleset", text_value(result.ruleset), memory);
    Value run(rapidjson::kObjectType);
    run.AddMember("side", text_value(result.side), memory);
    const std::pair<const char*, double> numbers[] = {
        {"offered", result.offered},
        {"achieved", result.achieved},
        {"wall_s", result.wall_s},
        {"cpu_s", result.cpu_s},
        {"cpu_s_per_million",
         result.findings.arrived > 0
             ? 1e6 * result.cpu_s / static_cast<double>(result.findings.arrived)
             : 0},
        {"rss_peak_bytes", result.rss_peak_bytes},
        {"rss_tenth_bytes", result.rss_tenth_bytes},
        {"rss_end_bytes", result.rss_end_bytes},
        {"dead_letters", result.dead_letters},
        {"handed_over_p999_at_most_ms", result.handed_over_s * 1e3},
        {"connections", static_cast<double>(result.connections)},
        {"refused", static_cast<double>(result.refused)},
        {"failed", static_cast<double>(result.failed)},
        {"status", result.status}};
    for (const auto& [name, number] : numbers) {
        if (std::isfinite(number)) put(run, name, Value(number));
    }
    run.AddMember("interrupted", result.interrupted, memory);
    run.AddMember("findings", findings(result.findings), memory);
    Value latencies(rapidjson::kObjectType);
    latencies.AddMember("slip", latency(result.slip), memory);
    if (result.answer.count() > 0) latencies.AddMember("answer", latency(result.answer), memory);
    if (result.offered > 0) latencies.AddMember("topic", latency(result.topic), memory);
    run.AddMember("latency_ms", latencies, memory);
    Value labels(rapidjson::kObjectType);
    for (const auto& [name, label] : result.findings.labels) {
        Value one(rapidjson::kObjectType);
        one.AddMember("promised", label.promised, memory);
        one.AddMember("arrived", label.arrived, memory);
        one.AddMember("lost", label.lost, memory);
        one.AddMember("duplicated", label.duplicated, memory);
        if (result.offered > 0) one.AddMember("latency_ms", latency(label.latency), memory);
        put(labels, name, std::move(one));
    }
    run.AddMember("labels", labels, memory);
    run.AddMember("timeline", timeline(result), memory);
    json_["runs"].PushBack(run, memory);
}

void Results::add(const Verdict& verdict) {
    auto& memory = json_.GetAllocator();
    if (!json_.HasMember("verdicts"))
        json_.AddMember("verdicts", Value(rapidjson::kArrayType), memory);
    Value one(rapidjson::kObjectType);
    one.AddMember("what", text_value(verdict.what), memory);
    one.AddMember("value", verdict.value, memory);
    one.AddMember("unit", text_value(verdict.unit), memory);
    one.AddMember("goal", text_value(verdict.goal), memory);
    one.AddMember("met", verdict.met, memory);
    json_["verdicts"].PushBack(one, memory);
}

void Results::set_knee(double rate, double bound_ms) {
    auto& memory = json_.GetAllocator();
    Value knee(rapidjson::kObjectType);
    knee.AddMember("rate", rate, memory);
    knee.AddMember("bound_ms", bound_ms, memory);
    json_.AddMember("knee", knee, memory);
}

std::string Results::text() const {
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', 1);
    writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
    writer.SetMaxDecimalPlaces(6);
    json_.Accept(writer);
    return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

void Results::write(const std::string& path) const {
    std::ofstream out(path);
    out << text();
    out.close();
    if (!out) throw std::runtime_error(path + ": cannot be written");
}

Json read_results(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    Json json;
    json.Parse(text.str().c_str());
    if (!in || json.HasParseError() || !json.IsObject() || text_at(json, {"tool"}) != "hark-bench")
        throw std::runtime_error(path + ": no results of hark-bench");
    return json;
}

const rapidjson::Value* at(const rapidjson::Value& from, std::initializer_list<const char*> path) {
    const auto* value = &from;
    for (const auto* name : path) {
        if (!value->IsObject()) return nullptr;
        const auto found = value->FindMember(name);
        if (found == value->MemberEnd()) return nullptr;
        value = &found->value;
    }
    return value;
}

double number_at(const rapidjson::Value& from, std::initializer_list<const char*> path,
                 double otherwise) {
    const auto* const value = at(from, path);
    return value != nullptr && value->IsNumber() ? value->GetDouble() : otherwise;
}

std::string text_at(const rapidjson::Value& from, std::initializer_list<const char*> path) {
    const auto* const value = at(from, path);
    return value != nullptr && value->IsString() ? value->GetString() : "";
}

std::string summary(const TrialResult& result) {
    const auto& found = result.findings;
    char line[512];
    std::string out;
    std::snprintf(line, sizeof line,
                  "%-10s offered %.0f/s, in the topic %.0f/s; sent %llu, answered %llu, arrived "
                  "%llu\n",
                  result.side.c_str(), result.offered, result.achieved,
                  static_cast<unsigned long long>(found.sent),
                  static_cast<unsigned long long>(found.answered),
                  static_cast<unsigned long long>(found.arrived));
    out += line;
    std::snprintf(line, sizeof line,
                  "  lost %llu (%llu after their answer), duplicated %llu, out of order %llu, late "
                  "%llu, unknown %llu; refused %llu, failed %llu, dead letters %.0f\n",
                  static_cast<unsigned long long>(found.lost),
                  static_cast<unsigned long long>(found.lost_after_answer),
                  static_cast<unsigned long long>(found.duplicated),
                  static_cast<unsigned long long>(found.out_of_order),
                  static_cast<unsigned long long>(found.late),
                  static_cast<unsigned long long>(found.unknown),
                  static_cast<unsigned long long>(result.refused),
                  static_cast<unsigned long long>(result.failed), result.dead_letters);
    out += line;
    const auto latency = [&](const char* name, const Histogram& histogram) {
        if (histogram.count() == 0 || result.offered <= 0) return;
        std::snprintf(
            line, sizeof line,
            "  %-16s p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  p99.99 %.3f  max %.3f ms\n", name,
            ms(histogram.percentile(50)), ms(histogram.percentile(90)),
            ms(histogram.percentile(99)), ms(histogram.percentile(99.9)),
            ms(histogram.percentile(99.99)), ms(histogram.max()));
        out += line;
    };
    latency("answer", result.answer);
    latency("in the topic", result.topic);
    for (const auto& [name, label] : found.labels) {
        latency(name.c_str(), label.latency);
        if (label.lost > 0)
            out += "  " + name + ": " + std::to_string(label.lost) + " lost in its topic\n";
    }
    if (result.handed_over_s > 0) {
        std::snprintf(line, sizeof line,
                      "  %-16s p99.9 at most %.3f ms from Hark's receipt to its sink\n",
                      "handed over", result.handed_over_s * 1e3);
        out += line;
    }
    latency("schedule's slip", result.slip);
    // A load that is late by itself cannot tell what is late behind it.
    if (result.offered > 0 && result.slip.percentile(99) > result.topic.percentile(50))
        out += "  the generator itself was late: give it cores of its own before trusting these\n";
    if (result.cpu_s > 0 && found.arrived > 0) {
        std::snprintf(line, sizeof line,
                      "  CPU %.2f s a million posts; memory: peak %.1f MiB, end %.1f MiB\n",
                      1e6 * result.cpu_s / static_cast<double>(found.arrived),
                      result.rss_peak_bytes / 1048576, result.rss_end_bytes / 1048576);
        out += line;
    }
    return out;
}

}  // namespace hark::bench
