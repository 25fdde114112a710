// What a comment of YouTube and of Reddit costs as a mention, against nothing but simdjson
// On-Demand reading the same members in the servers' order.

#include <simdjson.h>

#include "decode_loop.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;

struct Naked {
    std::string_view id, video, channel, text, display, name, author, published, updated, link,
        parent, fullname, permalink, kind, page;
    double created = 0;
    bool edited = false;
};

void read_comment(ondemand::object thread, Naked& out) {
    ondemand::object about = thread.find_field("snippet").get_object();
    out.video = about.find_field("videoId").get_string();
    ondemand::object comment = about.find_field("topLevelComment").get_object();
    out.id = comment.find_field("id").get_string();
    ondemand::object snippet = comment.find_field("snippet");
    out.channel = snippet.find_field("channelId").get_string();
    out.display = snippet.find_field("textDisplay").get_string();
    out.text = snippet.find_field("textOriginal").get_string();
    out.name = snippet.find_field("authorDisplayName").get_string();
    out.author = snippet.find_field("authorChannelId").find_field("value").get_string();
    out.published = snippet.find_field("publishedAt").get_string();
    out.updated = snippet.find_field("updatedAt").get_string();
}

void read_thing(ondemand::object data, Naked& out) {
    out.id = data.find_field("name").get_string();
    out.name = data.find_field("author").get_string();
    out.fullname = data.find_field("author_fullname").get_string();
    out.text = data.find_field("body").get_string();
    out.created = data.find_field("created_utc").get_double();
    out.edited = data.find_field("edited").get_bool();
    out.link = data.find_field("link_id").get_string();
    out.parent = data.find_field("parent_id").get_string();
    out.permalink = data.find_field("permalink").get_string();
}

void youtube_comment_naked(benchmark::State& state) {
    ondemand::parser parser;
    const PaddedFrame frame(payload("youtube/comment_threads_poll"));
    read_naked(state, frame, [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        ondemand::object root = document.get_object();
        out.page = root.find_field("nextPageToken").get_string();
        for (auto item : root.find_field("items").get_array()) read_comment(item.get_object(), out);
        benchmark::DoNotOptimize(out);
    });
}

void reddit_comment_naked(benchmark::State& state) {
    ondemand::parser parser;
    const PaddedFrame frame(payload("reddit/new_comments_listing"));
    read_naked(state, frame, [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        for (auto item : document.find_field("data").find_field("children").get_array()) {
            ondemand::object child = item.get_object();
            out.kind = child.find_field("kind").get_string();
            read_thing(child.find_field("data").get_object(), out);
        }
        benchmark::DoNotOptimize(out);
    });
}

void youtube_comment(benchmark::State& state) {
    ::setenv("HARK_BENCH_SECRET", "x", 1);
    decode(state, *make("youtube", {{"api_key", "${HARK_BENCH_SECRET}"}, {"channels", "UC1"}}),
           PaddedFrame(payload("youtube/comment_threads_poll")));
}
void reddit_comment(benchmark::State& state) {
    decode(state, *make("reddit", {}), PaddedFrame(payload("reddit/new_comments_listing")));
}

BENCHMARK(youtube_comment_naked)->Name("YouTube comment/naked");
BENCHMARK(youtube_comment)->Name("YouTube comment/hark");
BENCHMARK(reddit_comment_naked)->Name("Reddit comment/naked");
BENCHMARK(reddit_comment)->Name("Reddit comment/hark");

}  // namespace

}  // namespace hark::platforms::bench
