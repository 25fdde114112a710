#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/make_daemon.hpp"
#include "core/byte_order_mark.hpp"
#include "core/limits.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "platforms/platform.hpp"
#include "publish/kafka/topic_reader.hpp"

namespace hark::app {

namespace {

constexpr std::size_t kToldLines = 10;

struct Change {
    std::size_t before = 0;
    std::size_t after = 0;
    std::size_t gained = 0;
    std::size_t lost = 0;
    std::vector<std::string> samples;  ///< lines for people
};

class Replay {
public:
    Replay(const ReplayOptions& options, std::shared_ptr<const match::RuleSet> rules)
        : options_(options), walk_(std::move(rules)) {
        SettingNode none;
        none.type = SettingNode::Type::map;
        SettingsReport report;
        Settings settings(none, report);
        platform_ = platforms::make_platform("mention", settings);
    }

    void read(std::istream& in, const std::string& name) {
        std::string line;
        for (std::size_t number = 1; std::getline(in, line); ++number) {
            if (number == 1) line = std::string(without_byte_order_mark(line));
            if (!line.empty() && !record(line) && is_told())
                std::fprintf(stderr, "%s:%zu: no record of Hark\n", name.c_str(), number);
        }
    }

    void read_topic(const publish::KafkaOptions& kafka, const std::string& topic) {
        std::string value;
        publish::read_whole_topic(
            kafka, topic, [&](std::string_view bytes, std::int32_t partition, std::int64_t offset) {
                value = bytes;
                if (!record(value) && is_told())
                    std::fprintf(stderr, "%s:%d:%lld: no record of Hark\n", topic.c_str(),
                                 partition, static_cast<long long>(offset));
            });
    }

    void print() const {
        if (!is_told())
            std::fprintf(stderr, "and %zu more (a line is one record, a JSON object)\n",
                         bad_ - kToldLines);
        std::printf("%zu records, %zu lines that are none\n%-14s %9s %9s %9s %9s\n", records_, bad_,
                    "label", "before", "after", "gained", "lost");
        for (const auto& [label, change] : changes_) {
            std::printf("%-14s %9zu %9zu %9zu %9zu\n", label.c_str(), change.before, change.after,
                        change.gained, change.lost);
        }
        std::vector<std::pair<std::size_t, std::string>> often;
        for (const auto& [rule, count] : fired_) often.emplace_back(count, rule);
        std::sort(often.rbegin(), often.rend());
        often.resize(std::min(often.size(), options_.samples));
        if (!often.empty()) std::printf("\nrules that counted most often\n");
        for (const auto& [count, rule] : often) std::printf("%9zu %s\n", count, rule.c_str());
        for (const auto& [label, change] : changes_) {
            for (const auto& sample : change.samples)
                std::printf("\n%s %s", label.c_str(), sample.c_str());
        }
        std::printf("\n");
    }

    [[nodiscard]] bool all_good() const noexcept { return bad_ == 0; }

private:
    /// Of lines that are no records, the first are named; print() counts them all.
    [[nodiscard]] bool is_told() const noexcept { return bad_ <= kToldLines; }

    bool record(std::string& line) {
        std::set<std::string, std::less<>> before;
        const auto size = line.size();
        line.resize(size + limits::kFramePadding);
        Frame frame;
        frame.bytes = std::string_view(line).substr(0, size);
        mentions_.clear();
        arena_.reset();
        const bool good = labels_of(frame.bytes, before) &&
                          platform_->decode(frame, arena_, mentions_) == Errc::ok &&
                          mentions_.list.size() == 1;
        if (!good) {
            ++bad_;
            return false;
        }
        ++records_;
        judge(mentions_.list.front(), before);
        return true;
    }

    bool labels_of(std::string_view json, std::set<std::string, std::less<>>& labels) {
        simdjson::dom::object given;
        if (parser_.parse(json.data(), json.size(), false)["labels"].get(given) !=
            simdjson::SUCCESS)
            return false;
        for (const auto& [label, value] : given) labels.emplace(label);
        return true;
    }

    void judge(const Mention& mention, const std::set<std::string, std::less<>>& before) {
        (void)walk_.names_brand(mention);
        const auto& verdict = walk_.judge(mention, mentions_.links_of(mention));
        const auto& book = walk_.rules().book();
        std::set<std::string, std::less<>> after;
        for (const auto& given : verdict.labels) after.insert(book.labels[given.label]);
        for (const auto& evidence : verdict.evidence) ++fired_[book.rules[evidence.rule].id];
        for (const auto& label : before) {
            ++changes_[label].before;
            if (!after.contains(label)) note(changes_[label].lost, label, "lost", mention);
        }
        for (const auto& label : after) {
            ++changes_[label].after;
            if (!before.contains(label)) note(changes_[label].gained, label, "gained", mention);
        }
    }

    void note(std::size_t& count, const std::string& label, const char* how,
              const Mention& mention) {
        auto& samples = changes_[label].samples;
        if (count++ < options_.samples)
            samples.push_back(std::string(how) + " " + std::string(mention.id) + "\n  " +
                              std::string(mention.text));
    }

    const ReplayOptions& options_;
    pipeline::Walk walk_;
    std::unique_ptr<platforms::Platform> platform_;
    simdjson::dom::parser parser_;
    Arena arena_;
    Mentions mentions_;
    std::map<std::string, Change> changes_;
    std::map<std::string, std::size_t> fired_;
    std::size_t records_ = 0;
    std::size_t bad_ = 0;
};

}  // namespace

namespace {

/// How the configuration's sink reaches its brokers; nullopt: a fault, which was printed.
std::optional<publish::KafkaOptions> kafka_of(const std::string& path) {
    std::vector<Fault> faults;
    const auto config = read_config(path, faults);
    if (faults.empty() && config.sink.kind != SinkKind::kafka)
        faults.push_back({{path, 0, 0}, "its sink is not Kafka: there are no topics to read"});
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (!faults.empty()) return std::nullopt;
    return kafka_options(config.sink.kafka);
}

}  // namespace

int replay(const ReplayOptions& options) {
    pipeline::RuleSources sources;
    sources.folders = options.rules;
    if (sources.folders.empty()) sources.folders.push_back(pipeline::shipped_rules());
    std::vector<Fault> faults;
    auto rules = pipeline::load_rules(sources, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (rules == nullptr) return kConfiguration;
    std::optional<publish::KafkaOptions> kafka;
    if (!options.config.empty()) {
        kafka = kafka_of(options.config);
        if (!kafka) return kConfiguration;
    }
    Replay replay(options, std::move(rules));
    for (const auto& name : options.files) {
        if (name == "-") {
            replay.read(std::cin, "stdin");
        } else if (std::ifstream in(name); in) {
            replay.read(in, name);
        } else if (!kafka) {
            std::fprintf(stderr, "hark: %s cannot be read (of a topic, --config says where)\n",
                         name.c_str());
            return kBadInput;
        } else {
            try {
                replay.read_topic(*kafka, name);
            } catch (const std::runtime_error& error) {
                std::fprintf(stderr, "hark: %s\n", error.what());
                return kBadInput;
            }
        }
    }
    replay.print();
    return replay.all_good() ? kFine : kBadInput;
}

}  // namespace hark::app
