// What each stage of the walk costs a post, beside its naked limit in the same run, by length of
// the text, number of rules and brand terms, share of posts that get a label, and threads. A
// benchmark `naked_X` is the limit of `X`: `hark-bench stages` puts them side by side.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <thread>

#include "core/limits.hpp"
#include "hark_bench/corpus.hpp"
#include "hark_bench/schedule.hpp"
#include "match/compiler.hpp"
#include "match/matcher.hpp"
#include "perf_counters.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "platforms/platform.hpp"
#include "publish/record.hpp"
#include "text/folder.hpp"
#include "text/language.hpp"
#include "triage/judge.hpp"

namespace {

using namespace hark;
using bench::Corpus;

constexpr std::size_t kPosts = 512;  // of a mixture; what follows them is more of the same
constexpr std::int64_t kLengths[] = {40, 160, 640, 4000};
constexpr std::int64_t kRules[] = {0, 200, 2000, 20'000};
constexpr std::int64_t kTerms[] = {100, 100'000};
constexpr std::int64_t kHits[] = {0, 25, 50, 75, 100};

std::shared_ptr<const match::RuleSet> compiled(RuleBook book) {
    std::vector<Fault> faults;
    auto rules = match::compile(std::move(book), pipeline::fold_words, {}, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (rules == nullptr) throw std::runtime_error("rules do not compile");
    return rules;
}

std::shared_ptr<const match::RuleSet> shipped() {
    static const auto rules = [] {
        std::vector<Fault> faults;
        auto loaded = pipeline::load_rules({{pipeline::shipped_rules()}, {}, ""}, faults);
        if (loaded == nullptr) throw std::runtime_error(pipeline::to_string(faults.front()));
        return loaded;
    }();
    return rules;
}

/// A mixture as every stage sees it.
struct Posts {
    explicit Posts(const bench::CorpusOptions& options) : corpus(options) {
        for (std::size_t i = 0; i < kPosts; ++i) {
            std::string frame;
            bench::add_jetstream(frame, corpus.of(i), {"bench", i, i % 50});
            sizes.push_back(frame.size());
            frame.resize(frame.size() + limits::kFramePadding);
            frames.push_back(std::move(frame));
            texts.push_back(corpus.of(i).text);
            texts.back().resize(texts.back().size() + limits::kFramePadding);
            folded.emplace_back(folder.fold(text(i)).bytes);
            folded.back().resize(folded.back().size() + limits::kFramePadding);
        }
    }
    [[nodiscard]] std::string_view text(std::size_t i) const {
        return std::string_view(texts[i]).substr(0, texts[i].size() - limits::kFramePadding);
    }
    [[nodiscard]] std::string_view folded_bytes(std::size_t i) const {
        return std::string_view(folded[i]).substr(0, folded[i].size() - limits::kFramePadding);
    }
    [[nodiscard]] Mention mention(std::size_t i) const {
        Mention out;
        out.id = "bench";
        out.platform = "bench";
        out.text = text(i);
        out.lang = corpus.of(i).lang;
        return out;
    }

    Corpus corpus;
    text::Folder folder;
    std::vector<std::string> frames;
    std::vector<std::size_t> sizes;
    std::vector<std::string> texts;
    std::vector<std::string> folded;
};

const Posts& posts_of(std::int64_t bytes, std::int64_t hits = -1) {
    static std::map<std::pair<std::int64_t, std::int64_t>, Posts> made;
    const std::pair key{bytes, hits};
    auto found = made.find(key);
    if (found == made.end()) {
        bench::CorpusOptions options;
        options.file = HARK_SOURCE_DIR "/deploy/sample/posts.ndjson";
        options.bytes_min = options.bytes_max = static_cast<std::size_t>(bytes);
        options.hits = hits < 0 ? -1 : static_cast<double>(hits) / 100;
        found = made.try_emplace(key, options).first;
    }
    return found->second;
}

/// The stage's work for one post after another.
template <class Work>
void each_post(benchmark::State& state, Work&& work) {
    const bench::PerfCounters counters(state);
    std::size_t i = 0;
    for (auto _ : state) {
        work(i);
        i = i + 1 == kPosts ? 0 : i + 1;
    }
}

void parse(benchmark::State& state) {
    const auto& posts = posts_of(state.range(0));
    SettingNode none;
    none.type = SettingNode::Type::map;
    SettingsReport report;
    Settings settings(none, report);
    const auto platform = platforms::make_platform("bluesky", settings);
    Arena arena;
    Mentions mentions;
    each_post(state, [&](std::size_t i) {
        mentions.clear();
        arena.reset();
        Frame frame;
        frame.bytes = std::string_view(posts.frames[i]).substr(0, posts.sizes[i]);
        if (platform->decode(frame, arena, mentions) != Errc::ok) state.SkipWithError("refused");
    });
}

/// On-Demand over the same members, which are only counted.
void naked_parse(benchmark::State& state) {
    const auto& posts = posts_of(state.range(0));
    simdjson::ondemand::parser parser;
    std::size_t bytes = 0;
    const auto take = [&bytes](auto&& value) {
        bytes += std::string_view(value.get_string()).size();
    };
    each_post(state, [&](std::size_t i) {
        const auto& frame = posts.frames[i];
        auto document = parser.iterate(
            simdjson::padded_string_view(frame.data(), posts.sizes[i], frame.size()));
        auto root = document.get_object();
        take(root["did"]);
        bytes += static_cast<std::size_t>(std::int64_t(root["time_us"]));
        take(root["kind"]);
        simdjson::ondemand::object commit = root["commit"].get_object();
        for (const char* name : {"rev", "operation", "collection", "rkey"}) take(commit[name]);
        simdjson::ondemand::object record = commit["record"].get_object();
        take(record["createdAt"]);
        take(record["langs"].get_array().at(0));
        simdjson::ondemand::object reply = record["reply"].get_object();
        take(reply["parent"]["uri"]);
        take(reply["root"]["uri"]);
        take(record["text"]);
    });
    benchmark::DoNotOptimize(bytes);
}

void fold(benchmark::State& state) {
    const auto& posts = posts_of(state.range(0));
    text::Folder folder;
    each_post(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(folder.fold(posts.text(i)).bytes.data());
    });
}

/// One vectorised pass over the bytes that looks at each.
void naked_fold(benchmark::State& state) {
    const auto& posts = posts_of(state.range(0));
    each_post(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(simdjson::validate_utf8(posts.text(i)));
    });
}

/// So many phrases of two words, each once: a quarter are neighbours in the posts, so that some
/// hit. `brands`: they are names of one brand instead of rules.
RuleBook phrases(std::size_t count, bool brands) {
    const auto& posts = posts_of(160);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kPosts; ++i) {
        std::string_view text = posts.folded_bytes(i);
        for (auto end = text.find(' ', 1); end != std::string_view::npos; end = text.find(' ', 1)) {
            if (end >= 5) words.emplace_back(text.substr(1, end - 1));
            text.remove_prefix(end);
        }
    }
    RuleBook book;
    book.labels = {"bench"};
    auto& pack = book.packs.emplace_back();
    pack.lang = "any";
    pack.bias = -2;
    auto* const brand = brands ? &book.brands.emplace_back() : nullptr;
    if (brand != nullptr) brand->id = "bench";
    std::set<std::string> known;
    for (std::uint64_t n = 0; known.size() < count; ++n) {
        const auto first = bench::mixed(n, 7) % (words.size() - 1);
        const auto second = n % 4 == 0 ? first + 1 : bench::mixed(n, 8) % words.size();
        // More than there are neighbours: beyond them a number makes the phrase another.
        auto phrase = words[first] + " " + words[second];
        if (!known.insert(phrase).second) known.insert(phrase += " " + std::to_string(n));
        if (brand != nullptr) {
            brand->names.push_back(phrase);
            continue;
        }
        auto& rule = book.rules.emplace_back();
        rule.id = "bench." + std::to_string(known.size());
        rule.pattern = "\"" + phrase + "\"";
        rule.weight = 0.5F;
    }
    return book;
}

std::shared_ptr<const match::RuleSet> phrase_rules(std::int64_t count, bool brands) {
    static std::map<std::pair<std::int64_t, bool>, std::shared_ptr<const match::RuleSet>> made;
    auto& rules = made[{count, brands}];
    if (rules == nullptr) rules = compiled(phrases(static_cast<std::size_t>(count), brands));
    return rules;
}

void scan_with(benchmark::State& state, const Posts& posts,
               const std::shared_ptr<const match::RuleSet>& rules) {
    match::Matcher matcher;
    matcher.use(rules);
    Matches matches;
    std::size_t hits = 0;
    each_post(state, [&](std::size_t i) {
        FoldedText folded;
        folded.bytes = posts.folded_bytes(i);
        matcher.scan(folded, matches);
        hits += matches.rules.size() + matches.brands.size();
    });
    state.counters["hits"] =
        benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}

void scan_rules(benchmark::State& state) {
    scan_with(state, posts_of(160), phrase_rules(state.range(0), false));
}
void scan_terms(benchmark::State& state) {
    scan_with(state, posts_of(160), phrase_rules(state.range(0), true));
}
void scan_bytes(benchmark::State& state) {
    scan_with(state, posts_of(state.range(0)), shipped());
}

/// hs_scan of the same bytes for the same phrases.
void naked_scan(benchmark::State& state, bool brands) {
    const auto& posts = posts_of(160);
    const auto book = phrases(static_cast<std::size_t>(state.range(0)), brands);
    std::vector<match::Expression> expressions;
    const auto add = [&](std::string phrase) {
        std::erase(phrase, '"');
        // Folded words are letters and digits; a blank stands on either side of each.
        expressions.push_back({" " + phrase + " ",
                               HS_FLAG_SINGLEMATCH,
                               static_cast<unsigned>(expressions.size()),
                               {},
                               {}});
    };
    for (const auto& rule : book.rules) add(rule.pattern);
    for (const auto& brand : book.brands) {
        for (const auto& name : brand.names) add(name);
    }
    std::vector<Fault> faults;
    const auto database = match::DatabaseCache("").get(expressions, faults);
    hs_scratch_t* scratch = nullptr;
    if (database == nullptr || hs_alloc_scratch(database.get(), &scratch) != HS_SUCCESS) {
        state.SkipWithError("the naked database does not compile");
        return;
    }
    std::size_t hits = 0;
    const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned,
                             void* count) {
        ++*static_cast<std::size_t*>(count);
        return 0;
    };
    each_post(state, [&](std::size_t i) {
        const auto text = posts.folded_bytes(i);
        hs_scan(database.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch,
                on_match, &hits);
    });
    hs_free_scratch(scratch);
    state.counters["hits"] =
        benchmark::Counter(static_cast<double>(hits), benchmark::Counter::kAvgIterations);
}

/// What the shipped rules find in the posts, to judge it again and again.
struct Judged {
    explicit Judged(const Posts& posts) : from(posts), folders(kPosts), matches(kPosts) {
        match::Matcher matcher;
        matcher.use(shipped());
        for (std::size_t i = 0; i < kPosts; ++i) {
            folded.push_back(folders[i].fold(posts.text(i)));
            matcher.scan(folded[i], matches[i]);
            matcher.scan_raw(posts.text(i), matches[i]);
            mentions.push_back(posts.mention(i));
        }
    }
    [[nodiscard]] triage::JudgeInput input(std::size_t i) const {
        return {mentions[i], folded[i], from.text(i), mentions[i].lang, matches[i]};
    }
    const Posts& from;
    std::vector<text::Folder> folders;
    std::vector<FoldedText> folded;
    std::vector<Matches> matches;
    std::vector<Mention> mentions;
};

void verdict(benchmark::State& state) {
    const Judged judged(posts_of(160, state.range(0)));
    triage::Judge judge(shipped()->book());
    Verdict out;
    each_post(state, [&](std::size_t i) { judge.judge(judged.input(i), out); });
}

/// The weights of what fired, added up.
void naked_verdict(benchmark::State& state) {
    const Judged judged(posts_of(160, state.range(0)));
    const auto& rules = shipped()->book().rules;
    each_post(state, [&](std::size_t i) {
        float sum = 0;
        for (const auto rule : judged.matches[i].rules) sum += rules[rule].weight;
        benchmark::DoNotOptimize(sum);
    });
}

void encode_posts(benchmark::State& state, const Posts& posts, bool naked) {
    pipeline::Walk walk(shipped());
    std::vector<Mention> mentions;
    std::vector<Verdict> verdicts(kPosts);
    std::vector<std::string> records;
    publish::RecordWriter writer;
    const auto received = now();
    const auto record = [&](std::size_t i) {
        return writer.record(
            {mentions[i], verdicts[i], walk.rules().book(), walk.rules().hash(), received});
    };
    for (std::size_t i = 0; i < kPosts; ++i) {
        mentions.push_back(posts.mention(i));
        (void)walk.names_brand(mentions[i]);
        walk.judge(mentions[i], {}, verdicts[i]);
        records.emplace_back(record(i));
    }
    std::string copy(limits::kRecordBytes, '\0');
    each_post(state, [&](std::size_t i) {
        if (naked) {
            std::memcpy(copy.data(), records[i].data(), records[i].size());
            benchmark::ClobberMemory();
        } else {
            benchmark::DoNotOptimize(record(i).data());
        }
    });
}

void encode_bytes(benchmark::State& state) {
    encode_posts(state, posts_of(state.range(0)), false);
}
void naked_encode_bytes(benchmark::State& state) {
    encode_posts(state, posts_of(state.range(0)), true);
}
void encode_hits(benchmark::State& state) {
    encode_posts(state, posts_of(160, state.range(0)), false);
}
void naked_encode_hits(benchmark::State& state) {
    encode_posts(state, posts_of(160, state.range(0)), true);
}

/// Fold, scan and judge, as Walk puts them together.
void walk_posts(benchmark::State& state, const Posts& posts,
                const std::shared_ptr<const match::RuleSet>& rules) {
    pipeline::Walk walk(rules);
    each_post(state, [&](std::size_t i) {
        const auto mention = posts.mention(i);
        (void)walk.names_brand(mention);
        benchmark::DoNotOptimize(walk.judge(mention).labels.data());
    });
}

void walk_hits(benchmark::State& state) {
    walk_posts(state, posts_of(160, state.range(0)), shipped());
}
void walk_bytes(benchmark::State& state) {
    walk_posts(state, posts_of(state.range(0)), shipped());
}
void walk_rules(benchmark::State& state) {
    walk_posts(state, posts_of(160), phrase_rules(state.range(0), false));
}
void walk_terms(benchmark::State& state) {
    walk_posts(state, posts_of(160), phrase_rules(state.range(0), true));
}
/// A Walk a thread over one rule set: by real time, so that it shows what shards would gain.
void walk_threads(benchmark::State& state) {
    static const auto& posts = posts_of(160);
    walk_posts(state, posts, shipped());
}

void register_all() {
    const auto add = [](const char* name, auto function, const auto& arguments) {
        auto* const one = benchmark::RegisterBenchmark(name, function);
        for (const auto argument : arguments) one->Arg(argument);
    };
    add("parse/bytes", parse, kLengths);
    add("naked_parse/bytes", naked_parse, kLengths);
    add("fold/bytes", fold, kLengths);
    add("naked_fold/bytes", naked_fold, kLengths);
    add("scan/rules", scan_rules, kRules);
    add(
        "naked_scan/rules", [](benchmark::State& state) { naked_scan(state, false); },
        std::span(kRules).subspan(1));
    add("scan/terms", scan_terms, kTerms);
    add(
        "naked_scan/terms", [](benchmark::State& state) { naked_scan(state, true); }, kTerms);
    add("scan/bytes", scan_bytes, kLengths);
    add("verdict/hits", verdict, kHits);
    add("naked_verdict/hits", naked_verdict, kHits);
    add("encode/bytes", encode_bytes, kLengths);
    add("naked_encode/bytes", naked_encode_bytes, kLengths);
    add("encode/hits", encode_hits, kHits);
    add("naked_encode/hits", naked_encode_hits, kHits);
    add("walk/bytes", walk_bytes, kLengths);
    add("walk/hits", walk_hits, kHits);
    add("walk/rules", walk_rules, kRules);
    add("walk/terms", walk_terms, kTerms);
    benchmark::RegisterBenchmark("walk", walk_threads)
        ->ThreadRange(1, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())))
        ->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    if (!bench::PerfCounters::permitted())
        std::fprintf(stderr, "perf counters are not permitted here: times alone\n");
    register_all();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
