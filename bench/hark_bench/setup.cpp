#include "hark_bench/setup.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace hark::bench {

namespace {

constexpr std::chrono::seconds kStart{120};  // large packs compile for seconds, in a debug build
constexpr std::chrono::milliseconds kLook{5};
constexpr std::size_t kShownOfLog = 2000;

std::string list_of(const std::vector<std::string>& words) {
    std::string out = "[";
    for (const auto& word : words) out += (out.size() > 1 ? ", \"" : "\"") + word + "\"";
    return out + "]";
}

std::string verify_of(const TrialOptions& options, const std::string& secret) {
    switch (options.signature) {
        case Signature::none: return "verify: none";
        case Signature::bearer: return "verify: bearer, secrets: \"" + secret + "\"";
        case Signature::hmac: return "verify: hmac, secrets: \"" + secret + "\"";
        case Signature::standard_webhooks:
            return "verify: standard_webhooks, secrets: \"" + secret + "\"";
        case Signature::meta:
            return "app_secret: \"" + secret + "\", verify_token: \"" + secret + "\"";
    }
    return {};
}

std::string source(const TrialOptions& options, const Surroundings& around) {
    switch (options.way) {
        case Way::webhook:
        case Way::https: {
            const bool meta = options.signature == Signature::meta;
            return "listeners:\n  - {address: 127.0.0.1, port: 0, connections: 100000" +
                   std::string(options.way == Way::https
                                   ? ", tls: {certificate: tls.crt, key: tls.key}"
                                   : "") +
                   "}\nsources:\n  - {name: bench, platform: " + (meta ? "meta" : "generic") +
                   ", path: /hooks/bench, " + verify_of(options, "${HARK_BENCH_SECRET}") + "}\n";
        }
        case Way::firehose:
            return "sources:\n  - {name: bench, platform: bluesky, url: \"ws://127.0.0.1:" +
                   std::to_string(around.firehose) + "/subscribe\", compress: false, keep: all}\n";
        case Way::standard_input:
            return "sources:\n  - {name: bench, platform: mention, file: \"-\"}\n";
        default: {
            std::string out = "sources:\n";
            for (std::size_t i = 0; i < options.files; ++i) {
                out += "  - {name: bench" + std::to_string(i) + ", platform: mention, file: \"" +
                       input_file(around, i) + "\"" + (options.at_once ? "" : ", follow: true") +
                       "}\n";
            }
            return out;
        }
    }
}

std::string sink(const TrialOptions& options, const Surroundings& around) {
    if (options.kafka.empty()) return "sink: {directory: {path: " + around.folder + "/topics}}\n";
    return "sink:\n  kafka: {brokers: \"" + options.kafka +
           "\", linger: " + std::to_string(static_cast<int>(options.linger_ms)) +
           " ms, compression: " + options.compression +
           ", partitions: " + std::to_string(options.partitions) + "}\n";
}

/// A self-signed certificate for the loopback address.
void make_certificate(const std::string& folder) {
    const auto made = output_of(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=127.0.0.1 -keyout " +
        folder + "/tls.key -out " + folder + "/tls.crt && echo made");
    if (made.empty()) throw std::runtime_error("openssl made no certificate: is it installed?");
}

}  // namespace

std::string input_file(const Surroundings& around, std::size_t number) {
    return around.folder + "/posts" + std::to_string(number) + ".ndjson";
}

std::string configuration(const TrialOptions& options, const Surroundings& around) {
    std::string out = "state_folder: " + around.state +
                      "\nshards: " + std::to_string(options.shards) +
                      "\nadmin: {address: 127.0.0.1, port: 0}\nlog: {level: info}\n";
    if (!options.rules.empty()) out += "rules: {folders: " + list_of(options.rules) + "}\n";
    out += source(options, around) + sink(options, around) + "publish: {prefix: " + around.prefix +
           ", labels: " + list_of(options.labels) + "}\n";
    return out + options.extra;
}

bool ends_itself(const TrialOptions& options) noexcept {
    return options.way == Way::standard_input || (options.way == Way::file && options.at_once);
}

std::uint16_t logged_port(const std::string& log, const std::string& event,
                          const std::string& key) {
    const auto line = log.find("event=" + event);
    const auto at = line == std::string::npos ? line : log.find(key, line);
    if (at == std::string::npos || at > log.find('\n', line)) return 0;
    std::uint16_t port = 0;
    const char* const begin = log.data() + at + key.size();
    const auto [end, error] = std::from_chars(begin, log.data() + log.size(), port);
    // A line that is only half written has no end yet.
    return error == std::errc{} && end != log.data() + log.size() ? port : 0;
}

OwnHark::OwnHark(const TrialOptions& options, const Surroundings& around) {
    std::ofstream(around.folder + "/hark.yaml") << configuration(options, around);
    if (options.way == Way::https) make_certificate(around.folder);
    ::setenv("HARK_BENCH_SECRET", around.secret.c_str(), 1);
    std::vector<std::string> command = {options.hark, "run", "-c", around.folder + "/hark.yaml"};
    if (ends_itself(options)) command.emplace_back("--once");
    process_ = std::make_unique<Process>(command, around.folder + "/hark.log",
                                         options.way == Way::standard_input);
    wait_until_ready(options.way == Way::webhook || options.way == Way::https);
}

void OwnHark::wait_until_ready(bool has_listener) {
    const auto end = std::chrono::steady_clock::now() + kStart;
    while (std::chrono::steady_clock::now() < end) {
        const auto log = process_->log_text();
        if (!process_->running())
            throw std::runtime_error("hark did not start:\n" +
                                     log.substr(log.size() - std::min(log.size(), kShownOfLog)));
        if (admin_ == 0) admin_ = logged_port(log, "started", "admin=127.0.0.1:");
        if (has_listener && webhook_ == 0) webhook_ = logged_port(log, "listening", "port=");
        const bool known = admin_ != 0 && (webhook_ != 0 || !has_listener);
        if (known && ask(admin_, "/readyz").status == 200) return;
        std::this_thread::sleep_for(kLook);
    }
    const auto log = process_->log_text();
    throw std::runtime_error("hark is not ready after two minutes:\n" +
                             log.substr(log.size() - std::min(log.size(), kShownOfLog)));
}

}  // namespace hark::bench
