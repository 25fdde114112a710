#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/folded_text.hpp"

namespace hark::match {

/// Folds an author's words as posts are folded: ` word word `, empty when nothing remains.
using FoldFunction = std::function<std::string(std::string_view)>;

/// Words and phrases of which any may stand where the group is named: a list, the forms of a word.
using GroupNumber = std::uint32_t;

/// The group that `{name}` or `word/forms` (then with `forms`) stands for, or nullopt and what is
/// wrong.
using GroupFunction = std::function<std::optional<GroupNumber>(std::string_view name, bool forms,
                                                               std::string& problem)>;

/// One word of a sequence, folded, or a group.
struct Element {
    std::string word;
    std::optional<GroupNumber> group = {};  ///< then there is no word
    bool open_left = false;        ///< `*word`: anything may stand before it in the same word
    bool open_right = false;       ///< `word*`
    std::uint32_t gap_before = 0;  ///< at most so many words between the one before and this
    friend bool operator==(const Element&, const Element&) = default;
};

using Sequence = std::vector<Element>;
inline constexpr std::size_t kSequenceWords = 32;  ///< the longest

/// A pattern without its alternatives: any one of the sequences, or a raw expression.
struct Pattern {
    std::vector<Sequence> sequences;
    std::string expression;  ///< `re:`; not empty: there are no sequences
};

/// What is wrong with a pattern.
struct PatternFault {
    std::size_t at = 0;  ///< byte of the pattern
    std::string what;
};

/// Reads the pattern language (docs/rules.md). nullopt and a fault when it cannot. Without `group`
/// there are no groups.
[[nodiscard]] std::optional<Pattern> parse_pattern(std::string_view text, const FoldFunction& fold,
                                                   PatternFault& fault,
                                                   const GroupFunction& group = {});

/// Where Hyperscan would take an expression for something else than its author meant: a letter of
/// more than one byte in a class or repeated (expressions see bytes: a part of it would do), and a
/// zero byte (the expression would end there).
[[nodiscard]] std::optional<PatternFault> find_misreading(std::string_view expression);

/// The characters before a byte of a text, for places that people read.
[[nodiscard]] std::size_t characters_before(std::string_view text, std::size_t at);

/// Where the sequence first ends in folded text; its words without the blanks around them. Slow:
/// for evidence only. No groups.
[[nodiscard]] std::optional<Span> find_sequence(const Sequence& sequence, std::string_view folded);

/// The sequence, which holds no groups, as a regular expression over folded bytes.
[[nodiscard]] std::string to_expression(const Sequence& sequence);

}  // namespace hark::match
