#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/stream_client.hpp"
#include "ingest/websocket_server.hpp"

namespace hark::ingest {

using SettingPairs = std::vector<std::pair<std::string, std::string>>;

/// A platform as a source would have it; a value `secret:X` is a secret X.
inline std::unique_ptr<platforms::Platform> make_source(std::string_view name,
                                                        const SettingPairs& settings) {
    constexpr std::string_view kSecret = "secret:";
    static int secrets = 0;
    SettingNode node;
    node.type = SettingNode::Type::map;
    for (const auto& [key, value] : settings) {
        SettingNode scalar;
        scalar.type = SettingNode::Type::scalar;
        scalar.scalar = value;
        if (value.starts_with(kSecret)) {
            const auto variable = "HARK_TEST_SOURCE_" + std::to_string(secrets++);
            ::setenv(variable.c_str(), value.c_str() + kSecret.size(), 1);
            scalar.scalar = "${" + variable + "}";
        }
        node.members.emplace_back(key, std::move(scalar));
    }
    SettingsReport report;
    Settings reader(node, report);
    auto platform = platforms::make_platform(name, reader);
    reader.finish();
    for (const auto& fault : report.faults) ADD_FAILURE() << fault.what;
    return platform;
}

/// A real platform that is driven against servers of the test; what it gives is decoded, kept and
/// acknowledged at once.
class PlatformRun final : public FrameHandler {
public:
    explicit PlatformRun(std::unique_ptr<platforms::Platform> of) : platform(std::move(of)) {
        options.name = "source";
        options.backoff_first = std::chrono::milliseconds(5);
        options.backoff_max = std::chrono::milliseconds(10);
        options.connect_timeout = std::chrono::seconds(2);
        options.call_spacing = std::chrono::milliseconds(1);
        options.rate_limit_wait = std::chrono::milliseconds(200);
        options.refused_wait = std::chrono::milliseconds(200);
    }
    ~PlatformRun() {
        if (!client) return;
        client->stop();
        EXPECT_TRUE(until([&] { return client->drained(); }));
    }
    PlatformRun(const PlatformRun&) = delete;
    PlatformRun& operator=(const PlatformRun&) = delete;

    [[nodiscard]] bool has_room() const noexcept override { return true; }
    void when_room(std::function<void()>) override {}
    using FrameHandler::handle;
    void handle(SourceIndex, std::span<const Frame> frames,
                std::span<Handled> handled) noexcept override {
        for (std::size_t i = 0; i < frames.size(); ++i) handled[i] = take(frames[i]);
    }

    void start() {
        client.emplace(pool[0], options, *platform, *this, cursors, metrics);
        client->start();
    }
    template <typename Condition>
    [[nodiscard]] bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < end)
            pool[0].io().run_one_for(std::chrono::milliseconds(10));
        return condition();
    }
    [[nodiscard]] bool until_seen(std::size_t count) {
        return until([&] { return seen.size() >= count; });
    }
    void for_a_while(std::chrono::milliseconds time) { pool[0].io().run_for(time); }

    std::unique_ptr<platforms::Platform> platform;
    runtime::ShardPool pool{1};
    telemetry::Metrics metrics;
    CursorStore cursors{""};
    StreamOptions options;
    std::optional<StreamClient> client;
    std::vector<std::string> seen;  ///< `action id` of each mention
    std::vector<std::string> errors;
    std::vector<std::string> gaps;  ///< reasons

private:
    Handled take(const Frame& frame) {
        Handled handled;
        handled.error = frame.error;
        if (frame.gap != nullptr) {
            gaps.emplace_back(frame.gap->reason);
        } else if (frame.error == Errc::ok) {
            Mentions mentions;
            arena_.reset();
            handled.error = platform->decode(frame, arena_, mentions);
            handled.cursor = mentions.cursor;
            handled.mentions = static_cast<std::uint32_t>(mentions.list.size());
            for (const auto& one : mentions.list)
                seen.push_back(std::string(to_string(one.action)) + " " + std::string(one.id));
        }
        if (handled.error != Errc::ok) errors.emplace_back(to_string(handled.error));
        if (frame.acknowledger != nullptr) frame.acknowledger->acknowledged(frame.token);
        return handled;
    }

    Arena arena_;
};

/// What a test's servers were asked, a line a request. Any thread.
class RequestLog {
public:
    void add(std::string line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] std::size_t count(std::string_view head) const {
        std::size_t count = 0;
        for (const auto& line : lines()) count += line.starts_with(head) ? 1 : 0;
        return count;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// A whole response.
inline std::string http_reply(const std::string& status, const std::string& body,
                              const std::string& headers = "") {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace hark::ingest
