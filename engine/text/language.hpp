#pragma once

#include <string_view>

#include "core/folded_text.hpp"

namespace hark::text {

/// The language of a post among those served: `en`, `ru`, `pl`, `de`, `es`, `uk`; empty when it is
/// another one, or when there are too few letters to tell and `declared` names none of the six.
/// `declared` (BCP 47, e.g. `en-US`) tips the scales and no more: clients send the language of
/// their menus. Looks at the first 96 bytes after leading names. `folded` must be what Folder made
/// of `original`. Never fails, needs no memory; any thread. The answer is static text.
[[nodiscard]] std::string_view detect_language(std::string_view original, const FoldedText& folded,
                                               std::string_view declared) noexcept;

}  // namespace hark::text
