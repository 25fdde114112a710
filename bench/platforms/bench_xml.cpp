// What a message of WeChat and an entry of YouTube cost as mentions, against nothing but Expat
// reading the same document and keeping the same members.

#include <expat.h>

#include "decode_loop.hpp"

namespace hark::platforms::bench {

namespace {

/// The members that a decoder keeps, in one string; the text is collected as Expat gives it.
struct Kept {
    std::string text;
    std::string members;
};

void on_open(void* state, const XML_Char*, const XML_Char**) {
    static_cast<Kept*>(state)->text.clear();
}
void on_close(void* state, const XML_Char*) {
    auto& kept = *static_cast<Kept*>(state);
    kept.members += kept.text;
}
void on_text(void* state, const XML_Char* text, int size) {
    static_cast<Kept*>(state)->text.append(text, static_cast<std::size_t>(size));
}

void naked(benchmark::State& state, const std::string& name) {
    const auto parser = XML_ParserCreateNS("UTF-8", ' ');
    Kept kept;
    read_naked(state, PaddedFrame(payload(name, ".xml")), [&](const PaddedFrame& bytes) {
        kept.members.clear();
        XML_ParserReset(parser, "UTF-8");
        XML_SetUserData(parser, &kept);
        XML_SetElementHandler(parser, on_open, on_close);
        XML_SetCharacterDataHandler(parser, on_text);
        const auto view = bytes.view();
        if (XML_Parse(parser, view.data(), static_cast<int>(view.size()), XML_TRUE) !=
            XML_STATUS_OK)
            state.SkipWithError("the document was refused");
        benchmark::DoNotOptimize(kept.members.data());
    });
    XML_ParserFree(parser);
}

void wechat_text_naked(benchmark::State& state) {
    naked(state, "wechat/text");
}
void youtube_video_naked(benchmark::State& state) {
    naked(state, "youtube/video_published");
}

void wechat_text(benchmark::State& state) {
    ::setenv("HARK_BENCH_SECRET", "x", 1);
    decode(state, *make("wechat", {{"token", "${HARK_BENCH_SECRET}"}}),
           PaddedFrame(payload("wechat/text", ".xml")));
}
void youtube_video(benchmark::State& state) {
    ::setenv("HARK_BENCH_SECRET", "x", 1);
    decode(state, *make("youtube", {{"secret", "${HARK_BENCH_SECRET}"}, {"channels", "UC1"}}),
           PaddedFrame(payload("youtube/video_published", ".xml")));
}

BENCHMARK(wechat_text_naked)->Name("WeChat message/naked");
BENCHMARK(wechat_text)->Name("WeChat message/hark");
BENCHMARK(youtube_video_naked)->Name("YouTube feed/naked");
BENCHMARK(youtube_video)->Name("YouTube feed/hark");

}  // namespace

}  // namespace hark::platforms::bench
