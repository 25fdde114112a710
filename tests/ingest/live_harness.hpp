#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/settings.hpp"
#include "ingest/frame_handler.hpp"
#include "ingest/stream_client.hpp"
#include "ingest/websocket_server.hpp"

namespace hark::ingest {

/// Decodes as the pipeline does, and acknowledges at once.
class Decoder final : public FrameHandler {
public:
    explicit Decoder(platforms::Platform& platform) : platform_(platform) {}

    [[nodiscard]] bool has_room() const noexcept override { return true; }
    void when_room(std::function<void()>) override {}
    using FrameHandler::handle;
    void handle(SourceIndex, std::span<const Frame> frames,
                std::span<Handled> handled) noexcept override {
        for (std::size_t i = 0; i < frames.size(); ++i) handled[i] = take(frames[i]);
    }

    std::vector<std::string> ids;
    std::vector<std::string> gaps;
    std::vector<Errc> errors;
    std::size_t refused = 0;

private:
    Handled take(const Frame& frame) {
        Handled result;
        if (frame.gap != nullptr) {
            gaps.emplace_back(frame.gap->reason);
        } else {
            arena_.reset();
            mentions_.clear();
            result.error = platform_.decode(frame, arena_, mentions_);
            result.cursor = mentions_.cursor;
            for (const auto& mention : mentions_.list) ids.emplace_back(mention.id);
            if (result.error != Errc::ok) errors.push_back(result.error);
            refused += mentions_.refused.size();
        }
        if (frame.acknowledger != nullptr) frame.acknowledger->acknowledged(frame.token);
        return result;
    }

    platforms::Platform& platform_;
    Arena arena_;
    Mentions mentions_;
};

/// A platform of ours against a server whose scripts behave as theirs does.
class Live {
public:
    using Keys = std::vector<std::pair<std::string, std::string>>;

    /// `url` of the source is the server's with this scheme. A value that begins with `$` is a
    /// secret.
    Live(std::vector<WebSocketServer::Script> scripts, std::string_view name,
         const std::string& scheme, const Keys& keys,
         std::vector<std::pair<std::string, SettingNode>> nodes = {})
        : server(std::move(scripts)) {
        SettingNode node;
        node.type = SettingNode::Type::map;
        add(node, "url", scheme + "://127.0.0.1:" + std::to_string(server.port()));
        for (const auto& [key, value] : keys) add(node, key, value);
        for (auto& member : nodes) node.members.push_back(std::move(member));
        SettingsReport report;
        Settings settings(node, report);
        platform = platforms::make_platform(name, settings);
        settings.finish();
        for (const auto& fault : report.faults) ADD_FAILURE() << fault.what;
        HARK_CHECK(platform && report.faults.empty());
        decoder.emplace(*platform);
        options.name = "live";
        options.backoff_first = std::chrono::milliseconds(5);
        options.backoff_max = std::chrono::milliseconds(10);
        options.connect_timeout = std::chrono::seconds(2);
        options.call_spacing = std::chrono::milliseconds(1);
    }
    ~Live() {
        if (!client) return;
        client->stop();
        EXPECT_TRUE(until([&] { return client->drained(); }));
    }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    void start() {
        client.emplace(pool[0], options, *platform, *decoder, cursors, metrics);
        client->start();
    }
    template <typename Condition>
    [[nodiscard]] bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(8);
        while (!condition() && std::chrono::steady_clock::now() < end)
            pool[0].io().run_one_for(std::chrono::milliseconds(10));
        return condition();
    }
    [[nodiscard]] bool until_ids(std::size_t count) {
        return until([&] { return decoder->ids.size() >= count; });
    }
    void for_a_while(std::chrono::milliseconds time) { pool[0].io().run_for(time); }

    WebSocketServer server;
    std::unique_ptr<platforms::Platform> platform;
    std::optional<Decoder> decoder;
    runtime::ShardPool pool{1};
    telemetry::Metrics metrics;
    CursorStore cursors{""};
    StreamOptions options;
    std::optional<StreamClient> client;

private:
    static void add(SettingNode& node, const std::string& key, std::string value) {
        SettingNode scalar;
        scalar.type = SettingNode::Type::scalar;
        scalar.scalar = std::move(value);
        if (scalar.scalar.starts_with('$')) {
            const auto name = "HARK_LIVE_" + key;
            ::setenv(name.c_str(), scalar.scalar.c_str() + 1, 1);
            scalar.scalar = "${" + name + "}";
        }
        node.members.emplace_back(key, std::move(scalar));
    }
};

/// One whole answer.
[[nodiscard]] inline std::string http_reply(const std::string& status, const std::string& body,
                                            const std::string& headers = {}) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
[[nodiscard]] inline WebSocketServer::Script replying(std::string bytes) {
    return [bytes = std::move(bytes)](WebSocketPeer& peer) { peer.raw(bytes); };
}

}  // namespace hark::ingest
