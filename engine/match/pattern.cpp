#include "match/pattern.hpp"

#include <algorithm>
#include <charconv>

#include "core/limits.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kSequences = 2000;  // alternatives multiply; no readable rule comes near
constexpr int kNesting = 16;

/// Recursive descent; `fault_.what` is set at the first thing that is wrong, and everything
/// unwinds.
class Parser {
public:
    Parser(std::string_view text, const FoldFunction& fold, PatternFault& fault)
        : text_(text), fold_(fold), fault_(fault) {}

    std::vector<Sequence> parse() {
        auto sequences = alternatives(0);
        if (ok() && at_ < text_.size()) fail("`)` without its `(`");
        for (const auto& sequence : sequences) {
            if (ok() && sequence.empty()) fail("there is no word in it");
        }
        return sequences;
    }

    [[nodiscard]] bool ok() const noexcept { return fault_.what.empty(); }

private:
    void fail(std::string what) {
        if (ok()) fault_ = {at_, std::move(what)};
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
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
            if (at_ >= text_.size() || text_[at_] != '|') break;
            if (depth == 0) fail("write alternatives in brackets: (a|b)");
            ++at_;
        }
        return all;
    }

    /// Items one after another, each with the gap before it.
    std::vector<Sequence> sequence(int depth) {
        std::vector<Sequence> all{{}};
        bool gap_waits = false;
        for (skip_blanks(); ok() && at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')';
             skip_blanks()) {
            if (text_[at_] == '~') {
                if (all.front().empty() || gap_waits) fail("a gap stands between two words");
                gap_ = gap();
                gap_waits = true;
                continue;
            }
            const auto gap_before = gap_waits ? gap_ : 0;
            gap_waits = false;
            append(all, item(depth), gap_before);
        }
        if (gap_waits) fail("a gap stands between two words");
        return all;
    }

    void append(std::vector<Sequence>& all, const std::vector<Sequence>& items,
                std::uint32_t gap_before) {
        if (all.size() * items.size() > kSequences) {
            fail("more than " + std::to_string(kSequences) + " combinations of alternatives");
            return;
        }
        std::vector<Sequence> product;
        for (const auto& before : all) {
            for (const auto& after : items) {
                auto joined = before;
                joined.insert(joined.end(), after.begin(), after.end());
                if (!after.empty() && !before.empty())
                    joined[before.size()].gap_before = gap_before;
                product.push_back(std::move(joined));
            }
        }
        all = std::move(product);
    }

    std::uint32_t gap() {
        ++at_;
        std::uint32_t words = 0;
        const auto [end, error] =
            std::from_chars(text_.data() + at_, text_.data() + text_.size(), words);
        if (error != std::errc{} || words > limits::kGapWords) {
            fail("a gap is ~0 to ~" + std::to_string(limits::kGapWords));
        } else {
            at_ = static_cast<std::size_t>(end - text_.data());
        }
        return words;
    }

    std::vector<Sequence> item(int depth) {
        if (text_[at_] == '(') {
            const auto open = at_++;
            auto inside = alternatives(depth + 1);
            if (ok() && (at_ >= text_.size() || text_[at_] != ')')) {
                at_ = open;
                fail("`(` without its `)`");
            }
            ++at_;
            for (const auto& one : inside) {
                if (ok() && one.empty()) fail("an alternative without a word");
            }
            return inside;
        }
        if (text_[at_] == '"') return {quoted()};
        return {word()};
    }

    Sequence quoted() {
        const auto close = text_.find('"', at_ + 1);
        if (close == std::string_view::npos) {
            fail("a quote that does not end");
            return {};
        }
        auto words = folded(text_.substr(at_ + 1, close - at_ - 1));
        at_ = close + 1;
        return words;
    }

    Sequence word() {
        const auto begin = at_;
        at_ = std::min(text_.find_first_of(" \t|()~\"", at_), text_.size());
        auto written = text_.substr(begin, at_ - begin);
        const bool open_left = written.starts_with('*');
        if (open_left) written.remove_prefix(1);
        const bool open_right = written.ends_with('*');
        if (open_right) written.remove_suffix(1);
        if (written.find('*') != std::string_view::npos)
            fail("`*` stands at the begin or the end of a word");
        auto words = folded(written);
        if (!words.empty()) {
            words.front().open_left = open_left;
            words.back().open_right = open_right;
        }
        return words;
    }

    Sequence folded(std::string_view written) {
        const auto text = fold_(written);
        Sequence words;
        for (std::size_t i = 1; i < text.size();) {
            const auto end = std::min(text.find(' ', i), text.size());
            words.push_back({text.substr(i, end - i)});
            i = end + 1;
        }
        if (words.empty())
            fail("`" + std::string(written) + "` folds to nothing: no post can hold it");
        return words;
    }

    std::string_view text_;
    const FoldFunction& fold_;
    PatternFault& fault_;
    std::size_t at_ = 0;
    std::uint32_t gap_ = 0;
};

/// Where `element` stands in the word [begin,end) of `folded`, as bytes; nullopt when it does not.
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

/// The words of folded text from `at` on (a word's first byte), as (begin, end).
struct Words {
    std::string_view folded;
    [[nodiscard]] Span first() const { return next({0, 0}); }
    [[nodiscard]] Span next(Span word) const {
        const auto begin = word.end + 1;
        if (begin >= folded.size()) return {0, 0};
        return {begin,
                static_cast<std::uint32_t>(std::min(folded.find(' ', begin), folded.size()))};
    }
    [[nodiscard]] std::string_view text(Span word) const {
        return folded.substr(word.begin, word.end - word.begin);
    }
};

/// The end of elements [index..) when the one before stands in `previous`; 0 when they do not
/// follow.
std::uint32_t follow(const Sequence& sequence, std::size_t index, Span previous,
                     const Words& words) {
    if (index == sequence.size()) return previous.end;
    auto word = previous;
    for (std::uint32_t between = 0; between <= sequence[index].gap_before; ++between) {
        word = words.next(word);
        if (word.end == 0) return 0;
        if (!fits(sequence[index], words.text(word))) continue;
        if (const auto end = follow(sequence, index + 1, word, words); end != 0) return end;
    }
    return 0;
}

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text, const FoldFunction& fold,
                                     PatternFault& fault) {
    fault = {};
    Pattern pattern;
    if (text.size() > limits::kPatternBytes) {
        fault.what = "longer than " + std::to_string(limits::kPatternBytes) + " bytes";
        return std::nullopt;
    }
    if (text.starts_with("re:")) {
        pattern.expression = text.substr(3);
        if (pattern.expression.empty()) fault = {3, "`re:` without an expression"};
    } else {
        pattern.sequences = Parser(text, fold, fault).parse();
    }
    if (!fault.what.empty()) return std::nullopt;
    return pattern;
}

std::optional<Span> find_sequence(const Sequence& sequence, std::string_view folded) {
    const Words words{folded};
    for (auto word = words.first(); word.end != 0; word = words.next(word)) {
        if (!fits(sequence.front(), words.text(word))) continue;
        if (const auto end = follow(sequence, 1, word, words); end != 0)
            return Span{word.begin, end};
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
