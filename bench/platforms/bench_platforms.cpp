// What a Jetstream event costs as a mention, against nothing but simdjson On-Demand reading the
// same members in the order in which the servers write them.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "platforms/platform.hpp"

namespace {

namespace ondemand = simdjson::ondemand;

struct Event {
    std::string bytes;  ///< with the padding of a frame
    std::size_t size = 0;

    [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
    [[nodiscard]] bool is_reply() const {
        return view().find(R"("collection":"app.bsky.feed.post")") != std::string_view::npos &&
               view().find(R"("reply":{)") != std::string_view::npos &&
               view().find(R"("embed":)") == std::string_view::npos;
    }
};

/// Real events; `replies`: only those that the naked reader below knows the members of.
std::vector<Event> events(bool replies) {
    std::ifstream file(HARK_SOURCE_DIR "/tests/platforms/bluesky_data/jetstream_v1_events.jsonl");
    std::vector<Event> all;
    for (std::string line; std::getline(file, line);) {
        Event event{line, line.size()};
        event.bytes.resize(line.size() + hark::limits::kFramePadding);
        if (!replies || event.is_reply()) all.push_back(std::move(event));
    }
    if (all.empty()) throw std::runtime_error("the events are missing");
    return all;
}

struct Naked {
    std::string_view did, kind, rev, operation, collection, rkey, created_at, lang, parent, root,
        text;
    std::int64_t time_us = 0;
};

void read_record(ondemand::object record, Naked& out) {
    out.created_at = record.find_field("createdAt").get_string();
    for (auto lang : record.find_field("langs").get_array()) {
        out.lang = lang.get_string();
        break;
    }
    ondemand::object reply = record.find_field("reply");
    out.parent = reply.find_field("parent").find_field("uri").get_string();
    out.root = reply.find_field("root").find_field("uri").get_string();
    out.text = record.find_field("text").get_string();
}

void read_naked(ondemand::parser& parser, std::string_view bytes, Naked& out) {
    auto document =
        parser.iterate(bytes.data(), bytes.size(), bytes.size() + hark::limits::kFramePadding);
    ondemand::object root = document.get_object();
    out.did = root.find_field("did").get_string();
    out.time_us = root.find_field("time_us").get_int64();
    out.kind = root.find_field("kind").get_string();
    ondemand::object commit = root.find_field("commit");
    out.rev = commit.find_field("rev").get_string();
    out.operation = commit.find_field("operation").get_string();
    out.collection = commit.find_field("collection").get_string();
    out.rkey = commit.find_field("rkey").get_string();
    read_record(commit.find_field("record").get_object(), out);
}

void count(benchmark::State& state, const std::vector<Event>& all) {
    std::size_t bytes = 0;
    for (const auto& event : all) bytes += event.size;
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(all.size()));
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
}

void naked(benchmark::State& state) {
    const auto all = events(true);
    ondemand::parser parser;
    Naked out;
    for (auto round : state) {
        for (const auto& event : all) {
            read_naked(parser, event.view(), out);
            benchmark::DoNotOptimize(out);
        }
    }
    count(state, all);
}

void decode_all(benchmark::State& state, bool replies) {
    const auto all = events(replies);
    hark::SettingNode node;
    node.type = hark::SettingNode::Type::map;
    hark::SettingsReport report;
    hark::Settings settings(node, report);
    const auto platform = hark::platforms::make_platform("bluesky", settings);
    hark::Arena arena;
    hark::Mentions mentions;
    for (auto round : state) {
        for (const auto& event : all) {
            hark::Frame frame;
            frame.bytes = event.view();
            frame.received_at = hark::Timestamp{std::chrono::seconds(1'783'175'900)};
            mentions.clear();
            arena.reset();
            if (platform->decode(frame, arena, mentions) != hark::Errc::ok)
                state.SkipWithError("an event was refused");
            benchmark::DoNotOptimize(mentions);
        }
    }
    count(state, all);
}

void bluesky_replies(benchmark::State& state) {
    decode_all(state, true);
}

/// The stream as it comes: nine events of ten are likes and the like.
void bluesky_every_event(benchmark::State& state) {
    decode_all(state, false);
}

BENCHMARK(naked)->Name("Jetstream replies/naked");
BENCHMARK(bluesky_replies)->Name("Jetstream replies/hark");
BENCHMARK(bluesky_every_event)->Name("Jetstream, every event/hark");

}  // namespace
