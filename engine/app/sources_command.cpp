#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "app/admin_client.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/make_daemon.hpp"
#include "app/source_lines.hpp"
#include "ingest/cursor_store.hpp"
#include "ingest/stream_client.hpp"

namespace hark::app {

namespace {

using ingest::LinkState;
using Clock = std::chrono::steady_clock;

// A gateway says what it thinks of the credentials some time after it let us in.
constexpr std::chrono::seconds kQuietTime{3};
// Seconds of CPU are of no matter here, a person waits.
constexpr std::chrono::milliseconds kLook{20};

/// Takes frames like the pipeline, but only to see whether they can be read.
class Reader final : public ingest::FrameHandler {
public:
    explicit Reader(platforms::Platform& platform) : platform_(platform) {}

    [[nodiscard]] bool has_room() const noexcept override { return true; }
    void when_room(std::function<void()>) override {}
    void handle(ingest::SourceIndex, std::span<const Frame> frames,
                std::span<ingest::Handled> handled) noexcept override {
        for (std::size_t i = 0; i < frames.size(); ++i) {
            read(frames[i], handled[i]);
            if (frames[i].acknowledger != nullptr)
                frames[i].acknowledger->acknowledged(frames[i].token);
        }
    }
    [[nodiscard]] std::size_t frames() const noexcept { return frames_; }
    [[nodiscard]] std::size_t mentions() const noexcept { return mentions_; }
    [[nodiscard]] Errc error() const noexcept { return error_; }

private:
    void read(const Frame& frame, ingest::Handled& handled) {
        if (frame.gap != nullptr) return;
        arena_.reset();
        out_.clear();
        handled.error =
            frame.error != Errc::ok ? frame.error : platform_.decode(frame, arena_, out_);
        handled.cursor = out_.cursor;
        if (handled.error != Errc::ok) error_ = handled.error;
        ++frames_;
        mentions_ += out_.list.size();
    }

    platforms::Platform& platform_;
    Arena arena_;
    Mentions out_;
    std::size_t frames_ = 0;
    std::size_t mentions_ = 0;
    Errc error_ = Errc::ok;
};

/// What came of a trial.
struct Trial {
    bool good = false;
    std::string words;
};

Trial tell(const ingest::LinkStatus& status, const Reader& reader) {
    const auto counted = std::to_string(reader.frames()) + " messages or replies, " +
                         std::to_string(reader.mentions()) + " mentions";
    if (!status.problem.empty()) return {false, status.problem};
    if (status.state == LinkState::starting) return {false, "no answer in time"};
    if (reader.error() != Errc::ok) {
        return {false, "it answers, but what it sends cannot be read: " +
                           std::string(to_string(reader.error())) + " (" + counted + ")"};
    }
    return {true, "address, credentials and handshake are good (" + counted + ")"};
}

/// Goes out as the daemon would, until something came, or was refused, or the time is over.
Trial go_out(SourceConfig& source, std::span<const Brand> brands, std::chrono::seconds time) {
    auto& platform = *source.platforms.front();
    platform.set_brands(brands);
    runtime::ShardPool pool(1);
    telemetry::Metrics metrics;
    ingest::CursorStore cursors("");
    Reader reader(platform);
    ingest::StreamClient client(pool[0], stream_options(source), platform, reader, cursors,
                                metrics);
    client.start();
    const auto end = Clock::now() + time;
    auto quiet_until = end;
    auto state = LinkState::starting;
    while (Clock::now() < std::min(end, quiet_until) && reader.frames() == 0) {
        pool[0].io().run_for(kLook);
        const auto now_state = client.status().state;
        if (now_state == LinkState::failing || now_state == LinkState::refused) break;
        if (now_state == LinkState::up && state != now_state)
            quiet_until = Clock::now() + kQuietTime;
        state = now_state;
    }
    const auto told = tell(client.status(), reader);
    client.stop();
    const auto closed_by = Clock::now() + std::chrono::seconds(2);
    while (!client.drained() && Clock::now() < closed_by) pool[0].io().run_for(kLook);
    return told;
}

Trial try_source(SourceConfig& source, std::span<const Brand> brands, std::chrono::seconds time) {
    if (source.transport == Transport::file) {
        auto* const file = source.file == "-" ? stdin : std::fopen(source.file.c_str(), "rbe");
        if (file == nullptr) return {false, source.file + " cannot be opened"};
        if (file != stdin) std::fclose(file);
        return {true, source.file + " can be opened"};
    }
    if (source.transport == Transport::webhook && source.platforms.front()->next({}).index() == 0)
        return {true, "requests to " + source.path + " are waited for: there is nothing to go to"};
    try {
        return go_out(source, brands, time);
    } catch (const std::runtime_error& error) {
        return {false, error.what()};
    }
}

/// False when there are any.
bool print(const std::vector<Fault>& faults) {
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    return faults.empty();
}

/// Without a daemon: what the state folder knows.
std::vector<pipeline::SourceView> stored_views(const Config& config) {
    const ingest::CursorStore cursors(config.state_folder + "/cursors.json");
    std::vector<pipeline::SourceView> views;
    for (const auto& source : config.sources) {
        auto& view = views.emplace_back();
        view.name = source.name;
        view.state = "unknown";
        view.cursor = cursors.get(source.name).text();
    }
    return views;
}

}  // namespace

int sources_list(const SourcesOptions& options) {
    std::vector<Fault> faults;
    const auto config = read_outline(config_path(options.config), faults);
    if (!print(faults)) return kConfiguration;
    const auto admin = admin_of(options.admin, options.config, faults);
    std::vector<pipeline::SourceView> views;
    try {
        const auto answer = ask_admin(admin, "GET", "/sources");
        if (answer.status != 200) throw std::runtime_error(admin + " knows nothing of sources");
        views = read_source_lines(answer.body);
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "hark: %s: this is what was stored\n", error.what());
        views = stored_views(config);
    }
    std::fputs((options.json ? to_json(views) : to_table(views)).c_str(), stdout);
    const bool good = std::none_of(views.begin(), views.end(), [](const auto& view) {
        return !view.problem.empty() || view.state == "unknown";
    });
    return good ? kFine : kBadInput;
}

int sources_test(const SourcesOptions& options) {
    std::vector<Fault> faults;
    auto config = read_config(config_path(options.config), faults);
    if (!print(faults)) return kConfiguration;
    const auto source =
        std::find_if(config.sources.begin(), config.sources.end(),
                     [&](const SourceConfig& one) { return one.name == options.name; });
    if (source == config.sources.end()) {
        std::fprintf(stderr, "hark: the configuration has no source `%s`\n", options.name.c_str());
        return kUsage;
    }
    telemetry::configure_log(telemetry::Level::off, telemetry::LogFormat::logfmt);
    const auto trial =
        try_source(*source, config.rules.brands, std::chrono::seconds(options.seconds));
    if (options.json) {
        pipeline::SourceView view;
        view.name = source->name;
        view.state = trial.good ? "good" : "bad";
        if (!trial.good) view.problem = trial.words;
        std::fputs(to_json({&view, 1}).c_str(), stdout);
    } else {
        std::printf("%s: %s\n", source->name.c_str(), trial.words.c_str());
    }
    return trial.good ? kFine : kBadInput;
}

}  // namespace hark::app
