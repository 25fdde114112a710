#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "pipeline/rules.hpp"

namespace hark::app {

/// Prints the faults; the exit code that they make.
inline int report(const std::vector<Fault>& faults) {
    for (const auto& fault : faults) {
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    }
    return faults.empty() ? kFine : kConfiguration;
}

/// The folders given, else the shipped packs.
inline pipeline::RuleSources sources_of(const std::vector<std::string>& folders) {
    pipeline::RuleSources sources;
    sources.folders = folders;
    if (sources.folders.empty()) sources.folders.push_back(pipeline::shipped_rules());
    return sources;
}

}  // namespace hark::app
