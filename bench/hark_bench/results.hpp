#pragma once

#include <rapidjson/document.h>

#include <string>
#include <vector>

#include "hark_bench/corpus.hpp"
#include "hark_bench/stages.hpp"
#include "hark_bench/trial.hpp"

namespace hark::bench {

using Json = rapidjson::Document;

/// A goal's figure beside what it shall be.
struct Verdict {
    std::string what;
    double value = 0;
    std::string unit;
    std::string goal;  ///< in words
    bool met = false;
};

/// One document of results, schema 1. What is added stands in the order of the calls.
class Results {
public:
    /// `kind`: run, sweep, goal, stages. Takes down the machine, the versions and the time.
    Results(const std::string& kind, const std::string& name, const std::string& hark);

    void set_load(const TrialOptions& options, const Corpus& corpus, std::uint64_t seed);
    void add(const TrialResult& result);
    void add(const Verdict& verdict);
    void set_knee(double rate, double bound_ms);
    void set_stages(const std::vector<Stage>& stages);

    [[nodiscard]] const Json& json() const noexcept { return json_; }
    [[nodiscard]] std::string text() const;
    /// Throws std::runtime_error.
    void write(const std::string& path) const;

private:
    using Value = rapidjson::Value;
    [[nodiscard]] Value text_value(const std::string& text);
    void put(Value& object, const std::string& name, Value&& value);
    [[nodiscard]] Value latency(const Histogram& histogram);
    [[nodiscard]] Value findings(const Findings& findings);
    [[nodiscard]] Value timeline(const TrialResult& result);
    void set_machine();
    Json json_;
};

/// Throws std::runtime_error when the file is no JSON object that hark-bench wrote.
[[nodiscard]] Json read_results(const std::string& path);

/// A number at a path of member names, `otherwise` when there is none.
[[nodiscard]] double number_at(const rapidjson::Value& from,
                               std::initializer_list<const char*> path, double otherwise = 0);
[[nodiscard]] std::string text_at(const rapidjson::Value& from,
                                  std::initializer_list<const char*> path);
[[nodiscard]] const rapidjson::Value* at(const rapidjson::Value& from,
                                         std::initializer_list<const char*> path);

/// A few lines for people: what was offered, what arrived, what was lost, latencies.
[[nodiscard]] std::string summary(const TrialResult& result);

}  // namespace hark::bench
