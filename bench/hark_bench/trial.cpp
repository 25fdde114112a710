#include "hark_bench/trial.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "hark_bench/sampler.hpp"
#include "hark_bench/setup.hpp"
#include "publish/kafka/topics.hpp"

namespace hark::bench {

std::atomic<bool> g_stop{false};

namespace {

constexpr std::array kWays = {"webhook", "https",      "firehose", "file",
                              "stdin",   "in-process", "bare"};
constexpr std::array kSignatures = {"none", "bearer", "hmac", "standard", "meta"};
constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::milliseconds kLead{200};  // between readiness and the first due time
constexpr std::chrono::seconds kStopPatience{40};
constexpr double kSecondsOfAnswer = 0.1;  // of which the connections must hold the requests

template <class Enum, std::size_t N>
Enum find_name(const std::array<const char*, N>& names, std::string_view name, const char* what) {
    std::string known;
    for (std::size_t i = 0; i < N; ++i) {
        if (name == names[i]) return static_cast<Enum>(i);
        known += std::string(i > 0 ? ", " : "") + names[i];
    }
    throw std::invalid_argument(std::string(what) + " `" + std::string(name) + "`: " + known);
}

std::string random_hex(std::size_t digits) {
    std::random_device random;
    std::string out;
    while (out.size() < digits) out += "0123456789abcdef"[random() % 16];
    return out;
}

/// Everything that one trial holds, in the order in which it is made.
class Trial {
public:
    Trial(const TrialOptions& options, const Corpus& corpus)
        : options_(options),
          folder_(options.keep_folder),
          nonce_("hb" + random_hex(8)),
          due_(make_due(options)),
          judge_(due_, judge_options()),
          load_{corpus, due_, options.batch, nonce_, judge_},
          clock_(RunClock::Clock::now()) {}

    TrialResult run() {
        prepare();
        start();
        clock_ = RunClock(RunClock::Clock::now() + kLead);
        // What has no schedule is read and counted afterwards: the reading would take its cores.
        if (!options_.at_once) consume();
        const double cpu_before = usage_of(pid()).cpu_s;
        Sampler sampler(pid(), admin_port_, clock_, sender_->figures, options_.warm_up_s);
        send_and_wait();
        const auto until = static_cast<double>(clock_.now()) / 1e9;
        sampler.stop();
        if (options_.at_once) consume_afterwards();
        if (hark_) ended_ = hark_->process().stop(kStopPatience, ends_itself(options_));
        if (consumer_) consumer_->stop();
        auto out = result(sampler);
        if (!consumer_) {
            out.wall_s = until;
            out.achieved = static_cast<double>(out.findings.arrived) / until;
        }
        if (hark_) out.cpu_s = ended_.cpu_s - cpu_before;
        return out;
    }

private:
    static std::vector<std::uint64_t> make_due(const TrialOptions& options) {
        auto schedule = options.schedule;
        schedule.rate /= static_cast<double>(options.batch);
        auto due = due_times(schedule);
        if (options.at_once) std::fill(due.begin(), due.end(), 0);
        return due;
    }

    [[nodiscard]] JudgeOptions judge_options() const {
        const auto sends = static_cast<std::uint64_t>(due_.size());
        const auto threads = options_.threads > 0 ? options_.threads : sends / 20 + 1;
        return {options_.batch, threads,
                options_.at_once ? 0 : static_cast<std::uint64_t>(options_.warm_up_s * 1e9),
                options_.at_once ? ~std::uint64_t{0}
                                 : static_cast<std::uint64_t>(options_.late_s * 1e9),
                has_hark() ? options_.labels : std::vector<std::string>{}};
    }

    [[nodiscard]] bool has_hark() const {
        return options_.way != Way::in_process && options_.way != Way::bare;
    }

    void prepare() {
        around_.folder = folder_.path();
        around_.prefix = options_.running ? options_.running->prefix : nonce_;
        around_.secret = options_.signature == Signature::standard_webhooks
                             ? "whsec_" + random_hex(32)
                             : random_hex(32);
        if (!options_.work_folder.empty()) {
            around_.state = options_.work_folder + "/state";
            for (const char* of_another : {"cursors.json", "seen"})
                std::filesystem::remove(around_.state + "/" + of_another);
        }
        if (options_.way == Way::firehose) {
            auto firehose = make_firehose_sender(load_);
            around_.firehose = firehose->port();
            sender_ = std::move(firehose);
        } else if (options_.way == Way::file) {
            sender_ = make_line_sender(load_, make_files());
            if (options_.at_once) sender_->run(clock_);
        }
    }

    [[nodiscard]] std::vector<int> make_files() const {
        std::vector<int> files;
        for (std::size_t i = 0; i < options_.files; ++i) {
            const auto path = input_file(around_, i);
            constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
            files.push_back(::open(path.c_str(), kFlags, 0600));
            if (files.back() < 0) throw std::runtime_error(path + ": cannot be made");
        }
        return files;
    }

    void start() {
        if (options_.running) {
            admin_port_ = options_.running->admin;
        } else if (has_hark()) {
            hark_ = std::make_unique<OwnHark>(options_, around_);
            admin_port_ = hark_->admin_port();
        }
        switch (options_.way) {
            case Way::webhook:
            case Way::https: sender_ = make_webhook_sender(load_, webhook_target()); break;
            case Way::standard_input:
                sender_ = make_line_sender(load_, {hark_->process().take_input()});
                break;
            case Way::in_process:
                sender_ = make_in_process_sender(load_, [this](std::string_view record) {
                    judge_.arrived(number_of(record, nonce_), record, clock_.now());
                });
                break;
            case Way::bare:
                make_topic();
                sender_ = make_bare_sender(load_, {options_.kafka, around_.prefix + ".mentions",
                                                   options_.linger_ms, options_.compression});
                break;
            default: break;
        }
        if (options_.before) options_.before(meanwhile());
    }

    [[nodiscard]] WebhookTarget webhook_target() const {
        WebhookTarget target;
        target.tls = options_.way == Way::https;
        target.signature = options_.signature;
        target.connections = connections();
        if (options_.running) {
            target.host = options_.running->host;
            target.port = options_.running->port;
            target.path = options_.running->path;
            target.secret = options_.running->secret;
        } else {
            target.port = hark_->webhook_port();
            target.secret = around_.secret;
        }
        return target;
    }

    [[nodiscard]] std::size_t connections() const {
        if (options_.connections > 0) return options_.connections;
        const double sends = options_.schedule.rate / static_cast<double>(options_.batch);
        return std::clamp<std::size_t>(static_cast<std::size_t>(sends * kSecondsOfAnswer), 16,
                                       2000);
    }

    void make_topic() const {
        publish::KafkaOptions kafka;
        kafka.brokers = options_.kafka;
        kafka.topics = {around_.prefix + ".mentions"};
        kafka.partitions = options_.partitions;
        if (publish::ensure_topics(kafka) != publish::TopicsState::there)
            throw std::runtime_error("kafka: no broker answers at " + options_.kafka);
    }

    void consume() {
        if (options_.way == Way::in_process) return;
        std::vector<std::string> names = {around_.prefix + ".mentions"};
        const auto labels = has_hark() ? options_.labels : std::vector<std::string>{};
        for (const auto& label : labels) names.push_back(around_.prefix + "." + label);
        const auto& running = options_.running;
        const auto folder = running ? running->directory : folder_.path() + "/topics";
        auto topics = options_.kafka.empty() ? make_directory_topics(folder, names)
                                             : make_kafka_topics(options_.kafka, names);
        consumer_ = std::make_unique<Consumer>(std::move(topics), labels, nonce_, judge_, clock_,
                                               options_.keep_histograms);
    }

    void send_and_wait() {
        std::exception_ptr failure;
        std::jthread sending([&] {
            try {
                if (options_.way != Way::file || !options_.at_once) sender_->run(clock_);
            } catch (...) {
                failure = std::current_exception();
            }
            sending_ended_ = true;
        });
        std::jthread other([this] {
            if (options_.meanwhile) options_.meanwhile(meanwhile());
        });
        std::uint64_t patient_until = 0;
        while (!settled() && !failure_ends(patient_until)) {
            std::this_thread::sleep_for(kLook);
            show();
        }
        leave_ = true;
        sender_->leave = true;
        sending.join();
        if (failure) std::rethrow_exception(failure);
    }

    [[nodiscard]] bool settled() const {
        if (options_.at_once) return !hark_ || !hark_->process().running();
        const bool arrived = judge_.arrived_count() >= sender_->figures.sent;
        return sender_->all_sent && arrived && judge_.labels_missing() <= 0;
    }

    /// The patience counts from when all was sent, or should have been.
    bool failure_ends(std::uint64_t& patient_until) {
        const auto now = clock_.now();
        const bool over = sender_->all_sent || sending_ended_ || g_stop ||
                          (!due_.empty() && now > due_.back() && !options_.at_once);
        if (!over) return hark_ && !hark_->process().running();
        if (patient_until == 0)
            patient_until = now + static_cast<std::uint64_t>(options_.patience_s * 1e9);
        return now > patient_until;
    }

    void consume_afterwards() {
        consume();
        const auto end = clock_.now() + static_cast<std::uint64_t>(options_.patience_s * 1e9);
        while ((judge_.arrived_count() < sender_->figures.sent || judge_.labels_missing() > 0) &&
               clock_.now() < end)
            std::this_thread::sleep_for(kLook);
    }

    void show() {
        if (!options_.progress || ::isatty(STDERR_FILENO) == 0) return;
        const auto now = clock_.now();
        if (now < shown_at_ + 500'000'000) return;
        shown_at_ = now;
        std::fprintf(stderr, "\r\x1B[K%s %.0f/s  %.0f s  sent %llu  arrived %llu of %llu",
                     to_string(options_.way), options_.schedule.rate,
                     static_cast<double>(now) / 1e9,
                     static_cast<unsigned long long>(sender_->figures.sent.load()),
                     static_cast<unsigned long long>(judge_.arrived_count()),
                     static_cast<unsigned long long>(judge_.posts()));
    }

    [[nodiscard]] pid_t pid() const {
        if (hark_) return hark_->process().pid();
        return options_.running ? 0 : ::getpid();
    }

    [[nodiscard]] TrialOptions::Meanwhile meanwhile() const {
        return {admin_port_, hark_ ? hark_->webhook_port() : std::uint16_t{0}, pid(), leave_};
    }

    TrialResult result(const Sampler& sampler) {
        TrialResult out;
        if (options_.progress && ::isatty(STDERR_FILENO) != 0) std::fputs("\r\x1B[K", stderr);
        out.side = to_string(options_.way);
        out.offered = options_.at_once ? 0 : options_.schedule.rate;
        out.connections = connections();
        out.findings = judge_.findings();
        out.answer = judge_.answer_latency();
        out.topic = judge_.topic_latency();
        const auto& figures = sender_->figures;
        out.slip = figures.slip;
        out.refused = figures.refused;
        out.failed = figures.failed;
        out.samples = sampler.samples();
        out.interrupted = g_stop;
        out.dead_letters = sampler.dead_letters();
        out.handed_over_s = sampler.handed_over_bound();
        out.status = ended_.status;
        if (consumer_) {
            out.achieved = consumer_->middle_rate();
            out.wall_s = consumer_->last_arrival_s();
            out.seconds = consumer_->seconds();
            out.ruleset = consumer_->ruleset();
        }
        if (options_.at_once) out.achieved = rate_of(out.samples);
        if (!out.samples.empty() && !options_.running) {
            out.rss_peak_bytes = sampler.last_usage().peak_rss_bytes;
            out.rss_tenth_bytes = out.samples[out.samples.size() / 10].rss_bytes;
            out.rss_end_bytes = out.samples.back().rss_bytes;
        }
        if (has_hark() && !options_.running) out.configuration = configuration(options_, around_);
        return out;
    }

    /// From the records that Hark counted, between a tenth and nine tenths of all.
    [[nodiscard]] double rate_of(const std::vector<Sample>& samples) const {
        const auto posts = static_cast<double>(judge_.posts());
        const auto at = [&](double share) {
            return std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
                return sample.records >= share * posts;
            });
        };
        const auto begin = at(0.1);
        auto end = at(0.9);
        if (end == samples.end() && !samples.empty()) --end;
        if (begin == samples.end() || end <= begin) return 0;
        return (end->records - begin->records) / (end->at_s - begin->at_s);
    }

    const TrialOptions& options_;
    TemporaryFolder folder_;
    std::string nonce_;
    std::vector<std::uint64_t> due_;
    Judge judge_;
    Load load_;
    RunClock clock_;
    Surroundings around_;
    std::atomic<bool> leave_{false};
    std::atomic<bool> sending_ended_{false};
    std::unique_ptr<Sender> sender_;
    std::unique_ptr<OwnHark> hark_;
    std::unique_ptr<Consumer> consumer_;
    std::uint16_t admin_port_ = 0;
    std::uint64_t shown_at_ = 0;
    Ended ended_;
};

}  // namespace

Way way_of(std::string_view name) {
    return find_name<Way>(kWays, name, "way");
}
const char* to_string(Way way) {
    return kWays[static_cast<std::size_t>(way)];
}
Signature signature_of(std::string_view name) {
    return find_name<Signature>(kSignatures, name, "signature");
}
const char* to_string(Signature signature) {
    return kSignatures[static_cast<std::size_t>(signature)];
}

bool TrialResult::nothing_lost() const {
    if (findings.lost > 0) return false;
    return std::all_of(findings.labels.begin(), findings.labels.end(),
                       [](const auto& label) { return label.second.lost == 0; });
}

TrialResult run_trial(const TrialOptions& options, const Corpus& corpus) {
    if (options.way == Way::bare && options.kafka.empty())
        throw std::invalid_argument("the bare producer needs --kafka HOST:PORT");
    if (options.at_once && options.way != Way::file)
        throw std::invalid_argument("only a file can be read as fast as it is taken (--way file)");
    if (options.running && options.way != Way::webhook && options.way != Way::https)
        throw std::invalid_argument("a running Hark is reached by webhook or https");
    return Trial(options, corpus).run();
}

}  // namespace hark::bench
