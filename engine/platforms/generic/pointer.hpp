#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"

namespace hark::platforms::generic {

/// What stands at a JSON Pointer (RFC 6901); false when there is nothing or null, or no pointer.
[[nodiscard]] bool at(simdjson::dom::element item, const std::string& pointer,
                      simdjson::dom::element& out);

/// A string, in the arena, with U+FFFD in place of an escaped NUL; wrong when it is none.
[[nodiscard]] Errc text_of(simdjson::dom::element value, Arena& arena, std::string_view& out);

/// A string, or a whole number as its digits, at a pointer; `out` is left alone where nothing is.
[[nodiscard]] Errc token_at(simdjson::dom::element item, const std::string& pointer, Arena& arena,
                            std::string_view& out);

}  // namespace hark::platforms::generic
