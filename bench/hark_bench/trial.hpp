#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hark_bench/consumer.hpp"
#include "hark_bench/corpus.hpp"
#include "hark_bench/histogram.hpp"
#include "hark_bench/judge.hpp"
#include "hark_bench/schedule.hpp"
#include "hark_bench/sender.hpp"

namespace hark::bench {

enum class Way : std::uint8_t { webhook, https, firehose, file, standard_input, in_process, bare };

[[nodiscard]] Way way_of(std::string_view name);
[[nodiscard]] const char* to_string(Way way);
[[nodiscard]] Signature signature_of(std::string_view name);
[[nodiscard]] const char* to_string(Signature signature);

struct TrialOptions {
    Way way = Way::webhook;
    Signature signature = Signature::hmac;
    ScheduleOptions schedule;  ///< `rate` is of posts; a send has `batch` of them
    bool at_once = false;      ///< no schedule: as fast as it is taken
    std::size_t files = 1;     ///< of way file: conversations are dealt out to so many
    std::uint64_t batch = 1;
    std::size_t threads = 0;      ///< conversations; 0: one for every twenty posts
    std::size_t connections = 0;  ///< 0: by the rate
    double warm_up_s = 2;         ///< what is due in it is judged, but not in latencies
    double late_s = 1;
    double patience_s = 30;     ///< after the last send, for what has not arrived
    std::string hark = "hark";  ///< the program
    std::string kafka;          ///< host:port; empty: a directory sink
    double linger_ms = 5;
    std::string compression = "lz4";
    int partitions = 6;
    std::size_t shards = 1;
    std::vector<std::string> labels;
    std::vector<std::string> rules;  ///< folders; empty: the shipped packs
    std::string extra;               ///< lines of YAML for the configuration's end
    bool keep_folder = false;
    bool keep_histograms = false;  ///< of each second
    bool progress = false;         ///< a line on stderr
    std::string work_folder;       ///< compiled rules are kept in it from trial to trial
    /// A Hark that runs already, in place of one of our own: webhooks only.
    struct Running {
        std::string host = "127.0.0.1";
        std::uint16_t port = 0;
        std::uint16_t admin = 0;
        std::string path;
        std::string secret;
        std::string prefix = "hark";
        std::string directory;  ///< of its directory sink; empty: `kafka`
    };
    std::optional<Running> running;
    /// Called on a thread of its own when the load begins, with the admin port and the clock; for
    /// what is to happen meanwhile. Must return when `leave` is set.
    struct Meanwhile {
        std::uint16_t admin_port = 0;
        std::uint16_t webhook_port = 0;
        pid_t pid = 0;
        const std::atomic<bool>& leave;
    };
    std::function<void(const Meanwhile&)> before;  ///< before the load, on the caller's thread
    std::function<void(const Meanwhile&)> meanwhile;
};

/// How things stood at one moment.
struct Sample {
    double at_s = 0;
    double rss_bytes = 0;
    double in_flight_bytes = 0;
    double cpu_s = 0;
    double records = 0;
    std::uint64_t sent = 0;
};

struct TrialResult {
    std::string side;     ///< the way, or what a comparison calls it
    double offered = 0;   ///< posts a second
    double achieved = 0;  ///< posts a second in the topic, between a tenth and nine tenths of all
    double wall_s = 0;    ///< from the first due time to the last arrival
    std::uint64_t connections = 0;
    Findings findings;
    Histogram answer;
    Histogram topic;
    Histogram slip;
    std::uint64_t refused = 0;
    std::uint64_t failed = 0;
    double cpu_s = 0;  ///< of Hark, from its readiness to its end; 0 when it is not ours
    double rss_peak_bytes = 0;
    double rss_tenth_bytes = 0;  ///< after a tenth of the time, to see growth
    double rss_end_bytes = 0;
    double dead_letters = 0;
    double handed_over_s = 0;  ///< 99.9 % went from receipt to the sink within it; 0: not known
    int status = 0;            ///< Hark's exit status
    bool interrupted = false;
    std::string ruleset;
    std::string configuration;
    std::vector<Second> seconds;
    std::vector<Sample> samples;

    /// Everything that was sent arrived, in every topic that it was promised for.
    [[nodiscard]] bool nothing_lost() const;
};

/// One run of a load: starts Hark (or what is measured in its place), sends, consumes, judges.
/// Throws std::runtime_error with the end of Hark's log when it does not come up.
[[nodiscard]] TrialResult run_trial(const TrialOptions& options, const Corpus& corpus);

}  // namespace hark::bench
