#include "platforms/bluesky/cbor.hpp"

namespace hark::platforms::bluesky {

namespace {

// The major types, and what DAG-CBOR lets stand of the last one.
enum Major : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };
constexpr unsigned kFalse = 20;
constexpr unsigned kTrue = 21;
constexpr unsigned kNull = 22;
constexpr unsigned kDouble = 27;
constexpr std::uint64_t kLinkTag = 42;

}  // namespace

Errc CborReader::take_head(unsigned& major, unsigned& info, std::uint64_t& number) noexcept {
    if (at_ == end_) return Errc::truncated;
    const auto first = static_cast<std::uint8_t>(*at_++);
    major = first >> 5;
    info = first & 31;
    number = info;
    if (info < 24) return Errc::ok;
    if (info > 27) return Errc::malformed_cbor;  // lengths that only the end tells
    const std::size_t size = std::size_t{1} << (info - 24);
    if (left() < size) return Errc::truncated;
    number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<std::uint8_t>(*at_++);
    return Errc::ok;
}

Errc CborReader::take_bytes(std::uint64_t size, std::string_view& out) noexcept {
    if (size > left()) return Errc::truncated;
    out = {at_, size};
    at_ += size;
    return Errc::ok;
}

Errc CborReader::take(CborItem& item) noexcept {
    using Type = CborItem::Type;
    unsigned major = 0;
    unsigned info = 0;
    item = {};
    if (const auto error = take_head(major, info, item.number); error != Errc::ok) return error;
    switch (major) {
        case kUnsigned:
        case kNegative:
            item.type = Type::integer;
            item.is_negative = major == kNegative;
            return Errc::ok;
        case kBytes:
        case kText:
            item.type = major == kText ? Type::text : Type::bytes;
            return take_bytes(item.number, item.bytes);
        case kArray:
        case kMap:
            item.type = major == kMap ? Type::map : Type::array;
            // Each item is a byte at least.
            return item.number > left() ? Errc::truncated : Errc::ok;
        case kTag: {
            if (item.number != kLinkTag) return Errc::malformed_cbor;
            if (const auto error = take_head(major, info, item.number); error != Errc::ok)
                return error;
            // A link is a CID behind a zero.
            if (major != kBytes) return Errc::malformed_cbor;
            item.type = Type::link;
            if (const auto error = take_bytes(item.number, item.bytes); error != Errc::ok)
                return error;
            if (!item.bytes.starts_with('\0')) return Errc::malformed_cbor;
            item.bytes.remove_prefix(1);
            return Errc::ok;
        }
        default:
            item.is_false = info == kFalse;
            item.is_null = info == kNull;
            return item.is_false || item.is_null || info == kTrue || info == kDouble
                       ? Errc::ok
                       : Errc::malformed_cbor;
    }
}

Errc CborReader::skip_large() noexcept {
    // Counts of arrays and maps are no larger than the bytes that are there, so the sum cannot
    // overflow.
    for (std::uint64_t left = 1; left > 0; --left) {
        std::string_view text;
        if (take_short_text(text) || take_byte()) continue;
        CborItem item;
        if (const auto error = take(item); error != Errc::ok) return error;
        if (item.type == CborItem::Type::array) left += item.number;
        if (item.type == CborItem::Type::map) left += 2 * item.number;
    }
    return Errc::ok;
}

}  // namespace hark::platforms::bluesky
