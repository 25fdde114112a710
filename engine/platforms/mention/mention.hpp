#pragma once

#include <memory>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// `mention`: one JSON object a line with the member names of Hark's own record, so that records
/// can be fed back. Only `text` (or, for a deletion, `id`) is required; unknown members are
/// ignored. Without an id the line's hash stands for it.
[[nodiscard]] std::unique_ptr<Platform> make_mention(Settings& source);

/// `text`: one text a line, no JSON.
[[nodiscard]] std::unique_ptr<Platform> make_text(Settings& source);

}  // namespace hark::platforms
