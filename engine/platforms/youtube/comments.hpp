#pragma once

#include "platforms/batch.hpp"

namespace hark::platforms::youtube {

/// A page of `commentThreads.list`: comments, and those replies that come with them.
class Comments final : public JsonPlatform {
protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override;
};

}  // namespace hark::platforms::youtube
