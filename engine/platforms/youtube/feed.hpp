#pragma once

#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/mention.hpp"
#include "platforms/xml.hpp"

namespace hark::platforms::youtube {

/// Adds the videos of an Atom feed: published, changed, or (RFC 6721) deleted.
[[nodiscard]] Errc read_feed(XmlReader& xml, std::string_view bytes, Arena& arena, Mentions& out);

}  // namespace hark::platforms::youtube
