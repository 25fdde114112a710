#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/certificate.hpp"
#include "ingest/folder.hpp"
#include "ingest/stream_client.hpp"
#include "ingest/websocket_server.hpp"
#include "platforms/make_source.hpp"

namespace hark::ingest {

using platforms::testing::make_source;
using platforms::testing::Setting;
using platforms::testing::SettingPairs;

/// Of `localhost`, made for this run; its own authority.
inline const ServerCertificate& own_certificate() {
    static const Folder folder;
    static const ServerCertificate tls = [] {
        ServerCertificate made{folder / "certificate.pem", folder / "key.pem"};
        make_certificate(made.certificate, made.key, "DNS:localhost");
        return made;
    }();
    return tls;
}
/// What our servers of other people are: over TLS.
inline std::string host_of(const WebSocketServer& server) {
    return "localhost:" + std::to_string(server.port());
}

/// A real platform that is driven against servers of the test, whose certificate it verifies; what
/// it gives is decoded, kept and acknowledged at once.
class PlatformRun : public FrameHandler {
public:
    explicit PlatformRun(std::unique_ptr<platforms::Platform> of) : platform(std::move(of)) {
        options.name = "source";
        options.ca_file = own_certificate().certificate;
        options.backoff_first = std::chrono::milliseconds(5);
        options.backoff_max = std::chrono::milliseconds(10);
        options.connect_timeout = std::chrono::seconds(2);
        options.call_spacing = std::chrono::milliseconds(1);
        options.rate_limit_wait = std::chrono::milliseconds(200);
        options.refused_wait = std::chrono::milliseconds(200);
    }
    virtual ~PlatformRun() {
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
    [[nodiscard]] bool until_state(LinkState state) {
        return until([&] { return status().state == state; });
    }
    void for_a_while(std::chrono::milliseconds time) { pool[0].io().run_for(time); }
    [[nodiscard]] LinkStatus status() const { return client->status(); }
    [[nodiscard]] std::string cursor() {
        client->store_cursor();
        return std::string(cursors.get(options.name).text());
    }
    [[nodiscard]] std::uint64_t total(std::string_view name) const {
        return metrics.total(name, {{"source", options.name}});
    }

    std::unique_ptr<platforms::Platform> platform;
    runtime::ShardPool pool{1};
    telemetry::Metrics metrics;
    CursorStore cursors{""};
    StreamOptions options;
    std::optional<StreamClient> client;
    std::vector<std::string> seen;  ///< `action id` of each mention
    std::vector<std::string> errors;
    std::vector<std::string> gaps;  ///< reasons
    std::size_t refused = 0;        ///< parts of frames

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
            refused += mentions.refused.size();
        }
        if (handled.error != Errc::ok) errors.emplace_back(to_string(handled.error));
        if (frame.acknowledger != nullptr) frame.acknowledger->acknowledged(frame.token);
        return handled;
    }

    Arena arena_;
};

struct OwnServer {
    explicit OwnServer(std::vector<WebSocketServer::Script> scripts)
        : server(std::move(scripts), own_certificate()) {}
    WebSocketServer server;
};

/// A platform and the one server that it goes to, whose scripts behave as theirs does: of
/// `settings`, the `%` of a text is the server's host: `https://%/v3`.
class Live : public OwnServer, public PlatformRun {
public:
    Live(std::string_view name, SettingPairs settings, std::vector<WebSocketServer::Script> scripts)
        : OwnServer(std::move(scripts)),
          PlatformRun(make_source(name, at(std::move(settings), host_of(server)))) {}

private:
    static SettingPairs at(SettingPairs settings, const std::string& host) {
        for (auto& [key, value] : settings) {
            auto& text = value.node.scalar;
            if (const auto place = text.find('%'); place != std::string::npos)
                text.replace(place, 1, host);
        }
        return settings;
    }
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
/// A message as a WebSocket server writes it, in one frame.
inline std::string websocket_frame(std::string_view message, bool is_binary = false) {
    std::string frame(1, is_binary ? '\x82' : '\x81');
    if (message.size() > 125) frame += '\x7E';
    if (message.size() > 125) frame += static_cast<char>(message.size() >> 8);
    frame += static_cast<char>(message.size() & 0xFF);
    return frame.append(message);
}
/// Writes the bytes in pieces, past the WebSocket if there is one.
inline void write_in_pieces(WebSocketPeer& peer, std::string_view bytes, std::size_t size) {
    for (std::size_t i = 0; i < bytes.size(); i += std::min(size, bytes.size()))
        peer.raw(bytes.substr(i, size));
}
[[nodiscard]] inline WebSocketServer::Script replying(std::string bytes) {
    return [bytes = std::move(bytes)](WebSocketPeer& peer) { peer.raw(bytes); };
}

}  // namespace hark::ingest
