#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/check.hpp"

namespace hark {

/// Where a source goes on after a restart: text that only the source's platform understands
/// (microseconds, a sequence number, `inode:offset`). Empty means "from now on". Trivially
/// copyable, no allocation.
class Cursor {
public:
    static constexpr std::size_t kMaxBytes = 63;

    Cursor() noexcept = default;
    explicit Cursor(std::string_view text) noexcept
        : size_(static_cast<std::uint8_t>(text.size())) {
        HARK_CHECK(text.size() <= kMaxBytes);
        if (!text.empty()) std::memcpy(text_.data(), text.data(), text.size());
    }

    [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    friend bool operator==(const Cursor& a, const Cursor& b) noexcept {
        return a.text() == b.text();
    }

private:
    std::array<char, kMaxBytes> text_{};
    std::uint8_t size_ = 0;
};

}  // namespace hark
