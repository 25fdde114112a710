#include "triage/pii.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <tuple>
#include <type_traits>

#include "core/words.hpp"
#include "triage/letters.hpp"
#include "triage/pii_kinds.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

bool is_filling(char c) noexcept {
    return is_space(c) || c == '.' || c == '!' || c == ',';
}

Span without_filling(std::string_view text) noexcept {
    std::size_t begin = 0;
    auto end = text.size();
    while (begin < end && is_filling(text[begin])) ++begin;
    while (end > begin && is_filling(text[end - 1])) --end;
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

/// Letters and digits alone, small: however a datum is grouped, it is the same.
void bare(std::string_view datum, std::string& out) {
    out.clear();
    for (const char c : datum) {
        if (is_ascii_alnum(c) || (static_cast<unsigned char>(c) & 0x80U) != 0)
            out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
}

/// A telephone number however it is dialled, `+48 22 …`, `0048 22 …` or `22 …`, after a mark that
/// no other datum has: its last nine digits. Empty: too short for one.
void subscriber(std::string_view phone, std::string& out) {
    constexpr std::size_t kDigits = 9;
    out.clear();
    for (const char c : phone) {
        if (is_digit(c)) out.push_back(c);
    }
    if (out.size() < 7) return out.clear();
    if (out.size() > kDigits) out.erase(0, out.size() - kDigits);
    out.insert(out.begin(), '+');
}

/// Beginnings of words, folded, without which no text of few digits holds a datum of the
/// expressions.
constexpr std::string_view kTelling[] = {
    "dot ",     "kropka ",    "точка ", "punto ",   "passw",      "pwd ",
    "passcode", "passphrase", "haslo",  "hasla",    "пароль",     "contrasena",
    "kennwort", "swift ",     "bic ",   "собака ",  "ending in ", "ending with ",
    "postcode", "post code",  "x x x "};

constexpr std::uint32_t first_four(const char* word) noexcept {
    std::uint32_t bytes = 0;
    if (!std::is_constant_evaluated()) {
        std::memcpy(&bytes, word, sizeof bytes);
        return bytes;
    }
    for (std::size_t i = 0; i < 4; ++i)
        bytes |= static_cast<std::uint32_t>(static_cast<unsigned char>(word[i])) << 8 * i;
    return bytes;
}

/// How these words begin, two bits of each among 64: few other words have both.
constexpr std::uint64_t beginning_bits(std::uint32_t bytes) noexcept {
    const auto mixed = bytes * 0x9E3779B1U;
    return std::uint64_t{1} << (mixed >> 26U) | std::uint64_t{1} << (mixed >> 20U & 63U);
}

constexpr std::uint64_t kBeginnings = [] {
    std::uint64_t bits = 0;
    for (const auto word : kTelling) bits |= beginning_bits(first_four(word.data()));
    return bits;
}();

bool is_telling(std::string_view rest, std::uint32_t bytes) noexcept {
    return std::any_of(std::begin(kTelling), std::end(kTelling), [&](std::string_view word) {
        return first_four(word.data()) == bytes && rest.starts_with(word);
    });
}

bool has_telling_word(std::string_view folded) noexcept {
    bool found = false;
    for_each_word(folded, [&](const char* word, std::uint32_t begin, std::uint32_t) {
        const auto bytes = first_four(word);
        if ((beginning_bits(bytes) & ~kBeginnings) == 0) [[unlikely]]
            found = found || is_telling(folded.substr(begin), bytes);
    });
    return found;
}

/// What was found in one place stays hidden only if it stands open in no other, where no keyword
/// told it. Texts of very many findings are lists and left alone: the time must stay linear.
void find_again(std::string_view text, std::size_t first, std::vector<bool>& taken,
                std::vector<PiiFinding>& out) {
    constexpr std::size_t kMostFindings = 32;
    constexpr std::size_t kLeastBytes = 6;
    const auto count = out.size();
    if (count - first > kMostFindings) return;
    for (auto i = first; i < count; ++i) {
        const auto [rule, tier, span] = out[i];
        const auto datum = text.substr(span.begin, span.end - span.begin);
        if (datum.size() < kLeastBytes) continue;
        for (auto at = text.find(datum); at != std::string_view::npos;
             at = text.find(datum, at + datum.size())) {
            const Span again{static_cast<std::uint32_t>(at),
                             static_cast<std::uint32_t>(at + datum.size())};
            const auto begin = taken.begin() + again.begin;
            const auto end = taken.begin() + again.end;
            if (std::find(begin, end, true) != end) continue;
            std::fill(begin, end, true);
            out.push_back({rule, tier, again});
        }
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
              [](const PiiFinding& a, const PiiFinding& b) { return a.span.begin < b.span.begin; });
}

}  // namespace

bool may_hold_pii(const FoldedText& folded) noexcept {
    const auto& facts = folded.facts;
    return facts.digits >= kLeastDigits || facts.at_signs > facts.mentions ||
           has_telling_word(folded.bytes);
}

std::string fault_of(const Rule& rule) {
    if (rule.pii_type.empty() || rule.validator.empty()) return {};
    const bool by_text = find_validator(rule.validator) != nullptr;
    if (!by_text && find_number_kind(rule.validator) == nullptr) {
        return "no validator is called `" + rule.validator + "`; there are " + validator_names();
    }
    if (by_text == !rule.pattern.empty()) return {};
    return by_text ? "validator `" + rule.validator + "` needs a `raw` expression"
                   : "validator `" + rule.validator +
                         "` tries every number itself: take out the `raw` expression";
}

void PiiFinder::use(const RuleBook& book) {
    book_ = &book;
    validators_.assign(book.rules.size(), nullptr);
    for (auto& kinds : kinds_) kinds.clear();
    seeks_numbers_ = false;
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
        const auto& rule = book.rules[i];
        if (rule.pii_type.empty() || rule.mode != Mode::live) continue;
        validators_[i] = find_validator(rule.validator);
        const auto* const kind = find_number_kind(rule.validator);
        if (kind == nullptr) continue;
        seeks_numbers_ = true;
        for (std::size_t length = 0; length < kinds_.size(); ++length) {
            if ((kind->lengths >> length & 1U) == 0) continue;
            kinds_[length].push_back({static_cast<RuleIndex>(i), kind->validate, kind->glued});
        }
    }
    published_.clear();
    for (const auto& brand : book.brands) {
        for (const auto& datum : brand.published) {
            bare(datum, datum_);
            if (!datum_.empty()) published_.insert(datum_);
        }
        for (const auto& phone : brand.phones) {
            subscriber(phone, datum_);
            if (!datum_.empty()) published_.insert(datum_);
        }
    }
    keywords_.use(book);
}

void PiiFinder::find(std::string_view text, std::span<const Candidate> candidates,
                     std::vector<PiiFinding>& out) noexcept {
    keywords_.start(text);
    whole_ = without_filling(text);
    found_.clear();
    also_.clear();
    for (const auto& candidate : candidates) {
        const auto& rule = book_->rules[candidate.rule];
        if (rule.mode != Mode::live) continue;
        if (rule.validator.empty()) {
            add(text, candidate.rule, {candidate.span});
            continue;
        }
        const auto validate = validators_[candidate.rule];
        if (validate == nullptr) continue;
        if (const auto valid = validate(text, candidate.span)) add(text, candidate.rule, *valid);
    }
    if (seeks_numbers_) find_numbers(text);
    if (found_.empty()) return;
    const auto first = out.size();
    resolve_overlaps(text.size(), out);
    find_again(text, first, taken_, out);
}

void PiiFinder::find_numbers(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at])) continue;
        const auto number = read_groups(text, at);
        at = number.end - 1;
        if (!number.whole) continue;
        for (std::size_t first = 0; first < number.count; ++first) {
            for (std::size_t last = first; last < number.count; ++last) {
                const auto digits = number.digits_of(first, last);
                if (kinds_[digits.size()].empty()) continue;
                try_stretch(text, {number, first, last, digits, number.span_of(first, last)});
            }
        }
    }
}

void PiiFinder::try_stretch(std::string_view text, const Stretch& stretch) noexcept {
    bool known = false;
    bool free = false;
    for (const auto& kind : kinds_[stretch.digits.size()]) {
        if (!kind.glued) {
            if (!known)
                free = !is_glued(text, stretch.span) && !is_in_link(text, stretch.span.begin);
            known = true;
            if (!free) continue;
        }
        if (const auto valid = kind.validate(text, stretch)) add(text, kind.rule, *valid);
    }
}

void PiiFinder::add(std::string_view text, RuleIndex rule, const Valid& valid) noexcept {
    auto need = valid.need;
    if (need == Need::nothing && !valid.checksum && book_->rules[rule].needs_keyword)
        need = Need::keyword;
    const auto sure = valid.checksum && need == Need::nothing;
    bool named = false;
    if (need == Need::close || need == Need::label) {
        named = need == Need::close ? keywords_.close(rule, valid.span)
                                    : keywords_.labels(rule, valid.span);
        if (!named || keywords_.names_other(rule, valid.span)) return;
    } else if (!sure) {
        if (keywords_.names_other(rule, valid.span)) return;
        named = keywords_.near(rule, valid.span);
        const bool alone =
            valid.checksum && valid.span.begin <= whole_.begin && valid.span.end >= whole_.end;
        if (need == Need::keyword && !named && !alone) return;
    }
    if (!published_.empty() &&
        is_published(text.substr(valid.span.begin, valid.span.end - valid.span.begin))) {
        return;
    }
    const auto tier = valid.checksum ? Tier::checksum : named ? Tier::context : Tier::pattern;
    // A scanner reports one expression at each of its ends.
    const bool again =
        !found_.empty() && found_.back().rule == rule && found_.back().span == valid.span;
    if (!again) found_.push_back({rule, tier, valid.span});
}

bool PiiFinder::is_published(std::string_view datum) noexcept {
    bare(datum, datum_);
    if (published_.contains(datum_)) return true;
    subscriber(datum, datum_);
    return published_.contains(datum_);
}

void PiiFinder::resolve_overlaps(std::size_t text_size, std::vector<PiiFinding>& out) noexcept {
    const auto better = [](const PiiFinding& a, const PiiFinding& b) {
        const auto a_length = a.span.end - a.span.begin;
        const auto b_length = b.span.end - b.span.begin;
        return std::tie(b.tier, b_length, a.span.begin, a.rule) <
               std::tie(a.tier, a_length, b.span.begin, b.rule);
    };
    std::sort(found_.begin(), found_.end(), better);
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    taken_.assign(text_size, false);
    for (const auto& finding : found_) {
        const auto begin = taken_.begin() + finding.span.begin;
        const auto end = taken_.begin() + finding.span.end;
        if (std::find(begin, end, true) != end) {
            const auto kept = std::span(out).subspan(static_cast<std::size_t>(first));
            if (is_other_type(finding, kept)) also_.push_back(finding);
            continue;
        }
        std::fill(begin, end, true);
        out.push_back(finding);
    }
    const auto earlier = [](const PiiFinding& a, const PiiFinding& b) {
        return a.span.begin < b.span.begin;
    };
    std::sort(out.begin() + first, out.end(), earlier);
    std::sort(also_.begin(), also_.end(), earlier);
}

/// The same datum was taken for something else.
bool PiiFinder::is_other_type(const PiiFinding& lost,
                              std::span<const PiiFinding> kept) const noexcept {
    const auto& type = book_->rules[lost.rule].pii_type;
    const auto same_datum = [&](const PiiFinding& one) { return one.span == lost.span; };
    const auto same = [&](const PiiFinding& one) {
        return same_datum(one) && book_->rules[one.rule].pii_type == type;
    };
    return std::any_of(kept.begin(), kept.end(), same_datum) &&
           std::none_of(kept.begin(), kept.end(), same) &&
           std::none_of(also_.begin(), also_.end(), same);
}

}  // namespace hark::triage
