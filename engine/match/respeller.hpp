#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"
#include "core/rule.hpp"
#include "match/pattern.hpp"
#include "match/word_table.hpp"

namespace hark::match {

/// A folded text with its disguised words read as what they stand for. Reused.
struct Respelled {
    struct Segment {
        Span here;   ///< bytes of `text`
        Span there;  ///< bytes of the folded text
        bool known;  ///< a word of the list as it stands: `debil` is Polish and may be Russian
        bool other_script;  ///< it stood in another alphabet, and is not known
    };
    std::string text;
    std::vector<Segment> segments;  ///< the words that were replaced, in order
    std::string word;               ///< for the one who reads

    /// The bytes of the folded text under [begin,end) of `text`.
    [[nodiscard]] Span original(Span span) const noexcept;
};

/// Finds the words of the list `disguised` where writers disguise them beyond what folding undoes:
/// letters parted by signs, blanks or emoji; masked by `*`; doubled; written in the other alphabet
/// or on the other keyboard. Other words are never touched, so that ordinary text stays itself.
/// Immutable after finish(); thread-safe then.
class Respeller {
public:
    /// A list's entries: words, `stem*`, and `!spelling*` for what is an ordinary word, or
    /// `!pl:spelling*` for what is one of that language only.
    void add(const WordList& list, const FoldFunction& fold, std::vector<Fault>& faults);
    void finish();

    [[nodiscard]] bool empty() const noexcept { return words_.empty(); }

    /// False when no word is disguised; `out` then has no meaning. No allocation once warm.
    [[nodiscard]] bool respell(const FoldedText& folded, Respelled& out) const;

    /// By the list, of a word as it stands folded.
    [[nodiscard]] bool is_ordinary(std::string_view text, std::string_view lang) const noexcept;

private:
    enum class Kind : std::uint8_t { doubled, other_alphabet, other_keyboard, sign };
    struct Word {
        std::string text;   ///< folded
        bool open = false;  ///< a stem
        bool cyrillic = false;
    };
    struct Variant {
        std::uint32_t word = 0;
        Kind kind{};
    };
    struct Part {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        bool letter = false;  ///< one letter alone
    };
    class Reading;

    static constexpr std::size_t kFilter = 4096;

    void vary(std::uint32_t word);
    void vary(std::uint32_t word, std::string spelled, Kind kind);
    [[nodiscard]] bool is_known(std::string_view text) const noexcept;
    [[nodiscard]] const Variant* find_variant(std::string_view text,
                                              std::size_t& bytes) const noexcept;
    [[nodiscard]] static std::size_t filter_of(std::string_view text) noexcept;

    std::vector<Word> words_;
    struct Ordinary {
        std::string text;
        bool open = false;  ///< a stem
        std::string lang;   ///< empty: whatever the language
    };
    std::vector<Ordinary> ordinary_;
    std::deque<std::string> texts_;                        ///< what the tables' keys point to
    boost::unordered_flat_map<std::string_view, std::uint32_t, WordHash> by_text_;
    boost::unordered_flat_map<std::string_view, Variant, WordHash> variants_;
    std::vector<std::uint64_t>
        lengths_;  ///< of variants that begin with these four bytes, a bit each
};

}  // namespace hark::match
