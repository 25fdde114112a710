// What a Mastodon status costs as a mention, by WebSocket (JSON inside a JSON string) and bare,
// against nothing but simdjson On-Demand reading the same members in the servers' order.

#include <simdjson.h>

#include <cstring>

#include "decode_loop.hpp"
#include "platforms/markup.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;

struct Naked {
    std::string_view id, created_at, in_reply_to_id, spoiler_text, visibility, language, uri, url,
        edited_at, content, username, acct, display_name, opened_at, profile, actor, media, quote;
};

std::string_view text_or_null(simdjson::simdjson_result<ondemand::value> value) {
    std::string_view text;
    return value.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

void read_status(ondemand::object status, Naked& out) {
    out.id = status.find_field("id").get_string();
    out.created_at = status.find_field("created_at").get_string();
    out.in_reply_to_id = text_or_null(status.find_field("in_reply_to_id"));
    out.spoiler_text = status.find_field("spoiler_text").get_string();
    out.visibility = status.find_field("visibility").get_string();
    out.language = text_or_null(status.find_field("language"));
    out.uri = status.find_field("uri").get_string();
    out.url = status.find_field("url").get_string();
    out.edited_at = text_or_null(status.find_field("edited_at"));
    out.content = status.find_field("content").get_string();
    ondemand::object account = status.find_field("account").get_object();
    out.username = account.find_field("username").get_string();
    out.acct = account.find_field("acct").get_string();
    out.display_name = account.find_field("display_name").get_string();
    out.opened_at = account.find_field("created_at").get_string();
    out.profile = account.find_field("url").get_string();
    out.actor = account.find_field("uri").get_string();
    for (auto medium : status.find_field("media_attachments").get_array())
        out.media = medium.find_field("description").get_string();
    out.quote = status.find_field("quote").raw_json_token();
}

void mastodon_status_naked(benchmark::State& state) {
    ondemand::parser parser;
    read_naked(state, PaddedFrame(payload("mastodon/status")), [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        read_status(document.get_object(), out);
        benchmark::DoNotOptimize(out);
    });
}

/// The same, and the decoder's own way from HTML to text: what remains is what reading costs.
void mastodon_status_as_text(benchmark::State& state) {
    ondemand::parser parser;
    Arena arena;
    std::vector<std::string_view> links;
    read_naked(state, PaddedFrame(payload("mastodon/status")), [&](const PaddedFrame& bytes) {
        Naked out;
        arena.reset();
        links.clear();
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        read_status(document.get_object(), out);
        out.content = html_text(out.content, arena, links);
        benchmark::DoNotOptimize(out);
    });
}

void mastodon_frame_naked(benchmark::State& state) {
    ondemand::parser outer;
    ondemand::parser inner;
    std::string unescaped(limits::kMiB, '\0');
    read_naked(state, PaddedFrame(payload("mastodon/ws_update")), [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = outer.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        ondemand::object root = document.get_object();
        std::string_view event = root.find_field("event").get_string();
        const std::string_view text = root.find_field("payload").get_string();
        std::memcpy(unescaped.data(), text.data(), text.size());
        auto status = inner.iterate(unescaped.data(), text.size(), unescaped.size());
        read_status(status.get_object(), out);
        benchmark::DoNotOptimize(event);
        benchmark::DoNotOptimize(out);
    });
}

void mastodon_status(benchmark::State& state) {
    decode(state, *make("mastodon", {}), PaddedFrame(payload("mastodon/status")));
}

void mastodon_frame(benchmark::State& state) {
    decode(state, *make("mastodon", {}), PaddedFrame(payload("mastodon/ws_update")));
}

BENCHMARK(mastodon_status_naked)->Name("Mastodon status/naked");
BENCHMARK(mastodon_status_as_text)->Name("Mastodon status as text/naked");
BENCHMARK(mastodon_status)->Name("Mastodon status/hark");
BENCHMARK(mastodon_status)->Name("Mastodon status as text/hark");
BENCHMARK(mastodon_frame_naked)->Name("Mastodon frame/naked");
BENCHMARK(mastodon_frame)->Name("Mastodon frame/hark");

}  // namespace

}  // namespace hark::platforms::bench
