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
    for (const auto* name : {"username", "id", "global_name"}) out.text(author.find_field(name));
    for (auto file : d.find_field("attachments").get_array()) benchmark::DoNotOptimize(file);
    out.text(d.find_field("guild_id"));
}

void read_x(ondemand::object root, Naked& out) {
    ondemand::object data = root.find_field("data");
    for (const auto* name : {"author_id", "conversation_id", "created_at"})
        out.text(data.find_field(name));
    for (auto id : data.find_field("edit_history_tweet_ids").get_array()) out.text(id);
    for (const auto* name : {"id", "lang", "text"}) out.text(data.find_field(name));
    for (ondemand::object post : data.find_field("referenced_tweets").get_array()) {
        out.text(post.find_field("type"));
        out.text(post.find_field("id"));
    }
    ondemand::object includes = root.find_field("includes");
    for (ondemand::object user : includes.find_field("users").get_array()) {
        for (const auto* name : {"id", "name", "username", "created_at"})
            out.text(user.find_field(name));
    }
    for (ondemand::object post : includes.find_field("tweets").get_array()) {
        for (const auto* name : {"author_id", "conversation_id", "created_at"})
            out.text(post.find_field(name));
        for (auto id : post.find_field("edit_history_tweet_ids").get_array()) out.text(id);
        for (const auto* name : {"id", "lang", "text"}) out.text(post.find_field(name));
    }
}

void read_telegram(ondemand::object root, Naked& out) {
    out.number(root.find_field("update_id"));
    ondemand::object message = root.find_field("message");
    out.number(message.find_field("message_id"));
    ondemand::object from = message.find_field("from");
    out.number(from.find_field("id"));
    for (const auto* name : {"first_name", "username", "language_code"})
        out.text(from.find_field(name));
    ondemand::object chat = message.find_field("chat");
    out.number(chat.find_field("id"));
    for (const auto* name : {"title", "username", "type"}) out.text(chat.find_field(name));
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

BENCHMARK_CAPTURE(naked, discord, read_discord, kDiscord);
BENCHMARK_CAPTURE(decoded, discord, "discord", "", kDiscord);
BENCHMARK_CAPTURE(naked, x, read_x, kX);
BENCHMARK_CAPTURE(decoded, x, "x", "", kX);
BENCHMARK_CAPTURE(naked, telegram, read_telegram, kTelegram);
BENCHMARK_CAPTURE(decoded, telegram, "telegram", "secret_token", kTelegram);

}  // namespace

}  // namespace hark::platforms::bench
