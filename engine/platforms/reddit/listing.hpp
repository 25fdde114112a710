#pragma once

#include "platforms/batch.hpp"

namespace hark::platforms::reddit {

/// What a listing is for asking on.
struct Page {
    std::string_view sought;  ///< a name that is looked for
    bool found = false;
    std::string_view newest;  ///< the first one's name; valid as long as the frame
    std::size_t count = 0;
};

/// Adds the comments and posts of a listing, `{"kind":"Listing","data":{"children":[…]}}`.
[[nodiscard]] Errc read_listing(JsonObject& root, EventReader& reader, const Batch& batch,
                                Page& page);

}  // namespace hark::platforms::reddit
