#include "telemetry/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <map>
#include <mutex>

#include "core/timestamp.hpp"

namespace hark::telemetry {

namespace {

constexpr std::chrono::seconds kWindow{10};
constexpr unsigned kLinesPerWindow = 10;

struct Allowance {
    std::chrono::steady_clock::time_point window_begin{};
    unsigned lines = 0;
    std::uint64_t left_out = 0;
};

struct Logger {
    std::mutex mutex;
    LogFormat format = LogFormat::logfmt;
    Level level = Level::info;
    std::shared_ptr<spdlog::logger> out = spdlog::stderr_logger_st("hark");
    std::map<std::string, Allowance, std::less<>> allowances;

    Logger() {
        out->set_pattern("%v");
        out->set_level(spdlog::level::trace);
        out->flush_on(spdlog::level::trace);
    }
};

/// One for the process: standard error is one for the process too.
Logger& logger() {
    static Logger one;
    return one;
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        case Level::error: return "error";
        case Level::off: return "off";
    }
    return "info";
}

void append_escaped(std::string& out, std::string_view text) {
    static constexpr char kHex[] = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
}

void append_field(std::string& out, LogFormat format, std::string_view key,
                  std::string_view value) {
    if (format == LogFormat::json) {
        out += out.empty() ? "{\"" : ",\"";
        out += key;
        out += "\":\"";
        append_escaped(out, value);
        out += '"';
        return;
    }
    if (!out.empty()) out += ' ';
    out += key;
    out += '=';
    const bool bare = !value.empty() && value.find_first_of(" \"=\\\t\r\n") == value.npos;
    if (bare) {
        out += value;
    } else {
        out += '"';
        append_escaped(out, value);
        out += '"';
    }
}

/// False when this kind has had its lines for the window. `left_out` is set when a new window
/// begins after a full one.
bool allow(Logger& log, std::string_view event, std::uint64_t& left_out) {
    const auto now = std::chrono::steady_clock::now();
    auto found = log.allowances.find(event);
    if (found == log.allowances.end()) found = log.allowances.emplace(event, Allowance{}).first;
    auto& allowance = found->second;
    if (now - allowance.window_begin >= kWindow || allowance.lines == 0) {
        left_out = allowance.left_out;
        allowance = {now, 0, 0};
    }
    if (allowance.lines >= kLinesPerWindow) {
        ++allowance.left_out;
        return false;
    }
    ++allowance.lines;
    return true;
}

}  // namespace

void configure_log(Level level, LogFormat format) {
    auto& log = logger();
    const std::lock_guard lock(log.mutex);
    log.level = level;
    log.format = format;
}

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
    auto& log = logger();
    const std::lock_guard lock(log.mutex);
    if (level < log.level || log.level == Level::off) return;
    std::uint64_t left_out = 0;
    if (!allow(log, event, left_out)) return;
    const auto time = format_rfc3339(now());
    std::string line;
    append_field(line, log.format, "time", {time.data(), time.size()});
    append_field(line, log.format, "level", name_of(level));
    append_field(line, log.format, "event", event);
    for (const auto& field : fields) append_field(line, log.format, field.key, field.value);
    if (left_out > 0) append_field(line, log.format, "left_out", std::to_string(left_out));
    if (log.format == LogFormat::json) line += '}';
    log.out->info(spdlog::string_view_t(line));
}

}  // namespace hark::telemetry
