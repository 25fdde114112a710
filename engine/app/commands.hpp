#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hark::app {

/// What the program ends with.
enum ExitCode : int {
    kFine = 0,
    kBadInput = 1,  ///< some input was bad; it is named, and kept as a dead letter
    kUsage = 2,
    kHindered = 75,      ///< sysexits' EX_TEMPFAIL: what is outside of Hark stood in the way
    kConfiguration = 78  ///< sysexits' EX_CONFIG
};

struct RunOptions {
    std::string config;
    bool once = false;  ///< stop when every file was read to its end and all is acknowledged
};

struct ClassifyOptions {
    std::vector<std::string> files;  ///< empty: standard input
    std::string platform = "mention";
    std::vector<std::string> rules;
    std::vector<std::string> brands;  ///< names
    std::string dead_letters = "hark.deadletter.ndjson";
    std::string mask = "type";
    std::string mask_key;  ///< `${NAME}` or `file:PATH`
    bool mask_authors = false;
};

struct CheckOptions {
    std::string config;
    std::vector<std::string> rules;
};

struct RulesOptions {
    std::vector<std::string> rules;
    std::string label;         ///< list: only this label
    std::string pattern;       ///< explain: a rule's id or a pattern
    std::string text;          ///< explain, test: a post to try
    std::string lang = "any";  ///< explain: of a pattern's pack
    std::string config;        ///< reload: whose daemon
    std::string admin;         ///< reload: HOST:PORT; empty: as the configuration says
};

struct SourcesOptions {
    std::string config;
    std::string admin;           ///< HOST:PORT; empty: as the configuration says
    std::string name;            ///< test: of the source
    std::uint32_t seconds = 10;  ///< test: for the whole of it
    bool json = false;
};

struct LearnOptions {
    std::vector<std::string> data;
    std::vector<std::string> background;  ///< ordinary posts, taken to be without the label
    std::vector<std::string> rules;       ///< whose hand-written rules are weighed with the rest
    std::string label;
    std::string lang;
    std::string output;
    std::string desk;                ///< the source that has half the say about the threshold
    std::vector<std::string> weigh;  ///< `SOURCE=N`: its posts count N times
    std::size_t most_rules = 2000;
    std::uint32_t fewest = 4;
    double refit_cost = 0.3;
    double lean = 0;
    double precision = 0;  ///< of the threshold; 0: the best F1
    bool inside = false;
    std::uint32_t names = 0;           ///< posts that must have a `@name`; 0: names are no features
    std::vector<std::string> origins;  ///< patterns that tell where posts come from
    bool pooled = false;
    bool balance = false;
    std::string without_part;  ///< `2/5`: posts of that part are not learned from
};

struct ReplayOptions {
    std::vector<std::string> files;  ///< of records, or topics; `-` is standard input
    std::string config;              ///< whose sink has the topics; empty: none
    std::vector<std::string> rules;
    std::size_t samples = 5;  ///< of posts that gained or lost a label, and of rules
};

struct EvalOptions {
    std::vector<std::string> data;
    std::vector<std::string> rules;
    std::vector<std::string> against;  ///< folders of the other rule set; empty: none
    std::size_t errors = 0;            ///< of the worst errors, show so many a row
    bool json = false;
    bool sublabels = false;
    std::string page;  ///< HTML file to write; empty: none
    std::string part;  ///< `2/5`: judge only posts of that part; empty: all
};

int learn(const LearnOptions& options);
int eval(const EvalOptions& options);
int replay(const ReplayOptions& options);
int run(const RunOptions& options);
int classify_files(const ClassifyOptions& options);
int check(const CheckOptions& options);
int sources_list(const SourcesOptions& options);
int sources_test(const SourcesOptions& options);
int rules_list(const RulesOptions& options);
int rules_explain(const RulesOptions& options);
int rules_test(const RulesOptions& options);
int rules_reload(const RulesOptions& options);
int print_version();

}  // namespace hark::app
