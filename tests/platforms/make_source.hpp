#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/settings.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms::testing {

/// A value of a source's configuration; a text `secret:X` becomes the secret X.
struct Setting {
    Setting(const char* text) : Setting(std::string(text)) {}
    Setting(std::string text) {
        constexpr std::string_view kSecret = "secret:";
        node.type = SettingNode::Type::scalar;
        node.scalar = std::move(text);
        if (!node.scalar.starts_with(kSecret)) return;
        static int secrets = 0;
        const auto variable = "HARK_TEST_SOURCE_" + std::to_string(secrets++);
        ::setenv(variable.c_str(), node.scalar.c_str() + kSecret.size(), 1);
        node.scalar = "${" + variable + "}";
    }
    Setting(const std::vector<Setting>& list) {
        node.type = SettingNode::Type::list;
        for (const auto& item : list) node.items.push_back(item.node);
    }
    Setting(const std::vector<std::pair<std::string, Setting>>& map) {
        node.type = SettingNode::Type::map;
        for (const auto& [key, value] : map) node.members.emplace_back(key, value.node);
    }
    SettingNode node;
};
using SettingPairs = std::vector<std::pair<std::string, Setting>>;

/// A platform as a source would have it; any fault fails the test.
inline std::unique_ptr<Platform> make_source(std::string_view name, const SettingPairs& settings) {
    const Setting source(settings);
    SettingsReport report;
    Settings reader(source.node, report);
    auto platform = make_platform(name, reader);
    reader.finish();
    for (const auto& fault : report.faults) ADD_FAILURE() << fault.what;
    return platform;
}

}  // namespace hark::platforms::testing
