// Personal data leaves through the restricted topic alone: no other record or key, no metric and no
// line of the log holds a found value, in any spelling that we emit.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/shard_pipeline.hpp"
#include "telemetry/log.hpp"

namespace hark::pipeline {
namespace {

struct Sent {
    std::string topic;
    std::string key;
    std::string value;
};

struct KeepingPort final : publish::SinkPort {
    KeepingPort(std::vector<Sent>& into, const Topics& of) : sent(into), topics(of) {}
    void offer(const publish::Message& message, std::uint64_t) override {
        sent.push_back({topics.names()[message.topic], std::string(message.key),
                        std::string(message.id) + " " + std::string(message.value)});
    }
    std::vector<Sent>& sent;
    const Topics& topics;
};

struct Nobody final : Acknowledger {
    void acknowledged(std::uint64_t) noexcept override {}
};

std::vector<std::string> texts() {
    std::ifstream file(HARK_SOURCE_DIR "/tests/triage/personal_data.tsv");
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        if (!line.starts_with('#') && tab != std::string::npos) out.push_back(line.substr(tab + 1));
    }
    return out;
}

std::string small(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
    });
    return text;
}

std::string written(std::string_view bytes, const char* format, bool every_byte) {
    std::string out;
    for (const char c : bytes) {
        char piece[8];
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = !every_byte && (std::isalnum(byte) != 0);
        std::snprintf(piece, sizeof piece, plain ? "%c" : format, byte);
        out += piece;
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at + 3 <= bytes.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8U | static_cast<unsigned char>(bytes[at + i]);
        for (int shift = 18; shift >= 0; shift -= 6)
            out.push_back(kLetters[group >> static_cast<unsigned>(shift) & 63U]);
    }
    return out;
}

/// As written, in JSON, in hexadecimal, in a URL, and in base64 wherever it begins.
std::vector<std::string> spellings(const std::string& datum) {
    std::string json;
    for (const char c : datum) {
        if (c == '"' || c == '\\') json.push_back('\\');
        json.push_back(c);
    }
    std::vector<std::string> all = {small(datum), small(json), written(datum, "%02x", true),
                                    small(written(datum, "%%%02X", false))};
    for (std::size_t skip = 0; skip < 3 && skip + 6 <= datum.size(); ++skip)
        all.push_back(small(base64(std::string_view(datum).substr(skip))));
    return all;
}

std::string json_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

struct Post {
    std::vector<std::string> data;  ///< found in it
    std::vector<Sent> sent;
};

/// Everything that came out for one way of masking.
struct Run {
    std::vector<Post> posts;
    std::string elsewhere;  ///< metrics and log
};

Run run(const publish::MaskOptions& mask) {
    Run out;
    std::vector<Fault> faults;
    RuleSources sources;
    sources.folders = {HARK_SOURCE_DIR "/rules"};
    const auto rules = load_rules(sources, faults);
    telemetry::configure_log(telemetry::Level::debug, telemetry::LogFormat::logfmt);
    testing::internal::CaptureStderr();
    telemetry::Metrics metrics;
    SeenWindow seen{"", 4096};
    const Topics topics({.prefix = "hark", .restricted = true, .labels = rules->book().labels});
    SettingNode none;
    none.type = SettingNode::Type::map;
    SettingsReport report;
    Settings settings(none, report);
    const auto platform = platforms::make_platform("mention", settings);
    PipelineOptions options;
    options.sources.push_back({"src", true});
    options.mask = mask;
    options.in_flight_bytes = 64 * limits::kMiB;
    ShardPipeline pipeline(options, topics, seen, rules, {platform.get()}, metrics);
    std::vector<Sent> sent;
    pipeline.connect(std::make_unique<KeepingPort>(sent, topics));
    Walk walk(rules);
    Nobody nobody;
    std::uint64_t token = 0;
    for (const auto& text : texts()) {
        auto& post = out.posts.emplace_back();
        Mention mention;
        mention.text = text;
        (void)walk.names_brand(mention);
        std::string datum;
        for (const auto& finding : walk.judge(mention).pii) {
            datum = text.substr(finding.span.begin, finding.span.end - finding.span.begin);
            if (datum.size() >= 7) post.data.push_back(datum);
        }
        // What is no mail and has no `+` is an id's digits.
        const auto at = datum.find('@');
        const bool sure = datum.starts_with('+') ||
                          (at != std::string::npos && datum.find('.', at) != std::string::npos);
        const auto known_by = "of:" + json_text(sure ? datum : "t");
        auto frame_text = R"({"id":"post)" + std::to_string(token) + known_by + R"(","thread":")" +
                          known_by + R"(","parent":")" + known_by +
                          R"(","url":"https://a.example/?q=)" +
                          (sure ? written(datum, "%%%02X", false) : "") + R"(","text":")" +
                          json_text(text) + R"(","author":{"id":"a","handle":")" +
                          json_text(datum) + R"(","name":"is )" + json_text(datum) + R"("}})";
        const auto size = frame_text.size();
        frame_text.resize(size + limits::kFramePadding);
        Frame frame;
        frame.bytes = std::string_view(frame_text).substr(0, size);
        frame.acknowledger = &nobody;
        frame.token = ++token;
        EXPECT_EQ(pipeline.handle(0, frame).error, Errc::ok) << text;
        post.sent.swap(sent);
    }
    out.elsewhere = metrics.text() + testing::internal::GetCapturedStderr();
    pipeline.disconnect();
    return out;
}

class RestrictedTest : public testing::TestWithParam<publish::MaskStyle> {};

TEST_P(RestrictedTest, NothingElseHoldsAFoundValue) {
    const auto out = run({GetParam(), "a secret", GetParam() == publish::MaskStyle::partial});
    const auto elsewhere = small(out.elsewhere);
    std::size_t tried = 0;
    for (const auto& post : out.posts) {
        std::string open = elsewhere;
        std::string restricted;
        for (const auto& [topic, key, value] : post.sent)
            (topic == "hark.restricted" ? restricted : open) += small(key + " " + value + "\n");
        for (const auto& datum : post.data) {
            ++tried;
            for (const auto& spelling : spellings(datum))
                EXPECT_EQ(open.find(spelling), std::string::npos) << datum;
            EXPECT_NE(restricted.find(small(json_text(datum))), std::string::npos) << datum;
        }
    }
    EXPECT_GT(tried, 150U);
}

INSTANTIATE_TEST_SUITE_P(Masks, RestrictedTest,
                         testing::Values(publish::MaskStyle::type, publish::MaskStyle::hash,
                                         publish::MaskStyle::partial));

}  // namespace
}  // namespace hark::pipeline
