#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace hark::publish {

/// JSON text being built in memory that is kept from record to record. Not thread-safe.
class JsonBuffer {
public:
    void clear() noexcept { at_ = bytes_.get(); }
    [[nodiscard]] std::string_view view() const noexcept {
        return {bytes_.get(), static_cast<std::size_t>(at_ - bytes_.get())};
    }

    /// JSON as it stands.
    void raw(std::string_view json) {
        char* const to = room(json.size());
        if (!json.empty()) std::memcpy(to, json.data(), json.size());
        at_ = to + json.size();
    }

    /// The inner part of a JSON string: escaped, and each byte that is not UTF-8 replaced by
    /// U+FFFD.
    void text(std::string_view utf8);

    void quoted(std::string_view utf8) {
        *room(1) = '"';
        ++at_;
        text(utf8);
        *room(1) = '"';
        ++at_;
    }

    void number(std::uint64_t value) {
        char* const to = room(20);
        at_ = std::to_chars(to, to + 20, value).ptr;
    }

    /// With at most four digits after the point and at least one: `0.97`, `1.0`, `-0.0125`.
    void decimal(double value);

    /// `size` bytes to be written by somebody else, then advance() by what was written.
    [[nodiscard]] char* room(std::size_t size) {
        if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
        return at_;
    }
    void advance(std::size_t size) noexcept { at_ += size; }

private:
    void grow(std::size_t size);

    std::unique_ptr<char[]> bytes_;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

/// How many bytes of `text`, which is not all UTF-8, make up its first character; `valid` tells
/// whether it is one or a byte to be replaced.
struct Step {
    std::size_t size;
    bool valid;
};
[[nodiscard]] Step step(std::string_view text) noexcept;

}  // namespace hark::publish
