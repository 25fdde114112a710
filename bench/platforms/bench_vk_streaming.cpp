// What a frame of VK's Streaming API costs as a mention, against nothing but simdjson On-Demand
// reading the same members.

#include <simdjson.h>

#include "decode_loop.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;

struct Naked {
    std::int64_t code, owner, post, comment, action_time, creation_time, author;
    std::string_view type, url, text, action;
};

void vk_streaming_naked(benchmark::State& state) {
    ondemand::parser parser;
    read_naked(state, PaddedFrame(payload("vk/streaming_comment")), [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        ondemand::object root = document.get_object();
        out.code = root.find_field("code").get_int64();
        ondemand::object event = root.find_field("event").get_object();
        out.type = event.find_field("event_type").get_string();
        ondemand::object id = event.find_field("event_id").get_object();
        out.owner = id.find_field("post_owner_id").get_int64();
        out.post = id.find_field("post_id").get_int64();
        out.comment = id.find_field("comment_id").get_int64();
        out.url = event.find_field("event_url").get_string();
        out.text = event.find_field("text").get_string();
        out.action = event.find_field("action").get_string();
        out.action_time = event.find_field("action_time").get_int64();
        out.creation_time = event.find_field("creation_time").get_int64();
        out.author = event.find_field("author").find_field("id").get_int64();
        benchmark::DoNotOptimize(out);
    });
}

void vk_streaming(benchmark::State& state) {
    decode(state, *make("vk", {{"file", "-"}}), PaddedFrame(payload("vk/streaming_comment")));
}

BENCHMARK(vk_streaming_naked)->Name("VK streaming/naked");
BENCHMARK(vk_streaming)->Name("VK streaming/hark");

}  // namespace

}  // namespace hark::platforms::bench
