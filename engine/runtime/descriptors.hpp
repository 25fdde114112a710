#pragma once

namespace hark::runtime {

/// Lets the process have as many descriptors as the system grants: each connection takes one.
void raise_descriptor_limit() noexcept;

}  // namespace hark::runtime
