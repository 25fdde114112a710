// Mastodon says the same by server-sent events, however they are cut, and by WebSocket.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "ingest/stream_harness.hpp"

namespace hark::ingest {
namespace {

std::string file(const std::string& name) {
    std::ostringstream out;
    out << std::ifstream(HARK_SOURCE_DIR "/tests/ingest/data/" + name, std::ios::binary).rdbuf();
    return out.str();
}

std::unique_ptr<platforms::Platform> mastodon() {
    SettingNode node;
    node.type = SettingNode::Type::map;
    SettingsReport report;
    Settings settings(node, report);
    return platforms::make_platform("mastodon", settings);
}

/// What consumers see of the mentions of these frames, a line each.
std::vector<std::string> mentions_of(const std::vector<std::string>& frames) {
    const auto platform = mastodon();
    std::vector<std::string> all;
    for (const auto& text : frames) {
        Arena arena;
        Mentions mentions;
        Frame frame;
        const std::string padded = text + std::string(limits::kFramePadding, '\0');
        frame.bytes = std::string_view(padded).substr(0, text.size());
        EXPECT_EQ(platform->decode(frame, arena, mentions), Errc::ok) << text;
        for (const auto& one : mentions.list) {
            std::ostringstream line;
            line << to_string(one.kind) << ' ' << to_string(one.action) << ' ' << one.id << ' '
                 << one.event_id << ' ' << one.thread << ' ' << one.parent << ' ' << one.url << ' '
                 << one.author.id << ' ' << one.author.handle << ' ' << one.lang << ' ' << one.media
                 << ' ' << one.created_at.time_since_epoch().count() << ' ' << one.text;
            all.push_back(line.str());
        }
    }
    return all;
}

std::vector<std::string> web_socket_frames() {
    std::vector<std::string> all;
    std::istringstream lines(file("mastodon_ws_frames.jsonl"));
    for (std::string line; std::getline(lines, line);) all.push_back(line);
    // What the events tell of too.
    return {all.at(0), all.at(3), all.at(4), all.at(7), all.at(5)};
}

TEST(MastodonStream, events_and_frames_give_the_same_mentions) {
    const auto wanted = mentions_of(web_socket_frames());
    ASSERT_EQ(wanted.size(), 4U);
    EXPECT_NE(wanted[2].find("deleted mastodon:https://social.example/users/demo_ania/statuses/"),
              std::string::npos)
        << "known by the id of the instance";
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        const auto script = [size](WebSocketPeer& peer) {
            const auto bytes = file("mastodon_sse_http11_chunked.bin");
            for (std::size_t i = 0; i < bytes.size(); i += size)
                peer.raw(std::string_view(bytes).substr(i, size));
            peer.listen();
        };
        WebSocketServer server({script});
        Stream stream(server, "http");
        stream.platform.request.framing = platforms::Framing::enveloped_events;
        stream.start();
        ASSERT_TRUE(stream.until_seen(5)) << size;
        EXPECT_EQ(mentions_of(stream.handler.texts()), wanted) << size;
    }
}

}  // namespace
}  // namespace hark::ingest
