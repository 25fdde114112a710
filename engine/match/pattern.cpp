#include "match/pattern.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/limits.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kSequences = 2000;  // alternatives multiply; no readable rule comes near
constexpr int kNesting = 16;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kWordEnds = " \t\r\n|()~\"{}";
constexpr std::string_view kForms = "/forms";

/// Recursive descent; `fault_.what` is set at the first thing that is wrong, and everything
/// unwinds.
class Parser {
public:
    Parser(std::string_view text, const FoldFunction& fold, const GroupFunction& group,
           PatternFault& fault)
        : text_(text), fold_(fold), group_(group), fault_(fault) {}

    std::vector<Sequence> parse() {
        auto sequences = alternatives(0);
        if (ok() && at_ < text_.size()) fail(stray());
        if (ok() && sequences.front().empty()) fail("there is no word in it");
        return sequences;
    }

    [[nodiscard]] bool ok() const noexcept { return fault_.what.empty(); }

private:
    void fail(std::string what) { fail(at_, std::move(what)); }
    void fail(std::size_t at, std::string what) {
        if (ok()) fault_ = {at, std::move(what)};
    }

    [[nodiscard]] std::string stray() const {
        return text_[at_] == '}' ? "`}` without its `{`" : "`)` without its `(`";
    }

    [[nodiscard]] bool at_one_of(std::string_view signs) const noexcept {
        return at_ < text_.size() && signs.find(text_[at_]) != std::string_view::npos;
    }

    void skip_blanks() {
        while (at_one_of(kBlanks)) ++at_;
    }

    std::vector<Sequence> alternatives(int depth) {
        std::vector<Sequence> all;
        if (depth > kNesting) fail("nested too deeply");
        while (ok()) {
            auto one = sequence(depth);
            all.insert(all.end(), std::make_move_iterator(one.begin()),
                       std::make_move_iterator(one.end()));
            if (all.size() > kSequences)
                fail("more than " + std::to_string(kSequences) + " combinations of alternatives");
            if (!at_one_of("|")) break;
            if (depth == 0) fail("write alternatives in brackets: (a|b)");
            ++at_;
        }
        return all;
    }

    /// Items one after another, each with the gap before it.
    std::vector<Sequence> sequence(int depth) {
        std::vector<Sequence> all{{}};
        std::optional<std::uint32_t> gap_before;
        auto gap_at = at_;
        for (skip_blanks(); ok() && at_ < text_.size() && !at_one_of("|)}"); skip_blanks()) {
            if (at_one_of("~")) {
                if (all.front().empty() || gap_before) fail("a gap stands between two words");
                gap_at = at_;
                gap_before = gap();
                continue;
            }
            append(all, item(depth), gap_before.value_or(0));
            gap_before.reset();
        }
        if (gap_before) fail(gap_at, "a gap stands between two words");
        return all;
    }

    void append(std::vector<Sequence>& all, const std::vector<Sequence>& items,
                std::uint32_t gap_before) {
        if (all.size() * items.size() > kSequences)
            fail("more than " + std::to_string(kSequences) + " combinations of alternatives");
        if (!ok()) return;
        std::vector<Sequence> product;
        for (const auto& before : all) {
            for (const auto& after : items) {
                auto joined = before;
                joined.insert(joined.end(), after.begin(), after.end());
                joined[before.size()].gap_before = gap_before;
                if (joined.size() > kSequenceWords)
                    fail("more than " + std::to_string(kSequenceWords) + " words in a row");
                product.push_back(std::move(joined));
            }
        }
        all = std::move(product);
    }

    std::uint32_t gap() {
        const auto begin = at_++;
        std::uint32_t words = 0;
        const auto [end, error] =
            std::from_chars(text_.data() + at_, text_.data() + text_.size(), words);
        at_ = static_cast<std::size_t>(end - text_.data());
        if (error != std::errc{} || words > limits::kGapWords)
            fail(begin, "a gap is ~0 to ~" + std::to_string(limits::kGapWords));
        return words;
    }

    std::vector<Sequence> item(int depth) {
        const auto begin = at_;
        auto all = at_one_of("(")    ? bracket(depth)
                   : at_one_of("\"") ? std::vector<Sequence>{quoted()}
                   : at_one_of("{")  ? std::vector<Sequence>{list()}
                                     : std::vector<Sequence>{word()};
        // `refund(ed|s)` would be read as two words, which its author does not mean.
        const bool bracketed = text_[begin] == '(' || text_[begin] == '{' || at_one_of("({");
        if (at_ < text_.size() && bracketed && !at_one_of(" \t\r\n|)~"))
            fail("alternatives and lists are whole words: a blank is missing here");
        return all;
    }

    std::vector<Sequence> bracket(int depth) {
        const auto open = at_++;
        auto inside = alternatives(depth + 1);
        if (!at_one_of(")")) fail(open, "`(` without its `)`");
        ++at_;
        for (const auto& one : inside) {
            if (one.empty()) fail(open, "an alternative without a word");
        }
        return inside;
    }

    Sequence quoted() {
        const auto open = at_;
        const auto close = text_.find('"', open + 1);
        if (close == std::string_view::npos) {
            fail("a quote that does not end");
            return {};
        }
        at_ = close + 1;
        return folded(open, text_.substr(open + 1, close - open - 1));
    }

    Sequence list() {
        const auto open = at_;
        const auto close = text_.find('}', open);
        if (close == std::string_view::npos) {
            fail("`{` without its `}`");
            return {};
        }
        at_ = close + 1;
        return group(open, text_.substr(open + 1, close - open - 1), false);
    }

    Sequence group(std::size_t at, std::string_view name, bool forms) {
        std::string problem = "lists and forms of words do not belong here";
        const auto number = group_ ? group_(name, forms, problem) : std::nullopt;
        if (!number) fail(at, std::move(problem));
        Sequence one(1);
        one[0].group = number.value_or(0);
        return one;
    }

    Sequence word() {
        const auto begin = at_;
        at_ = std::min(text_.find_first_of(kWordEnds, at_), text_.size());
        auto written = text_.substr(begin, at_ - begin);
        if (written.ends_with(kForms))
            return group(begin, written.substr(0, written.size() - kForms.size()), true);
        const bool open_left = written.starts_with('*');
        if (open_left) written.remove_prefix(1);
        const bool open_right = written.ends_with('*');
        if (open_right) written.remove_suffix(1);
        if (written.empty()) fail(begin, "`*` without a word");
        if (const auto star = written.find('*'); star != std::string_view::npos)
            fail(begin + (open_left ? 1 : 0) + star,
                 "`*` stands at the begin or the end of a word");
        auto words = folded(begin, written);
        if (!words.empty()) {
            words.front().open_left = open_left;
            words.back().open_right = open_right;
        }
        return words;
    }

    Sequence folded(std::size_t at, std::string_view written) {
        const auto text = fold_(written);
        Sequence words;
        for (std::size_t i = 1; i < text.size();) {
            const auto end = std::min(text.find(' ', i), text.size());
            words.emplace_back().word = text.substr(i, end - i);
            i = end + 1;
        }
        if (words.empty())
            fail(at, "`" + std::string(written) + "` folds to nothing: no post can hold it");
        return words;
    }

    std::string_view text_;
    const FoldFunction& fold_;
    const GroupFunction& group_;
    PatternFault& fault_;
    std::size_t at_ = 0;
};

bool is_part(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

bool fits(const Element& element, std::string_view word) {
    if (element.open_left && element.open_right)
        return word.find(element.word) != std::string_view::npos;
    if (element.open_left) return word.ends_with(element.word);
    if (element.open_right) return word.starts_with(element.word);
    return word == element.word;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\\^$.|?*+()[]{}-/#").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text, const FoldFunction& fold,
                                     PatternFault& fault, const GroupFunction& group) {
    fault = {};
    Pattern pattern;
    if (text.size() > limits::kPatternBytes) {
        fault.what = "longer than " + std::to_string(limits::kPatternBytes) + " bytes";
        return std::nullopt;
    }
    if (text.starts_with("re:")) {
        pattern.expression = text.substr(3);
        if (pattern.expression.empty()) fault = {3, "`re:` without an expression"};
        if (auto misreading = find_misreading(pattern.expression))
            fault = {3 + misreading->at, std::move(misreading->what)};
    } else {
        pattern.sequences = Parser(text, fold, group, fault).parse();
    }
    if (!fault.what.empty()) return std::nullopt;
    return pattern;
}

std::optional<PatternFault> find_misreading(std::string_view expression) {
    bool in_class = false;
    for (std::size_t i = 0; i < expression.size(); ++i) {
        const char c = expression[i];
        if (c == '\0') return PatternFault{i, "an expression ends at a zero byte: write \\x00"};
        if (c == '\\' && !expression.substr(i + 1).starts_with('\0')) {
            ++i;
        } else if (static_cast<unsigned char>(c) >= 0x80) {
            const auto letter = i;
            while (i + 1 < expression.size() && is_part(expression[i + 1])) ++i;
            const bool repeated =
                i + 1 < expression.size() &&
                std::string_view("?*+{").find(expression[i + 1]) != std::string_view::npos;
            if (in_class || repeated)
                return PatternFault{letter,
                                    "an expression sees bytes, and this letter has more than one: "
                                    "write (а|б), (б)?"};
        } else if (in_class && expression.substr(i).starts_with("[:")) {
            i = std::min(expression.find(":]", i + 2), expression.size() - 2) + 1;  // [[:alpha:]]
        } else if (in_class) {
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
            if (expression.substr(i + 1).starts_with('^')) ++i;
            if (expression.substr(i + 1).starts_with(']')) ++i;
        }
    }
    return std::nullopt;
}

std::size_t characters_before(std::string_view text, std::size_t at) {
    const auto before = text.substr(0, at);
    return before.size() -
           static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_part));
}

std::optional<Span> find_sequence(const Sequence& sequence, std::string_view folded) {
    // How far each beginning of the sequence came: only its latest place matters, for a gap has no
    // least length.
    struct Place {
        std::uint32_t word = 0;  // counted from 1; 0: not yet
        std::uint32_t begin = 0;
    };
    std::array<Place, kSequenceWords> places{};
    const auto size = sequence.size();
    std::uint32_t number = 0;
    for (std::size_t begin = 1, end = 0; begin < folded.size(); begin = end + 1) {
        end = std::min(folded.find(' ', begin), folded.size());
        const auto word = folded.substr(begin, end - begin);
        ++number;
        for (std::size_t i = size; i-- > 0;) {
            const bool follows =
                i == 0 || (places[i - 1].word != 0 &&
                           number - places[i - 1].word <= sequence[i].gap_before + 1);
            if (!follows || !fits(sequence[i], word)) continue;
            places[i] = {number, i == 0 ? static_cast<std::uint32_t>(begin) : places[i - 1].begin};
        }
        if (places[size - 1].word == number)
            return Span{places[size - 1].begin, static_cast<std::uint32_t>(end)};
    }
    return std::nullopt;
}

std::string to_expression(const Sequence& sequence) {
    std::string out = sequence.front().open_left ? "" : " ";
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        const auto& element = sequence[i];
        if (i > 0) {
            if (sequence[i - 1].open_right) out += "[^ ]*";
            out += ' ';
            if (element.gap_before > 0)
                out += "(?:[^ ]+ ){0," + std::to_string(element.gap_before) + "}";
            if (element.open_left) out += "[^ ]*";
        }
        out += escaped(element.word);
    }
    if (!sequence.back().open_right) out += ' ';
    return out;
}

}  // namespace hark::match
