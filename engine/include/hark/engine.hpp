#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define HARK_EXPORT __attribute__((visibility("default")))

/// Hark in your own process: rules in, verdicts out. No broker, no network, no threads of its own.
///
///     hark::Engine engine({.rule_folders = {"/usr/share/hark/rules"}, .brands = {{.id = "acme",
///     .names = {"Acme*"}}}}); auto result = engine.classify({.text = "Acme, where is my refund? I
///     have been waiting for two weeks"}); for (const auto& label : result.labels) std::cout <<
///     label.name << ' ' << label.probability << '\n';
///
/// For posts that must survive a crash run the daemon (`hark run`), which adds sources, sinks and
/// the delivery promise.
namespace hark {

/// Something in the rules or options is wrong; what() has one line a fault, FILE:LINE:COLUMN: what,
/// and what to do.
class HARK_EXPORT ConfigurationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A brand whose mentions you look for. `acme*` finds inflected forms.
struct EngineBrand {
    std::string id;
    std::vector<std::string> names{};
    std::vector<std::string> handles{};   ///< `@acme`
    std::vector<std::string> hashtags{};  ///< `#acme`
    std::vector<std::string> domains{};   ///< `acme.com`
};

struct EngineOptions {
    std::vector<std::string> rule_folders{};  ///< empty: the rules installed with Hark
    std::vector<EngineBrand> brands{};
    std::string cache_folder{};  ///< for compiled rules; empty: none
};

/// What you know about a post. Only the text is needed; UTF-8.
struct Post {
    std::string_view text;
    std::string_view id{};        ///< empty: made from the text
    std::string_view platform{};  ///< empty: `text`
    std::string_view lang{};      ///< as declared by its author's client, BCP 47
    std::string_view author_id{};
    std::string_view thread{};
    bool author_is_brand = false;
};

struct GivenLabel {
    std::string
        name;  ///< spam, trolling, complaint, praise, question, urgent, pii, or a pack's own
    double probability = 0;  ///< calibrated
};

struct Classification {
    std::vector<GivenLabel> labels{};
    std::vector<std::string> brands{};
    std::string lang{};    ///< empty: undetermined
    std::string advice{};  ///< empty: none
    /// The record as it would be published, schema 1: personal data replaced by its type, evidence
    /// with spans.
    std::string record{};
};

/// Not thread-safe; make one a thread. Engines of one process may share a cache folder.
class HARK_EXPORT Engine {
public:
    /// Reads and compiles the rules. Throws ConfigurationError.
    explicit Engine(const EngineOptions& options);
    ~Engine();
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;

    /// Throws std::invalid_argument when the text is not UTF-8 or longer than 256 KiB; nothing
    /// else.
    [[nodiscard]] Classification classify(const Post& post);

    /// Reads the rules again. On ConfigurationError the old ones stay.
    void reload();

    /// 16 hexadecimal digits that change with any rule.
    [[nodiscard]] std::string ruleset() const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// `0.1.0`
[[nodiscard]] HARK_EXPORT std::string_view version() noexcept;

}  // namespace hark
