#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

#include "app/admin.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/live_line.hpp"
#include "app/make_daemon.hpp"
#include "app/source_lines.hpp"
#include "hark/engine.hpp"
#include "runtime/descriptors.hpp"

namespace hark::app {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kLiveLine{500};
constexpr std::chrono::seconds kStoreCursors{1};
// Who stops a process and then its group (timeout(1)) signals twice in one moment.
constexpr std::chrono::milliseconds kOneSignal{500};
constexpr int kBackgroundNice = 10;  // a reload takes what the shards leave: a tenth of a busy core

/// The daemon's control side, all on the main thread's loop: signals, the admin listener, the live
/// line, the end.
class Control {
public:
    using MakeDaemon = std::function<std::unique_ptr<pipeline::Daemon>()>;

    Control(const Config& config, telemetry::Metrics& metrics, bool once)
        : config_(config),
          once_(once),
          signals_(io_),
          tick_(io_),
          live_timer_(io_),
          store_timer_(background_[0].io()),
          live_(metrics),
          admin_(io_, config.admin.address, config.admin.port,
                 {[&metrics] { return metrics.text(); }, [this] { return not_ready(); },
                  [this] { return daemon_ ? to_json(daemon_->source_views()) : std::string(); },
                  [this](std::function<void(Reloaded)> done) { reload(std::move(done)); }}) {}

    /// Gives the daemon back when it has stopped. Throws what `make` throws.
    [[nodiscard]] std::unique_ptr<pipeline::Daemon> run(const MakeDaemon& make) {
        asio::post(background_[0].io(), [this, &make] { prepare(make); });
        background_.start();
        io_.run();
        background_.stop();
        background_.join();
        if (::isatty(STDERR_FILENO) != 0) std::fputc('\n', stderr);
        return std::move(daemon_);
    }

private:
    /// On the background thread: a broker may be waited for, and probes want an answer meanwhile.
    void prepare(const MakeDaemon& make) {
        std::unique_ptr<pipeline::Daemon> made;
        std::exception_ptr hindrance;
        try {
            made = make();
        } catch (...) {
            hindrance = std::current_exception();
        }
        // Not before: the threads of a sink would inherit it.
        (void)::setpriority(PRIO_PROCESS, ::gettid(), kBackgroundNice);
        asio::post(io_, [this, made = std::move(made), hindrance]() mutable {
            if (hindrance) std::rethrow_exception(hindrance);  // out of run()
            daemon_ = std::move(made);
            begin();
        });
    }

    void begin() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) signals_.add(signal);
        wait_for_signal();
        tick();
        store_cursors();
        if (::isatty(STDERR_FILENO) != 0) show();
        log(telemetry::Level::info, "started",
            {{"version", std::string(hark::version())},
             {"admin", config_.admin.address + ":" + std::to_string(admin_.port())}});
        for (const auto port : daemon_->ports())
            log(telemetry::Level::info, "listening", {{"port", std::to_string(port)}});
        daemon_->start();
    }

    [[nodiscard]] std::string not_ready() const {
        if (stopping_) return "stopping";
        if (daemon_) return daemon_->not_ready();
        return config_.sink.kind == SinkKind::kafka ? "starting: the broker is waited for"
                                                    : "starting";
    }

    void wait_for_signal() {
        signals_.async_wait([this](const error_code& error, int signal) {
            if (error) return;
            if (signal == SIGHUP) {
                reload([](const Reloaded&) {});
            } else {
                stop_by_signal();
            }
            wait_for_signal();
        });
    }

    void stop_by_signal() {
        const auto now = std::chrono::steady_clock::now();
        if (!signalled_at_) {
            signalled_at_ = now;
            if (!stopping_) begin_stop("signal");
        } else if (now - *signalled_at_ > kOneSignal) {
            // What was not acknowledged stays with its source; nothing acknowledged is lost by
            // leaving now.
            log(telemetry::Level::warn, "stopped_at_once");
            std::_Exit(kHindered);
        }
    }

    void begin_stop(const char* why) {
        stopping_ = true;
        stop_by_ = std::chrono::steady_clock::now() + config_.stop_timeout;
        log(telemetry::Level::info, "stopping", {{"why", why}});
        daemon_->begin_stop();
    }

    void tick() {
        tick_.expires_after(kTick);
        tick_.async_wait([this](const error_code& error) {
            if (error) return;
            if (once_ && !stopping_ && daemon_->files_done()) begin_stop("all files are read");
            if (daemon_->sink_ended()) {
                log(telemetry::Level::error, "sink_ended", {{"reason", daemon_->not_ready()}});
                stop_by_ = {};
                stopping_ = true;
            }
            if (stopping_ && (daemon_->drained() || std::chrono::steady_clock::now() > stop_by_)) {
                admin_.stop();
                io_.stop();
                return;
            }
            tick();
        });
    }

    void show() {
        live_timer_.expires_after(kLiveLine);
        live_timer_.async_wait([this](const error_code& error) {
            if (error) return;
            std::fprintf(stderr, "\r\x1B[K%s",
                         live_.next(daemon_->sources_up(), daemon_->sources()).c_str());
            show();
        });
    }

    /// On the background thread: an fsync takes its time.
    void store_cursors() {
        store_timer_.expires_after(kStoreCursors);
        store_timer_.async_wait([this](const error_code& error) {
            if (error) return;
            daemon_->store_cursors();
            store_cursors();
        });
    }

    void reload(std::function<void(Reloaded)> done) {
        if (!daemon_) return done({false, "not started yet: ask again\n"});
        asio::post(background_[0].io(), [this, done = std::move(done)] {
            auto outcome = reload_rules();
            const auto problems = reload_certificates();
            outcome.good = outcome.good && problems.empty();
            outcome.text += problems;
            done(std::move(outcome));
        });
    }

    Reloaded reload_rules() {
        std::vector<Fault> faults;
        const auto rules = pipeline::load_rules(config_.rules, faults);
        if (rules == nullptr) {
            std::string lines;
            for (const auto& fault : faults) lines += pipeline::to_string(fault) + "\n";
            log(telemetry::Level::error, "rules_refused", {{"faults", lines}});
            return {false, lines};
        }
        daemon_->use(rules);
        const std::string hash(rules->hash());
        log(telemetry::Level::info, "rules_loaded", {{"ruleset", hash}});
        return {true, "reloaded: ruleset " + hash + ", " +
                          std::to_string(rules->book().rules.size()) + " rules\n"};
    }

    /// What is wrong with any, a line each.
    std::string reload_certificates() {
        const bool any = std::any_of(config_.listeners.begin(), config_.listeners.end(),
                                     [](const auto& one) { return one.tls.has_value(); });
        auto problems = daemon_->reload_certificates();
        if (!problems.empty())
            log(telemetry::Level::error, "certificate_refused", {{"reason", problems}});
        else if (any) log(telemetry::Level::info, "certificates_loaded");
        return problems;
    }

    const Config& config_;
    std::unique_ptr<pipeline::Daemon> daemon_;  ///< null until it is made; the loop's alone
    bool once_;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point stop_by_{};
    std::optional<std::chrono::steady_clock::time_point> signalled_at_;  ///< to stop, first
    asio::io_context io_{1};
    runtime::ShardPool background_{1};  ///< compiles rules, stores cursors
    asio::signal_set signals_;
    asio::steady_timer tick_;
    asio::steady_timer live_timer_;
    asio::steady_timer store_timer_;
    LiveLine live_;
    AdminServer admin_;
};

/// Says which source does not.
bool all_end(const Config& config) {
    for (const auto& source : config.sources) {
        if (source.transport == Transport::file && (!source.follow || source.file == "-")) continue;
        std::fprintf(stderr, "hark: --once: source `%s` has no end: name files without `follow`\n",
                     source.name.c_str());
        return false;
    }
    return true;
}

void warn_of_open_secrets(const Config& config) {
    std::string files;
    for (const auto& file : config.open_secrets) files += (files.empty() ? "" : ", ") + file;
    if (!files.empty())
        log(telemetry::Level::warn, "secrets_open",
            {{"files", files}, {"what", "everybody on this machine may read or change them"}});
}

}  // namespace

int run(const RunOptions& options) {
    std::signal(SIGHUP, SIG_IGN);  // until the loop takes it: a reload must not end a start
    std::vector<Fault> faults;
    auto config = read_config(config_path(options.config), faults);
    const auto rules = faults.empty() ? pipeline::load_rules(config.rules, faults) : nullptr;
    if (rules != nullptr) check_parts(config, *rules, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    if (!faults.empty() || rules == nullptr) return kConfiguration;
    if (options.once && !all_end(config)) return kUsage;
    telemetry::configure_log(config.log_level, config.log_format);
    warn_of_open_secrets(config);
    std::signal(SIGPIPE, SIG_IGN);
    runtime::raise_descriptor_limit();
    telemetry::Metrics metrics;
    const auto topics = make_topics(config, *rules);
    const auto daemon = Control(config, metrics, options.once).run([&] {
        return make_daemon(config, topics, rules, metrics);
    });
    daemon->end();
    const auto bad = metrics.total("hark_dead_letters_total");
    log(telemetry::Level::info, "stopped",
        {{"mentions", std::to_string(metrics.total("hark_mentions_total"))},
         {"records", std::to_string(metrics.total("hark_records_total"))},
         {"dead_letters", std::to_string(bad)}});
    // What the sink has not acknowledged comes again after the next start: nothing is lost, but
    // whoever waited for the end must know.
    if (!daemon->drained() || daemon->sink_ended()) return kHindered;
    return options.once && bad > 0 ? kBadInput : kFine;
}

}  // namespace hark::app
