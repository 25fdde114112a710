#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/cursor_store.hpp"
#include "ingest/file_source.hpp"
#include "ingest/stream_client.hpp"
#include "ingest/webhook_server.hpp"
#include "match/rule_set.hpp"
#include "pipeline/shard_pipeline.hpp"
#include "pipeline/topics.hpp"
#include "publish/sink.hpp"
#include "runtime/shard.hpp"
#include "telemetry/metrics.hpp"

namespace hark::pipeline {

/// A source and how its mentions come in: exactly one of webhook, stream and file is set.
struct DaemonSource {
    SourceOptions options;
    std::optional<ingest::WebhookRoute> webhook;
    std::optional<ingest::StreamOptions> stream;
    std::optional<ingest::FileOptions> file;
    /// How a webhook's platform goes out, if it has something to do there (Platform::next).
    ingest::StreamOptions errands;
    std::vector<std::unique_ptr<platforms::Platform>>
        platforms;  ///< webhooks: one a shard; else one
};

struct DaemonOptions {
    std::size_t shards = 1;
    std::size_t in_flight_bytes = limits::kInFlightBytesPerShard;
    std::size_t seen_entries = 1 << 20;
    std::string state_folder;                       ///< is made when it is not there
    std::vector<ingest::WebhookOptions> listeners;  ///< their routes are filled in
    std::vector<DaemonSource> sources;
    publish::MaskOptions mask;
};

/// What a source is doing, for a person or a monitor.
struct SourceView {
    std::string name;
    std::string state;    ///< listening, reading, or that of its ingest::LinkState
    std::string problem;  ///< in plain words; empty: none
    std::string cursor;
    double last_event = 0;      ///< seconds since 1970; 0: none since the start
    std::optional<double> lag;  ///< in seconds; of sources that Hark goes to
    std::uint64_t gaps = 0;
};

/// The whole machine: sources, shards with their pipelines, the sink. Everything but the getters is
/// called on the main thread.
class Daemon {
public:
    /// Opens everything, so that what cannot work is known before anything runs. Throws
    /// std::runtime_error.
    Daemon(DaemonOptions options, const Topics& topics, std::shared_ptr<const match::RuleSet> rules,
           std::unique_ptr<publish::Sink> sink, telemetry::Metrics& metrics);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    void start();
    /// Stops accepting and reading; what is in hand goes on to the sink. Then ask drained().
    void begin_stop();
    /// Ends the shards. What the sink has not acknowledged is not acknowledged to its source
    /// either. Stores cursors.
    void end();

    /// New rules, between two posts on each shard. Any thread.
    void use(const std::shared_ptr<const match::RuleSet>& rules);
    /// Certificates are read again; returns what is wrong with any, a line each. Waits for the
    /// shards, which run. Any thread but theirs.
    std::string reload_certificates();
    /// Cursors to disk; blocks for an fsync. Call about once a second, from a thread of its own.
    void store_cursors();

    [[nodiscard]] bool sink_ended() const { return sink_->ended(); }
    [[nodiscard]] bool drained() const;     ///< nothing is in hand any more
    [[nodiscard]] bool files_done() const;  ///< every file was read to its end, all acknowledged,
                                            ///< and there is nothing but files
    [[nodiscard]] std::string not_ready() const;  ///< empty, or what is not ready
    [[nodiscard]] std::size_t sources_up() const;
    [[nodiscard]] std::vector<SourceView> source_views() const;  ///< any thread
    [[nodiscard]] std::size_t sources() const noexcept { return options_.sources.size(); }
    [[nodiscard]] std::vector<std::uint16_t> ports() const;  ///< of the listeners

private:
    struct ShardParts;

    void open_sources();
    void open_listeners();
    void show_client(std::size_t source, SourceView& view) const;
    void on_every_shard(const std::function<void(ShardParts&)>& act) const;
    void watch_shard(ShardParts& parts);

    DaemonOptions options_;
    telemetry::Metrics& metrics_;
    ingest::CursorStore cursors_;
    SeenWindow seen_;
    std::unique_ptr<publish::Sink> sink_;
    runtime::ShardPool pool_;
    std::vector<std::unique_ptr<ShardParts>> parts_;
    bool started_ = false;
};

}  // namespace hark::pipeline
