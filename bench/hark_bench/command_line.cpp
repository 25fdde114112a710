#include "hark_bench/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "hark_bench/process.hpp"

namespace hark::bench {

namespace {

constexpr const char* kRunExamples =
    "Examples:\n"
    "  hark-bench run --rate 2000 --seconds 30               signed webhooks, directory sink\n"
    "  hark-bench run --way firehose --rate 20000 --kafka 127.0.0.1:9092 -o firehose.json\n"
    "  hark-bench run --way https --sign standard --profile burst --repeats 5 -o before.json\n"
    "  hark-bench run --way bare --rate 20000 --kafka 127.0.0.1:9092   bare librdkafka beside it\n"
    "  hark-bench run --way file --at-once --seconds 10 --rate 50000   500,000 posts, no schedule\n"
    "  BENCH_SECRET=... hark-bench run --running 127.0.0.1:8080 --admin 9464 --path /hooks/x \\\n"
    "      --secret-variable BENCH_SECRET --kafka broker:9092          a Hark that runs already";

constexpr const char* kSweepExamples =
    "Examples:\n"
    "  hark-bench sweep --way firehose --kafka 127.0.0.1:9092 --from 2000 --bound 50 -o "
    "sweep.json\n"
    "  hark-bench report sweep.json --html sweep.html";
constexpr const char* kGoalExamples =
    "Goals:\n"
    "  receipt   p99 from due to topic beside bare librdkafka's at the same rate and linger\n"
    "  reload    p99.9 while rules are reloaded every two seconds beside the same load without\n"
    "  idle      p99 and memory with 10,000 idle connections beside none\n"
    "  shards    a directory sink's rate with two shards beside one, two files\n"
    "Examples:\n"
    "  hark-bench goal receipt --way firehose --kafka 127.0.0.1:9092 --rates 1000,10000,50000\n"
    "  hark-bench goal reload --way firehose --rate 10000 --kafka 127.0.0.1:9092\n"
    "  hark-bench goal start --repeats 5\n"
    "  hark-bench goal idle --rate 1000\n"
    "  hark-bench goal shards --rate 50000 --seconds 10      500,000 posts a run";
constexpr const char* kCompareExamples =
    "Two results with five repeats or more each: medians, the ratio with its 95 % interval\n"
    "(Mann-Whitney: no distribution is assumed), and whether it is noise. Exit status 1 when\n"
    "something is surely worse by its threshold or more, or a run of AFTER lost posts.\n"
    "Thresholds: {\"latency_ms.topic.p99\": {\"worse_by\": 1.2, \"better\": \"lower\"}, ...}\n"
    "Example:\n"
    "  hark-bench compare main.json branch.json --thresholds bench/thresholds.json";
constexpr const char* kReportExamples =
    "Examples:\n"
    "  hark-bench report run.json sweep.json stages.json --html report.html\n"
    "  hark-bench report sweep.json goals.json --markdown docs/performance.md";
constexpr const char* kStagesExamples =
    "Example:\n"
    "  bench_stages --benchmark_repetitions=5 --benchmark_out=stages.raw.json\n"
    "  hark-bench stages stages.raw.json -o stages.json";

/// What the command line says in words of its own.
struct Words {
    std::string way = "webhook";
    std::string sign = "hmac";
    std::string profile = "constant";
    std::string running;
    std::string secret_variable = "HARK_BENCH_SECRET";
    TrialOptions::Running target;
};

void add_load(CLI::App& app, RunOptions& options, Words& words) {
    auto& trial = options.trial;
    auto& schedule = trial.schedule;
    app.add_option("--way", words.way,
                   "webhook, https, firehose, file, stdin, in-process, or bare: librdkafka alone")
        ->capture_default_str();
    app.add_option("--sign", words.sign,
                   "How webhooks are signed: hmac, standard, meta, bearer, none")
        ->capture_default_str();
    app.add_option("--rate", schedule.rate, "Posts a second")->capture_default_str();
    app.add_option("--seconds", schedule.seconds, "How long")->capture_default_str();
    app.add_option("--profile", words.profile,
                   "constant, poisson, ramp (from a tenth), burst (one second in ten), soak")
        ->capture_default_str();
    app.add_option("--burst", schedule.burst, "How many times the rate in a burst")
        ->capture_default_str();
    app.add_flag("--at-once", trial.at_once, "No schedule: a file, as fast as it is read");
    app.add_option("--batch", trial.batch, "Posts a webhook's body")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--conversations", trial.threads, "Default: one for every twenty posts");
    app.add_option("--connections", trial.connections, "Of webhooks; default: by the rate");
    app.add_option("--warm-up", trial.warm_up_s,
                   "Seconds whose posts are judged but not in the latencies")
        ->capture_default_str();
    app.add_option("--late", trial.late_s, "Seconds from due to topic beyond which a post is late")
        ->capture_default_str();
    app.add_option("--patience", trial.patience_s, "Seconds to wait for what has not arrived")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of the schedule and the mixture")
        ->capture_default_str();
}

void add_posts(CLI::App& app, RunOptions& options) {
    auto& corpus = options.corpus;
    app.add_option("--posts", corpus.file, "NDJSON of mentions to draw from")
        ->capture_default_str();
    app.add_option("--languages", corpus.languages, "Only these")->delimiter(',');
    app.add_option("--hits", corpus.hits,
                   "Share of posts that get a label, 0 to 1; default: as they come")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--bytes-min", corpus.bytes_min, "Texts are joined and cut to sizes from this")
        ->check(CLI::Range(1, 100'000));
    app.add_option("--bytes-max", corpus.bytes_max, "to this; default: as they come")
        ->check(CLI::Range(1, 100'000));
}

void add_hark(CLI::App& app, RunOptions& options, Words& words) {
    auto& trial = options.trial;
    app.add_option("--hark", trial.hark, "The program that is measured")->capture_default_str();
    app.add_option("--kafka", trial.kafka, "HOST:PORT; default: a directory sink");
    app.add_option("--linger", trial.linger_ms, "Milliseconds")->capture_default_str();
    app.add_option("--compression", trial.compression, "none, gzip, snappy, lz4, zstd")
        ->capture_default_str();
    app.add_option("--partitions", trial.partitions, "Of the topics")->capture_default_str();
    app.add_option("--shards", trial.shards, "Of Hark")->capture_default_str();
    app.add_option("--labels", trial.labels, "Topics of labels to publish and judge; none: ''")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--rules", trial.rules, "Folders of rule packs; default: the shipped ones")
        ->allow_extra_args(false);
    app.add_flag("--keep", trial.keep_folder,
                 "Keep the temporary folder: configuration, log, sink");
    app.add_option("--running", words.running, "HOST:PORT of a Hark's listener that runs already");
    app.add_option("--admin", words.target.admin, "Its admin port on this machine");
    app.add_option("--path", words.target.path, "Its source's path");
    app.add_option("--prefix", words.target.prefix, "Of its topics")->capture_default_str();
    app.add_option("--directory", words.target.directory, "Of its directory sink");
    app.add_option("--secret-variable", words.secret_variable,
                   "The environment's variable with its secret")
        ->capture_default_str();
}

void add_output(CLI::App& app, RunOptions& options) {
    app.add_option("-o,--output", options.output, "Results as JSON");
    app.add_option("--repeats", options.repeats, "Runs")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

/// The words' meanings into the options.
void settle(RunOptions& options, const Words& words) {
    auto& trial = options.trial;
    trial.way = way_of(words.way);
    trial.signature = signature_of(words.sign);
    trial.schedule.profile = profile_of(words.profile);
    trial.schedule.seed = options.seed;
    options.corpus.seed = options.seed;
    std::erase(trial.labels, "");
    std::erase(trial.labels, "none");
    for (auto& folder : trial.rules) folder = std::filesystem::absolute(folder).string();
    if (words.running.empty()) return;
    const auto colon = words.running.rfind(':');
    if (colon == std::string::npos) throw std::invalid_argument("--running is HOST:PORT");
    trial.running = words.target;
    trial.running->host = words.running.substr(0, colon);
    trial.running->port = static_cast<std::uint16_t>(std::stoi(words.running.substr(colon + 1)));
    const auto* const secret = std::getenv(words.secret_variable.c_str());
    trial.running->secret = secret != nullptr ? secret : "";
}

void set_defaults(RunOptions& options) {
    const auto own = std::filesystem::read_symlink("/proc/self/exe");
    const auto built = own.parent_path().parent_path().parent_path() / "engine/hark";
    if (std::filesystem::exists(built)) options.trial.hark = built.string();
    options.corpus.file = HARK_SOURCE_DIR "/deploy/sample/posts.ndjson";
    options.trial.labels = {"spam", "trolling", "complaint", "praise", "question", "urgent", "pii"};
    options.trial.progress = true;
}

/// A command that runs trials: all options of a load, and its words.
struct Loaded {
    RunOptions& options;
    Words words;
};

void add_trial(CLI::App& app, Loaded& loaded, const std::string& work) {
    loaded.options.trial.work_folder = loaded.options.corpus.cache_folder = work;
    add_load(app, loaded.options, loaded.words);
    add_posts(app, loaded.options);
    add_hark(app, loaded.options, loaded.words);
    add_output(app, loaded.options);
}

void add_run(CLI::App& app, Loaded& loaded, const std::string& work,
             std::function<int()>& command) {
    auto* sub = app.add_subcommand("run", "One load, judged; the same again with --repeats");
    sub->footer(kRunExamples);
    add_trial(*sub, loaded, work);
    sub->add_option("--histograms", loaded.options.histograms,
                    "An HdrHistogram log of each second of the last run");
    sub->callback([&] {
        command = [&] {
            settle(loaded.options, loaded.words);
            return run(loaded.options);
        };
    });
}

void add_sweep(CLI::App& app, SweepOptions& options, Loaded& loaded, const std::string& work,
               std::function<int()>& command) {
    auto* sub = app.add_subcommand("sweep", "The highest rate that keeps p99 in the topic low");
    sub->footer(kSweepExamples);
    add_trial(*sub, loaded, work);
    sub->add_option("--from", options.from, "First rate")->capture_default_str();
    sub->add_option("--to", options.to, "Last rate")->capture_default_str();
    sub->add_option("--factor", options.factor, "From one rate to the next")
        ->check(CLI::Range(1.05, 10.0))
        ->capture_default_str();
    sub->add_option("--bound", options.bound_ms, "Of p99, milliseconds")->capture_default_str();
    sub->add_option("--refine", options.refine, "Bisections between the last two rates")
        ->capture_default_str();
    sub->callback([&] {
        command = [&] {
            settle(options.run, loaded.words);
            return sweep(options);
        };
    });
}

void add_goal(CLI::App& app, GoalOptions& options, Loaded& loaded, const std::string& work,
              std::function<int()>& command) {
    auto* sub = app.add_subcommand("goal", "Two sides in turn, and whether a goal is met");
    sub->footer(kGoalExamples);
    sub->add_option("name", options.name, "receipt, reload, idle, shards or start")->required();
    add_trial(*sub, loaded, work);
    sub->add_option("--rates", options.rates, "Of receipt")->delimiter(',')->capture_default_str();
    sub->add_option("--idle", options.idle, "Connections")->capture_default_str();
    sub->callback([&] {
        command = [&] {
            settle(options.run, loaded.words);
            return goal(options);
        };
    });
}

void add_compare(CLI::App& app, CompareOptions& options, std::function<int()>& command) {
    auto* sub = app.add_subcommand("compare", "Whether AFTER is worse than BEFORE");
    sub->footer(kCompareExamples);
    sub->add_option("before", options.before, "Results")->required();
    sub->add_option("after", options.after, "Results")->required();
    sub->add_option("--thresholds", options.thresholds, "JSON; default: built in");
    sub->callback([&] { command = [&] { return compare(options); }; });
}

void add_report(CLI::App& app, ReportOptions& options, std::function<int()>& command) {
    auto* sub = app.add_subcommand("report", "Results as a page, or as Markdown");
    sub->footer(kReportExamples);
    sub->add_option("files", options.files, "Results")->required();
    sub->add_option("--html", options.html, "One self-contained page with plots");
    sub->add_option("--markdown", options.markdown,
                    "Written between the marks of this file; neither: to standard output");
    sub->callback([&] { command = [&] { return report(options); }; });
}

void add_stages(CLI::App& app, StagesOptions& options, std::function<int()>& command) {
    auto* sub = app.add_subcommand("stages", "Google Benchmark's JSON as results");
    sub->footer(kStagesExamples);
    sub->add_option("files", options.files, "Of --benchmark_out")->required();
    sub->add_option("-o,--output", options.output, "Results as JSON");
    sub->callback([&] { command = [&] { return stages(options); }; });
}

}  // namespace

int dispatch(int argc, char** argv) {
    CLI::App app{"Sends posts to Hark on a fixed schedule, reads the topics back, and judges."};
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 fine, 1 something was lost, missed or has become worse, 2 usage.\n"
        "'hark-bench COMMAND --help' has examples; bench/README.md explains.");
    std::function<int()> command;
    const TemporaryFolder work(false);
    RunOptions defaults;
    set_defaults(defaults);

    RunOptions running = defaults;
    Loaded run_words{running, {}};
    add_run(app, run_words, work.path(), command);
    SweepOptions sweeping;
    sweeping.run = defaults;
    Loaded sweep_words{sweeping.run, {}};
    add_sweep(app, sweeping, sweep_words, work.path(), command);
    GoalOptions reaching;
    reaching.run = defaults;
    reaching.run.repeats = 5;
    Loaded goal_words{reaching.run, {}};
    add_goal(app, reaching, goal_words, work.path(), command);
    CompareOptions comparing;
    add_compare(app, comparing, command);
    ReportOptions reporting;
    add_report(app, reporting, command);
    StagesOptions staging;
    staging.hark = defaults.trial.hark;
    add_stages(app, staging, command);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kFine : kUsage;
    }
    return command();
}

}  // namespace hark::bench
