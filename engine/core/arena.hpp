#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace hark {

/// Bump memory for what one frame needs beyond its own bytes. Views stay valid until reset(); the
/// memory itself is kept, so a warm arena allocates nothing. One arena a shard; not thread-safe.
class Arena {
public:
    /// Uninitialised bytes, valid until reset(). Alignment is 1: for text only.
    char* allocate(std::size_t size) {
        if (size > room_) grow(size);
        char* at = next_;
        next_ += size;
        room_ -= size;
        return at;
    }

    /// Gives back the tail of the last allocation: `allocate(n)` then `shrink(n - used)`.
    void shrink(std::size_t unused) noexcept {
        next_ -= unused;
        room_ += unused;
    }

    [[nodiscard]] std::string_view copy(std::string_view text) { return join(text); }

    /// The parts one after another, as one view.
    template <typename... Parts>
    [[nodiscard]] std::string_view join(const Parts&... written) {
        // Not a list in memory: sizes that were just written would be waited for.
        return [this](auto... parts) {
            const auto size = (parts.size() + ...);
            char* const begin = allocate(size);
            char* at = begin;
            ((at = put(at, parts)), ...);
            return std::string_view(begin, size);
        }(std::string_view(written)...);
    }

    /// Forgets everything handed out. Several blocks become one, so that the next frame of this
    /// size fits.
    void reset() {
        if (blocks_.size() > 1) {
            std::size_t total = 0;
            for (const auto& block : blocks_) total += block.size;
            blocks_.clear();
            add_block(total < kKeep ? total : kKeep);
        }
        if (!blocks_.empty()) {
            next_ = blocks_.back().bytes.get();
            room_ = blocks_.back().size;
        }
    }

private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };
    static constexpr std::size_t kFirst = 16 * 1024;
    static constexpr std::size_t kKeep =
        8 * 1024 * 1024;  // one huge frame does not hold memory for ever

    /// Copies a part: without a call when it is short, as most are. Where it ends.
    static char* put(char* to, std::string_view part) noexcept {
        const auto size = part.size();
        if (size > 16) std::memcpy(to, part.data(), size);
        else if (size >= 8) put_ends<std::uint64_t>(to, part);
        else if (size >= 4) put_ends<std::uint32_t>(to, part);
        else if (size >= 2) put_ends<std::uint16_t>(to, part);
        else if (size == 1) *to = part.front();
        return to + size;
    }
    /// Copies a part's first word and its last one, which may overlap.
    template <typename Word>
    static void put_ends(char* to, std::string_view part) noexcept {
        Word first;
        Word last;
        std::memcpy(&first, part.data(), sizeof first);
        std::memcpy(&last, part.data() + part.size() - sizeof last, sizeof last);
        std::memcpy(to, &first, sizeof first);
        std::memcpy(to + part.size() - sizeof last, &last, sizeof last);
    }

    void add_block(std::size_t size) {
        blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
        next_ = blocks_.back().bytes.get();
        room_ = size;
    }

    void grow(std::size_t size) {
        const std::size_t doubled = blocks_.empty() ? kFirst : blocks_.back().size * 2;
        add_block(size > doubled ? size : doubled);
    }

    std::vector<Block> blocks_;
    char* next_ = nullptr;
    std::size_t room_ = 0;
};

}  // namespace hark
