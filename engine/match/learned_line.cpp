#include "match/learned_line.hpp"

#include <charconv>

#include "core/limits.hpp"
#include "match/condition_reader.hpp"

namespace hark::match {

bool read_learned_line(std::string_view line, Rule& rule) {
    const auto* at = line.data() + (line.starts_with('+') ? 1 : 0);
    const auto* const end = line.data() + line.size();
    const auto weight = std::from_chars(at, end, rule.weight);
    if (weight.ec != std::errc{} || !(rule.weight >= -1000 && rule.weight <= 1000)) return false;
    at = weight.ptr;
    for (int i = 0; i < 2; ++i) {
        while (at != end && *at == ' ') ++at;
        std::uint32_t seen = 0;
        const auto count = std::from_chars(at, end, seen);
        if (count.ec != std::errc{}) return false;
        at = count.ptr;
    }
    while (at != end && *at == ' ') ++at;
    rule.id.assign(at, end);
    if (rule.id.empty() || rule.id.size() > limits::kPatternBytes) return false;
    if (!rule.id.starts_with('[')) {
        rule.pattern = rule.id;
        return true;
    }
    const auto test = rule.id.ends_with(']')
                          ? read_fact_test(std::string_view(rule.id).substr(1, rule.id.size() - 2))
                          : std::nullopt;
    if (test) rule.when.facts.push_back(*test);
    return test.has_value();
}

}  // namespace hark::match
