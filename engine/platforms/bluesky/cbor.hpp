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
    explicit CborReader(std::string_view bytes) noexcept : rest_(bytes) {}

    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

    /// The next item when it is a text of less than 256 bytes, as keys and most values are. False:
    /// it is not, and nothing was read.
    [[nodiscard]] bool take_short_text(std::string_view& out) noexcept {
        constexpr unsigned kText = 3U << 5U;
        constexpr std::size_t kByteFollows = 24;
        if (rest_.size() < 2) return false;
        const auto first = static_cast<std::uint8_t>(rest_[0]);
        std::size_t size = first & 31U;
        if ((first & 0xE0U) != kText || size > kByteFollows) return false;
        const std::size_t head = size == kByteFollows ? 2 : 1;
        if (head == 2) size = static_cast<std::uint8_t>(rest_[1]);
        if (rest_.size() < head + size) return false;
        out = {rest_.data() + head, size};
        rest_.remove_prefix(head + size);
        return true;
    }
    /// The next item; of an array or a map its head, and its items follow.
    [[nodiscard]] Errc take(CborItem& item) noexcept;
    /// Passes over the next item and all that is in it.
    [[nodiscard]] Errc skip() noexcept;

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
        const auto begin = rest_;
        if (const auto error = take(head); error != Errc::ok) return error;
        if (head.type != type) {
            rest_ = begin;
            return skip();
        }
        for (auto left = head.number; left > 0; --left) {
            if (const auto error = one(); error != Errc::ok) return error;
        }
        return Errc::ok;
    }
    template <typename Use>
    Errc read_or_skip(Use use) {
        const auto* const begin = rest_.data();
        if (const auto error = use(); error != Errc::ok) return error;
        return rest_.data() == begin ? skip() : Errc::ok;
    }

    Errc take_head(unsigned& major, unsigned& info, std::uint64_t& number) noexcept;
    Errc take_bytes(std::uint64_t size, std::string_view& out) noexcept;

    std::string_view rest_;
};

}  // namespace hark::platforms::bluesky
