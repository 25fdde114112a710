#pragma once

#include <cstdint>
#include <string_view>

#include "core/errc.hpp"
#include "core/timestamp.hpp"

namespace hark {

/// Told, exactly once a frame, that everything which came of the frame is safe in the sink (or was
/// nothing to keep). Called on the shard that handed the frame in, possibly from within the call
/// that handed it in.
class Acknowledger {
public:
    virtual void acknowledged(std::uint64_t token) noexcept = 0;

protected:
    ~Acknowledger() = default;
};

/// The bytes of one webhook body, one stream message or one line, as they came.
struct Frame {
    /// limits::kFramePadding readable bytes follow the end (their value does not matter). Valid
    /// during the call only: whoever wants to keep something copies it.
    std::string_view bytes;
    Timestamp received_at{};
    /// Not ok: whoever cut the frame found it bad already; it becomes a dead letter undecoded.
    Errc error = Errc::ok;
    /// Lives until it was called. May be null: then nobody waits.
    Acknowledger* acknowledger = nullptr;
    std::uint64_t token = 0;  ///< given back to the acknowledger
};

}  // namespace hark
