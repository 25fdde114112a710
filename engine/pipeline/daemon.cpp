#include "pipeline/daemon.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <future>
#include <set>

#include "telemetry/log.hpp"

namespace hark::pipeline {

namespace {

// How often a shard says whether it is drained, and hands its cursors to the store.
constexpr std::chrono::milliseconds kWatch{50};

std::string prepare(const std::string& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw std::runtime_error(folder + ": the state folder cannot be made: " + error.message());
    return folder;
}

PipelineOptions pipeline_options(const DaemonOptions& options) {
    PipelineOptions out;
    out.in_flight_bytes = options.in_flight_bytes;
    out.mask = options.mask;
    for (const auto& source : options.sources) out.sources.push_back(source.options);
    return out;
}

}  // namespace

/// What belongs to one shard and is touched on it alone.
struct Daemon::ShardParts {
    ShardParts(runtime::Shard& on, const DaemonOptions& options, const Topics& topics,
               SeenWindow& seen, std::shared_ptr<const match::RuleSet> rules,
               std::vector<platforms::Platform*> platforms, telemetry::Metrics& metrics)
        : shard(on),
          telemetry(metrics),
          pipeline(pipeline_options(options), topics, seen, std::move(rules), std::move(platforms),
                   metrics),
          timer(on.io()) {}

    [[nodiscard]] bool is_drained() const {
        if (pipeline.in_flight() > 0) return false;
        for (const auto& server : servers) {
            if (!server->idle()) return false;
        }
        for (const auto* clients : {&streams, &errands}) {
            for (const auto& client : *clients) {
                if (!client->drained()) return false;
            }
        }
        for (const auto& file : files) {
            if (!file->drained()) return false;
        }
        return true;
    }
    void hand_over_cursors() const {
        for (const auto& stream : streams) stream->store_cursor();
        for (const auto& errand : errands) errand->store_cursor();
        for (const auto& file : files) file->store_cursor();
    }

    runtime::Shard& shard;
    telemetry::Metrics& telemetry;
    ShardPipeline pipeline;
    boost::asio::steady_timer timer;
    std::vector<std::unique_ptr<ingest::WebhookServer>> servers;
    std::vector<std::unique_ptr<ingest::StreamClient>> streams;
    /// What the platforms of webhooks do outside. Not asked by /readyz: a subscription is confirmed
    /// by a request that comes in, which only those get who are ready.
    std::vector<std::unique_ptr<ingest::StreamClient>> errands;
    std::vector<std::unique_ptr<ingest::FileSource>> files;
    bool stopping = false;
    std::atomic<bool> drained{false};
};

Daemon::Daemon(DaemonOptions options, const Topics& topics,
               std::shared_ptr<const match::RuleSet> rules, std::unique_ptr<publish::Sink> sink,
               telemetry::Metrics& metrics)
    : options_(std::move(options)),
      metrics_(metrics),
      cursors_(prepare(options_.state_folder) + "/cursors.json"),
      seen_(options_.state_folder + "/seen", options_.seen_entries),
      sink_(std::move(sink)),
      pool_(options_.shards) {
    for (std::size_t i = 0; i < options_.shards; ++i) {
        std::vector<platforms::Platform*> platforms;
        for (const auto& source : options_.sources) {
            platforms.push_back(source.platforms[std::min(i, source.platforms.size() - 1)].get());
        }
        parts_.push_back(std::make_unique<ShardParts>(pool_[i], options_, topics, seen_, rules,
                                                      std::move(platforms), metrics));
        parts_.back()->pipeline.connect(sink_->open(pool_[i], parts_.back()->pipeline));
    }
    open_sources();
    open_listeners();
}

Daemon::~Daemon() {
    end();
}

/// Streams and files go round the shards; each stays on its own. A webhook's errands stay with the
/// platform of the first shard.
void Daemon::open_sources() {
    std::size_t next = 0;
    for (std::size_t i = 0; i < options_.sources.size(); ++i) {
        auto& source = options_.sources[i];
        const auto index = static_cast<ingest::SourceIndex>(i);
        const auto client = [&](ShardParts& on, ingest::StreamOptions& options) {
            options.source = index;
            return std::make_unique<ingest::StreamClient>(on.shard, options, *source.platforms[0],
                                                          on.pipeline, cursors_, on.telemetry);
        };
        if (source.webhook) {
            const bool goes_out = source.platforms[0]->next({}).index() != 0;
            if (goes_out) parts_[0]->errands.push_back(client(*parts_[0], source.errands));
            continue;
        }
        auto& parts = *parts_[next++ % parts_.size()];
        if (source.stream) {
            parts.streams.push_back(client(parts, *source.stream));
        } else if (source.file) {
            source.file->source = index;
            parts.files.push_back(std::make_unique<ingest::FileSource>(
                parts.shard, *source.file, parts.pipeline, cursors_, parts.telemetry));
        }
    }
}

/// The first shard chooses the port when none is configured; the others share it.
void Daemon::open_listeners() {
    for (auto& listener : options_.listeners) {
        for (std::size_t shard = 0; shard < parts_.size(); ++shard) {
            listener.routes.clear();
            for (std::size_t i = 0; i < options_.sources.size(); ++i) {
                const auto& source = options_.sources[i];
                if (!source.webhook) continue;
                auto route = *source.webhook;
                route.source = static_cast<ingest::SourceIndex>(i);
                route.source_name = source.options.name;
                route.platform = source.platforms[shard].get();
                listener.routes.push_back(std::move(route));
            }
            auto& parts = *parts_[shard];
            parts.servers.push_back(std::make_unique<ingest::WebhookServer>(
                parts.shard, listener, parts.pipeline, parts.telemetry));
            listener.port = parts.servers.back()->port();
        }
    }
}

void Daemon::on_every_shard(const std::function<void(ShardParts&)>& act) const {
    for (const auto& parts : parts_) {
        boost::asio::post(parts->shard.io(), [act, one = parts.get()] { act(*one); });
    }
}

void Daemon::start() {
    for (const auto& parts : parts_) {
        for (const auto& server : parts->servers) server->start();
        for (const auto& stream : parts->streams) stream->start();
        for (const auto& errand : parts->errands) errand->start();
        for (const auto& file : parts->files) file->start();
        watch_shard(*parts);
    }
    started_ = true;
    pool_.start();
}

void Daemon::watch_shard(ShardParts& parts) {
    parts.timer.expires_after(kWatch);
    parts.timer.async_wait([this, &parts](const boost::system::error_code& error) {
        if (error) return;
        parts.hand_over_cursors();
        if (parts.stopping && parts.is_drained()) {
            parts.drained = true;
            return;
        }
        watch_shard(parts);
    });
}

void Daemon::begin_stop() {
    on_every_shard([](ShardParts& parts) {
        for (const auto& server : parts.servers) server->stop_accepting();
        for (const auto& stream : parts.streams) stream->stop();
        for (const auto& errand : parts.errands) errand->stop();
        for (const auto& file : parts.files) file->stop();
        parts.stopping = true;
    });
}

void Daemon::end() {
    if (!started_) return;
    started_ = false;
    pool_.stop();
    pool_.join();
    for (const auto& parts : parts_) {
        parts->hand_over_cursors();
        parts->drained = parts->is_drained();
        if (!parts->drained) {
            telemetry::log(telemetry::Level::warn, "stopped_with_posts_in_hand",
                           {{"shard", std::to_string(parts->shard.index())},
                            {"parcels", std::to_string(parts->pipeline.in_flight())}});
        }
        parts->pipeline.disconnect();
    }
    cursors_.flush();
}

void Daemon::use(const std::shared_ptr<const match::RuleSet>& rules) {
    on_every_shard([rules](ShardParts& parts) { parts.pipeline.use(rules); });
}

std::string Daemon::reload_certificates() {
    std::set<std::string> problems;  // each shard has the same
    for (const auto& parts : parts_) {
        std::promise<void> done;
        boost::asio::post(parts->shard.io(), [&] {
            for (const auto& server : parts->servers) problems.insert(server->reload_certificate());
            done.set_value();
        });
        done.get_future().wait();
    }
    std::string lines;
    for (const auto& problem : problems) lines += problem.empty() ? "" : problem + "\n";
    return lines;
}

void Daemon::store_cursors() {
    cursors_.flush();
}

bool Daemon::drained() const {
    for (const auto& parts : parts_) {
        if (!parts->drained) return false;
    }
    return true;
}

bool Daemon::files_done() const {
    bool any = false;
    for (const auto& parts : parts_) {
        if (!parts->servers.empty() || !parts->streams.empty()) return false;
        for (const auto& file : parts->files) {
            if (!file->done()) return false;
            any = true;
        }
    }
    return any;
}

std::string Daemon::not_ready() const {
    auto problem = sink_->not_ready();
    for (const auto& parts : parts_) {
        for (const auto& stream : parts->streams) {
            if (stream->connected()) continue;
            problem += (problem.empty() ? "" : "; ") + ("source " + stream->name()) + " is not up";
        }
        for (const auto& file : parts->files) {
            const auto status = file->status();
            if (status.state != "failing") continue;
            problem +=
                (problem.empty() ? "" : "; ") + ("source " + file->name()) + ": " + status.problem;
        }
    }
    return problem;
}

std::size_t Daemon::sources_up() const {
    std::size_t down = 0;
    for (const auto& parts : parts_) {
        for (const auto& stream : parts->streams) down += stream->connected() ? 0 : 1;
        for (const auto& file : parts->files) down += file->status().problem.empty() ? 0 : 1;
    }
    return options_.sources.size() - down;
}

std::vector<SourceView> Daemon::source_views() const {
    std::vector<SourceView> views;
    for (std::size_t i = 0; i < options_.sources.size(); ++i) {
        const auto& source = options_.sources[i];
        auto& view = views.emplace_back();
        view.name = source.options.name;
        view.state = source.webhook ? "listening" : "reading";
        view.cursor = cursors_.get(view.name).text();
        view.gaps = metrics_.total("hark_source_gap_total", {{"source", view.name}});
        for (const auto& parts : parts_) {
            view.last_event = std::max(
                view.last_event, parts->pipeline.last_event(static_cast<ingest::SourceIndex>(i)));
        }
        show_client(i, view);
    }
    return views;
}

/// The state of whoever goes out for the source, or reads it.
void Daemon::show_client(std::size_t source, SourceView& view) const {
    const auto& name = options_.sources[source].options.name;
    for (const auto& parts : parts_) {
        for (const auto& file : parts->files) {
            if (file->name() != name) continue;
            auto status = file->status();
            view.state = status.state;
            view.problem = std::move(status.problem);
        }
        for (const auto* clients : {&parts->streams, &parts->errands}) {
            for (const auto& client : *clients) {
                if (client->name() != name) continue;
                auto status = client->status();
                const bool listens = clients == &parts->errands && status.problem.empty();
                if (!listens) view.state = ingest::to_string(status.state);
                view.problem = std::move(status.problem);
                view.lag = status.lag;
            }
        }
    }
}

std::vector<std::uint16_t> Daemon::ports() const {
    std::vector<std::uint16_t> out;
    for (const auto& server : parts_.front()->servers) out.push_back(server->port());
    return out;
}

}  // namespace hark::pipeline
