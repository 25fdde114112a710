#include "match/respeller.hpp"

#include <algorithm>
#include <cstring>

#include "core/languages.hpp"
#include "core/words.hpp"
#include "match/spellings.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kParts = 24;        // of one word, however it is cut up
constexpr std::size_t kWordBytes = 63;    // longer ones are no words
constexpr std::size_t kLettersAlone = 4;  // fewer with blanks between are ordinary: `а я и`
constexpr std::size_t kOtherLetters = 4;  // shorter words of other alphabets are other words
constexpr std::array<std::string_view, 12> kShortWords = {"на", "за", "по", "до", "от", "вы",
                                                          "об", "со", "as", "do", "na", "za"};
constexpr std::size_t kSignLetters = 3;

std::string doubled(const std::vector<std::string_view>& letters, std::size_t which) {
    std::string out;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        out += letters[i];
        if (i == which || which == letters.size()) out += letters[i];
    }
    return out;
}

/// Each letter once, the last of `out` included.
void append_single(std::string_view rest, std::string& out) {
    const bool two_bytes = (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80;
    std::string last(out, out.size() - (two_bytes ? 2 : 1));
    while (!rest.empty()) {
        const std::size_t size = static_cast<unsigned char>(rest[0]) < 0x80 ? 1 : 2;
        const auto letter = rest.substr(0, size);
        if (letter != last) out += letter;
        last = letter;
        rest.remove_prefix(letter.size());
    }
}

std::size_t count_letters(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    }));
}

/// `text` without so many letters at its begin; empty when it has no more.
std::string_view without_letters(std::string_view text, std::size_t letters) noexcept {
    for (; letters > 0 && !text.empty(); --letters) {
        text.remove_prefix(1);
        while (!text.empty() && (static_cast<unsigned char>(text[0]) & 0xC0U) == 0x80)
            text.remove_prefix(1);
    }
    return text;
}

}  // namespace

Span Respelled::original(Span span) const noexcept {
    const auto back = [this](std::uint32_t at, bool is_end) {
        std::int64_t shift = 0;
        for (const auto& [here, there, known, other_script] : segments) {
            if (is_end ? at <= here.begin : at < here.begin) break;
            if (is_end ? at <= here.end : at < here.end) return is_end ? there.end : there.begin;
            shift = std::int64_t{there.end} - here.end;
        }
        return static_cast<std::uint32_t>(at + shift);
    };
    return {back(span.begin, false), back(span.end, true)};
}

void Respeller::add(const WordList& list, const FoldFunction& fold, std::vector<Fault>& faults) {
    for (const auto& entry : list.entries) {
        const bool is_word = !entry.text.starts_with('!');
        const auto colon = is_word ? std::string::npos : entry.text.find(':');
        const auto lang = colon == std::string::npos ? "" : entry.text.substr(1, colon - 1);
        const auto begin = is_word ? 0 : colon == std::string::npos ? 1 : colon + 1;
        PatternFault problem;
        const auto pattern = parse_pattern(entry.text.substr(begin), fold, problem);
        const bool plain = pattern && pattern->sequences.size() == 1 &&
                           pattern->sequences[0].size() == 1 && !pattern->sequences[0][0].open_left;
        const bool served = lang.empty() || is_served(lang);
        if (!plain || !served) {
            faults.push_back({{list.file, entry.line, 1},
                              "this list holds single words and `stem*`, or `!spelling*`, "
                              "`!pl:spelling*`"});
            continue;
        }
        const auto& element = pattern->sequences[0][0];
        if (!is_word) {
            ordinary_.push_back({element.word, element.open_right, lang});
        } else if (!by_text_.contains(element.word)) {
            by_text_.emplace(texts_.emplace_back(element.word), words_.size());
            words_.push_back({element.word, element.open_right, is_cyrillic(element.word)});
        }
    }
}

void Respeller::finish() {
    for (std::uint32_t i = 0; i < words_.size(); ++i) vary(i);
    lengths_.assign(kFilter, 0);
    for (const auto& [spelled, variant] : variants_)
        lengths_[filter_of(spelled)] |= std::uint64_t{1} << spelled.size();
}

void Respeller::vary(std::uint32_t word) {
    const auto text = words_[word].text;
    const auto letters = letters_of(text);
    for (std::size_t i = 0; i <= letters.size(); ++i)
        vary(word, doubled(letters, i), Kind::doubled);
    for (auto& spelled : in_other_alphabet(text)) {
        if (count_letters(spelled) >= kOtherLetters)
            vary(word, std::move(spelled), Kind::other_alphabet);
    }
    auto typed = on_other_keyboard(text);
    if (count_letters(typed) >= kOtherLetters) vary(word, std::move(typed), Kind::other_keyboard);
    // `@` between letters was read as а, whatever it masks.
    const std::string_view read = words_[word].cyrillic ? "а" : "a";
    for (std::size_t i = 1; letters.size() >= kSignLetters && i + 1 < letters.size(); ++i) {
        std::string spelled;
        for (std::size_t k = 0; k < letters.size(); ++k) spelled += k != i ? letters[k] : read;
        vary(word, std::move(spelled), Kind::sign);
    }
}

void Respeller::vary(std::uint32_t word, std::string spelled, Kind kind) {
    // What is a word of the list in Latin letters may stand for a Cyrillic one besides.
    const bool known =
        !(kind == Kind::other_alphabet && words_[word].cyrillic) && is_known(spelled);
    if (spelled.size() < 4 || spelled.size() > kWordBytes || known || is_ordinary(spelled, {}))
        return;
    if (!variants_.contains(spelled))
        variants_.emplace(texts_.emplace_back(std::move(spelled)), Variant{word, kind});
}

bool Respeller::is_known(std::string_view text) const noexcept {
    for (std::size_t size = 2; size <= std::min(text.size(), kWordBytes); ++size) {
        const auto found = by_text_.find(text.substr(0, size));
        if (found == by_text_.end()) continue;
        if (size == text.size() || words_[found->second].open) return true;
    }
    return false;
}

bool Respeller::is_ordinary(std::string_view text, std::string_view lang) const noexcept {
    return std::any_of(ordinary_.begin(), ordinary_.end(), [&](const Ordinary& one) {
        return (one.lang.empty() || one.lang == lang) &&
               (one.open ? text.starts_with(one.text) : text == one.text);
    });
}

std::size_t Respeller::filter_of(std::string_view text) noexcept {
    std::uint32_t value = 0;
    std::memcpy(&value, text.data(), sizeof value);
    return (value * 0x9E3779B97F4A7C15) >> 52U;
}

const Respeller::Variant* Respeller::find_variant(std::string_view text,
                                                  std::size_t& bytes) const noexcept {
    if (text.size() < 4) return nullptr;
    auto lengths = lengths_[filter_of(text)];
    if (text.size() < 63) lengths &= (std::uint64_t{2} << text.size()) - 1;
    while (lengths != 0) {
        bytes = 63 - static_cast<std::size_t>(__builtin_clzll(lengths));
        lengths &= ~(std::uint64_t{1} << bytes);
        const auto found = variants_.find(text.substr(0, bytes));
        if (found == variants_.end()) continue;
        if (words_[found->second.word].open || bytes == text.size()) return &found->second;
    }
    return nullptr;
}

/// One text being read.
class Respeller::Reading {
public:
    Reading(const Respeller& by, const FoldedText& folded, Respelled& out)
        : by_(by), folded_(folded), out_(out) {}

    bool run() {
        out_.text.clear();
        out_.segments.clear();
        for_each_word(folded_.bytes, [this](const char*, std::uint32_t begin, std::uint32_t end) {
            word(begin, end);
        });
        if (out_.segments.empty()) return false;
        out_.text.append(folded_.bytes.substr(copied_));
        return true;
    }

private:
    void word(std::uint32_t begin, std::uint32_t end) {
        const auto text = folded_.bytes.substr(begin, end - begin);
        const bool letter = text.size() == 1 || (text.size() == 2 && is_cyrillic(text));
        const bool emoji = text.size() >= 3 && static_cast<unsigned char>(text[0]) >= 0xE2;
        while (tight_ < folded_.tight.size() && folded_.tight[tight_] < begin) ++tight_;
        const bool tight = tight_ < folded_.tight.size() && folded_.tight[tight_] == begin;
        if (emoji) return;
        // One kind of joint a word: in `и.д.и.о.т ы` the last letter is another word.
        const bool in_row = letter && parts_size_ > 0 && parts_[parts_size_ - 1].letter &&
                            blanks_ + 1 == parts_size_;
        if (!tight && !in_row) parts_size_ = 0;
        if (parts_size_ == kParts) parts_size_ = 0;
        parts_[parts_size_++] = {begin, end, letter};
        blanks_ = parts_size_ == 1 ? 0 : blanks_ + (tight ? 0 : 1);
        if (parts_size_ > 1 && join()) return;
        if (unmask(begin, end, tight)) return;
        std::size_t bytes = 0;
        const auto* const variant = by_.find_variant(text, bytes);
        if (variant == nullptr || (variant->kind == Kind::sign && !has_sign(end))) return;
        if (by_.is_ordinary(text, {})) return;
        replace(*variant, begin, end, text.substr(bytes));
    }

    [[nodiscard]] bool has_sign(std::uint32_t end) const noexcept {
        return std::any_of(folded_.masked.begin(), folded_.masked.end(),
                           [end](const auto& one) { return one.end == end && one.signs == 0; });
    }

    /// The longest row of parts, up to the last, that makes a word.
    bool join() {
        for (std::size_t first = 0; first + 1 < parts_size_; ++first) {
            if (blanks_ > 0 && parts_size_ - first < kLettersAlone) return false;
            out_.word.clear();
            for (auto i = first; i < parts_size_; ++i)
                out_.word += folded_.bytes.substr(parts_[i].begin, parts_[i].end - parts_[i].begin);
            if (out_.word.size() > kWordBytes || whole_part(first)) continue;
            const auto begin = parts_[first].begin;
            const auto end = parts_[parts_size_ - 1].end;
            if (by_.is_known(out_.word)) {
                put(begin, end, out_.word);
                return true;
            }
            // Keys that are signs on the one keyboard are letters on the other.
            std::size_t bytes = 0;
            const auto* const variant = by_.find_variant(out_.word, bytes);
            if (variant == nullptr || variant->kind != Kind::other_keyboard) continue;
            rest_.assign(out_.word, bytes);
            replace(*variant, begin, end, rest_);
            return true;
        }
        return false;
    }

    /// Whether a part is a word of the list by itself: then the others belong to other words.
    [[nodiscard]] bool whole_part(std::size_t first) const noexcept {
        return std::any_of(
            parts_.begin() + static_cast<std::ptrdiff_t>(first),
            parts_.begin() + static_cast<std::ptrdiff_t>(parts_size_), [this](const Part& part) {
                return by_.is_known(folded_.bytes.substr(part.begin, part.end - part.begin));
            });
    }

    /// `п***а`, `еб**`: what is left, before and after, must fit one of the words.
    bool unmask(std::uint32_t begin, std::uint32_t end, bool tight) {
        const auto masked = [&](std::uint32_t at) -> std::uint32_t {
            const auto found = std::find_if(folded_.masked.begin(), folded_.masked.end(),
                                            [at](const auto& one) { return one.end == at; });
            return found == folded_.masked.end() ? 0 : found->signs;
        };
        if (folded_.masked.empty()) return false;
        const auto before = tight && parts_size_ > 1 ? masked(begin - 1) : 0;
        const auto text = folded_.bytes.substr(begin, end - begin);
        if (before > 0) {
            const auto& head = parts_[parts_size_ - 2];
            return fill(folded_.bytes.substr(head.begin, head.end - head.begin), before, text,
                        head.begin, end);
        }
        const auto after = masked(end);
        return after > 0 && fill(text, after, {}, begin, end);
    }

    /// `еб**`: nothing follows. `на**` and `СВО*` may stand for anything.
    [[nodiscard]] static bool fits_cut(const Word& word, std::string_view head,
                                       std::uint32_t signs) noexcept {
        if (signs < 2 ||
            std::find(kShortWords.begin(), kShortWords.end(), head) != kShortWords.end())
            return false;
        const auto letters = count_letters(head);
        if (count_letters(word.text) == letters + signs) return letters + signs >= kOtherLetters;
        return word.open && letters >= 2 && 2 * head.size() >= word.text.size();
    }

    bool fill(std::string_view head, std::uint32_t signs, std::string_view tail,
              std::uint32_t begin, std::uint32_t end) {
        for (const auto& word : by_.words_) {
            if (!word.text.starts_with(head) || word.text.size() == head.size()) continue;
            const auto rest =
                without_letters(std::string_view(word.text).substr(head.size()), signs);
            const bool whole = count_letters(word.text) == count_letters(head) + signs;
            const bool fits = tail.empty() ? fits_cut(word, head, signs)
                              : word.open  ? (!rest.empty() ? tail.starts_with(rest) : whole)
                                           : rest == tail;
            if (!fits) continue;
            out_.word = word.text;
            if (word.open && tail.size() > rest.size()) out_.word += tail.substr(rest.size());
            put(begin, end, out_.word);
            return true;
        }
        return false;
    }

    void replace(const Variant& variant, std::uint32_t begin, std::uint32_t end,
                 std::string_view rest) {
        const auto& word = by_.words_[variant.word];
        out_.word = word.text;
        switch (variant.kind) {
            case Kind::doubled: append_single(rest, out_.word); break;
            case Kind::other_alphabet:
                append_from_other_alphabet(rest, word.cyrillic, out_.word);
                break;
            case Kind::other_keyboard: append_from_other_keyboard(rest, out_.word); break;
            case Kind::sign: out_.word += rest; break;
        }
        const bool known = by_.is_known(folded_.bytes.substr(begin, end - begin));
        const bool other =
            variant.kind == Kind::other_alphabet || variant.kind == Kind::other_keyboard;
        put(begin, end, out_.word, known, other && !known);
    }

    /// In place of [begin,end) of the folded text, and of what was put for a part of it.
    void put(std::uint32_t begin, std::uint32_t end, std::string_view word, bool known = false,
             bool other_script = false) {
        while (!out_.segments.empty() && out_.segments.back().there.end > begin) {
            copied_ = out_.segments.back().there.begin;
            out_.text.resize(out_.segments.back().here.begin);
            out_.segments.pop_back();
        }
        // What stood before a part that was replaced belongs to the word too.
        if (copied_ > begin) {
            out_.text.resize(out_.text.size() - (copied_ - begin));
            copied_ = begin;
        }
        out_.text.append(folded_.bytes.substr(copied_, begin - copied_));
        const auto here = static_cast<std::uint32_t>(out_.text.size());
        out_.text.append(word);
        out_.segments.push_back({{here, static_cast<std::uint32_t>(out_.text.size())},
                                 {begin, end},
                                 known,
                                 other_script});
        copied_ = end;
    }

    const Respeller& by_;
    const FoldedText& folded_;
    Respelled& out_;
    std::array<Part, kParts> parts_{};  ///< of the row that ends here
    std::size_t parts_size_ = 0;
    std::size_t blanks_ = 0;  ///< in the row
    std::size_t tight_ = 0;
    std::string rest_;
    std::uint32_t copied_ = 0;  ///< bytes of the folded text that are in `out_`
};

bool Respeller::respell(const FoldedText& folded, Respelled& out) const {
    return Reading(*this, folded, out).run();
}

}  // namespace hark::match
