#include <algorithm>
#include <cstdio>
#include <hark/engine.hpp>

int main() {
    hark::EngineOptions options;
    options.brands.push_back({.id = "acme", .names = {"Acme*"}});
    hark::Engine engine(options);
    const auto result = engine.classify(
        {.text =
             "Acme, my order never arrived and nobody answers. I want a refund! +1 202 555 0143"});
    std::printf("%s\n", result.record.c_str());
    const auto given = [&](const char* name) {
        return std::any_of(result.labels.begin(), result.labels.end(),
                           [&](const auto& label) { return label.name == name; });
    };
    const bool redacted = result.record.find("555") == std::string::npos;
    return given("complaint") && given("pii") && redacted && result.brands.size() == 1 ? 0 : 1;
}
