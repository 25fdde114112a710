#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "hark_bench/commands.hpp"
#include "hark_bench/compare.hpp"
#include "hark_bench/process.hpp"
#include "hark_bench/results.hpp"
#include "hark_bench/setup.hpp"

namespace hark::bench {

namespace {

constexpr double kReloadBound = 1.2;
constexpr double kShardsBound = 1.8;
constexpr double kIdleBound = 1.3;  // what one machine differs from run to run
constexpr double kIdleKiB = 16;
constexpr double kHandedOverMs = 0.2;
constexpr std::size_t kManyRules = 10'000;
constexpr double kColdStartS = 5;
constexpr double kWarmStartS = 0.2;
constexpr double kShippedColdS = 10;
constexpr double kShippedWarmS = 0.3;
constexpr std::chrono::seconds kBetweenReloads{2};

double p_ms(const TrialResult& result, double percent) {
    return static_cast<double>(result.topic.percentile(percent)) / 1e6;
}

/// Connections that have asked once and stay open.
class IdleConnections {
public:
    ~IdleConnections() { close(); }

    void open(std::uint16_t port, std::size_t count) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        constexpr std::string_view kRequest = "GET /idle HTTP/1.1\r\nHost: bench\r\n\r\n";
        char answer[1024];
        for (std::size_t i = 0; i < count; ++i) {
            const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (socket < 0) throw std::runtime_error("no more descriptors: raise `ulimit -n`");
            sockets_.push_back(socket);
            if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 ||
                ::send(socket, kRequest.data(), kRequest.size(), 0) < 0 ||
                ::recv(socket, answer, sizeof answer, 0) <= 0)
                throw std::runtime_error("connection " + std::to_string(i) + " was not taken");
        }
    }
    /// How many the other side has closed meanwhile.
    [[nodiscard]] std::size_t closed() const {
        std::size_t out = 0;
        char byte = 0;
        for (const int socket : sockets_)
            out += ::recv(socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0 ? 1 : 0;
        return out;
    }
    void close() {
        for (const int socket : sockets_) ::close(socket);
        sockets_.clear();
    }

private:
    std::vector<int> sockets_;
};

/// A copy of the shipped packs that gets one rule more at each reload, so that nothing is found in
/// the cache of compiled rules.
class GrowingRules {
public:
    explicit GrowingRules(const std::string& folder) : folder_(folder) {
        std::filesystem::copy(HARK_SOURCE_DIR "/rules", folder_,
                              std::filesystem::copy_options::recursive);
    }
    void grow() {
        const auto n = std::to_string(++rules_);
        std::ofstream(folder_ + "/question/en.yaml", std::ios::app)
            << "  - id: question.en.bench_" + n + "\n    pattern: '\"zqbench" + n +
                   " word\"'\n    weight: 0\n    hit: ['zqbench" + n +
                   " word']\n    miss: ['word']\n";
    }

private:
    std::string folder_;
    std::size_t rules_ = 0;
};

/// A pack as an analyst might write it: words, stems, phrases, gaps, and one in twenty an
/// expression.
void write_many_rules(const std::string& folder, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto word = [&] {
        std::string out;
        for (auto left = 5 + random() % 5; left > 0; --left)
            out += static_cast<char>('a' + random() % 26);
        return out;
    };
    std::filesystem::create_directories(folder + "/complaint");
    std::ofstream out(folder + "/complaint/en.yaml");
    out << "label: complaint\nlang: en\nbias: -3\nrules:\n";
    for (std::size_t i = 0; i < count; ++i) {
        std::string pattern;
        switch (i % 20) {
            case 0: pattern = "re: " + word() + "(" + word() + "|" + word() + ") "; break;
            case 1:
            case 2:
            case 3: pattern = word() + " ~2 " + word(); break;
            case 4:
            case 5:
            case 6:
            case 7: pattern = word() + "*"; break;
            case 8:
            case 9:
            case 10:
            case 11: pattern = word() + " " + word(); break;
            default: pattern = word(); break;
        }
        out << "  - {id: complaint.en.many_" << i << ", pattern: '" << pattern
            << "', weight: 0.5}\n";
    }
}

class Goal {
public:
    explicit Goal(GoalOptions& options)
        : options_(options),
          corpus_(options.run.corpus),
          results_("goal", options.name, options.run.trial.hark) {
        auto& trial = options_.run.trial;
        if (options_.name == "shards") {  // a file a shard on both sides: the same work
            trial.way = Way::file;
            trial.at_once = true;
            trial.files = 2;
            trial.kafka.clear();
        }
        results_.set_load(options.run.trial, corpus_, options.run.seed);
    }

    int run() {
        if (options_.name == "receipt") receipt();
        else if (options_.name == "reload") reload();
        else if (options_.name == "idle") idle();
        else if (options_.name == "shards") shards();
        else if (options_.name == "start") start();
        else
            throw std::invalid_argument("goal `" + options_.name +
                                        "`: receipt, reload, idle, shards or start");
        if (!options_.run.output.empty()) results_.write(options_.run.output);
        return missed_ ? kFailed : kFine;
    }

private:
    TrialResult measure(const TrialOptions& trial, const std::string& side) {
        auto result = run_trial(trial, corpus_);
        result.side = side;
        std::fputs(summary(result).c_str(), stdout);
        std::fflush(stdout);
        results_.add(result);
        if (!result.nothing_lost())
            say("lost by " + side, static_cast<double>(result.findings.lost), "posts", "0", false);
        return result;
    }

    void say(const std::string& what, double value, const std::string& unit,
             const std::string& goal, bool met) {
        std::printf("%s: %.3f %s (goal %s): %s\n", what.c_str(), value, unit.c_str(), goal.c_str(),
                    met ? "met" : "missed");
        results_.add(Verdict{what, value, unit, goal, met});
        missed_ = missed_ || !met;
    }

    /// Both sides in turn, so that the machine's moods hit both alike.
    template <class One, class Other>
    void alternate(One&& one, Other&& other) {
        for (std::size_t i = 0; i < options_.run.repeats && !g_stop; ++i) {
            one();
            other();
        }
    }

    /// From when a post was due to when a consumer has it, beside bare librdkafka's.
    void receipt() {
        for (const double rate : options_.rates) {
            auto trial = options_.run.trial;
            trial.labels.clear();  // both sides send as many messages
            trial.schedule.rate = rate;
            auto bare = trial;
            bare.way = Way::bare;
            std::vector<double> gaps;
            std::vector<double> handed_over;
            double before = 0;
            const auto name = std::to_string(static_cast<long>(rate)) + "/s";
            alternate([&] { before = p_ms(measure(bare, "bare " + name), 99); },
                      [&] {
                          const auto result = measure(trial, "hark " + name);
                          gaps.push_back(p_ms(result, 99) - before);
                          handed_over.push_back(result.handed_over_s * 1e3);
                      });
            const auto gap = median_of(gaps);
            say("p99 in the topic above bare librdkafka's at " + name, gap, "ms", "at most 1",
                gap <= 1);
            const auto inside = median_of(handed_over);
            say("p99.9 from Hark's receipt to its hand-over (a bucket's bound) at " + name, inside,
                "ms", "at most 0.2", inside > 0 && inside <= kHandedOverMs);
        }
    }

    void reload() {
        const TemporaryFolder folder(false);
        const auto rules = folder.path() + "/rules";
        GrowingRules growing(rules);
        auto still = options_.run.trial;
        still.rules = {rules};
        auto reloading = still;
        std::size_t reloads = 0;
        std::size_t refused = 0;
        reloading.meanwhile = [&](const TrialOptions::Meanwhile& now) {
            while (!now.leave) {
                growing.grow();
                ++reloads;
                refused += ask(now.admin_port, "/rules/reload", true).status == 200 ? 0 : 1;
                const auto end = std::chrono::steady_clock::now() + kBetweenReloads;
                while (!now.leave && std::chrono::steady_clock::now() < end)
                    std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        };
        std::vector<double> without;
        std::vector<double> with;
        alternate([&] { without.push_back(p_ms(measure(still, "without reload"), 99.9)); },
                  [&] { with.push_back(p_ms(measure(reloading, "with reloads"), 99.9)); });
        say("reloads that were refused", static_cast<double>(refused),
            "of " + std::to_string(reloads), "0", refused == 0 && reloads > 0);
        say_ratio("p99.9 with reloads over without", without, with, kReloadBound);
    }

    void idle() {
        if (options_.run.trial.way != Way::webhook && options_.run.trial.way != Way::https)
            throw std::invalid_argument("idle connections are of webhooks: --way webhook");
        auto alone = options_.run.trial;
        auto crowded = alone;
        IdleConnections connections;
        std::vector<double> bytes_each;
        crowded.before = [&](const TrialOptions::Meanwhile& now) {
            const auto before = usage_of(now.pid).rss_bytes;
            connections.open(now.webhook_port, options_.idle);
            const auto grown = usage_of(now.pid).rss_bytes - before;
            bytes_each.push_back(grown / static_cast<double>(options_.idle) / 1024);
        };
        std::vector<double> without;
        std::vector<double> with;
        alternate([&] { without.push_back(p_ms(measure(alone, "no idle connections"), 99)); },
                  [&] {
                      with.push_back(p_ms(measure(crowded, "idle connections"), 99));
                      connections.close();
                  });
        const auto each = median_of(bytes_each);
        say("memory of an idle connection", each, "KiB", "at most 16", each <= kIdleKiB);
        say_ratio("p99 with " + std::to_string(options_.idle) + " idle connections over without",
                  without, with, kIdleBound);
    }

    void shards() {
        auto one = options_.run.trial;
        one.shards = 1;
        auto two = one;
        two.shards = 2;
        std::vector<double> slow;
        std::vector<double> fast;
        alternate([&] { slow.push_back(measure(one, "one shard").achieved); },
                  [&] { fast.push_back(measure(two, "two shards").achieved); });
        const auto shift = shift_between(slow, fast);
        print_interval(shift);
        say("two shards over one, posts a second", shift.ratio, "times", "at least 1.8",
            shift.ratio >= kShardsBound);
    }

    /// From the start of the process until it is ready, without and with what it compiled before.
    void start() {
        const TemporaryFolder folder(false);
        const auto many = folder.path() + "/rules";
        write_many_rules(many, kManyRules, options_.run.seed);
        std::vector<double> cold;
        std::vector<double> warm;
        std::vector<double> shipped_cold;
        std::vector<double> shipped_warm;
        const auto both = [&](const std::vector<std::string>& rules, std::vector<double>& without,
                              std::vector<double>& with) {
            const TemporaryFolder state(false);
            without.push_back(seconds_to_start(rules, state.path()));
            with.push_back(seconds_to_start(rules, state.path()));
        };
        alternate([&] { both({many}, cold, warm); }, [&] { both({}, shipped_cold, shipped_warm); });
        const auto tell = [&](const std::string& what, const std::vector<double>& took,
                              double bound) {
            char goal[32];
            std::snprintf(goal, sizeof goal, "at most %.1f", bound);
            say(what, median_of(took), "s", goal, median_of(took) <= bound);
        };
        tell("start with 10,000 rules, compiled anew", cold, kColdStartS);
        tell("start with 10,000 rules, from the cache", warm, kWarmStartS);
        tell("start with the shipped packs, compiled anew", shipped_cold, kShippedColdS);
        tell("start with the shipped packs, from the cache", shipped_warm, kShippedWarmS);
    }

    double seconds_to_start(const std::vector<std::string>& rules, const std::string& state) {
        auto trial = options_.run.trial;
        trial.way = Way::webhook;
        trial.kafka.clear();
        trial.rules = rules;
        const TemporaryFolder folder(false);
        const auto begin = std::chrono::steady_clock::now();
        const OwnHark hark(trial, {folder.path(), state, "hark", 0, "a secret of sixteen bytes"});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        return took.count();
    }

    static void print_interval(const Shift& shift) {
        if (shift.known)
            std::printf("95 %% interval of the ratio: %.3f to %.3f\n", shift.low, shift.high);
        else std::printf("fewer than four repeats: no interval of the ratio\n");
    }

    void say_ratio(const std::string& what, const std::vector<double>& without,
                   const std::vector<double>& with, double bound) {
        const auto shift = shift_between(without, with);
        print_interval(shift);
        char goal[32];
        std::snprintf(goal, sizeof goal, "at most %.1f", bound);
        say(what, shift.ratio, "times", goal, shift.ratio <= bound);
    }

    GoalOptions& options_;
    Corpus corpus_;
    Results results_;
    bool missed_ = false;
};

}  // namespace

int goal(GoalOptions options) {
    return Goal(options).run();
}

}  // namespace hark::bench
