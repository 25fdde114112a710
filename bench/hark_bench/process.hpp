#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hark::bench {

/// What a process that ended used.
struct Ended {
    int status = 0;  ///< its exit status; 128 and the signal when a signal ended it
    double cpu_s = 0;
};

/// A child with its own log file for stderr. Killed by the destructor if it still runs.
class Process {
public:
    /// Starts it. `input`: it gets a pipe as standard input, whose other end is input(). Throws
    /// std::runtime_error.
    Process(const std::vector<std::string>& command, const std::string& log, bool input);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    /// The pipe's end for writing; the caller's to close. Once.
    [[nodiscard]] int take_input() noexcept;
    /// Whether it still runs.
    [[nodiscard]] bool running();
    /// SIGTERM, or nothing when it has ended or is `let` to end by itself; then waits, and kills
    /// what is not gone after `patience`.
    Ended stop(std::chrono::seconds patience, bool let = false);
    [[nodiscard]] std::string log_text() const;

private:
    bool collect(bool wait);
    pid_t pid_ = -1;
    int input_ = -1;
    bool ended_ = false;
    Ended end_;
    std::string log_;
};

/// Status and body of a request to 127.0.0.1; status 0 when nothing answers in ten seconds.
struct Answer {
    unsigned status = 0;
    std::string body;
};
[[nodiscard]] Answer ask(std::uint16_t port, const std::string& path, bool post = false);

/// What the process has now, of /proc. Zeroes when it is gone.
struct Usage {
    double rss_bytes = 0;
    double peak_rss_bytes = 0;  ///< since its start
    double cpu_s = 0;
};
[[nodiscard]] Usage usage_of(pid_t pid);

/// The sum over all series of a name in a Prometheus text.
[[nodiscard]] double metric_sum(const std::string& text, const std::string& name);
/// The cumulative buckets of a histogram without labels: upper bound and count, bounds ascending.
using Buckets = std::vector<std::pair<double, double>>;
[[nodiscard]] Buckets metric_buckets(const std::string& text, const std::string& name);
/// The lowest bound that `share` of what came between the two are within; 0 when nothing came.
[[nodiscard]] double bound_of(const Buckets& before, const Buckets& after, double share);

/// Runs a command and gives its standard output; empty when it fails.
[[nodiscard]] std::string output_of(const std::string& command);

/// An empty folder that the destructor removes, unless it is kept.
class TemporaryFolder {
public:
    explicit TemporaryFolder(bool keep);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    bool keep_;
};

}  // namespace hark::bench
