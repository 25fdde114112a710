#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hark::telemetry {

enum class Level : std::uint8_t { debug, info, warn, error, off };
enum class LogFormat : std::uint8_t { logfmt, json };

struct Field {
    std::string_view key;
    std::string value;  ///< never post text, never a secret, never personal data
};

/// Before the first line, from the main thread. Lines go to stderr.
void configure_log(Level level, LogFormat format);

/// One line. `event` is a stable snake_case token and the kind by which lines are limited: at most
/// 10 of a kind in 10 s, then one line says how many were left out. Thread-safe; may allocate: not
/// for the warm path.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace hark::telemetry
