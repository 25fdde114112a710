#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "ingest/recorder.hpp"
#include "ingest/stream_client.hpp"
#include "ingest/websocket_server.hpp"

namespace hark::ingest {

/// A stream at an address of this test, with the cursor in its query.
class AnyPlatform final : public platforms::Platform {
public:
    [[nodiscard]] std::optional<platforms::StreamRequest> stream(
        const Cursor& from) const override {
        auto asked = request;
        if (!from.empty()) asked.url += "?cursor=" + std::string(from.text());
        return asked;
    }
    [[nodiscard]] platforms::Step next(const platforms::Progress& progress) override {
        return on_next ? on_next(progress) : Platform::next(progress);
    }
    platforms::Outcome replied(const platforms::HttpResponse& response) override {
        return on_replied ? on_replied(response) : Platform::replied(response);
    }
    [[nodiscard]] std::optional<platforms::Reaction> react(platforms::Moment moment) override {
        return on_react ? on_react(moment) : Platform::react(moment);
    }
    Errc decode(const Frame&, Arena&, Mentions&) override { return Errc::ok; }

    platforms::StreamRequest request;
    std::function<platforms::Step(const platforms::Progress&)> on_next;
    std::function<platforms::Outcome(const platforms::HttpResponse&)> on_replied;
    std::function<std::optional<platforms::Reaction>(platforms::Moment)> on_react;
};

/// A client on a shard that this thread runs.
class Stream {
public:
    explicit Stream(WebSocketServer& to, const std::string& scheme = "ws",
                    const std::string& host = "127.0.0.1")
        : server(to) {
        platform.request.url = scheme + "://" + host + ":" + std::to_string(to.port()) + "/live";
        options.name = "stream";
        options.source = 5;
        options.backoff_first = std::chrono::milliseconds(5);
        options.backoff_max = std::chrono::milliseconds(10);
        options.connect_timeout = std::chrono::seconds(2);
        options.call_spacing = std::chrono::milliseconds(1);
    }
    ~Stream() {
        if (!client) return;
        client->stop();
        handler.acknowledge_all();
        EXPECT_TRUE(until([&] { return client->drained(); }));
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void start() {
        client.emplace(pool[0], options, platform, handler, cursors, metrics);
        client->start();
    }
    template <typename Condition>
    [[nodiscard]] bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!condition() && std::chrono::steady_clock::now() < end)
            pool[0].io().run_one_for(std::chrono::milliseconds(10));
        return condition();
    }
    [[nodiscard]] bool until_seen(std::size_t count) {
        return until([&] { return handler.seen.size() >= count; });
    }
    [[nodiscard]] bool until_connections(int count) {
        return until([&] { return server.connections() >= count; });
    }
    void for_a_while(std::chrono::milliseconds time) { pool[0].io().run_for(time); }
    [[nodiscard]] std::uint64_t total(std::string_view name) const {
        return metrics.total(name, {{"source", "stream"}});
    }

    WebSocketServer& server;
    runtime::ShardPool pool{1};
    telemetry::Metrics metrics;
    CursorStore cursors{""};
    Recorder handler;
    AnyPlatform platform;
    StreamOptions options;
    std::optional<StreamClient> client;
};

}  // namespace hark::ingest
