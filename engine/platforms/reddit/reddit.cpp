#include "platforms/reddit/reddit.hpp"

#include "platforms/batch.hpp"
#include "platforms/reddit/listing.hpp"

namespace hark::platforms {

namespace {

class Reddit final : public JsonPlatform {
protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        return reddit::read_listing(root, reader, batch);
    }
};

}  // namespace

std::unique_ptr<Platform> make_reddit(Settings&) {
    return std::make_unique<Reddit>();
}

}  // namespace hark::platforms
