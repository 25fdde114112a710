#pragma once

#include "platforms/batch.hpp"

namespace hark::platforms::reddit {

/// Adds the comments and posts of a listing, `{"kind":"Listing","data":{"children":[…]}}`.
[[nodiscard]] Errc read_listing(JsonObject& root, EventReader& reader, const Batch& batch);

}  // namespace hark::platforms::reddit
