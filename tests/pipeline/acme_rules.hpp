#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/rules.hpp"

namespace hark::pipeline {

/// The shipped rules for personal data, one for complaints, and one brand.
inline std::shared_ptr<const match::RuleSet> acme_rules() {
    static const auto loaded = [] {
        std::vector<Fault> faults;
        Brand acme;
        acme.id = "acme";
        acme.names = {"acme*"};
        acme.accounts = {"mention:42"};
        // Tests run side by side, each a process.
        const auto folder = std::filesystem::path(testing::TempDir()) /
                            ("delivery_rules." + std::to_string(::getpid()));
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder / "complaint");
        std::filesystem::copy(shipped_rules() + "/pii", folder / "pii");
        std::ofstream(folder / "complaint" / "any.yaml")
            << "label: complaint\nlang: any\nbias: -1\nrules:\n"
               "  - {id: complaint.any.refund, pattern: (refund|worst service), weight: 2}\n";
        auto made = load_rules({{folder.string()}, {acme}, ""}, faults);
        std::filesystem::remove_all(folder);
        EXPECT_NE(made, nullptr) << (faults.empty() ? "" : to_string(faults.front()));
        return made;
    }();
    return loaded;
}

}  // namespace hark::pipeline
