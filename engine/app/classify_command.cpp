#include <cstdio>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "app/classify_sink.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "ingest/file_source.hpp"
#include "pipeline/shard_pipeline.hpp"
#include "telemetry/log.hpp"

namespace hark::app {

namespace {

pipeline::RuleSources sources_of(const ClassifyOptions& options) {
    pipeline::RuleSources sources;
    sources.folders = options.rules;
    if (sources.folders.empty()) sources.folders.push_back(pipeline::shipped_rules());
    for (const auto& name : options.brands) {
        Brand brand;
        brand.id = name;
        brand.names = {name};
        brand.where.file = "--brand";
        sources.brands.push_back(std::move(brand));
    }
    return sources;
}

/// Says what is wrong on stderr; nullopt then.
std::optional<publish::MaskOptions> mask_of(const ClassifyOptions& options) {
    SettingNode node;
    node.type = SettingNode::Type::map;
    node.where.file = "--mask";
    const auto add = [&](const char* key, const std::string& value) {
        if (value.empty()) return;
        SettingNode scalar;
        scalar.type = SettingNode::Type::scalar;
        scalar.scalar = value;
        scalar.where = node.where;
        node.members.emplace_back(key, scalar);
    };
    add("mask", options.mask);
    add("mask_key", options.mask_key);
    add("mask_authors", options.mask_authors ? "true" : "false");
    SettingsReport report;
    Settings settings(node, report);
    auto mask = read_mask(settings);
    for (const auto& fault : report.faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (!report.faults.empty()) return std::nullopt;
    return mask;
}

constexpr std::uint64_t kToldLines = 10;  // of a file, those that could not be used

/// One file through the walk on this thread. The number of lines that could not be used.
std::uint64_t classify_file(const std::string& path, const std::string& name, runtime::Shard& shard,
                            pipeline::ShardPipeline& pipeline, telemetry::Metrics& metrics) {
    ingest::CursorStore cursors("");  // remembers nothing
    ingest::FileOptions options;
    options.name = name;
    options.path = path;
    ingest::FileSource file(shard, options, pipeline, cursors, metrics);
    std::uint64_t told = 0;
    file.on_bad_line([&](std::uint64_t line, Errc reason) {
        if (++told > kToldLines) return;
        std::fprintf(stderr, "%s:%llu: %s\n", name.c_str(), static_cast<unsigned long long>(line),
                     std::string(to_string(reason)).c_str());
    });
    file.start();
    while (!file.done()) shard.io().run_one();
    if (told > kToldLines)
        std::fprintf(stderr, "%s: and %llu more lines\n", name.c_str(),
                     static_cast<unsigned long long>(told - kToldLines));
    return file.bad_lines();
}

}  // namespace

int classify_files(const ClassifyOptions& options) {
    telemetry::configure_log(telemetry::Level::error, telemetry::LogFormat::logfmt);
    std::vector<Fault> faults;
    const auto rules = pipeline::load_rules(sources_of(options), faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (rules == nullptr) return kConfiguration;

    auto mask = mask_of(options);
    if (!mask) return kUsage;

    SettingNode none;
    none.type = SettingNode::Type::map;
    none.where.file = "--platform " + options.platform;
    SettingsReport report;
    Settings settings(none, report);
    const auto platform = platforms::make_platform(options.platform, settings);
    if (platform == nullptr) {
        std::fprintf(stderr, "hark: unknown platform `%s`\n", options.platform.c_str());
        return kUsage;
    }

    telemetry::Metrics metrics;
    runtime::Shard shard(0);
    pipeline::SeenWindow seen("", 1024);
    const pipeline::Topics topics({.prefix = "hark", .restricted = false, .labels = {}});
    pipeline::PipelineOptions pipeline_options;
    pipeline_options.sources.push_back({.name = "classify", .keep_all = true});
    pipeline_options.recognise_repeats = false;
    pipeline_options.mask = std::move(*mask);
    pipeline::ShardPipeline pipeline(pipeline_options, topics, seen, rules, {platform.get()},
                                     metrics);
    ClassifySink sink(options.dead_letters);
    pipeline.connect(sink.open(shard, pipeline));

    auto files = options.files;
    if (files.empty()) files.emplace_back("-");
    std::uint64_t bad = 0;
    for (const auto& path : files) {
        try {
            bad += classify_file(path, path == "-" ? "stdin" : path, shard, pipeline, metrics);
        } catch (const std::runtime_error& error) {
            std::fprintf(stderr, "hark: %s\n", error.what());
            return kBadInput;
        }
    }
    if (!sink.not_ready().empty()) {
        std::fprintf(stderr, "hark: %s\n", sink.not_ready().c_str());
        return kBadInput;
    }
    if (bad > 0)
        std::fprintf(stderr, "%llu lines could not be used; they are in %s%s\n",
                     static_cast<unsigned long long>(bad), options.dead_letters.c_str(),
                     options.platform == "text" ? "" : " (a line is a JSON object of its own)");
    return bad > 0 ? kBadInput : kFine;
}

}  // namespace hark::app
