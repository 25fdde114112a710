#pragma once

#include <memory>

#include "app/config.hpp"
#include "pipeline/daemon.hpp"
#include "publish/kafka/kafka_sink.hpp"

namespace hark::app {

/// Without topics.
[[nodiscard]] publish::KafkaOptions kafka_options(const KafkaConfig& config);

/// How a source is gone out for; its index is not set.
[[nodiscard]] ingest::StreamOptions stream_options(const SourceConfig& config);

[[nodiscard]] pipeline::Topics make_topics(const Config& config, const match::RuleSet& rules);

/// What the file alone does not show, though nothing is opened for it: certificates, properties
/// that librdkafka or the delivery promise refuses, labels that no rule gives.
void check_parts(const Config& config, const match::RuleSet& rules, std::vector<Fault>& faults);

/// Each part of the configuration to the room that it is for. Takes the platforms out of `config`.
/// Throws std::runtime_error for what only shows when it is opened: addresses, certificates,
/// folders, the sink.
[[nodiscard]] std::unique_ptr<pipeline::Daemon> make_daemon(
    Config& config, const pipeline::Topics& topics, std::shared_ptr<const match::RuleSet> rules,
    telemetry::Metrics& metrics);

}  // namespace hark::app
