#pragma once

#include <memory>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// `generic`: any sender of JSON. Verified as Standard Webhooks, by an HMAC of the body, or by a
/// bearer token; the body is mapped to mentions by JSON Pointers (RFC 6901). CloudEvents 1.0,
/// structured, batched and binary, are recognised by themselves. A request's receive() and the
/// decode() of its body must follow one another.
[[nodiscard]] std::unique_ptr<Platform> make_generic(Settings& source);

}  // namespace hark::platforms
