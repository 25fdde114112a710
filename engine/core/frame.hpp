#pragma once

#include <cstddef>
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

/// A stretch of time in which a source may have missed something.
struct Gap {
    Timestamp from{};  ///< zero: unknown
    Timestamp to{};
    std::string_view reason;  ///< a stable word, `cursor_too_old`
};

/// The bytes of one webhook body, one reply to a poll, one stream message or one line, as they
/// came.
struct Frame {
    /// limits::kFramePadding readable bytes follow the end (their value does not matter). Valid
    /// during the call only: whoever wants to keep something copies it.
    std::string_view bytes;
    std::size_t whole_bytes = 0;  ///< how much there was, when `bytes` is its begin; else 0
    Timestamp received_at{};
    /// Not ok: whoever cut the frame found it bad already; it becomes a dead letter undecoded.
    Errc error = Errc::ok;
    /// Lives until it was called, or its source ends. May be null: then nobody waits.
    Acknowledger* acknowledger = nullptr;
    std::uint64_t token = 0;  ///< given back to the acknowledger
    /// Which of a platform's calls this is the reply to (platforms::Call::purpose); 0: none.
    std::uint32_t purpose = 0;
    /// Not null: no bytes, nothing to decode, but this gap to be told. Valid during the call.
    const Gap* gap = nullptr;
};

}  // namespace hark
