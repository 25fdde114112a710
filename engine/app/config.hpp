#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/settings.hpp"
#include "pipeline/rules.hpp"
#include "platforms/platform.hpp"
#include "publish/mask.hpp"
#include "telemetry/log.hpp"

namespace hark::app {

struct TlsConfig {
    std::string certificate;
    std::string key;
    Location where;
};

struct ListenerConfig {
    std::string address;
    std::uint16_t port = 0;
    std::optional<TlsConfig> tls;
    std::size_t connections = limits::kConnections;
    std::chrono::milliseconds header_timeout = limits::kHttpHeaderTimeout;
    std::chrono::milliseconds body_timeout = limits::kHttpBodyTimeout;
    std::chrono::milliseconds answer_timeout = limits::kHttpAnswerTimeout;
};

/// How a source's mentions come in.
enum class Transport : std::uint8_t { webhook, stream, file };

struct SourceConfig {
    std::string name;
    std::string platform;
    Transport transport = Transport::webhook;
    bool keep_all = true;
    // webhook
    std::string path;
    std::size_t body_bytes = limits::kHttpBodyBytes;
    // stream
    std::chrono::milliseconds idle_timeout = limits::kStreamIdleTimeout;
    std::size_t message_bytes = limits::kStreamMessageBytes;
    std::string ca_file;
    // file
    std::string file;
    bool follow = false;
    /// One object a shard (webhooks) or one (streams, files).
    std::vector<std::unique_ptr<platforms::Platform>> platforms;
};

struct KafkaConfig {
    std::string brokers;
    std::chrono::milliseconds linger{5};
    std::chrono::milliseconds message_timeout{300'000};
    std::string compression = "lz4";
    int partitions = 6;
    int replication = 1;
    bool create_topics = true;
    std::vector<std::pair<std::string, std::string>> options;  ///< handed to librdkafka as they are
    Location where;
};

struct DirectoryConfig {
    std::string path;
    std::size_t segment_bytes = 64 * limits::kMiB;
    std::chrono::milliseconds segment_age{3'600'000};
};

enum class SinkKind : std::uint8_t { directory, kafka, standard_output };

struct SinkConfig {
    SinkKind kind = SinkKind::directory;
    KafkaConfig kafka;
    DirectoryConfig directory;
};

struct PublishConfig {
    std::string prefix = "hark";
    bool restricted = false;
    std::optional<std::vector<std::string>>
        labels;  ///< nullopt: a topic for every label of the rules
    Location labels_where;
    publish::MaskOptions mask;
};

/// `mask`, `mask_key`, `mask_authors`; a `hash` without a key is a fault.
[[nodiscard]] publish::MaskOptions read_mask(Settings& settings);

struct AdminConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9464;
};

/// One configuration file, checked. Each part goes to the room that it configures.
struct Config {
    std::string state_folder = "state";
    std::size_t shards = 1;
    std::size_t in_flight_bytes = limits::kInFlightBytesPerShard;
    std::size_t seen_entries = 1 << 20;
    std::chrono::milliseconds stop_timeout{20'000};
    pipeline::RuleSources rules;
    std::vector<ListenerConfig> listeners;
    std::vector<SourceConfig> sources;
    SinkConfig sink;
    PublishConfig publish;
    AdminConfig admin;
    telemetry::Level log_level = telemetry::Level::info;
    telemetry::LogFormat log_format = telemetry::LogFormat::logfmt;
    /// Files of secrets that everybody on the machine may read or change.
    std::vector<std::string> open_secrets;
};

/// The file of a command without `-c`: hark.yaml here, else /etc/hark/hark.yaml.
[[nodiscard]] std::string config_path(const std::string& given);

/// Reads and checks a file; relative paths in it are meant from the file's own folder. All faults
/// come in one go; with any fault the Config must not be used. `keys_read` (when given) collects
/// every key that was asked for.
[[nodiscard]] Config read_config(const std::string& path, std::vector<Fault>& faults,
                                 std::vector<std::string>* keys_read = nullptr);

/// Of a file only what tells where its daemon is: the state folder, the admin listener, the
/// sources' names. Asks for no secrets, and finds no other faults.
[[nodiscard]] Config read_outline(const std::string& path, std::vector<Fault>& faults);

/// HOST:PORT of the daemon's admin listener: what is given, else what the configuration says.
[[nodiscard]] std::string admin_of(const std::string& given, const std::string& config,
                                   std::vector<Fault>& faults);

/// The same as read_config for text that is in memory; `file` names it in faults.
[[nodiscard]] Config parse_config(std::string_view text, const std::string& file,
                                  std::vector<Fault>& faults,
                                  std::vector<std::string>* keys_read = nullptr);

}  // namespace hark::app
