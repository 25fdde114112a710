// Bluesky's streams over a real socket: the relay's frames as another encoder writes them, and
// places that a server does not have any more.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/platform_run.hpp"
#include "platforms/relay_frames.hpp"

namespace hark::ingest {
namespace {

namespace relay = platforms::testing::relay;
using testing::ElementsAre;
using testing::IsEmpty;

const SettingPairs kRelay = {{"url", "wss://%/xrpc/com.atproto.sync.subscribeRepos"},
                             {"protocol", "relay"}};
const SettingPairs kJetstream = {{"url", "wss://%/subscribe"}, {"protocol", "v2"}};
const std::string kPath = "/xrpc/com.atproto.sync.subscribeRepos";

/// A frame of tests/platforms/bluesky_data/relay_frames.py.
std::string recorded(const std::string& name) {
    return read_file(HARK_SOURCE_DIR "/tests/platforms/fuzz/corpus/bluesky_relay/" + name);
}
std::string payload(const std::string& name) {
    return read_file(HARK_SOURCE_DIR "/tests/platforms/payloads/bluesky/" + name);
}
std::string seen_post(const std::string& rkey) {
    return "created bluesky:at://did:plc:exampleaaaaaaaaaaaaaaaaa/app.bsky.feed.post/" + rkey;
}
std::string post(std::int64_t seq) {
    relay::Commit commit;
    commit.seq = seq;
    commit.operations = {{"create", "app.bsky.feed.post/" + std::to_string(seq),
                          relay::map({{"text", relay::text("hi")},
                                      {"createdAt", relay::text("2026-03-02T09:50:00Z")}})}};
    return relay::commit(commit);
}
std::string seen_relay_post(std::int64_t seq) {
    return "created bluesky:at://" + relay::Commit{}.repo + "/app.bsky.feed.post/" +
           std::to_string(seq);
}
std::string info(std::string_view name) {
    return relay::frame("#info", relay::map({{"name", relay::text(name)}}));
}

/// Notes what was asked, gives the messages, and stays.
WebSocketServer::Script giving(std::vector<std::string>& asked, std::vector<std::string> messages,
                               std::string then = {}) {
    return [&asked, messages = std::move(messages), then = std::move(then)](WebSocketPeer& peer) {
        asked.push_back(peer.target());
        peer.accept();
        for (const auto& message : messages) peer.binary(message);
        if (then.empty()) peer.listen();
        else peer.raw(then);
    };
}

TEST(LiveRelay, recorded_frames_are_heard) {
    std::vector<std::string> asked;
    Live bluesky("bluesky", kRelay,
                 {giving(asked, {recorded("v1_post_create"), recorded("v1_like_create"),
                                 recorded("account"), recorded("v1_post_delete")})});
    bluesky.start();
    ASSERT_TRUE(bluesky.until_seen(3));
    EXPECT_EQ(bluesky.seen[0], seen_post("3mgexampl2k22"));
    EXPECT_EQ(bluesky.seen[1], "deleted bluesky:at://did:plc:a");
    EXPECT_THAT(bluesky.seen[2], testing::StartsWith("deleted bluesky:at://did:plc:example"));
    EXPECT_THAT(asked, ElementsAre(kPath));
    EXPECT_THAT(bluesky.errors, IsEmpty());
}

TEST(LiveRelay, goes_on_from_its_place_after_a_cut_in_the_middle_of_a_frame) {
    std::vector<std::string> asked;
    const auto third = post(103);
    const auto begun = websocket_frame(third, true).substr(0, third.size() / 2);
    Live bluesky("bluesky", kRelay,
                 {giving(asked, {post(101), post(102)}, begun), giving(asked, {third, post(104)})});
    bluesky.start();
    ASSERT_TRUE(bluesky.until_seen(4));
    EXPECT_THAT(bluesky.seen, ElementsAre(seen_relay_post(101), seen_relay_post(102),
                                          seen_relay_post(103), seen_relay_post(104)));
    EXPECT_THAT(asked, ElementsAre(kPath, kPath + "?cursor=102"));
    EXPECT_THAT(bluesky.gaps, IsEmpty());
    EXPECT_THAT(bluesky.errors, IsEmpty());
    EXPECT_EQ(bluesky.cursor(), "104");
}

TEST(LiveRelay, a_place_that_is_too_old_is_a_gap) {
    std::vector<std::string> asked;
    Live bluesky("bluesky", kRelay, {giving(asked, {info("OutdatedCursor"), post(9001)})});
    bluesky.cursors.set("source", Cursor("7"));
    bluesky.start();
    ASSERT_TRUE(bluesky.until_seen(1));
    EXPECT_THAT(asked, ElementsAre(kPath + "?cursor=7"));
    EXPECT_THAT(bluesky.gaps, ElementsAre("cursor_too_old"));
    EXPECT_EQ(bluesky.cursor(), "9001");
}

TEST(LiveRelay, a_place_that_it_does_not_know_is_a_gap_and_a_new_begin) {
    std::vector<std::string> asked;
    Live bluesky(
        "bluesky", kRelay,
        {giving(asked, {recorded("error")}, "\x88\x02\x03\xF0"), giving(asked, {post(5)})});
    bluesky.cursors.set("source", Cursor("99999"));
    bluesky.start();
    ASSERT_TRUE(bluesky.until_seen(1));
    EXPECT_THAT(asked, ElementsAre(kPath + "?cursor=99999", kPath));
    EXPECT_THAT(bluesky.gaps, ElementsAre("cursor_unknown"));
    EXPECT_EQ(bluesky.cursor(), "5");
}

TEST(LiveJetstream, frames_in_pieces_of_any_size) {
    std::string bytes;
    for (const auto* name : {"commit_create", "commit_delete", "identity", "account"})
        bytes += websocket_frame(payload("v2_" + std::string(name) + ".json"));
    for (const std::size_t size : {1, 2, 3, 7, 4096}) {
        Live bluesky("bluesky", kJetstream, {[&](WebSocketPeer& peer) {
                         peer.accept();
                         write_in_pieces(peer, bytes, size);
                         peer.listen();
                     }});
        bluesky.start();
        ASSERT_TRUE(bluesky.until_seen(3)) << size;
        EXPECT_THAT(bluesky.seen,
                    ElementsAre(seen_post("3mgexampl2k29"),
                                "deleted" + seen_post("3mgexampl2k29").substr(7),
                                "deleted bluesky:at://did:plc:exampleccccccccccccccccc"))
            << size;
        EXPECT_THAT(bluesky.errors, IsEmpty()) << size;
    }
}

TEST(LiveJetstream, a_place_that_is_too_old_is_a_gap) {
    std::string asked;
    Live bluesky("bluesky", kJetstream, {[&](WebSocketPeer& peer) {
                     asked = peer.target();
                     peer.accept();
                     peer.text(payload("v2_info_outdated_cursor.json"));
                     peer.text(payload("v2_commit_create.json"));
                     peer.listen();
                 }});
    bluesky.cursors.set("source", Cursor("7"));
    bluesky.start();
    ASSERT_TRUE(bluesky.until_seen(1));
    EXPECT_THAT(asked, testing::HasSubstr("&cursor=7"));
    EXPECT_THAT(bluesky.gaps, ElementsAre("cursor_too_old"));
}

}  // namespace
}  // namespace hark::ingest
