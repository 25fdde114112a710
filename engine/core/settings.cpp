#include "core/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "core/limits.hpp"

namespace hark {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr Unit kByteUnits[] = {
    {"", 1}, {"B", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}};
constexpr Unit kTimeUnits[] = {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}};

/// `12 unit` with or without the blank; nullopt when it is not that or does not fit.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    for (const auto& known : units) {
        if (known.name != unit) continue;
        if (number > UINT64_MAX / known.factor) return std::nullopt;
        return number * known.factor;
    }
    return std::nullopt;
}

bool is_open(const std::string& path) {
    using std::filesystem::perms;
    std::error_code ignored;
    const auto mode = std::filesystem::status(path, ignored).permissions();
    return !ignored && (mode & (perms::others_read | perms::others_write)) != perms::none;
}

/// The secret behind `${NAME}` or `file:PATH`, meant from the folder of the file `in`; `problem` is
/// set when there is none.
std::string resolve_secret(std::string_view reference, const std::string& in, std::string& problem,
                           SettingsReport& report) {
    if (reference.starts_with("${") && reference.ends_with("}")) {
        const std::string name(reference.substr(2, reference.size() - 3));
        const char* value = std::getenv(name.c_str());
        if (value != nullptr && *value != '\0') return value;
        problem = "the environment has no variable " + name;
        return {};
    }
    if (reference.starts_with("file:")) {
        const auto folder = std::filesystem::path(in).parent_path();
        const auto path = (folder / reference.substr(5)).string();
        std::ifstream file(path, std::ios::binary);
        std::string value(limits::kSecretBytes + 1, '\0');
        file.read(value.data(), static_cast<std::streamsize>(value.size()));
        value.resize(static_cast<std::size_t>(file.gcount()));
        if (value.ends_with('\n')) value.pop_back();
        if (value.ends_with('\r')) value.pop_back();
        if (value.size() > limits::kSecretBytes)
            problem = "the file " + path + " is too large for a secret";
        else if (value.empty()) problem = "the file " + path + " cannot be read or is empty";
        if (!problem.empty()) return {};
        if (is_open(path)) report.open_secrets.insert(path);
        return value;
    }
    problem =
        "a secret does not stand in the configuration: write ${NAME} for the environment, or "
        "file:PATH";
    return {};
}

/// The same for a text in which some `${NAME}` stand.
std::string expand_secrets(std::string_view text, const std::string& in, std::string& problem,
                           SettingsReport& report) {
    if (text.find("${") == std::string_view::npos) return resolve_secret(text, in, problem, report);
    std::string out;
    for (;;) {
        const auto begin = std::min(text.find("${"), text.size());
        out += text.substr(0, begin);
        text.remove_prefix(begin);
        if (text.empty()) return out;
        const auto end = text.find('}');
        const auto size = end == std::string_view::npos ? text.size() : end + 1;
        out += resolve_secret(text.substr(0, size), in, problem, report);
        text.remove_prefix(size);
    }
}

}  // namespace

SettingNode::SettingNode() = default;
SettingNode::SettingNode(const SettingNode&) = default;
SettingNode::SettingNode(SettingNode&&) noexcept = default;
SettingNode& SettingNode::operator=(const SettingNode&) = default;
SettingNode& SettingNode::operator=(SettingNode&&) noexcept = default;
SettingNode::~SettingNode() = default;

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const auto distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

Settings::Settings(const SettingNode& node, SettingsReport& report, std::string path)
    : node_(&node), report_(&report), path_(std::move(path)) {
    if (node.type != SettingNode::Type::map && node.type != SettingNode::Type::null) {
        report_->faults.push_back({node.where, "a mapping (key: value) is expected here"});
    }
}

bool Settings::has(std::string_view key) const noexcept {
    return std::any_of(node_->members.begin(), node_->members.end(),
                       [&](const auto& member) { return member.first == key; });
}

const SettingNode* Settings::find(std::string_view key) {
    known_.emplace_back(key);
    if (report_->note_keys) {
        report_->keys_read.push_back(path_.empty() ? std::string(key)
                                                   : path_ + "." + std::string(key));
    }
    for (const auto& [name, value] : node_->members) {
        if (name == key && value.type != SettingNode::Type::null) return &value;
    }
    return nullptr;
}

std::string Settings::text(std::string_view key, std::string_view fallback) {
    const auto* node = find(key);
    if (node == nullptr) return std::string(fallback);
    if (node->type != SettingNode::Type::scalar) {
        fault(key, "a single value is expected for `" + std::string(key) + "`");
        return std::string(fallback);
    }
    return node->scalar;
}

std::string Settings::required_text(std::string_view key) {
    auto value = text(key, "");
    if (value.empty()) fault(key, "`" + std::string(key) + "` is required");
    return value;
}

std::string Settings::one_of(std::string_view key, std::span<const std::string_view> choices,
                             std::string_view fallback) {
    auto value = text(key, fallback);
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
    std::string list;
    for (const auto choice : choices) list += (list.empty() ? "" : ", ") + std::string(choice);
    fault(key, "`" + std::string(key) + "` is `" + value + "`; it can be one of: " + list);
    return std::string(fallback);
}

std::vector<std::string> Settings::texts(std::string_view key) {
    std::vector<std::string> values;
    for (auto& placed : placed_texts(key)) values.push_back(std::move(placed.text));
    return values;
}

std::vector<PlacedText> Settings::placed_texts(std::string_view key) {
    const auto* node = find(key);
    std::vector<PlacedText> values;
    if (node == nullptr) return values;
    const auto add = [&](const SettingNode& it) {
        values.push_back({it.scalar, it.where.line, it.where.column});
    };
    if (node->type == SettingNode::Type::scalar) add(*node);
    for (const auto& item : node->items) {
        if (item.type == SettingNode::Type::scalar) add(item);
        else
            report_->faults.push_back(
                {item.where, "a single value is expected in the list `" + std::string(key) + "`"});
    }
    if (node->type == SettingNode::Type::map)
        fault(key, "`" + std::string(key) + "` is a list of values");
    return values;
}

std::vector<std::pair<std::string, std::string>> Settings::text_map(std::string_view key) {
    const auto* node = find(key);
    std::vector<std::pair<std::string, std::string>> values;
    if (node == nullptr) return values;
    if (node->type != SettingNode::Type::map)
        fault(key, "`" + std::string(key) + "` is a mapping of values");
    for (const auto& [name, value] : node->members) {
        if (value.type == SettingNode::Type::scalar) values.emplace_back(name, value.scalar);
        else
            report_->faults.push_back(
                {value.where, "a single value is expected for `" + name + "`"});
    }
    return values;
}

bool Settings::boolean(std::string_view key, bool fallback) {
    const auto value = text(key, fallback ? "true" : "false");
    if (value == "true" || value == "yes" || value == "on") return true;
    if (value == "false" || value == "no" || value == "off") return false;
    fault(key, "`" + std::string(key) + "` is true or false");
    return fallback;
}

std::uint64_t Settings::integer(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                                std::uint64_t max) {
    const auto value = text(key, "");
    if (value.empty()) return fallback;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && number >= min &&
        number <= max)
        return number;
    fault(key, "`" + std::string(key) + "` is a whole number from " + std::to_string(min) + " to " +
                   std::to_string(max));
    return fallback;
}

std::uint64_t Settings::bytes(std::string_view key, std::uint64_t fallback, std::uint64_t min,
                              std::uint64_t max) {
    const auto value = text(key, "");
    if (value.empty()) return fallback;
    const auto number = parse_quantity(value, kByteUnits);
    if (number && *number >= min && *number <= max) return *number;
    fault(key, "`" + std::string(key) + "` is a size such as 64 KiB or 4 MiB, from " +
                   std::to_string(min) + " to " + std::to_string(max) + " bytes");
    return fallback;
}

std::chrono::milliseconds Settings::duration(std::string_view key,
                                             std::chrono::milliseconds fallback,
                                             std::chrono::milliseconds min,
                                             std::chrono::milliseconds max) {
    const auto value = text(key, "");
    if (value.empty()) return fallback;
    const auto number = parse_quantity(value, kTimeUnits);
    if (number && *number >= static_cast<std::uint64_t>(min.count()) &&
        *number <= static_cast<std::uint64_t>(max.count())) {
        return std::chrono::milliseconds(*number);
    }
    fault(key, "`" + std::string(key) + "` is a time such as 500 ms, 10 s, 5 min or 2 h, from " +
                   std::to_string(min.count()) + " to " + std::to_string(max.count()) + " ms");
    return fallback;
}

std::vector<std::string> Settings::secrets(std::string_view key) {
    std::vector<std::string> values;
    const auto before = report_->faults.size();
    for (const auto& reference : texts(key)) {
        std::string problem;
        auto value = resolve_secret(reference, where().file, problem, *report_);
        if (problem.empty()) values.push_back(std::move(value));
        else fault(key, "`" + std::string(key) + "`: " + problem);
    }
    if (values.empty() && has(key) && report_->faults.size() == before)
        fault(key, "`" + std::string(key) + "` holds no secret");
    return values;
}

std::vector<std::pair<std::string, std::string>> Settings::secret_map(std::string_view key) {
    auto values = text_map(key);
    for (auto& [name, value] : values) {
        std::string problem;
        value = expand_secrets(value, where().file, problem, *report_);
        if (!problem.empty()) fault(key, "`" + std::string(key) + "`: `" + name + "`: " + problem);
    }
    return values;
}

std::string Settings::secret_text(std::string_view key) {
    const auto written = text(key, "");
    std::string problem;
    auto value =
        written.empty() ? std::string{} : expand_secrets(written, where().file, problem, *report_);
    if (!problem.empty()) fault(key, "`" + std::string(key) + "`: " + problem);
    return value;
}

std::optional<Settings> Settings::map(std::string_view key) {
    const auto* node = find(key);
    if (node == nullptr) return std::nullopt;
    return Settings(*node, *report_,
                    path_.empty() ? std::string(key) : path_ + "." + std::string(key));
}

std::vector<Settings> Settings::maps(std::string_view key) {
    const auto* node = find(key);
    std::vector<Settings> values;
    if (node == nullptr) return values;
    if (node->type != SettingNode::Type::list) {
        fault(key, "`" + std::string(key) + "` is a list (- key: value)");
        return values;
    }
    const std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
    for (const auto& item : node->items) values.emplace_back(item, *report_, path);
    return values;
}

const Location& Settings::where(std::string_view key) const noexcept {
    for (const auto& [name, value] : node_->members) {
        if (name == key) return value.where;
    }
    return node_->where;
}

void Settings::fault(std::string_view key, std::string what) {
    known_.emplace_back(key);  // what is wrong with it was said
    report_->faults.push_back({where(key), std::move(what)});
}

void Settings::finish() {
    for (const auto& [name, value] : node_->members) {
        if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
        const auto guess = nearest(name, known_);
        report_->faults.push_back(
            {value.key_where,
             "unknown key `" + name + "`" +
                 (guess.empty() ? std::string{} : "; did you mean `" + std::string(guess) + "`?")});
    }
}

}  // namespace hark
