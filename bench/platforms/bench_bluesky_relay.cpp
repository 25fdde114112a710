// What a relay's commit of one post costs as a mention, beside the same post of Jetstream and
// against nothing but simdjson On-Demand reading the latter's members.

#include <simdjson.h>

#include "decode_loop.hpp"
#include "platforms/relay_frames.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;
namespace relay = testing::relay;

constexpr const char* kReply = "bluesky/v1_post_reply";

std::string relay_frame() {
    simdjson::dom::parser parser;
    const auto event = parser.parse(payload(kReply)).value();
    const auto commit = event["commit"];
    relay::Commit said;
    said.repo = event["did"].get_string().value();
    said.rev = commit["rev"].get_string().value();
    said.operations = {{"create",
                        "app.bsky.feed.post/" + std::string(commit["rkey"].get_string().value()),
                        relay::from_json(commit["record"].value())}};
    return relay::commit(said);
}

struct Naked {
    std::string_view did, kind, rev, operation, collection, rkey, text, lang, parent, root, created;
    std::int64_t time = 0;
};

void bluesky_reply_naked(benchmark::State& state) {
    ondemand::parser parser;
    read_naked(state, PaddedFrame(payload(kReply)), [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        ondemand::object root = document.get_object();
        out.did = root["did"].get_string();
        out.time = root["time_us"].get_int64();
        out.kind = root["kind"].get_string();
        ondemand::object commit = root["commit"].get_object();
        out.rev = commit["rev"].get_string();
        out.operation = commit["operation"].get_string();
        out.collection = commit["collection"].get_string();
        out.rkey = commit["rkey"].get_string();
        ondemand::object record = commit["record"].get_object();
        out.text = record["text"].get_string();
        for (auto lang : record["langs"].get_array()) out.lang = lang.get_string();
        ondemand::object reply = record["reply"].get_object();
        out.root = reply["root"]["uri"].get_string();
        out.parent = reply["parent"]["uri"].get_string();
        out.created = record["createdAt"].get_string();
        benchmark::DoNotOptimize(out);
    });
}

void bluesky_reply_jetstream(benchmark::State& state) {
    decode(state, *make("bluesky", {}), PaddedFrame(payload(kReply)));
}

void bluesky_reply_relay(benchmark::State& state) {
    decode(state, *make("bluesky", {{"protocol", "relay"}}), PaddedFrame(relay_frame()));
}

BENCHMARK(bluesky_reply_naked)->Name("Bluesky reply/naked");
BENCHMARK(bluesky_reply_jetstream)->Name("Bluesky reply/hark, Jetstream");
BENCHMARK(bluesky_reply_relay)->Name("Bluesky reply/hark, relay");

}  // namespace

}  // namespace hark::platforms::bench
