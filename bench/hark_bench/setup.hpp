#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hark_bench/process.hpp"
#include "hark_bench/trial.hpp"

namespace hark::bench {

/// What the generated configuration needs to know of the run.
struct Surroundings {
    std::string folder;           ///< of the run
    std::string state = "state";  ///< from there
    std::string prefix;           ///< of the topics
    std::uint16_t firehose = 0;
    std::string secret;
};

/// The file that a source of this number reads.
[[nodiscard]] std::string input_file(const Surroundings& around, std::size_t number);

/// The configuration that a trial starts Hark with.
[[nodiscard]] std::string configuration(const TrialOptions& options, const Surroundings& around);

/// Whether such a Hark ends when its input does (`--once`).
[[nodiscard]] bool ends_itself(const TrialOptions& options) noexcept;

/// A Hark of our own, ready. Throws std::runtime_error with the end of its log.
class OwnHark {
public:
    OwnHark(const TrialOptions& options, const Surroundings& around);
    [[nodiscard]] Process& process() noexcept { return *process_; }
    [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_; }
    [[nodiscard]] std::uint16_t webhook_port() const noexcept { return webhook_; }

private:
    void wait_until_ready(bool has_listener);
    std::unique_ptr<Process> process_;
    std::uint16_t admin_ = 0;
    std::uint16_t webhook_ = 0;
};

/// `port=` of the line of a logfmt log that tells of `event`, 0 when there is none.
[[nodiscard]] std::uint16_t logged_port(const std::string& log, const std::string& event,
                                        const std::string& key);

}  // namespace hark::bench
