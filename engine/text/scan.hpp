#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "text/code_point.hpp"
#include "text/fold_table.hpp"
#include "text/joints.hpp"
#include "text/word_repair.hpp"

namespace hark::text {

/// Eight bytes at once: masks have the top bit of each byte set where the byte qualifies.
namespace octet {

inline constexpr std::uint64_t kOnes = 0x0101010101010101;
inline constexpr std::uint64_t kTops = 0x80 * kOnes;
static_assert(std::endian::native == std::endian::little);

[[nodiscard]] inline std::uint64_t load(const unsigned char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// ASCII small letters. `small` is `raw | 0x20` in each byte.
[[nodiscard]] inline std::uint64_t letters(std::uint64_t raw, std::uint64_t small) noexcept {
    const std::uint64_t low = small & ~kTops;
    return (low + (0x80 - 'a') * kOnes) & ~(low + (0x7F - 'z') * kOnes) & ~raw & kTops;
}

[[nodiscard]] inline std::uint64_t zeros(std::uint64_t word) noexcept {
    return ~(((word & ~kTops) + ~kTops) | word) & kTops;
}

[[nodiscard]] inline std::uint32_t count(std::uint64_t mask) noexcept {
    return static_cast<std::uint32_t>(((mask >> 7) * kOnes) >> 56);
}

}  // namespace octet

/// One pass over a text. `out` must hold Folder's bound.
class Scan {
public:
    Scan(std::string_view text, char* out, std::vector<Letter>& word, Joints& joints) noexcept
        : first_(reinterpret_cast<const unsigned char*>(text.data())),
          last_(first_ + text.size()),
          out_begin_(out),
          out_(out),
          letters_(word),
          joints_(joints) {}

    FoldedText run();

private:
    using Bytes = const unsigned char*;

    enum Trait : std::uint32_t {  // of the word being written; 1 << Script for its letters
        kOther = 1U << static_cast<unsigned>(Script::other),
        kLatin = 1U << static_cast<unsigned>(Script::latin),
        kCyrillic = 1U << static_cast<unsigned>(Script::cyrillic),
        kGreek = 1U << static_cast<unsigned>(Script::greek),
        kScripts = kLatin | kCyrillic | kGreek,
        kDigit = 1U << 4U,
        kSign = 1U << 5U,
        kStretched = 1U << 6U,
        kRare = 1U << 8U,  ///< may hold a stretch that nobody looked for
    };

    [[nodiscard]] const PlainLetter* plain(Bytes at) const noexcept;
    Bytes plain_letters(Bytes at);
    Bytes ascii_words(Bytes at) noexcept;
    Bytes digits(Bytes at);
    Bytes other(Bytes at);
    void letter(Bytes at, Decoded decoded, FoldEntry entry);
    void mark(Decoded decoded) noexcept;
    void emoji(Bytes at, Decoded decoded);
    void at_sign(Bytes at, std::uint32_t size);
    void await_name(char sign, Bytes at, std::uint32_t size);
    bool inner(Bytes at, std::uint32_t size, FoldEntry entry);
    void separator(Bytes at);
    void quotation_mark(Bytes at, char32_t mark);
    [[nodiscard]] std::span<const Span> quoted() const noexcept;

    [[nodiscard]] bool after_letter() const noexcept;
    [[nodiscard]] bool stands_for_letter(Bytes at) const noexcept;
    [[nodiscard]] bool before_letter(Bytes at) const noexcept;
    [[nodiscard]] bool at_is_letter(Bytes next) const noexcept;
    void find_link(Bytes at) noexcept;

    void open_word();
    void note_tight();
    void note_mask(Bytes at);
    void close_word(Bytes at);
    [[nodiscard]] bool needs_repair(bool spared) const noexcept;
    void repair(bool spared);

    /// Writes what the original at `at` stands for.
    void put(std::string_view bytes, Bytes at) noexcept;
    /// What is written next stands for the original at `at`, byte by byte.
    void note_run(Bytes at) {
        const auto skew =
            reinterpret_cast<std::intptr_t>(at) - reinterpret_cast<std::intptr_t>(out_);
        if (skew == skew_) return;
        skew_ = skew;
        joints_.note_run({place(out_), offset(at)});
    }
    [[nodiscard]] std::uint32_t place(const char* out) const noexcept {
        return static_cast<std::uint32_t>(out - out_begin_);
    }
    [[nodiscard]] std::uint32_t offset(Bytes at) const noexcept {
        return static_cast<std::uint32_t>(at - first_);
    }

    Bytes first_;
    Bytes last_;
    char* out_begin_;
    char* out_;
    char* word_ = nullptr;  ///< where the open word begins in the output; null: none is open
    std::uint32_t traits_ = 0;
    bool is_name_ = false;  ///< the open word follows an @
    char sign_ = 0;         ///< @ or # waiting for its name
    bool sign_spaced_ = false;
    bool sign_glued_ = false;  ///< directly after a word: an e-mail's @, not a mention
    Bytes sign_at_ = nullptr;
    std::uint32_t sign_size_ = 0;
    Bytes link_end_ = nullptr;
    char32_t emoji_ = 0;  ///< of the last word
    char* emoji_end_ = nullptr;
    Script context_ = Script::other;  ///< of the last word in one script
    TextFacts facts_;
    bool starred_ = false;            ///< `*` stands before these words: bold, no mask
    bool apart_ = true;               ///< white space stands since the last word
    char32_t quoting_ = 0;            ///< the mark that opened a quotation; 0: none is open
    std::uint32_t quoted_from_ = 0;   ///< in the output
    std::uint32_t words_before_ = 0;  ///< it
    std::uint32_t quoted_words_ = 0;  ///< of all that are closed
    std::vector<Letter>& letters_;
    Joints& joints_;
    static constexpr auto kNoSkew = std::numeric_limits<std::intptr_t>::min();
    std::intptr_t skew_ = kNoSkew;  ///< between the original and the output, of the last run
};

}  // namespace hark::text
