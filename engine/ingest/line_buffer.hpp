#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "core/limits.hpp"

namespace hark::ingest {

/// Bytes in, lines out, in place: a line is a view into the buffer with limits::kFramePadding
/// readable bytes behind it. Only what is left of an unfinished line is ever moved. A line longer
/// than `line_bytes` is given once, cut there and marked, and the rest of it is passed over.
class LineBuffer {
public:
    struct Line {
        std::string_view
            text;  ///< without its newline and carriage return; valid until room() or clear()
        std::size_t bytes = 0;  ///< how far the position moves: the newline included
        bool too_long = false;
        bool found = false;
    };

    explicit LineBuffer(std::size_t line_bytes = limits::kLineBytes)
        : line_bytes_(line_bytes), bytes_(kChunk + limits::kFramePadding) {}

    /// Where the next bytes may be put; never empty.
    [[nodiscard]] std::span<char> room() {
        if (begin_ > 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
            scanned_ -= begin_;
            end_ -= begin_;
            begin_ = 0;
        }
        if (bytes_.size() - limits::kFramePadding - end_ < kChunk / 4)
            bytes_.resize(bytes_.size() * 2);
        return {bytes_.data() + end_, bytes_.size() - limits::kFramePadding - end_};
    }
    void added(std::size_t size) noexcept { end_ += size; }

    /// The next whole line; with `last` what is left counts as one.
    [[nodiscard]] Line next(bool last) {
        const auto* const newline = static_cast<const char*>(
            scanned_ < end_ ? std::memchr(bytes_.data() + scanned_, '\n', end_ - scanned_)
                            : nullptr);
        if (newline == nullptr) {
            scanned_ = end_;
            if (end_ - begin_ > line_bytes_) return cut();
            if (begin_ == end_ || !(last || skipping_)) return {};
            if (skipping_) return pass_over(end_ - begin_);
            return take(end_ - begin_, end_ - begin_);
        }
        const auto size = static_cast<std::size_t>(newline - bytes_.data()) - begin_;
        if (skipping_) return pass_over(size + 1);
        if (size > line_bytes_) return cut();
        return take(size, size + 1);
    }

    void clear() noexcept { begin_ = end_ = scanned_ = 0; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

private:
    static constexpr std::size_t kChunk = 256 * limits::kKiB;

    Line take(std::size_t size, std::size_t bytes) noexcept {
        std::string_view text(bytes_.data() + begin_, size);
        if (text.ends_with('\r')) text.remove_suffix(1);
        begin_ += bytes;
        scanned_ = begin_;
        return {text, bytes, false, true};
    }

    /// The begin of a line that is too long; the rest is passed over by what follows.
    Line cut() noexcept {
        if (skipping_) return pass_over(line_bytes_);
        skipping_ = true;
        auto line = take(line_bytes_, line_bytes_);
        line.too_long = true;
        return line;
    }

    /// Passed-over bytes: an empty line that only moves the position.
    Line pass_over(std::size_t bytes) noexcept {
        const bool whole = bytes_[begin_ + bytes - 1] == '\n';
        begin_ += bytes;
        scanned_ = begin_;
        skipping_ = !whole;
        return {{}, bytes, false, true};
    }

    std::size_t line_bytes_;
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0;  ///< there is no newline before this
    bool skipping_ = false;
};

}  // namespace hark::ingest
