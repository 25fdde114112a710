#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "app/config_values.hpp"
#include "core/yaml.hpp"

namespace hark::app {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kSecond = 1s;
constexpr std::chrono::milliseconds kHour = 1h;
constexpr std::chrono::milliseconds kDay = 24h;

constexpr std::size_t kTopicBytes = 249;  // Kafka's bound for a name

std::string read_address(Settings& settings, std::string_view fallback) {
    auto address = settings.text("address", fallback);
    if (!is_address(address))
        settings.fault("address",
                       "`address` is that of an interface, such as 127.0.0.1, 0.0.0.0 "
                       "or ::, and no name");
    return address;
}

/// Reads one file's mapping into a Config, section by section.
class Reader {
public:
    Reader(Settings& root, std::filesystem::path folder)
        : root_(root), folder_(std::move(folder)) {}

    Config read() {
        Config config;
        config.state_folder = path(root_.text("state_folder", "state"));
        const auto cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
        config.shards =
            root_.integer("shards", std::min(cores, limits::kShards), 1, limits::kShards);
        config.in_flight_bytes = root_.bytes("in_flight_bytes", config.in_flight_bytes,
                                             limits::kMiB, 16 * 1024 * limits::kMiB);
        config.seen_entries = root_.integer("seen_entries", config.seen_entries, 1024, 1 << 28);
        config.stop_timeout = root_.duration("stop_timeout", config.stop_timeout, kSecond, kHour);
        read_rules(config);
        read_listeners(config);
        read_sources(config);
        read_sink(config);
        read_publish(config);
        read_admin(config);
        read_log(config);
        root_.finish();
        return config;
    }

    Config outline() {
        Config config;
        config.state_folder = path(root_.text("state_folder", "state"));
        for (auto& item : root_.maps("sources"))
            config.sources.emplace_back().name = item.required_text("name");
        read_admin(config);
        return config;
    }

private:
    [[nodiscard]] std::string path(const std::string& text) const {
        if (text.empty() || text == "-") return text;
        return (folder_ / text).lexically_normal().string();
    }

    void read_rules(Config& config) {
        config.rules.cache_folder = path(config.state_folder + "/cache");
        if (auto rules = root_.map("rules")) {
            for (const auto& folder : rules->texts("folders")) {
                config.rules.folders.push_back(path(folder));
            }
            rules->finish();
        }
        if (config.rules.folders.empty()) {
            const auto shipped = pipeline::shipped_rules();
            if (shipped.empty())
                root_.fault("rules",
                            "no rules are installed beside hark: name `rules: {folders: [...]}`");
            else config.rules.folders.push_back(shipped);
        }
        std::set<std::string> ids;
        for (auto& item : root_.maps("brands")) {
            Brand brand;
            brand.id = item.required_text("id");
            brand.names = item.texts("names");
            brand.handles = item.texts("handles");
            brand.hashtags = item.texts("hashtags");
            brand.domains = item.texts("domains");
            brand.accounts = item.texts("accounts");
            brand.phones = item.texts("phones");
            brand.published = item.texts("published");
            brand.where = item.where();
            check_brand(item, brand);
            if (!ids.insert(brand.id).second)
                item.fault("id", "brand `" + brand.id + "` stands here twice");
            item.finish();
            config.rules.brands.push_back(std::move(brand));
        }
    }

    /// What would be looked for in vain.
    static void check_brand(Settings& item, const Brand& brand) {
        for (const auto& domain : brand.domains) {
            if (domain.find_first_of("/:@ ") != std::string::npos)
                item.fault("domains", "`" + domain + "` is no domain such as acme.com");
        }
        for (const auto& account : brand.accounts) {
            if (!is_account(account))
                item.fault("accounts", "`" + account + "` is no account such as vk:-123");
        }
        for (const auto& phone : brand.phones) {
            if (!is_phone(phone))
                item.fault("phones",
                           "`" + phone + "` is no telephone number such as +48 600 700 800");
        }
    }

    void read_listeners(Config& config) {
        std::set<std::pair<std::string, std::uint16_t>> places;
        for (auto& item : root_.maps("listeners")) {
            ListenerConfig listener;
            listener.address = read_address(item, "0.0.0.0");
            listener.port = static_cast<std::uint16_t>(item.integer("port", 8080, 0, 65535));
            listener.connections = item.integer("connections", listener.connections, 1, 1'000'000);
            listener.header_timeout =
                item.duration("header_timeout", listener.header_timeout, kSecond, kHour);
            listener.body_timeout =
                item.duration("body_timeout", listener.body_timeout, kSecond, kHour);
            listener.answer_timeout =
                item.duration("answer_timeout", listener.answer_timeout, kSecond, kHour);
            if (auto tls = item.map("tls")) {
                listener.tls = TlsConfig{path(tls->required_text("certificate")),
                                         path(tls->required_text("key")), tls->where()};
                tls->finish();
            }
            if (listener.port != 0 && !places.insert({listener.address, listener.port}).second)
                item.fault("port", "two listeners have the port " + std::to_string(listener.port) +
                                       " of " + listener.address);
            item.finish();
            config.listeners.push_back(std::move(listener));
        }
    }

    void read_sources(Config& config) {
        std::set<std::string> names;
        std::set<std::string> paths;
        const auto faults = root_.faults();
        for (auto& item : root_.maps("sources")) {
            auto source = read_source(item, config.shards);
            if (!names.insert(source.name).second)
                item.fault("name", "source `" + source.name + "` stands here twice");
            if (source.transport == Transport::webhook && !paths.insert(source.path).second) {
                item.fault("path", "two sources have the path `" + source.path + "`");
            }
            if (!source.platforms.empty()) item.finish();  // else nobody knows its keys
            config.sources.push_back(std::move(source));
        }
        if (config.sources.empty() && root_.faults() == faults)
            root_.fault("sources", "`sources` is empty: there is nothing to hear");
        const bool webhooks =
            std::any_of(config.sources.begin(), config.sources.end(),
                        [](const auto& one) { return one.transport == Transport::webhook; });
        if (webhooks && config.listeners.empty()) {
            root_.fault("listeners",
                        "a source has a `path`, but there are no `listeners` to hear it");
        }
    }

    SourceConfig read_source(Settings& item, std::size_t shards) {
        SourceConfig source;
        source.name = item.required_text("name");
        source.platform = item.required_text("platform");
        read_transport(item, source);
        if (source.platform.empty()) return source;
        const std::size_t copies = source.transport == Transport::webhook ? shards : 1;
        for (std::size_t i = 0; i < copies; ++i) {
            // Faults of a second copy would only repeat the first's.
            auto copy_report = SettingsReport{};
            auto platform = i == 0 ? platforms::make_platform(source.platform, item)
                                   : repeat(item, copy_report, source.platform);
            if (platform == nullptr) {
                if (i == 0) unknown_platform(item, source.platform);
                break;
            }
            source.platforms.push_back(std::move(platform));
        }
        if (source.platforms.empty()) return source;
        const auto& platform = *source.platforms[0];
        const bool goes_out = source.platforms[0]->next({}).index() != 0;
        const bool is_firehose =
            source.transport != Transport::file && goes_out && !platform.is_ours();
        static constexpr std::array<std::string_view, 2> kKeep = {"all", "brand"};
        source.keep_all = item.one_of("keep", kKeep, is_firehose ? "brand" : "all") == "all";
        const bool is_webhook = source.transport == Transport::webhook && !item.has("file");
        if (is_webhook && !platforms::takes_webhooks(source.platform))
            item.fault("path", "`" + source.platform + "` takes no webhooks: leave out `path`");
        if (source.transport == Transport::stream && !goes_out)
            item.fault("platform", "a source of `" + source.platform +
                                       "` needs a `path` for its webhooks, a `file`, or an address "
                                       "to go to");
        return source;
    }

    static std::unique_ptr<platforms::Platform> repeat(const Settings& item, SettingsReport& report,
                                                       const std::string& platform) {
        auto again = item.again(report);
        return platforms::make_platform(platform, again);
    }

    static void unknown_platform(Settings& item, const std::string& platform) {
        const auto names = platforms::platform_names();
        const std::vector<std::string> known(names.begin(), names.end());
        std::string list;
        for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
        const auto guess = nearest(platform, known);
        item.fault("platform",
                   "unknown platform `" + platform + "`" +
                       (guess.empty() ? "; known are: " + list
                                      : "; did you mean `" + std::string(guess) + "`?"));
    }

    void read_transport(Settings& item, SourceConfig& source) {
        if (item.has("path")) {
            source.transport = Transport::webhook;
            source.path = item.required_text("path");
            if (!is_webhook_path(source.path))
                item.fault("path",
                           "a path begins with / and is of plain characters, without "
                           "blanks, ? and #: others are written %C3%A9");
            source.body_bytes = item.bytes("body_bytes", source.body_bytes, limits::kKiB,
                                           limits::kHttpBodyBytesMax);
            source.ca_file = path(item.text("ca_file", ""));
        } else if (item.has("file")) {
            source.transport = Transport::file;
            source.file = path(item.required_text("file"));
            source.follow = item.boolean("follow", false);
        } else {
            source.transport = Transport::stream;
            source.idle_timeout = item.duration("idle_timeout", source.idle_timeout, kSecond, kDay);
            source.message_bytes = item.bytes("message_bytes", source.message_bytes, limits::kKiB,
                                              limits::kHttpBodyBytesMax);
            source.ca_file = path(item.text("ca_file", ""));
        }
        if (item.has("path") && item.has("file"))
            item.fault("file", "a source has a `path` or a `file`, not both");
    }

    void read_sink(Config& config) {
        auto sink = root_.map("sink");
        if (!sink) {
            config.sink.directory.path = path("topics");
            return;
        }
        const int kinds =
            int{sink->has("kafka")} + int{sink->has("directory")} + int{sink->has("stdout")};
        if (kinds != 1) root_.fault("sink", "`sink` has exactly one of: kafka, directory, stdout");
        if (auto kafka = sink->map("kafka")) read_kafka(*kafka, config.sink);
        if (auto directory = sink->map("directory")) {
            config.sink.kind = SinkKind::directory;
            auto& out = config.sink.directory;
            out.path = path(directory->required_text("path"));
            out.segment_bytes = directory->bytes("segment_bytes", out.segment_bytes,
                                                 64 * limits::kKiB, 1024 * limits::kMiB);
            out.segment_age =
                directory->duration("segment_age", out.segment_age, kSecond, 30 * kDay);
            directory->finish();
        }
        if (auto standard_output = sink->map("stdout")) {
            config.sink.kind = SinkKind::standard_output;
            standard_output->finish();
        } else if (sink->has("stdout")) {
            config.sink.kind = SinkKind::standard_output;
        }
        sink->finish();
    }

    static void read_kafka(Settings& kafka, SinkConfig& sink) {
        sink.kind = SinkKind::kafka;
        auto& out = sink.kafka;
        out.where = kafka.where();
        out.brokers = kafka.required_text("brokers");
        if (!out.brokers.empty() && !are_brokers(out.brokers))
            kafka.fault("brokers", "`brokers` is host:port,host:port, with ports up to 65535");
        out.linger = kafka.duration("linger", out.linger, 0ms, 60 * kSecond);
        out.message_timeout = kafka.duration("message_timeout", out.message_timeout, kSecond, kDay);
        static constexpr std::array<std::string_view, 5> kCompression = {"none", "gzip", "snappy",
                                                                         "lz4", "zstd"};
        out.compression = kafka.one_of("compression", kCompression, out.compression);
        out.partitions = static_cast<int>(kafka.integer("partitions", 6, 1, 10'000));
        out.replication = static_cast<int>(kafka.integer("replication", 1, 1, 100));
        out.create_topics = kafka.boolean("create_topics", true);
        out.options = kafka.text_map("options");
        for (auto& option : kafka.secret_map("secret_options"))
            out.options.push_back(std::move(option));
        kafka.finish();
    }

    void read_publish(Config& config) {
        auto publish = root_.map("publish");
        if (!publish) return;
        config.publish.prefix = publish->text("prefix", "hark");
        config.publish.restricted = publish->boolean("restricted", false);
        read_labels(*publish, config.publish);
        config.publish.mask = read_mask(*publish);
        const auto& prefix = config.publish.prefix;
        if (!is_topic_part(prefix) || prefix.size() > 200 || prefix.starts_with('.'))
            publish->fault("prefix", "a topic name is made of letters, digits, `.`, `_` and `-`");
        publish->finish();
    }

    static void read_labels(Settings& publish, PublishConfig& out) {
        if (!publish.has("labels")) return;
        out.labels = publish.texts("labels");
        out.labels_where = publish.where("labels");
        std::set<std::string> names;
        for (const auto& label : *out.labels) {
            if (!is_topic_part(label) || out.prefix.size() + 1 + label.size() > kTopicBytes)
                publish.fault("labels", "label `" + label +
                                            "`: a topic name is made of letters, digits, `.`, `_` "
                                            "and `-`");
            if (!names.insert(label).second)
                publish.fault("labels", "label `" + label + "` stands here twice");
        }
    }

    void read_admin(Config& config) {
        auto admin = root_.map("admin");
        if (!admin) return;
        config.admin.address = read_address(*admin, config.admin.address);
        config.admin.port =
            static_cast<std::uint16_t>(admin->integer("port", config.admin.port, 0, 65535));
        admin->finish();
    }

    void read_log(Config& config) {
        auto log = root_.map("log");
        if (!log) return;
        static constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn",
                                                                    "error", "off"};
        static constexpr std::array<std::string_view, 2> kFormats = {"logfmt", "json"};
        const auto level = log->one_of("level", kLevels, "info");
        config.log_level = static_cast<telemetry::Level>(
            std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin());
        config.log_format = log->one_of("format", kFormats, "logfmt") == "json"
                                ? telemetry::LogFormat::json
                                : telemetry::LogFormat::logfmt;
        log->finish();
    }

    Settings& root_;
    std::filesystem::path folder_;
};

/// Of a file, a byte more than may be in it at most; nullopt with a fault.
std::optional<std::string> text_of(const std::string& path, std::vector<Fault>& faults) {
    std::ifstream file(path, std::ios::binary);
    std::error_code error;
    const bool is_folder = std::filesystem::is_directory(path, error);
    if (!file || is_folder) {
        faults.push_back({{path, 0, 0},
                          std::string(is_folder ? "is a folder" : "cannot be read") +
                              ": name a configuration with -c FILE"});
        return std::nullopt;
    }
    std::string text(limits::kConfigBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace

publish::MaskOptions read_mask(Settings& settings) {
    static constexpr std::array<std::string_view, 3> kStyles = {"type", "hash", "partial"};
    publish::MaskOptions mask;
    mask.style = publish::mask_style(settings.one_of("mask", kStyles, "type"))
                     .value_or(publish::MaskStyle::type);
    const auto keys = settings.secrets("mask_key");
    if (!keys.empty()) mask.key = keys.front();
    mask.authors = settings.boolean("mask_authors", false);
    if (mask.style == publish::MaskStyle::hash && mask.key.empty()) {
        settings.fault("mask",
                       "`mask: hash` needs a secret in `mask_key`: anyone could try all "
                       "telephone numbers otherwise");
        mask.style = publish::MaskStyle::type;
    }
    return mask;
}

std::string config_path(const std::string& given) {
    if (!given.empty()) return given;
    return std::filesystem::exists("hark.yaml") ? "hark.yaml" : "/etc/hark/hark.yaml";
}

Config parse_config(std::string_view text, const std::string& file, std::vector<Fault>& faults,
                    std::vector<std::string>* keys_read) {
    const auto tree = read_yaml(text, file, limits::kConfigBytes, faults);
    if (!tree) return {};
    SettingsReport report;
    report.note_keys = keys_read != nullptr;
    Settings root(*tree, report);
    auto config = Reader(root, std::filesystem::path(file).parent_path()).read();
    std::stable_sort(report.faults.begin(), report.faults.end(),
                     [](const Fault& a, const Fault& b) {
                         return std::pair(a.where.line, a.where.column) <
                                std::pair(b.where.line, b.where.column);
                     });
    faults.insert(faults.end(), report.faults.begin(), report.faults.end());
    config.open_secrets.assign(report.open_secrets.begin(), report.open_secrets.end());
    if (keys_read != nullptr) *keys_read = std::move(report.keys_read);
    return config;
}

Config read_config(const std::string& path, std::vector<Fault>& faults,
                   std::vector<std::string>* keys_read) {
    const auto text = text_of(path, faults);
    return text ? parse_config(*text, path, faults, keys_read) : Config{};
}

Config read_outline(const std::string& path, std::vector<Fault>& faults) {
    const auto text = text_of(path, faults);
    const auto tree = text ? read_yaml(*text, path, limits::kConfigBytes, faults) : std::nullopt;
    if (!tree) return {};
    SettingsReport report;
    Settings root(*tree, report);
    auto config = Reader(root, std::filesystem::path(path).parent_path()).outline();
    faults.insert(faults.end(), report.faults.begin(), report.faults.end());
    return config;
}

std::string admin_of(const std::string& given, const std::string& config,
                     std::vector<Fault>& faults) {
    if (!given.empty()) return given;
    const auto path = config_path(config);
    const bool is_there = !config.empty() || std::filesystem::exists(path);
    const auto admin = is_there ? read_outline(path, faults).admin : AdminConfig{};
    return admin.address + ":" + std::to_string(admin.port);
}

}  // namespace hark::app
