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
/// than `line_bytes` is given once, cut there, and the rest of it is passed over.
class LineBuffer {
public:
    enum class Part {
        none,    ///< no whole line is there
        line,    ///< a line
        begin,   ///< the begin of a line that is too long
        passed,  ///< more of that line, not to be looked at
        end,     ///< the last of it, with its newline
    };
    struct Line {
        Part part = Part::none;
        /// Without its newline and carriage return; valid until room() or clear().
        std::string_view text;
        std::size_t bytes = 0;  ///< how far the position moves: the newline included
    };

    explicit LineBuffer(std::size_t line_bytes = limits::kLineBytes)
        : line_bytes_(line_bytes), bytes_(kChunk + limits::kFramePadding) {}

    /// Where the next bytes may be put: at least a quarter of a chunk.
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

    /// The next line; with `last` what is left counts as one.
    [[nodiscard]] Line next(bool last) {
        const auto* const newline = static_cast<const char*>(
            scanned_ < end_ ? std::memchr(bytes_.data() + scanned_, '\n', end_ - scanned_)
                            : nullptr);
        const auto size = newline == nullptr
                              ? end_ - begin_
                              : static_cast<std::size_t>(newline - bytes_.data()) - begin_;
        const auto whole = newline == nullptr ? size : size + 1;
        if (skipping_) {
            if (whole == 0) return {};
            skipping_ = newline == nullptr;
            return give(skipping_ ? Part::passed : Part::end, 0, whole);
        }
        if (size > line_bytes_) {
            skipping_ = true;
            return give(Part::begin, line_bytes_, line_bytes_);
        }
        if (newline == nullptr && !(last && size > 0)) {
            scanned_ = end_;
            return {};
        }
        return give(Part::line, size, whole);
    }

    void clear() noexcept {
        begin_ = end_ = scanned_ = 0;
        skipping_ = false;
    }

private:
    static constexpr std::size_t kChunk = 256 * limits::kKiB;

    Line give(Part part, std::size_t size, std::size_t bytes) noexcept {
        std::string_view text(bytes_.data() + begin_, size);
        if (text.ends_with('\r')) text.remove_suffix(1);
        begin_ += bytes;
        scanned_ = begin_;
        return {part, text, bytes};
    }

    std::size_t line_bytes_;
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0;  ///< there is no newline before this
    bool skipping_ = false;
};

}  // namespace hark::ingest
