#pragma once

#include <memory>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// `generic`: any sender of JSON. Verified as Standard Webhooks, by an HMAC of the body, or by a
/// bearer token; the body is mapped to mentions by JSON Pointers (RFC 6901). CloudEvents 1.0,
/// structured and batched, are recognised by themselves.
[[nodiscard]] std::unique_ptr<Platform> make_generic(Settings& source);

}  // namespace hark::platforms
