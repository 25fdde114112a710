// What a message of Discord, X and Telegram costs as a mention, against nothing but simdjson
// On-Demand reading the same members in the order in which the platforms write them.

#include <simdjson.h>

#include <cstdlib>

#include "decode_loop.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;

/// What was read: enough for every platform here.
struct Naked {
    std::vector<std::string_view> texts;
    std::vector<std::int64_t> numbers;

    void text(simdjson::simdjson_result<ondemand::value> value) {
        texts.push_back(value.get_string());
    }
    void number(simdjson::simdjson_result<ondemand::value> value) {
        numbers.push_back(value.get_int64());
    }
};

void read_discord(ondemand::object root, Naked& out) {
    out.text(root.find_field("t"));
    out.number(root.find_field("s"));
    out.number(root.find_field("op"));
    ondemand::object d = root.find_field("d");
    out.number(d.find_field("type"));
    out.text(d.find_field("timestamp"));
    for (ondemand::object user : d.find_field("mentions").get_array()) {
        out.text(user.find_field("username"));
        out.text(user.find_field("id"));
    }
    out.text(d.find_field("id"));
    benchmark::DoNotOptimize(d.find_field("edited_timestamp").is_null());
    out.text(d.find_field("content"));
    out.text(d.find_field("channel_id"));
    ondemand::object author = d.find_field("author");
    out.text(author.find_field("username"));
    out.text(author.find_field("id"));
    out.text(author.find_field("global_name"));
    for (auto file : d.find_field("attachments").get_array()) benchmark::DoNotOptimize(file);
    out.text(d.find_field("guild_id"));
}

/// The posts of `includes` nobody needs but for a retweet.
void read_x(ondemand::object root, Naked& out) {
    ondemand::object data = root.find_field("data");
    out.text(data.find_field("author_id"));
    out.text(data.find_field("conversation_id"));
    out.text(data.find_field("created_at"));
    for (auto id : data.find_field("edit_history_tweet_ids").get_array()) out.text(id);
    out.text(data.find_field("id"));
    out.text(data.find_field("lang"));
    out.text(data.find_field("text"));
    for (ondemand::object post : data.find_field("referenced_tweets").get_array()) {
        out.text(post.find_field("type"));
        out.text(post.find_field("id"));
    }
    ondemand::object includes = root.find_field("includes");
    for (ondemand::object user : includes.find_field("users").get_array()) {
        out.text(user.find_field("id"));
        out.text(user.find_field("name"));
        out.text(user.find_field("username"));
        out.text(user.find_field("created_at"));
    }
}

void read_telegram(ondemand::object root, Naked& out) {
    out.number(root.find_field("update_id"));
    ondemand::object message = root.find_field("message");
    out.number(message.find_field("message_id"));
    ondemand::object from = message.find_field("from");
    out.number(from.find_field("id"));
    out.text(from.find_field("first_name"));
    out.text(from.find_field("username"));
    out.text(from.find_field("language_code"));
    ondemand::object chat = message.find_field("chat");
    out.number(chat.find_field("id"));
    out.text(chat.find_field("title"));
    out.text(chat.find_field("username"));
    out.text(chat.find_field("type"));
    out.number(message.find_field("date"));
    out.number(message.find_field("message_thread_id"));
    out.number(message.find_field("reply_to_message").find_field("message_id"));
    out.text(message.find_field("text"));
    for (ondemand::object entity : message.find_field("entities").get_array())
        out.text(entity.find_field("type"));
}

void naked(benchmark::State& state, void (*read)(ondemand::object, Naked&),
           const std::string& name) {
    ondemand::parser parser;
    Naked out;
    read_naked(state, PaddedFrame(payload(name)), [&](const PaddedFrame& bytes) {
        out.texts.clear();
        out.numbers.clear();
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        read(document.get_object(), out);
        benchmark::DoNotOptimize(out);
    });
}

void decoded(benchmark::State& state, const std::string& platform, const std::string& key,
             const std::string& name) {
    ::setenv("HARK_BENCH_SECRET", "x", 1);
    std::vector<std::pair<std::string, std::string>> members;
    if (!key.empty()) members.emplace_back(key, "${HARK_BENCH_SECRET}");
    decode(state, *make(platform, members), PaddedFrame(payload(name)));
}

constexpr const char* kDiscord = "discord/gateway_message_create";
constexpr const char* kX = "x/stream_reply";
constexpr const char* kTelegram = "telegram/message_group_reply";

BENCHMARK_CAPTURE(naked, discord, read_discord, kDiscord)->Name("Discord message/naked");
BENCHMARK_CAPTURE(decoded, discord, "discord", "", kDiscord)->Name("Discord message/hark");
BENCHMARK_CAPTURE(naked, x, read_x, kX)->Name("X post/naked");
BENCHMARK_CAPTURE(decoded, x, "x", "", kX)->Name("X post/hark");
BENCHMARK_CAPTURE(naked, telegram, read_telegram, kTelegram)->Name("Telegram update/naked");
BENCHMARK_CAPTURE(decoded, telegram, "telegram", "secret_token", kTelegram)
    ->Name("Telegram update/hark");

}  // namespace

}  // namespace hark::platforms::bench
