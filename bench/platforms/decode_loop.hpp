#pragma once

#include <benchmark/benchmark.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "platforms/platform.hpp"

/// What the benchmarks of single platforms share: frames of the tests' payloads, and the loop.
namespace hark::platforms::bench {

/// A frame's bytes with its padding.
class PaddedFrame {
public:
    explicit PaddedFrame(const std::string& bytes)
        : bytes_(bytes + std::string(limits::kFramePadding, '\0')), size_(bytes.size()) {}
    [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::size_t capacity() const { return bytes_.size(); }

private:
    std::string bytes_;
    std::size_t size_;
};

inline std::string payload(const std::string& name, const std::string& ending = ".json") {
    std::ifstream file(HARK_SOURCE_DIR "/tests/platforms/payloads/" + name + ending);
    std::ostringstream out;
    if (!(out << file.rdbuf())) throw std::runtime_error("no payload " + name);
    return out.str();
}

/// A platform with these settings, as it reads files.
inline std::unique_ptr<Platform> make(
    std::string_view name, const std::vector<std::pair<std::string, std::string>>& members) {
    SettingNode node;
    node.type = SettingNode::Type::map;
    for (const auto& [key, value] : members) {
        SettingNode scalar;
        scalar.type = SettingNode::Type::scalar;
        scalar.scalar = value;
        node.members.emplace_back(key, std::move(scalar));
    }
    SettingsReport report;
    Settings settings(node, report);
    return make_platform(name, settings);
}

inline void decode(benchmark::State& state, Platform& platform, const PaddedFrame& bytes) {
    Arena arena;
    Mentions mentions;
    Frame frame;
    frame.bytes = bytes.view();
    frame.received_at = Timestamp{std::chrono::seconds(1'783'175'900)};
    for (auto round : state) {
        mentions.clear();
        arena.reset();
        if (platform.decode(frame, arena, mentions) != Errc::ok || mentions.list.empty())
            state.SkipWithError("the frame was refused");
        benchmark::DoNotOptimize(mentions);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

/// The same for `read(bytes)`, which is all that nobody can do without.
template <typename Read>
void read_naked(benchmark::State& state, const PaddedFrame& bytes, Read read) {
    for (auto round : state) read(bytes);
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

}  // namespace hark::platforms::bench
