// What a record costs: its bytes copied by memcpy, written by RapidJSON's Writer, and by
// RecordWriter. The posts are invented: English without anything found in it, and Russian with
// labels, evidence and a telephone number.
#include <benchmark/benchmark.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstring>
#include <string>
#include <vector>

#include "publish/record.hpp"
#include "publish/sample.hpp"

namespace {

using namespace hark;
using publish::RecordWriter;
using publish::Sample;

Sample plain() {
    Sample sample(
        "Just had the loveliest chat with the folks at the corner shop, they remembered my order "
        "from last week and "
        "even kept the last cinnamon roll for me. Small things, I know, but it made a grey Monday "
        "a good deal "
        "brighter. Thank you all \"behind the counter\", see you on Thursday, and say hello to the "
        "new baker too.");
    sample.mention.platform = "bluesky";
    sample.mention.id = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3l3qo2vutsw2b";
    sample.mention.created_at = *parse_rfc3339("2026-11-22T10:00:00.5Z");
    sample.mention.url = "https://bsky.app/profile/example.org/post/3l3qo2vutsw2b";
    sample.mention.author = {"did:plc:ewvi7nxzyoun6zhxrhs64oiz", "example.org", "Ann Example",
                             false};
    sample.mention.thread = sample.mention.id;
    sample.verdict.lang = "en";
    return sample;
}

Sample complaint() {
    Sample sample(
        "Верните деньги за заказ! Жду уже вторую неделю, поддержка молчит, курьер так и не "
        "приехал. Мой телефон "
        "+7 912 345-67-89, звоните в любое время");
    sample.mention.platform = "vk";
    sample.mention.id = "vk:wall_reply:-123456_7890";
    sample.mention.created_at = *parse_rfc3339("2026-11-22T10:00:00.5Z");
    sample.mention.url = "https://vk.com/wall-123456_7890";
    sample.mention.author = {"42424242", "ivan", "Иван Примеров", false};
    sample.mention.thread = "vk:wall:-123456_7000";
    sample.verdict.lang = "ru";
    sample.verdict.advice = "answer_first";
    sample.verdict.brands = {0};
    sample.give("complaint", 0.9731F);
    sample.give("pii", 1.0F);
    sample.fire("complaint.ru.refund", "Верните деньги");
    sample.fire("complaint.en.late", "вторую неделю");
    sample.fire("complaint.en.delay", "так и не приехал");
    sample.find("pii.phone", "+7 912 345-67-89", Tier::pattern);
    return sample;
}

void string_member(rapidjson::Writer<rapidjson::StringBuffer>& writer, const char* key,
                   std::string_view value) {
    if (value.empty()) return;
    writer.Key(key);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

/// The plain record's members; those of labels and evidence would only add to it.
void write_with_rapidjson(rapidjson::Writer<rapidjson::StringBuffer>& writer,
                          const publish::RecordInput& input) {
    const auto& mention = input.mention;
    const auto created = format_rfc3339(mention.created_at);
    const auto received = format_rfc3339(input.received_at);
    writer.StartObject();
    writer.Key("schema");
    writer.Int(1);
    string_member(writer, "id", mention.id);
    string_member(writer, "platform", mention.platform);
    string_member(writer, "kind", to_string(mention.kind));
    string_member(writer, "action", to_string(mention.action));
    string_member(writer, "created_at", {created.data(), created.size()});
    string_member(writer, "received_at", {received.data(), received.size()});
    string_member(writer, "url", mention.url);
    string_member(writer, "lang", input.verdict.lang);
    writer.Key("author");
    writer.StartObject();
    string_member(writer, "id", mention.author.id);
    string_member(writer, "handle", mention.author.handle);
    string_member(writer, "name", mention.author.name);
    writer.Key("is_brand");
    writer.Bool(mention.author.is_brand);
    writer.EndObject();
    string_member(writer, "thread", mention.thread);
    string_member(writer, "text", mention.text);
    writer.Key("labels");
    writer.StartObject();
    writer.EndObject();
    string_member(writer, "ruleset", input.ruleset);
    writer.EndObject();
}

void report(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
    state.counters["record_bytes"] = static_cast<double>(bytes);
}

template <Sample (*Make)()>
void naked_memcpy(benchmark::State& state) {
    const auto sample = Make();
    RecordWriter writer;
    const std::string record(writer.record(sample.input()));
    std::vector<char> out(record.size());
    for (auto _ : state) {
        std::memcpy(out.data(), record.data(), record.size());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    report(state, record.size());
}

void rapidjson_writer(benchmark::State& state) {
    const auto sample = plain();
    const auto input = sample.input();
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    for (auto _ : state) {
        buffer.Clear();
        writer.Reset(buffer);
        write_with_rapidjson(writer, input);
        benchmark::DoNotOptimize(buffer.GetString());
    }
    report(state, buffer.GetSize());
}

template <Sample (*Make)()>
void record_writer(benchmark::State& state) {
    const auto sample = Make();
    RecordWriter writer;
    const auto input = sample.input();
    std::string_view record;
    for (auto _ : state) {
        record = writer.record(input);
        benchmark::DoNotOptimize(record.data());
    }
    report(state, record.size());
}

BENCHMARK(naked_memcpy<plain>);
BENCHMARK(rapidjson_writer);
BENCHMARK(record_writer<plain>);
BENCHMARK(naked_memcpy<complaint>);
BENCHMARK(record_writer<complaint>);

}  // namespace
