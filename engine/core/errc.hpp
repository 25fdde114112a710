#pragma once

#include <cstdint>
#include <string_view>

namespace hark {

/// Why a piece of input was refused. Bad input is never an exception: it is a code, a counter and a
/// dead letter.
enum class Errc : std::uint8_t {
    ok,
    malformed_json,     ///< not JSON by RFC 8259 (a NUL, a bad number, a control character, garbage
                        ///< after the end)
    malformed_xml,      ///< not XML 1.0, or with a document type, which nobody has to send
    malformed_cbor,     ///< not DAG-CBOR in a CAR file as a Bluesky relay sends it
    truncated,          ///< the JSON, XML, CBOR or compressed bytes end too early
    invalid_utf8,       ///< RFC 3629
    lone_surrogate,     ///< an escaped half of a surrogate pair
    too_deep,           ///< nested deeper than limits::kJsonDepth
    number_range,       ///< a number that does not fit its member's type
    missing_member,     ///< a member that the platform always sends is absent
    wrong_type,         ///< a member is there with another JSON type
    too_large,          ///< larger than a limit of core/limits.hpp or of the configuration
    too_many,           ///< more entries in one frame than limits::kMentionsPerFrame
    bad_compression,    ///< gzip or zstd bytes that do not decompress
    missing_signature,  ///< no signature, token or secret where the source demands one
    bad_signature,      ///< a signature, token or secret that is not ours
    stale_timestamp,    ///< signed correctly but outside the replay window
    unknown_platform_error,  ///< the platform reported an error of its own inside the stream
    sink_refused,  ///< the sink will never take this message (larger than the broker allows)
};

/// The code's stable name, as it stands in metrics, dead letters and logs. Static storage.
[[nodiscard]] std::string_view to_string(Errc code) noexcept;

}  // namespace hark
