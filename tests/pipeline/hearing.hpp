#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/acme_rules.hpp"
#include "pipeline/shard_pipeline.hpp"
#include "platforms/make_source.hpp"

namespace hark::pipeline {

using platforms::testing::make_source;
using platforms::testing::SettingPairs;

/// A source of a test.
struct Heard {
    std::string platform;
    SettingPairs settings;
    SourceOptions options;
};

/// Sources and a sink that has everything at once.
class Hark {
public:
    explicit Hark(const std::vector<Heard>& sources, const std::string& window = {})
        : seen_(window, 4096) {
        PipelineOptions options;
        std::vector<platforms::Platform*> used;
        for (const auto& source : sources) {
            options.sources.push_back(source.options);
            platforms_.push_back(make_source(source.platform, source.settings));
            used.push_back(platforms_.back().get());
        }
        pipeline_.emplace(options, topics_, seen_, acme_rules(), std::move(used), metrics_);
        pipeline_->connect(std::make_unique<Port>(*this));
    }

    /// What was published of the frame: `id action scope`; `created` is left out. With `away` the
    /// sink does not tell that it has it.
    std::vector<std::string> hear(std::string text, ingest::SourceIndex source = 0,
                                  bool away = false) {
        const auto size = text.size();
        text.resize(size + limits::kFramePadding);
        Frame frame;
        frame.bytes = std::string_view(text).substr(0, size);
        frame.received_at = now();
        EXPECT_EQ(pipeline_->handle(source, frame).error, Errc::ok);
        for (const auto token : std::exchange(tokens_, {})) {
            if (!away) pipeline_->delivered(token, Errc::ok, {});
        }
        return std::exchange(published_, {});
    }
    [[nodiscard]] std::uint64_t left_out() const {
        return metrics_.total("hark_not_about_brand_total");
    }

private:
    struct Port final : publish::SinkPort {
        explicit Port(Hark& of) : hark(of) {}
        void offer(const publish::Message& message, std::uint64_t token) override {
            hark.tokens_.push_back(token);
            const auto action = std::string(message.type.substr(message.type.rfind('.') + 1));
            const bool all = message.value.find(R"("scope":"author")") != std::string_view::npos;
            hark.published_.push_back(std::string(message.id) +
                                      (action == "created" ? "" : " " + action) +
                                      (all ? " author" : ""));
        }
        Hark& hark;
    };

    telemetry::Metrics metrics_;
    SeenWindow seen_;
    Topics topics_{{.prefix = "hark", .labels = {}}};
    std::vector<std::unique_ptr<platforms::Platform>> platforms_;
    std::vector<std::uint64_t> tokens_;
    std::vector<std::string> published_;
    std::optional<ShardPipeline> pipeline_;
};

/// A file under tests/platforms/.
inline std::string file(const std::string& name) {
    std::ostringstream bytes;
    bytes << std::ifstream(HARK_SOURCE_DIR "/tests/platforms/" + name, std::ios::binary).rdbuf();
    return bytes.str();
}

}  // namespace hark::pipeline
