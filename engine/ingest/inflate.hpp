#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/errc.hpp"

namespace hark::ingest {

/// Unpacks a whole gzip body (RFC 1952; its members one after another are one stream) into `out`,
/// reusing its memory, with limits::kFramePadding readable bytes behind it. too_large: it would be
/// more than `limit` bytes, or more than limits::kUnpackedRatio times what was sent;
/// bad_compression, truncated: it is no gzip, something else follows, or it is not all of it.
[[nodiscard]] Errc gunzip(std::string_view packed, std::size_t limit, std::string& out);

}  // namespace hark::ingest
