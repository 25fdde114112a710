#pragma once

#include <simdjson.h>

#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"

/// What all platforms read JSON with: simdjson's On-Demand over the frame's own padded bytes.
/// Members may come in any order; of duplicate keys the first counts (each reader keeps what it
/// has). Nothing here throws or recurses.
namespace hark::platforms {

using JsonValue = simdjson::ondemand::value;
using JsonObject = simdjson::ondemand::object;
using JsonArray = simdjson::ondemand::array;
using JsonWrittenKey = simdjson::ondemand::raw_json_string;

[[nodiscard]] Errc json_error(simdjson::error_code error) noexcept;

/// The value as it is written, blanks trimmed; of an object or array only its first bracket.
/// Reading it does not consume the value.
[[nodiscard]] std::string_view json_raw(JsonValue value) noexcept;

/// A string, as a view into the frame when it has no escapes, else unescaped into the arena. null
/// leaves `out` empty. Half a surrogate pair is lone_surrogate, an escaped NUL malformed_json,
/// anything but a string wrong_type.
[[nodiscard]] Errc json_text(JsonValue value, Arena& arena, std::string_view& out);

/// The inside of a string literal that is known to hold a backslash.
[[nodiscard]] Errc json_unescape(std::string_view inside, Arena& arena, std::string_view& out);

/// ok when nothing is nested deeper than limits::kJsonDepth.
[[nodiscard]] Errc json_depth(std::string_view bytes) noexcept;

/// A key without its quotes. Valid as long as the frame (or, with escapes, until the parser's next
/// document).
[[nodiscard]] inline std::string_view json_key(simdjson::ondemand::field& field) {
    const char* const begin = field.key().raw();
    for (const char* at = begin;; ++at) {
        if (*at == '"') return {begin, static_cast<std::size_t>(at - begin)};
        if (*at == '\\') break;
    }
    std::string_view key;
    return field.unescaped_key().get(key) == simdjson::SUCCESS ? key : std::string_view{};
}

/// Calls `use(key, value)` for every member. What is not ok ends the walk and is returned.
template <typename Use>
[[nodiscard]] Errc json_members(JsonObject& object, Use use) {
    for (auto member : object) {
        simdjson::ondemand::field field;
        if (const auto error = std::move(member).get(field)) return json_error(error);
        const auto key = json_key(field);
        if (const auto broken = use(key, field.value()); broken != Errc::ok) return broken;
    }
    return Errc::ok;
}
template <typename Use>
[[nodiscard]] Errc json_members(JsonValue value, Use use) {
    JsonObject object;
    if (const auto error = value.get_object().get(object)) return json_error(error);
    return json_members(object, use);
}

/// json_members with each key as it is written, to be compared with names by `==`: for the hottest
/// platforms. A key with escapes equals no name.
template <typename Use>
[[nodiscard]] Errc json_written_members(JsonObject& object, Use use) {
    for (auto member : object) {
        if (const auto error = member.error()) return json_error(error);
        auto& field = member.value_unsafe();
        if (const auto broken = use(field.key(), field.value()); broken != Errc::ok) return broken;
    }
    return Errc::ok;
}

/// Calls `use(value)` for every item.
template <typename Use>
[[nodiscard]] Errc json_items(JsonArray& array, Use use) {
    for (auto item : array) {
        JsonValue one;
        if (const auto error = std::move(item).get(one)) return json_error(error);
        if (const auto broken = use(one); broken != Errc::ok) return broken;
    }
    return Errc::ok;
}
template <typename Use>
[[nodiscard]] Errc json_items(JsonValue value, Use use) {
    JsonArray array;
    if (const auto error = value.get_array().get(array)) return json_error(error);
    return json_items(array, use);
}

/// Parses `bytes` (limits::kFramePadding readable bytes must follow) and calls `use(root)`, which
/// must walk the root to its end. Anything after the document is refused. The parser keeps the
/// document until its next one.
template <typename Use>
[[nodiscard]] Errc json_document(simdjson::ondemand::parser& parser, std::string_view bytes,
                                 Use use) {
    if (const auto deep = json_depth(bytes); deep != Errc::ok) return deep;
    simdjson::ondemand::document document;
    const simdjson::padded_string_view padded(bytes.data(), bytes.size(),
                                              bytes.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser.iterate(padded).get(document)) return json_error(error);
    JsonValue root;
    if (const auto error = document.get_value().get(root)) return json_error(error);
    if (const auto broken = use(root); broken != Errc::ok) return broken;
    // At the end of the document there is no location left.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? Errc::ok
                                                                          : Errc::malformed_json;
}

}  // namespace hark::platforms
