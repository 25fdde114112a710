// The whole pipeline in process, frame bytes in and record bytes out, beside its naked limits in
// the same run: simdjson On-Demand over the same members, hs_scan of the same folded bytes with the
// same 2,000 rules, memcpy of the same records. Prints the ratio at the end: naked stages added up
// / Hark.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "match/compiler.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/shard_pipeline.hpp"
#include "text/folder.hpp"

namespace {

using namespace hark;

constexpr std::size_t kRules = 2000;

struct NullPort final : publish::SinkPort {
    void offer(const publish::Message& message, std::uint64_t token) override {
        bytes += message.value.size();
        tokens.push_back(token);
    }
    std::vector<std::uint64_t> tokens;
    std::size_t bytes = 0;
};

std::vector<std::string> sample_texts() {
    std::ifstream file(std::string(HARK_SOURCE_DIR) + "/deploy/sample/posts.ndjson");
    std::vector<std::string> texts;
    simdjson::dom::parser parser;
    for (std::string line; std::getline(file, line);) {
        simdjson::dom::element post;
        std::string_view text;
        if (parser.parse(line).get(post) == simdjson::SUCCESS &&
            post["text"].get(text) == simdjson::SUCCESS && text.size() < 300) {
            texts.emplace_back(simdjson::minify(post["text"]));
        }
    }
    return texts;
}

constexpr const char* kSubject =
    R"("cid":"bafyreiftot7eltsc3f6g4qktykmbv6jcmdmhcx5osscan6jpdxkpqcmcza",)"
    R"("uri":"at://did:plc:r2zybk6op3ymzpz6jhqpkoy5/app.bsky.feed.post/3mpsjbtci2c2o")";

/// A Jetstream v1 event of a real post's text; about 860 bytes.
std::string frame_of(const std::string& quoted_text, std::size_t number) {
    const auto n = std::to_string(1'000'000 + number);
    return R"({"did":"did:plc:dclwtltrt2ggsryagfzk)" + n.substr(3) + R"(","time_us":178317588)" +
           n + R"(,"kind":"commit","commit":{"rev":"3mptbypcq37)" + n +
           R"(","operation":"create","collection":"app.bsky.feed.post","rkey":"3mptby)" + n +
           R"(","record":{"$type":"app.bsky.feed.post","createdAt":"2026-07-04T14:38:06.240Z",)" +
           R"("langs":["en"],"reply":{"parent":{)" + kSubject + R"(},"root":{)" + kSubject +
           R"(}},"text":)" + quoted_text +
           R"(},"cid":"bafyreiguce4jh7kcbmof3pmcvasifqtw24b6isakj5ve5ga2b4z4alpc4i"}})";
}

/// 2,000 phrases as an analyst writes them, each once: a quarter are neighbours in the posts, so
/// that some hit, the others never met. Words shorter than four letters name nothing.
RuleBook phrases(const std::vector<std::string>& folded) {
    std::vector<std::string> words;
    for (const auto& text : folded) {
        for (std::size_t begin = 1; begin < text.size();) {
            const auto end = text.find(' ', begin);
            if (end - begin >= 4) words.push_back(text.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    RuleBook book;
    book.labels = {"bench"};
    auto& pack = book.packs.emplace_back();
    pack.lang = "any";
    pack.bias = -2;
    std::mt19937 random(7);
    std::set<std::string> known;
    while (known.size() < kRules) {
        const auto at = random() % (words.size() - 1);
        const auto& second = known.size() % 4 == 0 ? words[at + 1] : words[random() % words.size()];
        const auto pattern = "\"" + words[at] + "\" \"" + second + "\"";
        if (!known.insert(pattern).second) continue;
        auto& rule = book.rules.emplace_back();
        rule.id = "bench." + std::to_string(known.size());
        rule.pattern = pattern;
        rule.weight = 0.5F;
    }
    return book;
}

struct Fixture {
    Fixture() {
        text::Folder folder;
        for (const auto& quoted : sample_texts()) {
            auto frame = frame_of(quoted, frames.size());
            sizes.push_back(frame.size());
            frame.resize(frame.size() + limits::kFramePadding);
            frames.push_back(std::move(frame));
            simdjson::dom::parser parser;
            simdjson::dom::element text;
            std::string_view plain;
            if (parser.parse(quoted).get(text) != simdjson::SUCCESS ||
                text.get(plain) != simdjson::SUCCESS)
                std::abort();
            folded.emplace_back(folder.fold(plain).bytes);
        }
        std::vector<Fault> faults;
        auto book = phrases(folded);
        const auto fold = [](std::string_view words) { return " " + std::string(words) + " "; };
        make_naked_database(book, fold);
        rules = match::compile(std::move(book), fold, {}, faults);
        for (const auto& fault : faults)
            std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
        if (rules == nullptr) std::abort();
    }

    void make_naked_database(const RuleBook& book, const match::FoldFunction& fold) {
        std::vector<match::Expression> expressions;
        for (const auto& rule : book.rules) {
            match::PatternFault fault;
            const auto pattern = match::parse_pattern(rule.pattern, fold, fault);
            if (!pattern) continue;
            for (const auto& sequence : pattern->sequences) {
                expressions.push_back({match::to_expression(sequence),
                                       HS_FLAG_SINGLEMATCH,
                                       static_cast<unsigned>(expressions.size()),
                                       {},
                                       rule.id});
            }
        }
        std::vector<Fault> faults;
        naked = match::DatabaseCache("").get(expressions, faults);
        if (naked == nullptr || hs_alloc_scratch(naked.get(), &scratch) != HS_SUCCESS) std::abort();
    }

    std::vector<std::string> frames;
    std::vector<std::size_t> sizes;
    std::vector<std::string> folded;
    std::shared_ptr<const match::RuleSet> rules;
    match::Database naked;
    hs_scratch_t* scratch = nullptr;
};

Fixture& fixture() {
    static Fixture one;
    return one;
}

void naked_parse(benchmark::State& state) {
    auto& data = fixture();
    simdjson::ondemand::parser parser;
    std::size_t i = 0;
    for (auto _ : state) {
        const auto& frame = data.frames[i];
        auto document =
            parser.iterate(simdjson::padded_string_view(frame.data(), data.sizes[i], frame.size()));
        simdjson::ondemand::object root = document.get_object();
        std::string_view did = root["did"];
        std::int64_t time = root["time_us"];
        std::string_view kind = root["kind"];
        simdjson::ondemand::object commit = root["commit"].get_object();
        std::string_view rev = commit["rev"];
        std::string_view operation = commit["operation"];
        std::string_view collection = commit["collection"];
        std::string_view rkey = commit["rkey"];
        simdjson::ondemand::object record = commit["record"].get_object();
        std::string_view created = record["createdAt"];
        std::string_view lang = record["langs"].get_array().at(0);
        simdjson::ondemand::object reply = record["reply"].get_object();
        std::string_view parent = reply["parent"]["uri"];
        std::string_view reply_root = reply["root"]["uri"];
        std::string_view text = record["text"];
        benchmark::DoNotOptimize(did.size() + kind.size() + rev.size() + operation.size() +
                                 collection.size() + rkey.size() + created.size() + lang.size() +
                                 parent.size() + reply_root.size() + text.size() +
                                 static_cast<std::size_t>(time));
        i = i + 1 == data.frames.size() ? 0 : i + 1;
    }
}

void naked_scan(benchmark::State& state) {
    auto& data = fixture();
    std::size_t i = 0;
    std::size_t hits = 0;
    const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned,
                             void* count) {
        ++*static_cast<std::size_t*>(count);
        return 0;
    };
    for (auto _ : state) {
        const auto& text = data.folded[i];
        hs_scan(data.naked.get(), text.data(), static_cast<unsigned>(text.size()), 0, data.scratch,
                on_match, &hits);
        i = i + 1 == data.folded.size() ? 0 : i + 1;
    }
    state.counters["hits/post"] =
        benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}

void naked_copy(benchmark::State& state) {
    const std::string record(900, 'x');
    std::string out(record.size(), '\0');
    for (auto _ : state) {
        std::memcpy(out.data(), record.data(), record.size());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

/// How many rules match a post, before conditions and languages.
double hits_a_post(const std::shared_ptr<const match::RuleSet>& rules) {
    match::Matcher matcher;
    matcher.use(rules);
    Matches matches;
    std::size_t hits = 0;
    for (const auto& text : fixture().folded) {
        FoldedText folded;
        folded.bytes = text;
        matcher.scan(folded, matches);
        hits += matches.rules.size();
    }
    return static_cast<double>(hits) / static_cast<double>(fixture().folded.size());
}

/// `together`: how many frames a call brings, as a file's reader brings them; a webhook or a stream
/// brings one.
void run_pipeline(benchmark::State& state, const std::shared_ptr<const match::RuleSet>& rules,
                  std::size_t together) {
    auto& data = fixture();
    SettingNode none;
    none.type = SettingNode::Type::map;
    SettingsReport report;
    Settings settings(none, report);
    const auto platform = platforms::make_platform("bluesky", settings);
    telemetry::Metrics metrics;
    pipeline::SeenWindow seen("", 1024);
    pipeline::PipelineOptions options;
    options.sources.push_back({"bench", true});
    options.recognise_repeats = false;
    const pipeline::Topics topics(
        {.prefix = "hark", .restricted = false, .labels = rules->book().labels});
    pipeline::ShardPipeline pipeline(options, topics, seen, rules, {platform.get()}, metrics);
    auto owned = std::make_unique<NullPort>();
    auto& port = *owned;
    pipeline.connect(std::move(owned));
    std::vector<Frame> frames(together);
    std::vector<ingest::Handled> handled(together);
    std::size_t i = 0;
    const auto received = now();
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(together))) {
        for (auto& frame : frames) {
            frame.bytes = std::string_view(data.frames[i]).substr(0, data.sizes[i]);
            frame.received_at = received;
            i = i + 1 == data.frames.size() ? 0 : i + 1;
        }
        port.tokens.clear();
        pipeline.handle(0, frames, handled);
        for (const auto token : port.tokens) pipeline.delivered(token, Errc::ok, {});
    }
    if (metrics.total("hark_dead_letters_total") > 0) state.SkipWithError("a frame was refused");
    state.counters["record_bytes/post"] =
        benchmark::Counter(static_cast<double>(port.bytes), benchmark::Counter::kAvgIterations);
    state.counters["hits/post"] = hits_a_post(rules);
    state.counters["frame_bytes"] = static_cast<double>(data.sizes[0]);
}

void hark_2000_rules(benchmark::State& state) {
    run_pipeline(state, fixture().rules, limits::kFramesAtOnce);
}

void hark_2000_rules_one_by_one(benchmark::State& state) {
    run_pipeline(state, fixture().rules, 1);
}

void hark_shipped_rules(benchmark::State& state) {
    static std::vector<Fault> faults;
    static const auto rules = pipeline::load_rules({{pipeline::shipped_rules()}, {}, ""}, faults);
    if (rules == nullptr) return state.SkipWithError(pipeline::to_string(faults.front()).c_str());
    run_pipeline(state, rules, limits::kFramesAtOnce);
}

BENCHMARK(naked_parse);
BENCHMARK(naked_scan);
BENCHMARK(naked_copy);
BENCHMARK(hark_2000_rules);
BENCHMARK(hark_2000_rules_one_by_one);
BENCHMARK(hark_shipped_rules);

/// Keeps the medians, to print the ratio.
class Reporter final : public benchmark::ConsoleReporter {
public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const auto& run : runs) {
            if (run.aggregate_name == "median")
                medians[run.run_name.function_name] = run.GetAdjustedCPUTime();
        }
    }
    std::map<std::string, double> medians;
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<char*> arguments(argv, argv + argc);
    // Alternating repetitions: the machine's moods hit both sides alike.
    static char repetitions[] = "--benchmark_repetitions=9";
    static char interleaved[] = "--benchmark_enable_random_interleaving=true";
    static char aggregates[] = "--benchmark_report_aggregates_only=true";
    for (auto* extra : {repetitions, interleaved, aggregates}) arguments.push_back(extra);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    Reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    auto& median = reporter.medians;
    const double naked = median["naked_parse"] + median["naked_scan"] + median["naked_copy"];
    if (median["hark_2000_rules"] > 0) {
        std::printf("\nnaked stages added up %.0f ns, Hark with 2,000 rules %.0f ns: ratio %.2f\n",
                    naked, median["hark_2000_rules"], naked / median["hark_2000_rules"]);
        std::printf("one frame a call %.0f ns: ratio %.2f\n", median["hark_2000_rules_one_by_one"],
                    naked / median["hark_2000_rules_one_by_one"]);
        std::printf("Hark with the shipped packs %.0f ns: %.2f times its time with 2,000 rules\n",
                    median["hark_shipped_rules"],
                    median["hark_shipped_rules"] / median["hark_2000_rules"]);
    }
    return 0;
}
