#pragma once

#include <cstdint>
#include <string_view>

#include "core/errc.hpp"

namespace hark::platforms::bluesky {

/// One item of DAG-CBOR (RFC 8949 with definite lengths and no tag but 42, the link).
struct CborItem {
    enum class Type : std::uint8_t { integer, bytes, text, array, map, link, other };
    Type type = Type::other;
    bool is_negative = false;  ///< an integer is then -1 - number
    std::uint64_t number = 0;  ///< of an integer; items of an array, members of a map
    std::string_view bytes;    ///< of bytes and text (not validated), of a link its CID
    bool is_false = false;
    bool is_null = false;
};

/// Reads DAG-CBOR in place. Nothing allocates or recurses; no length is believed beyond the bytes
/// that are there.
class CborReader {
public:
    explicit CborReader(std::string_view bytes) noexcept
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }

    /// The next item when it is a text of less than 256 bytes, as keys and most values are. False:
    /// it is not, and nothing was read.
    [[nodiscard]] bool take_short_text(std::string_view& out) noexcept {
        constexpr unsigned kText = 3U << 5U;
        constexpr std::size_t kByteFollows = 24;
        if (left() < 2) return false;
        const auto first = static_cast<std::uint8_t>(at_[0]);
        std::size_t size = first & 31U;
        if ((first & 0xE0U) != kText || size > kByteFollows) return false;
        const std::size_t head = size == kByteFollows ? 2 : 1;
        if (head == 2) size = static_cast<std::uint8_t>(at_[1]);
        if (left() < head + size) return false;
        out = {at_ + head, size};
        at_ += head + size;
        return true;
    }
    /// The next item; of an array or a map its head, and its items follow.
    [[nodiscard]] Errc take(CborItem& item) noexcept;
    /// The same, but what other items are in is told and left there. False: it is broken.
    [[nodiscard]] bool take_leaf(CborItem& item) noexcept {
        const auto* const begin = at_;
        const bool whole = take(item) == Errc::ok;
        const bool nests = item.type == CborItem::Type::array || item.type == CborItem::Type::map;
        if (!whole || nests) at_ = begin;
        return whole;
    }
    /// Passes over the next item and all that is in it.
    [[nodiscard]] Errc skip() noexcept {
        std::string_view text;
        return take_short_text(text) || take_byte() ? Errc::ok : skip_large();
    }

    /// Calls `use(key)` for each member of the map that is next, or `use()` for each item of the
    /// array; what `use` does not read is passed over. What is next and is no map or no array is
    /// passed over too: `head` tells what it was.
    template <typename Use>
    [[nodiscard]] Errc members(Use use, CborItem& head) {
        return each(CborItem::Type::map, head, [&] {
            std::string_view key;
            if (!take_short_text(key)) {
                CborItem item;
                if (const auto error = take(item); error != Errc::ok) return error;
                if (item.type != CborItem::Type::text) return Errc::malformed_cbor;
                key = item.bytes;
            }
            return read_or_skip([&] { return use(key); });
        });
    }
    template <typename Use>
    [[nodiscard]] Errc items(Use use, CborItem& head) {
        return each(CborItem::Type::array, head, [&] { return read_or_skip(use); });
    }

private:
    template <typename One>
    Errc each(CborItem::Type type, CborItem& head, One one) {
        const auto* const begin = at_;
        if (!take_short_head(type, head)) {
            if (const auto error = take(head); error != Errc::ok) return error;
            if (head.type != type) {
                at_ = begin;
                return skip();
            }
        }
        for (auto left = head.number; left > 0; --left) {
            if (const auto error = one(); error != Errc::ok) return error;
        }
        return Errc::ok;
    }
    template <typename Use>
    Errc read_or_skip(Use use) {
        const auto* const begin = at_;
        if (const auto error = use(); error != Errc::ok) return error;
        return at_ == begin ? skip() : Errc::ok;
    }

    /// The head of a map or an array of less than 24. False: something else is next.
    bool take_short_head(CborItem::Type type, CborItem& head) noexcept {
        constexpr unsigned kArray = 4U << 5U;
        constexpr unsigned kMap = 5U << 5U;
        if (at_ == end_) return false;
        const auto first = static_cast<std::uint8_t>(*at_);
        const std::size_t size = first - (type == CborItem::Type::map ? kMap : kArray);
        // Each item is a byte at least.
        if (size >= 24 || size >= left()) return false;
        ++at_;
        head.type = type;
        head.number = size;
        return true;
    }
    /// Passes over a small integer, false, true or null. False: something else is next.
    bool take_byte() noexcept {
        if (at_ == end_) return false;
        const auto byte = static_cast<std::uint8_t>(*at_);
        const bool is_whole = byte < 0x18 || (byte >= 0xF4 && byte <= 0xF6);
        if (is_whole) ++at_;
        return is_whole;
    }

    Errc take_head(unsigned& major, unsigned& info, std::uint64_t& number) noexcept;
    [[nodiscard]] Errc skip_large() noexcept;
    Errc take_bytes(std::uint64_t size, std::string_view& out) noexcept;

    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    // Two pointers of which one moves: copies of both at once would wait for what was just written.
    const char* at_;
    const char* end_;
};

}  // namespace hark::platforms::bluesky
