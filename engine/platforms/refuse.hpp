#pragma once

#include "platforms/platform.hpp"

namespace hark::platforms {

/// A request that is not let in: the status alone, so that nothing of the request is echoed.
[[nodiscard]] inline Reception refuse(unsigned status, Errc error = Errc::ok) {
    Reception reception;
    reception.error = error;
    reception.reply.status = status;
    return reception;
}

}  // namespace hark::platforms
