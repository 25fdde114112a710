#include "core/errc.hpp"

namespace hark {

std::string_view to_string(Errc code) noexcept {
    switch (code) {
        case Errc::ok: return "ok";
        case Errc::malformed_json: return "malformed_json";
        case Errc::malformed_xml: return "malformed_xml";
        case Errc::malformed_cbor: return "malformed_cbor";
        case Errc::truncated: return "truncated";
        case Errc::invalid_utf8: return "invalid_utf8";
        case Errc::lone_surrogate: return "lone_surrogate";
        case Errc::too_deep: return "too_deep";
        case Errc::number_range: return "number_range";
        case Errc::missing_member: return "missing_member";
        case Errc::wrong_type: return "wrong_type";
        case Errc::too_large: return "too_large";
        case Errc::too_many: return "too_many";
        case Errc::bad_compression: return "bad_compression";
        case Errc::missing_signature: return "missing_signature";
        case Errc::bad_signature: return "bad_signature";
        case Errc::stale_timestamp: return "stale_timestamp";
        case Errc::unknown_platform_error: return "unknown_platform_error";
        case Errc::sink_refused: return "sink_refused";
    }
    return "unknown";
}

}  // namespace hark
