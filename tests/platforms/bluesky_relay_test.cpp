// Bluesky's raw firehose. What its frames give must be what Jetstream gives of the same events.

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "platforms/payload_test.hpp"
#include "platforms/relay_frames.hpp"

namespace hark::platforms::testing {
namespace {

constexpr std::string_view kPost = "app.bsky.feed.post/k";

std::unique_ptr<Platform> relay_platform() {
    return make("bluesky", R"({"protocol":"relay"})");
}

Fields decode_frame(const std::string& frame) {
    return decode(*relay_platform(), frame);
}

std::string record(std::string_view words) {
    return relay::map({{"$type", relay::text("app.bsky.feed.post")},
                       {"text", relay::text(words)},
                       {"createdAt", relay::text("2026-03-02T09:50:00Z")}});
}

relay::Commit one_post(const std::string& of_record) {
    relay::Commit commit;
    commit.operations = {{"create", std::string(kPost), of_record}};
    return commit;
}

// -- the stream

TEST(BlueskyRelay, OpensTheFirehoseWhereItLeftOff) {
    const auto open = [](Platform& platform, std::string_view cursor) {
        return platform.stream(Cursor(cursor)).value_or(StreamRequest{});
    };
    const auto platform = relay_platform();
    const auto request = open(*platform, "");
    EXPECT_EQ(request.url, "wss://bsky.network/xrpc/com.atproto.sync.subscribeRepos");
    EXPECT_EQ(request.framing, Framing::websocket);
    EXPECT_TRUE(request.zstd_dictionary.empty());
    EXPECT_EQ(open(*platform, "30340180351").url, request.url + "?cursor=30340180351");
    EXPECT_EQ(open(*platform, "1772445000123456").url, request.url) << "Jetstream's clock";
    EXPECT_EQ(open(*platform, "x").url, request.url);
}

TEST(BlueskyRelay, ForgetsAPlaceThatTheRelayDoesNotKnow) {
    const auto platform = relay_platform();
    const auto resumes = [&] {
        return platform->stream(Cursor("99"))->url.find("cursor=99") != std::string::npos;
    };
    EXPECT_TRUE(resumes());
    EXPECT_EQ(decode(*platform, relay::error("ConsumerTooSlow")),
              (Fields{{"error", "unknown_platform_error"}}));
    EXPECT_TRUE(resumes());
    EXPECT_EQ(decode(*platform, relay::error("FutureCursor")),
              (Fields{{"error", "unknown_platform_error"}}));
    EXPECT_FALSE(resumes()) << "it would be refused for ever";
    EXPECT_EQ(platform->react(Moment::message)->gap->reason, "cursor_unknown");
    EXPECT_FALSE(platform->react(Moment::message).has_value()) << "told once";
    EXPECT_EQ(decode(*platform, relay::commit(one_post(record("hi")))).at("cursor"), "77");
    EXPECT_TRUE(resumes());
}

// -- the same as Jetstream

/// The frame of the commit that Jetstream tells of.
std::string frame_of(simdjson::dom::element did, simdjson::dom::element commit,
                     std::string_view time) {
    relay::Commit said;
    said.repo = did.get_string().value();
    said.rev = commit["rev"].get_string().value();
    said.time = time;
    relay::Operation operation;
    operation.action = commit["operation"].get_string().value();
    operation.path = std::string(commit["collection"].get_string().value()) + "/" +
                     std::string(commit["rkey"].get_string().value());
    simdjson::dom::element of_record;
    if (commit["record"].get(of_record) == simdjson::SUCCESS)
        operation.record = relay::from_json(of_record);
    said.operations = {operation};
    return relay::commit(said);
}

/// Compares, but for the place in the stream. False: this is no commit.
bool compare(const std::string& event_json) {
    simdjson::dom::parser parser;
    const auto event = parser.parse(simdjson::padded_string(event_json)).value();
    simdjson::dom::element commit;
    simdjson::dom::element payload;
    std::string time;
    std::string settings = "{}";
    simdjson::dom::element did;
    if (event["commit"].get(commit) == simdjson::SUCCESS) {
        did = event["did"].value();
        const std::chrono::microseconds seen(event["time_us"].get_int64().value());
        const auto text = format_rfc3339(Timestamp{seen});
        time.assign(text.data(), text.size());
    } else if (event["payload"].get(payload) == simdjson::SUCCESS &&
               payload["operation"].get(commit) == simdjson::SUCCESS) {
        commit = payload;
        did = payload["did"].value();
        time = payload["time"].get_string().value();
        settings = R"({"protocol":"v2"})";
    } else {
        return false;
    }
    auto wanted = decode(*make("bluesky", settings), event_json);
    auto given = decode_frame(frame_of(did, commit, time));
    EXPECT_EQ(given.at("cursor"), "77");
    wanted.erase("cursor");
    given.erase("cursor");
    EXPECT_EQ(given, wanted) << event_json;
    return true;
}

TEST(BlueskyRelay, GivesTheMentionsThatJetstreamGives) {
    std::size_t commits = 0;
    const std::filesystem::path folder = HARK_SOURCE_DIR "/tests/platforms/payloads/bluesky";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (name.find("expected") != std::string::npos || name == "settings.json") continue;
        commits += compare(read("payloads/bluesky/" + name)) ? 1 : 0;
    }
    EXPECT_EQ(commits, 12U);
    std::istringstream lines(read("bluesky_data/jetstream_v1_events.jsonl"));
    std::size_t real = 0;
    for (std::string line; std::getline(lines, line);) real += compare(line) ? 1 : 0;
    EXPECT_GT(real, 140U);
}

TEST(BlueskyRelay, ReadsTheFramesOfAnotherEncoderAlike) {
    std::size_t posts = 0;
    const std::filesystem::path folder =
        HARK_SOURCE_DIR "/tests/platforms/fuzz/corpus/bluesky_relay";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("v1_")) continue;
        EXPECT_EQ(decode_frame(read("fuzz/corpus/bluesky_relay/" + name)),
                  expected_of(read("payloads/bluesky/" + name + ".expected.json")))
            << name;
        ++posts;
    }
    EXPECT_EQ(posts, 10U);
}

TEST(BlueskyRelay, TellsThatAnAccountIsGone) {
    const auto account = [](bool active, std::string_view status) {
        return decode_frame(relay::frame(
            "#account", relay::map({{"seq", relay::number(9)},
                                    {"did", relay::text("did:plc:a")},
                                    {"time", relay::text("2026-03-02T09:50:00Z")},
                                    {"active", relay::boolean(active)},
                                    {"status", status.empty() ? relay::null()
                                                              : relay::text(status)}})));
    };
    const auto gone = account(false, "deleted");
    EXPECT_EQ(gone.at("mentions[0].id"), "bluesky:at://did:plc:a");
    EXPECT_EQ(gone.at("mentions[0].action"), "deleted");
    EXPECT_EQ(gone.at("mentions[0].author.id"), "did:plc:a");
    EXPECT_EQ(gone.at("mentions[0].event_id"), "9");
    EXPECT_EQ(account(false, "takendown").count("mentions[0].id"), 1U);
    const Fields ignored{{"ignored", "1"}, {"cursor", "9"}};
    EXPECT_EQ(account(false, "deactivated"), ignored);
    EXPECT_EQ(account(true, ""), ignored);
    EXPECT_EQ(account(true, "deleted"), ignored);
}

TEST(BlueskyRelay, OtherKindsOfFramesAreIgnored) {
    const auto outdated = relay::map({{"name", relay::text("OutdatedCursor")}});
    const auto platform = relay_platform();
    EXPECT_FALSE(platform->react(Moment::message).has_value());
    EXPECT_EQ(decode(*platform, relay::frame("#info", outdated)), (Fields{{"ignored", "1"}}));
    EXPECT_EQ(platform->react(Moment::message)->gap->reason, "cursor_too_old");
    for (const auto* type : {"#identity", "#sync", "#shiny"}) {
        EXPECT_EQ(decode_frame(relay::frame(type, relay::map({{"seq", relay::number(3)}}))),
                  (Fields{{"ignored", "1"}, {"cursor", "3"}}));
    }
}

// -- traps

TEST(BlueskyRelay, OneBadOperationLeavesTheOthers) {
    relay::Commit commit;
    commit.operations = {
        {"create", "app.bsky.feed.post/1", record("one")},
        {"create", "app.bsky.feed.post/2", relay::map({{"text", relay::number(2)}})},
        {"create", "app.bsky.feed.like/3", relay::map({{"text", relay::number(3)}})},
        {"create", "app.bsky.feed.post/4", record("bad \xFF utf8")},
        {"create", "app.bsky.feed.post/5", record(std::string_view("a\0b", 3))},
        {"delete", "app.bsky.feed.post/6", ""},
        {"create", "app.bsky.feed.post/7", record("seven")},
    };
    const auto fields = decode_frame(relay::commit(commit));
    EXPECT_EQ(fields.at("mentions[0].text"), "one");
    EXPECT_EQ(fields.at("mentions[1].action"), "deleted");
    EXPECT_EQ(fields.at("mentions[2].text"), "seven");
    EXPECT_EQ(fields.at("refused[0]"), "wrong_type");
    EXPECT_EQ(fields.at("refused[1]"), "invalid_utf8");
    EXPECT_EQ(fields.at("refused[2]"), "malformed_cbor");
    EXPECT_EQ(fields.count("refused[3]"), 0U);
    EXPECT_EQ(fields.at("ignored"), "1");
}

TEST(BlueskyRelay, ARecordIsFoundByItsCidAlone) {
    const auto mine = record("mine");
    const auto other = record("other");
    EXPECT_EQ(decode_frame(relay::commit(one_post(mine), relay::car({other, mine})))
                  .at("mentions[0].text"),
              "mine");
    EXPECT_EQ(decode_frame(relay::commit(one_post(mine), relay::car({other}))).at("error"),
              "missing_member");
}

TEST(BlueskyRelay, GivesNothingWhenAFrameIsCutShort) {
    const auto whole = relay::commit(one_post(record("hi")));
    EXPECT_EQ(decode_frame(whole).at("mentions[0].text"), "hi");
    const auto platform = relay_platform();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(decode(*platform, whole.substr(0, size)), (Fields{{"error", "truncated"}}))
            << size;
    }
    EXPECT_EQ(decode_frame(whole + relay::null()).at("error"), "malformed_cbor");
}

TEST(BlueskyRelay, NoFlippedBitDoesHarm) {
    const auto whole = relay::commit(one_post(record("hi")));
    const auto platform = relay_platform();
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        refused += decode(*platform, flipped).count("error");
    }
    EXPECT_GT(refused, whole.size());
}

TEST(BlueskyRelay, RefusesWhatIsNoDagCbor) {
    const auto error_of = [](const std::string& value) {
        const auto frame = relay::frame("#identity", relay::map({{"x", value}}));
        const auto fields = decode_frame(frame);
        return fields.contains("error") ? fields.at("error") : "ok";
    };
    EXPECT_EQ(error_of(relay::number(-9'000'000'000)), "ok");
    EXPECT_EQ(error_of("\xFB\x40\x09\x21\xFB\x54\x44\x2D\x18"), "ok") << "a double";
    EXPECT_EQ(error_of("\xF9\x3C" + std::string(1, '\0')), "malformed_cbor") << "half a float";
    EXPECT_EQ(error_of("\xF7"), "malformed_cbor") << "undefined";
    EXPECT_EQ(error_of("\x9F\x01\xFF"), "malformed_cbor") << "an array without a length";
    EXPECT_EQ(error_of("\x7F\x61\x61\xFF"), "malformed_cbor") << "a text without a length";
    EXPECT_EQ(error_of("\x1C"), "malformed_cbor");
    EXPECT_EQ(error_of("\xC1\x01"), "malformed_cbor") << "a tag that is no link";
    EXPECT_EQ(error_of("\xD8\x2A\x41\x01"), "malformed_cbor") << "a link without its zero";
    EXPECT_EQ(error_of("\xD8\x2A\x61\x61"), "malformed_cbor");
    EXPECT_EQ(error_of("\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "truncated");
    EXPECT_EQ(error_of("\x9B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "truncated");
    EXPECT_EQ(error_of("\x5B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "truncated");
    EXPECT_EQ(error_of(relay::head(5, 1) + relay::number(1) + relay::number(1)), "ok")
        << "a key that nobody reads";
    EXPECT_EQ(decode_frame(relay::head(5, 1) + relay::number(1) + relay::number(1)).at("error"),
              "malformed_cbor");
    EXPECT_EQ(decode_frame(relay::number(1) + relay::number(1)).at("error"), "wrong_type");
    EXPECT_EQ(decode_frame(relay::map({}) + relay::map({})).at("error"), "missing_member");
}

TEST(BlueskyRelay, DepthCostsNothingButTime) {
    const std::string deep(1'000'000, '\x81');
    auto members = std::vector<std::pair<std::string, std::string>>{
        {"text", relay::text("deep")}, {"x", deep + relay::null()}};
    const auto fields = decode_frame(relay::commit(one_post(relay::map(members))));
    EXPECT_EQ(fields.at("mentions[0].text"), "deep");
}

TEST(BlueskyRelay, HasItsBounds) {
    relay::Commit commit;
    for (std::size_t i = 0; i < limits::kRelayOperations; ++i)
        commit.operations.push_back({"delete", "app.bsky.feed.post/" + std::to_string(i), ""});
    EXPECT_EQ(decode_frame(relay::commit(commit)).count("error"), 0U);
    commit.operations.push_back({"delete", std::string(kPost), ""});
    EXPECT_EQ(decode_frame(relay::commit(commit)).at("error"), "too_many");
    const auto mine = record("mine");
    std::vector<std::string> blocks(limits::kRelayBlocks - 1, relay::null());
    blocks.push_back(mine);
    EXPECT_EQ(decode_frame(relay::commit(one_post(mine), relay::car(blocks))).count("error"), 0U);
    blocks.push_back(mine);
    EXPECT_EQ(decode_frame(relay::commit(one_post(mine), relay::car(blocks))).at("error"),
              "too_many");
    const auto huge = record(std::string(limits::kTextBytes + 1, 'a'));
    EXPECT_EQ(decode_frame(relay::commit(one_post(huge))).at("error"), "too_large");
}

TEST(BlueskyRelay, RefusesACarThatIsNone) {
    const auto error_of = [](const std::string& car) {
        return decode_frame(relay::commit(one_post(record("x")), car)).at("error");
    };
    EXPECT_EQ(error_of("\x05"), "truncated");
    EXPECT_EQ(error_of(std::string(9, '\xFF')), "malformed_cbor") << "a length beyond 63 bits";
    EXPECT_EQ(error_of(relay::car({}) + relay::length(10) + "0123456789"), "malformed_cbor");
    EXPECT_EQ(error_of(relay::car({}) + relay::length(400) + "0123456789"), "truncated");
    EXPECT_EQ(error_of(relay::car({}) + relay::length(36) + relay::cid_of("x")), "malformed_cbor")
        << "a block without anything";
    EXPECT_EQ(error_of(relay::car({}) + relay::length(0)), "malformed_cbor");
}

}  // namespace
}  // namespace hark::platforms::testing
