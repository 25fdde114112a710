#include "app/make_daemon.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "publish/directory/directory_sink.hpp"
#include "publish/kafka/kafka_sink.hpp"
#include "publish/kafka/properties.hpp"
#include "publish/stdout/stdout_sink.hpp"

namespace hark::app {

namespace {

/// main() holds a standard descriptor that was closed with the wrong way round.
void require_open(int fd, int wrong_way, const char* name) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == wrong_way)
        throw std::runtime_error(std::string(name) + " is closed");
}

std::unique_ptr<publish::Sink> make_sink(const SinkConfig& config, const pipeline::Topics& topics,
                                         telemetry::Metrics& metrics) {
    switch (config.kind) {
        case SinkKind::kafka: {
            auto options = kafka_options(config.kafka);
            options.topics = topics.names();
            return std::make_unique<publish::KafkaSink>(std::move(options), metrics);
        }
        case SinkKind::directory: {
            publish::DirectoryOptions options;
            options.path = config.directory.path;
            options.topics = topics.names();
            options.segment_bytes = config.directory.segment_bytes;
            options.segment_age = config.directory.segment_age;
            return std::make_unique<publish::DirectorySink>(options, metrics);
        }
        case SinkKind::standard_output: break;
    }
    require_open(STDOUT_FILENO, O_RDONLY, "standard output");
    return std::make_unique<publish::StdoutSink>(topics.names().size(),
                                                 pipeline::Topics::mentions(), metrics);
}

/// Whether another source of its platform keeps only what names a brand.
bool is_followed(const SourceConfig& config, std::span<const SourceConfig> all) {
    return std::any_of(all.begin(), all.end(), [&](const SourceConfig& other) {
        return other.platform == config.platform && !other.keep_all;
    });
}

pipeline::DaemonSource make_source(SourceConfig& config, bool is_followed,
                                   std::span<const Brand> brands) {
    pipeline::DaemonSource source;
    source.options = {config.name, config.keep_all, is_followed};
    source.platforms = std::move(config.platforms);
    for (const auto& platform : source.platforms) {
        platform->set_brands(brands);
        if (platform != source.platforms[0]) platform->share_with(*source.platforms[0]);
    }
    switch (config.transport) {
        case Transport::webhook:
            source.webhook.emplace();
            source.webhook->path = config.path;
            source.webhook->body_bytes = config.body_bytes;
            source.errands = stream_options(config);
            break;
        case Transport::stream: source.stream = stream_options(config); break;
        case Transport::file:
            if (config.file == "-") require_open(STDIN_FILENO, O_WRONLY, "standard input");
            source.file.emplace();
            source.file->name = config.name;
            source.file->path = config.file;
            source.file->follow = config.follow;
            break;
    }
    return source;
}

ingest::WebhookOptions make_listener(const ListenerConfig& config) {
    ingest::WebhookOptions options;
    options.address = config.address;
    options.port = config.port;
    options.connections = config.connections;
    options.header_timeout = config.header_timeout;
    options.body_timeout = config.body_timeout;
    options.answer_timeout = config.answer_timeout;
    if (config.tls) options.tls = ingest::TlsFiles{config.tls->certificate, config.tls->key};
    return options;
}

}  // namespace

publish::KafkaOptions kafka_options(const KafkaConfig& config) {
    publish::KafkaOptions options;
    options.brokers = config.brokers;
    options.linger = config.linger;
    options.message_timeout = config.message_timeout;
    options.compression = config.compression;
    options.create_topics = config.create_topics;
    options.partitions = config.partitions;
    options.replication = config.replication;
    options.properties = config.options;
    return options;
}

ingest::StreamOptions stream_options(const SourceConfig& config) {
    ingest::StreamOptions options;
    options.name = config.name;
    options.message_bytes = config.message_bytes;
    options.ca_file = config.ca_file;
    options.idle_timeout = config.idle_timeout;
    return options;
}

void check_parts(const Config& config, const match::RuleSet& rules, std::vector<Fault>& faults) {
    const auto attempt = [&](const Location& where, const auto& part) {
        try {
            part();
        } catch (const std::runtime_error& error) {
            faults.push_back({where, error.what()});
        }
    };
    const auto& known = rules.book().labels;
    for (const auto& label : config.publish.labels.value_or(known)) {
        if (std::find(known.begin(), known.end(), label) != known.end()) continue;
        const auto guess = nearest(label, known);
        faults.push_back(
            {config.publish.labels_where,
             "no rule gives the label `" + label + "`" +
                 (guess.empty() ? "" : "; did you mean `" + std::string(guess) + "`?")});
    }
    for (const auto& listener : config.listeners) {
        if (!listener.tls) continue;
        attempt(listener.tls->where, [&] {
            ingest::require_certificate({listener.tls->certificate, listener.tls->key});
        });
    }
    if (config.sink.kind == SinkKind::kafka) {
        attempt(config.sink.kafka.where, [&] {
            (void)publish::make_conf(kafka_options(config.sink.kafka), publish::Batching::many);
        });
    }
}

pipeline::Topics make_topics(const Config& config, const match::RuleSet& rules) {
    pipeline::Topics::Options options;
    options.prefix = config.publish.prefix;
    options.restricted = config.publish.restricted;
    options.shadow = std::any_of(rules.book().rules.begin(), rules.book().rules.end(),
                                 [](const Rule& rule) { return rule.mode == Mode::shadow; });
    options.labels = config.publish.labels.value_or(rules.book().labels);
    return pipeline::Topics(options);
}

std::unique_ptr<pipeline::Daemon> make_daemon(Config& config, const pipeline::Topics& topics,
                                              std::shared_ptr<const match::RuleSet> rules,
                                              telemetry::Metrics& metrics) {
    pipeline::DaemonOptions options;
    options.shards = config.shards;
    options.in_flight_bytes = config.in_flight_bytes;
    options.mask = config.publish.mask;
    options.seen_entries = config.seen_entries;
    options.state_folder = config.state_folder;
    for (const auto& listener : config.listeners)
        options.listeners.push_back(make_listener(listener));
    for (auto& source : config.sources) {
        options.sources.push_back(
            make_source(source, is_followed(source, config.sources), config.rules.brands));
    }
    return std::make_unique<pipeline::Daemon>(std::move(options), topics, std::move(rules),
                                              make_sink(config.sink, topics, metrics), metrics);
}

}  // namespace hark::app
