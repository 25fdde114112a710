#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/rule.hpp"

namespace hark {

/// One value of a configuration file, with its place. Built by the app from YAML; rooms only read.
struct SettingNode {
    // Out of line: a pair of an incomplete type may be named here, not yet destroyed.
    SettingNode();
    SettingNode(const SettingNode&);
    SettingNode(SettingNode&&) noexcept;
    SettingNode& operator=(const SettingNode&);
    SettingNode& operator=(SettingNode&&) noexcept;
    ~SettingNode();

    enum class Type : std::uint8_t { null, scalar, list, map };
    Type type = Type::null;
    std::string scalar;
    std::vector<SettingNode> items;                            ///< list
    std::vector<std::pair<std::string, SettingNode>> members;  ///< map, in the file's order
    Location where;                                            ///< of the value
    Location key_where;                                        ///< of its key, for members of a map
};

/// What was asked of a Settings and what is wrong with it. Shared by all Settings of one file.
struct SettingsReport {
    std::vector<Fault> faults;
    /// Files of secrets that everybody on the machine may read or change: no fault (containers
    /// hand secrets over like that), but somebody should know.
    std::set<std::string> open_secrets;
    bool note_keys = false;  ///< whether keys_read is wanted: packs have too many keys to keep
    std::vector<std::string>
        keys_read;  ///< dotted paths with list items left out, e.g. `sources.path`
};

/// A mapping of the configuration as a room reads it. Every read marks its key as known; finish()
/// reports each key that nobody read, with the nearest known one. A faulty value is reported and
/// the default returned, so that all faults of a file come in one go. Not thread-safe; the node and
/// the report must outlive it.
class Settings {
public:
    Settings(const SettingNode& node, SettingsReport& report, std::string path = {});

    [[nodiscard]] bool has(std::string_view key) const noexcept;

    std::string text(std::string_view key, std::string_view fallback);
    std::string required_text(std::string_view key);
    std::string one_of(std::string_view key, std::span<const std::string_view> choices,
                       std::string_view fallback);
    std::vector<std::string> texts(std::string_view key);  ///< a scalar counts as a list of one
    std::vector<PlacedText> placed_texts(std::string_view key);  ///< the same
    std::vector<std::pair<std::string, std::string>> text_map(std::string_view key);
    bool boolean(std::string_view key, bool fallback);
    std::uint64_t integer(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                          std::uint64_t max);
    /// `512`, `64 KiB`, `4 MiB`, `1 GiB`; in bytes.
    std::uint64_t bytes(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                        std::uint64_t max);
    /// `500 ms`, `10 s`, `5 min`, `2 h`.
    std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback,
                                       std::chrono::milliseconds min,
                                       std::chrono::milliseconds max);
    /// `${NAME}` or `file:PATH` (from the folder of the file that names it; one trailing newline is
    /// dropped); anything else is a fault, so that no secret stands in the file itself, and so is a
    /// key that holds none. Two entries may be given while a secret is being rotated.
    std::vector<std::string> secrets(std::string_view key);

    /// One text with secrets in it: `Bearer ${NAME}`, or `file:PATH` for the whole; empty when the
    /// key is absent. And a mapping of such texts.
    std::string secret_text(std::string_view key);
    std::vector<std::pair<std::string, std::string>> secret_map(std::string_view key);

    std::optional<Settings> map(std::string_view key);
    std::vector<Settings> maps(std::string_view key);  ///< a list of mappings

    void fault(std::string_view key,
               std::string what);  ///< at the key's value, or at this mapping if absent
    void finish();                 ///< reports every key that was never read

    [[nodiscard]] const Location& where() const noexcept { return node_->where; }
    /// Of the key's value; of this mapping when it is absent.
    [[nodiscard]] const Location& where(std::string_view key) const noexcept;

    /// How many there are in the report.
    [[nodiscard]] std::size_t faults() const noexcept { return report_->faults.size(); }

    /// The same mapping to be read once more, its faults into another report.
    [[nodiscard]] Settings again(SettingsReport& report) const { return {*node_, report, path_}; }

private:
    const SettingNode* find(std::string_view key);

    const SettingNode* node_;
    SettingsReport* report_;
    std::string path_;
    std::vector<std::string> known_;
};

/// The candidate nearest to `word` when it is near enough to be a slip (edit distance of at most 2,
/// or a third of the word); empty when none is.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace hark
