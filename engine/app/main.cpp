#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <system_error>

#include "app/commands.hpp"
#include "app/labelled_posts.hpp"
#include "hark/engine.hpp"

namespace {

using namespace hark::app;

constexpr const char* kRunExamples =
    "Examples:\n"
    "  hark run -c hark.yaml            the daemon; stop it with Ctrl-C or SIGTERM\n"
    "  hark run -c hark.yaml --once     read the files to their end, then stop\n"
    "  kill -HUP $(pidof hark)          read rules and certificates again";
constexpr const char* kClassifyExamples =
    "Examples:\n"
    "  echo 'Where is my refund?' | hark classify --text\n"
    "  hark classify posts.ndjson > records.ndjson\n"
    "  zstdcat jetstream.zst | hark classify --platform bluesky --brand 'acme*'\n"
    "  hark classify --mask hash --mask-key file:secret --mask-authors posts.ndjson";
constexpr const char* kCheckExamples =
    "Examples:\n"
    "  hark check -c hark.yaml          configuration, rules and their examples\n"
    "  hark check --rules my_rules      a folder of rules alone";
constexpr const char* kRulesExamples =
    "Examples:\n"
    "  hark rules list --label complaint\n"
    "  hark rules explain '(refund|money back) ~3 (never|not)' --text 'my refund has never come'\n"
    "  hark rules test --rules my_rules\n"
    "  hark rules test --text 'Where is my refund?'\n"
    "  hark rules reload";
constexpr const char* kListExamples =
    "Examples:\n"
    "  hark rules list --label complaint\n"
    "  hark rules list --rules /usr/share/hark/rules --rules my_rules | jq 'select(.pack)'";
constexpr const char* kExplainExamples =
    "Examples:\n"
    "  hark rules explain '(refund|money back) ~3 (never|not)' --text 'my refund has never come'\n"
    "  hark rules explain 'где ~2 возврат/forms' --lang ru --text 'Где мои возвраты?'\n"
    "  hark rules explain complaint.en.refund --rules my_rules --text 'My fund is gone'";
constexpr const char* kTestExamples =
    "Examples:\n"
    "  hark rules test --rules my_rules                         every example\n"
    "  hark rules test --text 'Where is my refund?'             one post: its record and, on\n"
    "                                                           stderr, how near each label came";

/// Several folders are named by the option again and again: what stands after one is no folder.
CLI::Option* add_folders(CLI::App& app, const std::string& name, std::vector<std::string>& to,
                         const std::string& what) {
    return app.add_option(name, to, what + "; again for each further one")
        ->type_name("FOLDER")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_rules(CLI::App& app, std::vector<std::string>& to) {
    add_folders(app, "--rules", to, "A folder of rule packs (default: the shipped one)");
}

void add_rules_commands(CLI::App& rules, RulesOptions& options, std::function<int()>& command) {
    rules.require_subcommand(1);
    rules.footer(kRulesExamples);
    const auto folders = [&](CLI::App* sub) { add_rules(*sub, options.rules); };
    auto* list = rules.add_subcommand(
        "list", "One JSON object for each label and language, and one for each rule");
    list->footer(kListExamples);
    folders(list);
    list->add_option("--label", options.label, "Only this label");
    list->callback([&] { command = [&] { return rules_list(options); }; });

    auto* explain = rules.add_subcommand(
        "explain", "How a pattern is folded and compiled, and why it fires or not");
    explain->footer(kExplainExamples);
    folders(explain);
    explain->add_option("pattern", options.pattern, "A pattern, or the id of a rule")->required();
    explain->add_option("--text", options.text, "A post to try it on");
    explain->add_option("--lang", options.lang, "Language of a pattern, for forms of words");
    explain->callback([&] { command = [&] { return rules_explain(options); }; });

    auto* test = rules.add_subcommand("test", "Run the examples of all rules, or try a post");
    test->footer(kTestExamples);
    folders(test);
    test->add_option(
        "--text", options.text,
        "A post: its record with the evidence and, on stderr, how near each label came");
    test->callback([&] { command = [&] { return rules_test(options); }; });

    auto* reload = rules.add_subcommand("reload", "Have a running daemon read its rules again");
    reload->footer("Examples:\n  hark rules reload\n  hark rules reload -c other.yaml");
    reload->add_option("-c,--config", options.config,
                       "The daemon's configuration (default: hark.yaml, then /etc/hark/hark.yaml)");
    reload->add_option("--admin", options.admin,
                       "Its admin listener (default: as the configuration says)");
    reload->callback([&] { command = [&] { return rules_reload(options); }; });
}

constexpr const char* kSourcesExamples =
    "Examples:\n"
    "  hark sources                        # what a running daemon says of its sources\n"
    "  hark sources --json | jq .problem\n"
    "  hark sources test bluesky           # go there once; nothing is published or stored\n"
    "  hark sources test mine -c other.yaml --seconds 60\n"
    "A trial opens the real thing: where a platform allows one connection only, stop the daemon\n"
    "first. Exit status: 1 when a source is not well.";

void add_sources_commands(CLI::App& sources, SourcesOptions& options,
                          std::function<int()>& command) {
    sources.footer(kSourcesExamples);
    sources.add_option("-c,--config", options.config,
                       "Configuration file (default: hark.yaml, then /etc/hark/hark.yaml)");
    sources.add_option("--admin", options.admin,
                       "The daemon's admin listener (default: as the configuration says)");
    sources.add_flag("--json", options.json, "One JSON object a source");
    auto* test = sources.add_subcommand(
        "test", "Try a source's address, credentials and handshake, and say what is wrong");
    test->footer(kSourcesExamples);
    test->add_option("name", options.name, "The source's name")->required();
    test->add_option("-c,--config", options.config, "Configuration file");
    test->add_flag("--json", options.json, "One JSON object");
    test->add_option("--seconds", options.seconds, "How long to try")
        ->check(CLI::Range(1, 600))
        ->capture_default_str();
    sources.callback([&, test] {
        command = [&, test] {
            return test->parsed() ? sources_test(options) : sources_list(options);
        };
    });
}

void add_classify(CLI::App& app, ClassifyOptions& options, std::function<int()>& command) {
    auto* classify =
        app.add_subcommand("classify", "Mentions in, records out, in order; no broker, no network");
    classify->footer(kClassifyExamples);
    classify->add_option("files", options.files,
                         "Files, plain or gzip or zstd; - or none: standard input");
    classify
        ->add_option("--platform", options.platform,
                     "What a line holds: mention (NDJSON of records), text, or a platform's own "
                     "JSON such as bluesky, telegram, vk")
        ->capture_default_str();
    classify->add_flag_callback(
        "--text", [&] { options.platform = "text"; },
        "One text a line; the same as --platform text");
    add_rules(*classify, options.rules);
    classify
        ->add_option("--brand", options.brands,
                     "A brand's name to look for; acme* finds inflected forms")
        ->allow_extra_args(false);
    classify
        ->add_option("--dead-letters", options.dead_letters,
                     "Where lines that cannot be used are kept (made when needed)")
        ->capture_default_str();
    classify
        ->add_option("--mask", options.mask,
                     "What stands for personal data: type, hash (equal values stay equal), partial")
        ->capture_default_str();
    classify->add_option("--mask-key", options.mask_key,
                         "The secret of --mask hash: '${NAME}' of the environment, or file:PATH");
    classify->add_flag("--mask-authors", options.mask_authors,
                       "Mask the author's id, handle and name too");
    classify->callback([&] { command = [&] { return classify_files(options); }; });
}

constexpr const char* kLearnExamples =
    "Examples:\n"
    "  hark learn --label complaint --lang en --desk care_desk -o rules/complaint/en.learned.yaml "
    "*.ndjson\n"
    "  hark learn --label spam --lang ru --precision 0.95 -o my/spam/ru.learned.yaml *.ndjson";
constexpr const char* kEvalExamples =
    "Examples:\n"
    "  hark eval held_out.ndjson                    how good the shipped rules are on posts of "
    "yours\n"
    "  hark eval --rules new --against old held_out.ndjson";

void add_learn(CLI::App& app, LearnOptions& options, std::function<int()>& command) {
    auto* learn = app.add_subcommand("learn", "Weights from labelled posts, as a pack of rules");
    learn->footer(kLearnExamples);
    learn
        ->add_option(
            "data", options.data,
            "NDJSON of {\"text\", \"lang\", \"labels\": {\"complaint\": 1}, \"source\"}; a "
            "label that is absent is not annotated")
        ->required();
    learn->add_option("--label", options.label, "The label to learn")->required();
    learn->add_option("--lang", options.lang, "Posts of this language")->required();
    learn->add_option("-o,--output", options.output, "The pack: <label>/<lang>.learned.yaml")
        ->required();
    add_folders(*learn, "--rules", options.rules,
                "A folder whose hand-written rules are weighed with the rest");
    learn
        ->add_option("--background", options.background,
                     "Ordinary posts that nobody labelled (same NDJSON): taken to be without the "
                     "label, so that rules do not fire on what they never saw")
        ->allow_extra_args(false);
    learn->add_option("--desk", options.desk,
                      "The source whose posts are like yours: it has half the say about the "
                      "threshold");
    learn
        ->add_option(
            "--weigh", options.weigh,
            "SOURCE=N: its posts count N times, 0.1 to 100; below 1 they have no say about "
            "the threshold where others can decide")
        ->check(hark::app::fault_of_weight)
        ->allow_extra_args(false);
    learn->add_option("--most-rules", options.most_rules, "At most so many rules")
        ->capture_default_str();
    learn->add_option("--fewest", options.fewest, "Posts that must have a feature")
        ->capture_default_str();
    learn
        ->add_option("--precision", options.precision,
                     "The threshold is the lowest with this precision on posts that were not "
                     "learned from (default: the best F1)")
        ->check(CLI::Range(0.01, 1.0));
    learn
        ->add_option("--lean", options.lean,
                     "The threshold is lower than that of the best F1 by so much log-odds: more is "
                     "found, more of it wrongly")
        ->excludes("--precision");
    learn->add_option("--refit-cost", options.refit_cost, "Smaller is smoother")
        ->capture_default_str();
    learn->add_flag("--inside", options.inside, "Inner parts of words too (`*abcd*`)");
    learn->add_option("--names", options.names,
                      "Names too (`@name`), when so many posts have them: firms, not people");
    learn
        ->add_option("--origin", options.origins,
                     "Patterns (a word or `stem*`) that tell where posts were gathered or which "
                     "firm they are about; weighed last, as names are, beside all other rules")
        ->allow_extra_args(false);
    learn->add_flag("--pooled", options.pooled,
                    "One intercept for all sources: what tells them apart is learned as rules");
    learn->add_flag("--balance", options.balance,
                    "The rarer class of each source counts more, by the root of how rare it is");
    learn
        ->add_option("--without-part", options.without_part,
                     "Leave out a part of the posts, by hash: 2/5 is the second of five")
        ->check(hark::app::fault_of_part);
    learn->callback([&] { command = [&] { return hark::app::learn(options); }; });
}

void add_replay(CLI::App& app, ReplayOptions& options, std::function<int()>& command) {
    auto* replay = app.add_subcommand(
        "replay", "What another rule set would change on recorded records; nothing is published");
    replay->footer(
        "Examples:\n"
        "  hark replay topics/hark.mentions/*.ndjson --rules new_rules\n"
        "  hark replay --config hark.yaml hark.mentions --rules new_rules");
    replay
        ->add_option("files", options.files,
                     "NDJSON of records, - for standard input, or with --config names of topics, "
                     "read from their beginning to what is their end now")
        ->required();
    replay->add_option("-c,--config", options.config,
                       "The configuration whose Kafka sink has the topics");
    add_rules(*replay, options.rules);
    replay
        ->add_option("--samples", options.samples,
                     "Show so many posts that gained or lost a label, and so many rules")
        ->capture_default_str();
    replay->callback([&] { command = [&] { return hark::app::replay(options); }; });
}

void add_eval(CLI::App& app, EvalOptions& options, std::function<int()>& command) {
    auto* eval = app.add_subcommand("eval", "How right the labels are, on labelled posts");
    eval->footer(kEvalExamples);
    eval->add_option("data", options.data, "NDJSON as `hark learn` reads it")->required();
    add_rules(*eval, options.rules);
    add_folders(*eval, "--against", options.against,
                "A folder of another rule set: what changed, and whether for the better");
    eval->add_option(
        "--errors", options.errors,
        "Show so many of the worst errors a row, with what fired, and of the rules that "
        "made more posts wrong than right");
    eval->add_flag("--sublabels", options.sublabels,
                   "How often each sublabel was given, and rightly");
    eval->add_option(
        "--html", options.page,
        "Write a page with plots: reliability, precision and recall, the worst errors");
    eval->add_flag("--json", options.json, "One JSON object a row");
    eval->add_option("--part", options.part,
                     "Only this part of the posts, which `learn --without-part` left out: 2/5")
        ->check(hark::app::fault_of_part);
    eval->callback([&] { command = [&] { return hark::app::eval(options); }; });
}

/// Else a wrong command would be told to be missing. Said on stderr.
bool is_command(const CLI::App& app, const std::string& word) {
    const auto same = [&](const CLI::App* one) { return one->get_name() == word; };
    if (word.starts_with('-') || !app.get_subcommands(same).empty()) return true;
    std::fprintf(stderr, "hark: there is no command `%s`; 'hark --help' has them all\n",
                 word.c_str());
    return false;
}

int dispatch(int argc, char** argv) {
    CLI::App app{
        "Hark hears every mention of a brand the moment it is posted, decides what it is, and "
        "hands it on."};
    app.require_subcommand(1);
    app.footer(
        "Exit status: 0 fine, 1 some input was bad, 2 usage, 75 hindered from outside (a port, a "
        "disk, a broker; posts left undelivered), 78 configuration.\n'hark COMMAND --help' has "
        "examples.");
    app.set_version_flag("--version", "hark " + std::string(hark::version()));
    std::function<int()> command;

    RunOptions run_options;
    auto* run_command = app.add_subcommand("run", "The daemon: sources in, topics out");
    run_command->footer(kRunExamples);
    run_command->add_option("-c,--config", run_options.config,
                            "Configuration file (default: hark.yaml, then /etc/hark/hark.yaml)");
    run_command->add_flag("--once", run_options.once,
                          "Stop when every file was read to its end and all is acknowledged");
    run_command->callback([&] { command = [&] { return run(run_options); }; });

    ClassifyOptions classify_options;
    add_classify(app, classify_options, command);

    CheckOptions check_options;
    auto* check_command = app.add_subcommand(
        "check", "Configuration, rules and their examples; every fault as FILE:LINE:COLUMN");
    check_command->footer(kCheckExamples);
    check_command->add_option("-c,--config", check_options.config, "Configuration file");
    add_folders(*check_command, "--rules", check_options.rules,
                "A folder of rule packs to check alone");
    check_command->callback([&] { command = [&] { return check(check_options); }; });

    LearnOptions learn_options;
    add_learn(app, learn_options, command);
    ReplayOptions replay_options;
    add_replay(app, replay_options, command);
    EvalOptions eval_options;
    add_eval(app, eval_options, command);

    RulesOptions rules_options;
    add_rules_commands(*app.add_subcommand("rules", "List, explain, test and reload rules"),
                       rules_options, command);

    SourcesOptions sources_options;
    add_sources_commands(
        *app.add_subcommand("sources", "What each source is doing; whether one can be reached"),
        sources_options, command);

    app.add_subcommand("version", "Versions of hark and of what it stands on")->callback([&] {
        command = print_version;
    });

    if (argc > 1 && !is_command(app, argv[1])) return kUsage;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kFine : kUsage;
    }
    return command();
}

/// A standard descriptor that is closed would become that of the next file, and the log or the
/// records be written into it. Opened the wrong way round, it fails whoever uses it.
void hold_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    }
}

/// What a disk that is full refused shows when the buffer is written.
void flush_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        throw std::system_error(errno, std::generic_category(), "standard output");
}

}  // namespace

int main(int argc, char** argv) {
    hold_standard_descriptors();
    try {
        const int status = dispatch(argc, argv);
        flush_output();
        return status;
    } catch (const hark::ConfigurationError& error) {
        std::fprintf(stderr, "hark: %s\n", error.what());
        return kConfiguration;
    } catch (const std::invalid_argument& error) {  // a text that is none
        std::fprintf(stderr, "hark: %s\n", error.what());
        return kBadInput;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hark: %s\n", error.what());
        return kHindered;
    }
}
