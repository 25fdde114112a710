#include "hark_bench/compare.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "hark_bench/commands.hpp"

namespace hark::bench {

namespace {

constexpr double kTail = 0.025;
constexpr std::size_t kFewest = 4;  // three a side leave no 95 % interval

/// In how many of all orders of n + m different values the Mann-Whitney count is u.
std::vector<double> orders(std::size_t n, std::size_t m) {
    // counts[i][u] for i values of the one among j of the other, j growing.
    std::vector<std::vector<double>> counts(n + 1, std::vector<double>(n * m + 1, 0));
    for (auto& row : counts) row[0] = 1;
    for (std::size_t j = 1; j <= m; ++j) {
        auto next = counts;
        for (std::size_t i = 1; i <= n; ++i) {
            for (std::size_t u = 0; u <= n * m; ++u)
                next[i][u] = counts[i][u] + (u >= j ? next[i - 1][u - j] : 0);
        }
        counts = std::move(next);
    }
    return counts[n];
}

/// How many of the sorted quotients on either side the interval leaves out.
std::size_t left_out(std::size_t n, std::size_t m) {
    const auto counts = orders(n, m);
    double all = 0;
    for (const double count : counts) all += count;
    double sum = 0;
    std::size_t u = 0;
    while (u < counts.size() && (sum + counts[u]) / all <= kTail) sum += counts[u++];
    return u;
}

/// The number at `a.b.c` of a run; nothing when there is none.
bool metric_of(const rapidjson::Value& run, const std::string& metric, double& number) {
    const auto* value = &run;
    std::istringstream names(metric);
    for (std::string name; std::getline(names, name, '.');) {
        value = at(*value, {name.c_str()});
        if (value == nullptr) return false;
    }
    if (!value->IsNumber()) return false;
    number = value->GetDouble();
    return true;
}

using Groups = std::map<std::string, std::vector<double>>;

Groups groups_of(const Json& results, const std::string& metric) {
    Groups out;
    const auto* const runs = at(results, {"runs"});
    if (runs == nullptr || !runs->IsArray()) return out;
    for (const auto& run : runs->GetArray()) {
        double number = 0;
        if (!metric_of(run, metric, number)) continue;
        char rate[32];
        std::snprintf(rate, sizeof rate, "%.0f/s", number_at(run, {"offered"}));
        out[text_at(run, {"side"}) + " " + rate].push_back(number);
    }
    return out;
}

Change judged(const Shift& shift, const Threshold& threshold) {
    if (!shift.known) return Change::unknown;
    // As a factor of being worse: above 1 is worse whichever way the metric points.
    const bool up = threshold.higher_is_better;
    const double worse = up ? 1 / shift.ratio : shift.ratio;
    const double surely = up ? 1 / shift.high : shift.low;
    const double at_most = up ? 1 / shift.low : shift.high;
    if (surely > 1) return worse >= threshold.worse_by ? Change::regression : Change::worse;
    if (at_most < 1) return Change::better;
    return shift.low == shift.high ? Change::none : Change::noise;
}

}  // namespace

double median_of(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Shift shift_between(const std::vector<double>& before, const std::vector<double>& after) {
    std::vector<double> quotients;
    for (const double old : before) {
        for (const double fresh : after) {
            if (old > 0 && fresh > 0) quotients.push_back(fresh / old);
        }
    }
    Shift out;
    if (quotients.empty()) return out;
    std::sort(quotients.begin(), quotients.end());
    out.ratio = median_of(quotients);
    out.low = quotients.front();
    out.high = quotients.back();
    const bool whole = quotients.size() == before.size() * after.size();
    if (!whole || std::min(before.size(), after.size()) < kFewest) return out;
    // Leaving out as many on each side as the test's critical count keeps 95 %.
    const auto out_each = left_out(before.size(), after.size());
    const auto skip = out_each > 0 ? out_each - 1 : 0;
    out.low = quotients[skip];
    out.high = quotients[quotients.size() - 1 - skip];
    out.known = true;
    return out;
}

std::vector<Threshold> default_thresholds() {
    // A ratio below 1.3 is within what one machine differs from run to run.
    return {{"latency_ms.topic.p50", false, 1.3},
            {"latency_ms.topic.p99", false, 1.3},
            {"latency_ms.topic.p99_9", false, 1.5},
            {"latency_ms.answer.p99", false, 1.3},
            {"achieved", true, 1.1},
            {"cpu_s_per_million", false, 1.3},
            {"rss_peak_bytes", false, 1.2}};
}

std::vector<Threshold> read_thresholds(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    Json json;
    json.Parse(text.str().c_str());
    if (!in || json.HasParseError() || !json.IsObject())
        throw std::runtime_error(path + ": no JSON object of thresholds");
    std::vector<Threshold> out;
    for (const auto& member : json.GetObject()) {
        const auto better = text_at(member.value, {"better"});
        const auto factor = number_at(member.value, {"worse_by"});
        if (factor < 1 || (better != "lower" && better != "higher"))
            throw std::runtime_error(path + ": " + member.name.GetString() +
                                     " needs `worse_by` of 1 or more and `better`: lower, higher");
        out.push_back({member.name.GetString(), better == "higher", factor});
    }
    return out;
}

const char* to_string(Change change) {
    constexpr const char* kNames[] = {"none",  "noise",      "better",
                                      "worse", "REGRESSION", "too few runs"};
    return kNames[static_cast<std::size_t>(change)];
}

std::vector<Compared> compare_results(const Json& before, const Json& after,
                                      const std::vector<Threshold>& thresholds) {
    std::vector<Compared> out;
    for (const auto& threshold : thresholds) {
        const auto old = groups_of(before, threshold.metric);
        const auto fresh = groups_of(after, threshold.metric);
        for (const auto& [group, values] : old) {
            const auto found = fresh.find(group);
            if (found == fresh.end()) continue;
            auto& one = out.emplace_back();
            one.group = group;
            one.metric = threshold.metric;
            one.runs_before = values.size();
            one.runs_after = found->second.size();
            one.before = median_of(values);
            one.after = median_of(found->second);
            one.shift = shift_between(values, found->second);
            one.change = judged(one.shift, threshold);
        }
    }
    return out;
}

namespace {

/// Runs of the second document that lost something.
std::size_t losses(const Json& results) {
    const auto* const runs = at(results, {"runs"});
    std::size_t out = 0;
    if (runs == nullptr || !runs->IsArray()) return 0;
    for (const auto& run : runs->GetArray())
        out += number_at(run, {"findings", "lost"}) > 0 ? 1 : 0;
    return out;
}

}  // namespace

int compare(const CompareOptions& options) {
    const auto thresholds =
        options.thresholds.empty() ? default_thresholds() : read_thresholds(options.thresholds);
    const auto before = read_results(options.before);
    const auto after = read_results(options.after);
    const auto rows = compare_results(before, after, thresholds);
    if (rows.empty())
        throw std::runtime_error("the two have no run of the same side and offered rate");
    bool regressed = losses(after) > 0;
    bool told = false;
    std::printf("%-18s %-24s %5s %12s %12s %7s  %-17s %s\n", "runs of", "metric", "runs", "before",
                "after", "ratio", "95 % interval", "change");
    for (const auto& row : rows) {
        regressed = regressed || row.change == Change::regression;
        told = told || row.change != Change::unknown;
        char runs[32];
        char interval[48];
        std::snprintf(runs, sizeof runs, "%zu:%zu", row.runs_before, row.runs_after);
        std::snprintf(interval, sizeof interval, "%.3f to %.3f", row.shift.low, row.shift.high);
        std::printf("%-18s %-24s %5s %12.4g %12.4g %7.3f  %-17s %s\n", row.group.c_str(),
                    row.metric.c_str(), runs, row.before, row.after, row.shift.ratio, interval,
                    to_string(row.change));
    }
    if (losses(after) > 0) std::printf("%zu runs lost posts\n", losses(after));
    if (regressed) return kFailed;
    if (!told)
        throw std::runtime_error(
            "too few runs to tell change from noise: --repeats 5 on each side");
    return kFine;
}

}  // namespace hark::bench
