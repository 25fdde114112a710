#include "platforms/platform.hpp"

namespace hark::platforms {

Reception Platform::receive(const HttpRequest&) {
    Reception reception;
    reception.reply.status = 404;
    return reception;
}

std::optional<StreamRequest> Platform::stream(const Cursor&) const {
    return std::nullopt;
}

}  // namespace hark::platforms
