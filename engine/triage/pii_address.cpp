#include "triage/pii_address.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "triage/address_words.hpp"
#include "triage/letters.hpp"
#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"
#include "triage/words_around.hpp"

namespace hark::triage {

namespace {

/// Streets in one word: Hauptstraße, Storgatan, Keizersgracht, Pivovarská stays out.
bool is_street_in_one(const Word& word) noexcept {
    constexpr std::string_view kEndings[] = {
        "strase", "strasse", "str",   "gasse",  "platz",  "allee", "damm",  "ufer",   "weg",
        "straat", "laan",    "dijk",  "gracht", "singel", "kade",  "plein", "vagen",  "gatan",
        "gata",   "veien",   "vegen", "gade",   "vej",    "katu",  "kuja",  "straede"};
    constexpr std::size_t kLeast = 6;
    const auto folded = word.folded();
    if (!word.capital || folded.size() < kLeast) return false;
    return std::any_of(std::begin(kEndings), std::end(kEndings),
                       [&](std::string_view ending) { return folded.ends_with(ending); });
}

bool is_ordinal(const Word& word) noexcept {
    const auto folded = word.folded();
    return word.number && (folded.ends_with("th") || folded.ends_with("st") ||
                           folded.ends_with("nd") || folded.ends_with("rd"));
}

bool is_name(const Word& word, std::uint16_t roles) noexcept {
    return (roles & kNever) == 0 &&
           ((word.capital && !word.number) || is_ordinal(word) || (roles & kParticle) != 0);
}

Span span(std::size_t begin, std::size_t end) noexcept {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

std::size_t digits_end(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// Behind the number, its letter and the flat's: 12a, 107/84, 12-3.
std::size_t house_end(std::string_view text, std::size_t end) noexcept {
    const auto letter = [&] {
        if (end < text.size() && is_ascii_letter(text[end]) &&
            (end + 1 == text.size() || !is_ascii_alnum(text[end + 1])))
            ++end;
    };
    letter();
    while (end + 1 < text.size() && (text[end] == '/' || text[end] == '-') &&
           is_digit(text[end + 1])) {
        end = digits_end(text, end + 1);
        letter();
    }
    return end;
}

std::size_t code_points(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// A whole word with a full stop: what stands before it is another sentence.
bool ends_sentence(const Word& word) noexcept {
    constexpr std::size_t kLongestCut = 4;
    return word.dotted && code_points(word.folded()) > kLongestCut && word.folded() != "просп" &&
           !is_street_in_one(word);
}

/// The number stands for itself: no part of a word, of a fraction, of `40-летняя`, no day.
bool is_house_number(std::string_view text, const Stretch& it) noexcept {
    const auto begin = it.span.begin;
    const auto end = house_end(text, it.span.end);
    const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };
    const auto is_letter = [](char c) {
        return is_ascii_alnum(c) || ((static_cast<unsigned char>(c) & 0x80U) != 0 &&
                                     static_cast<unsigned char>(c) < 0xE0);
    };
    if (begin > 0 && (is_letter(text[begin - 1]) || text[begin - 1] == '-')) return false;
    if (begin > 1 && (text[begin - 1] == ',' || text[begin - 1] == '.') &&
        is_digit(text[begin - 2]))
        return false;
    if (is_letter(at(end)) || at(end) == '%') return false;
    const char next = at(end + 1);
    if (at(end) == '-' && is_letter(next)) return false;
    if ((at(end) == ',' || at(end) == '.') && is_digit(next)) return false;
    return (roles_of(word_after(text, end)) & kMonth) == 0;
}

/// 12 rue Victor Hugo; 123 Maple Street.
std::optional<Span> street_after(std::string_view text, const Stretch& it) noexcept {
    constexpr std::size_t kMostNames = 5;
    const auto number_end = house_end(text, it.span.end);
    auto word = word_after(text, number_end);
    auto roles = roles_of(word);
    if (word && (roles & kTop) != 0 && (word.capital || (roles & kWeak) == 0)) {
        auto next = word_after(text, word.end);
        bool named = false;
        auto end = word.end;
        for (std::size_t i = 0; i < kMostNames && next; ++i) {
            const auto next_roles = roles_of(next);
            const bool small = i == 0 && !next.number && (roles & kWeak) == 0;
            if (!is_name(next, next_roles) && !small) break;
            named = named || (next_roles & kParticle) == 0;
            end = next.end;
            next = word_after(text, next.end);
        }
        if (named) return span(it.span.begin, end);
    }
    if ((roles & kWhole) != 0 && word.capital) return span(it.span.begin, word.end);
    for (std::size_t i = 0; i < kMostNames && word; ++i) {
        roles = roles_of(word);
        if (i > 0 && (roles & kAfter) != 0 &&
            ((roles & kWeak) == 0 || (word.capital && it.digits.size() > 1)))
            return span(it.span.begin, word.end);
        if (!is_name(word, roles)) break;
        word = word_after(text, word.end);
    }
    return std::nullopt;
}

/// A small word follows the number, so that it may count something: на бульваре стояли 6 машин.
bool goes_on(std::string_view text, std::size_t end) noexcept {
    constexpr std::size_t kShort = 3;
    if (end >= text.size() || text[end] != ' ') return false;
    const auto next = word_after(text, end);
    return next && !next.capital && !next.number && code_points(next.folded()) >= kShort &&
           (roles_of(next) == 0 || (roles_of(next) & kNever) != 0);
}

/// ul. Leśna 107; rua Mina 50; ул. Ленина, д. 5; Hauptstraße 5.
std::optional<Span> street_before(std::string_view text, const Stretch& it) noexcept {
    constexpr std::size_t kMostNames = 5;
    constexpr std::size_t kMostSmall = 2;
    const auto end = house_end(text, it.span.end);
    auto word = word_before(text, it.span.begin);
    auto roles = roles_of(word);
    if (word && (roles & kHouse) != 0) {
        word = word_before(text, word.begin);
        roles = roles_of(word);
    }
    if (word && is_street_in_one(word)) return span(word.begin, end);
    std::size_t names = 0;
    std::size_t small = 0;
    for (std::size_t i = 0; i < kMostNames && word; ++i) {
        if ((roles & kBefore) != 0 && !ends_sentence(word) &&
            ((roles & kWeak) == 0 || word.capital)) {
            const bool may_be_small = (roles & kSmallName) != 0;
            if (names > 0 && (small == 0 || (may_be_small && !goes_on(text, end))))
                return span(word.begin, end);
            // Ленина ул., 5
            const auto name = word_before(text, word.begin);
            if (i == 0 && may_be_small && name && name.capital && it.digits.size() < 4)
                return span(name.begin, end);
        }
        if ((roles & kNever) != 0 || ends_sentence(word)) return std::nullopt;
        const bool number = word.number && word.size <= 3;
        if (!is_name(word, roles) && !number && ++small > kMostSmall) return std::nullopt;
        ++names;
        word = word_before(text, word.begin);
        roles = roles_of(word);
    }
    return std::nullopt;
}

bool is_state(std::string_view two) noexcept {
    constexpr std::string_view kStates =
        " al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh "
        "nj "
        "nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc ";
    const auto at = kStates.find(two);
    return at != std::string_view::npos && kStates[at - 1] == ' ' && kStates[at + 2] == ' ';
}

/// Apt. 272; P.O. Box 46; PSC 2905, Box 1278; FPO AE 24796; Springfield, IL 62701.
std::optional<Span> unit(std::string_view text, const Stretch& it) noexcept {
    const auto word = word_before(text, it.span.begin);
    if (!word) return std::nullopt;
    const auto roles = roles_of(word);
    const auto end = house_end(text, it.span.end);
    if ((roles & kUnit) != 0 && it.digits.size() <= 4) {
        const bool sure = (roles & kWeak) == 0 || (word.capital && it.digits.size() <= 3);
        const bool suite = word.folded() == "suite" && it.digits.size() != 3;
        // 45 кв. 12 is an area, not a flat.
        if (sure && !suite) return span(word.begin, end);
    }
    const auto before = word_before(text, word.begin);
    if ((roles & kBox) != 0) {
        if (word.folded() != "box") return span(word.begin, end);
        if (before.folded() == "po" || before.number) return span(before.begin, end);
    }
    if (it.digits.size() != 5 || word.size != 2) return std::nullopt;
    const auto two = word.folded();
    const auto post = before.folded();
    if ((two == "ae" || two == "ap" || two == "aa") &&
        (post == "apo" || post == "fpo" || post == "dpo"))
        return span(before.begin, end);
    const bool capitals = text[word.begin] >= 'A' && text[word.begin] <= 'Z' &&
                          text[word.begin + 1] >= 'A' && text[word.begin + 1] <= 'Z';
    if (capitals && before && before.capital && is_state(two)) return span(word.begin, end);
    return std::nullopt;
}

/// Behind a number that nothing but blanks and signs touches.
bool ends_number(std::string_view text, std::size_t end) noexcept {
    const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };
    if (is_ascii_alnum(at(end)) || at(end) == '-' || at(end) == '/' || at(end) == '%') return false;
    return !((at(end) == '.' || at(end) == ',' || at(end) == ':') && is_digit(at(end + 1)));
}

/// 00-123, 10115, 62701-1234, 101000; `at` itself: none begins there.
std::size_t postcode_end(std::string_view text, std::size_t at) noexcept {
    auto end = digits_end(text, at);
    const auto digits = end - at;
    if (end < text.size() && text[end] == '-') {
        const auto second = digits_end(text, end + 1);
        const auto more = second - end - 1;
        if ((digits == 2 && more == 3) || (digits == 5 && more == 4)) end = second;
    }
    const auto size = end - at;
    const bool fits = size == 5 || size == 10 || (size == 6 && (digits == 6 || digits == 2));
    return fits && ends_number(text, end) && !is_money(text, span(at, end)) ? end : at;
}

/// SW1A 1AA, M1 1AE; `at` itself: none begins there.
std::size_t british_end(std::string_view text, std::size_t at) noexcept {
    const auto is_capital = [&](std::size_t i) {
        return i < text.size() && text[i] >= 'A' && text[i] <= 'Z';
    };
    auto end = at;
    while (end < at + 2 && is_capital(end)) ++end;
    if (end == at || end == text.size() || !is_digit(text[end])) return at;
    ++end;
    if (end < text.size() && (is_digit(text[end]) || is_capital(end))) ++end;
    if (end < text.size() && text[end] == ' ') ++end;
    const bool fits = end < text.size() && is_digit(text[end]) && is_capital(end + 1) &&
                      is_capital(end + 2) && ends_number(text, end + 3);
    return fits ? end + 3 : at;
}

/// The next part of an address behind `end`: a flat, a postal code, a town with its code. `end`
/// itself: it goes on no further.
std::size_t part_end(std::string_view text, std::size_t end) noexcept {
    constexpr std::size_t kMostNames = 3;
    constexpr std::size_t kLongestFlat = 4;
    auto word = word_after(text, end);
    if (!word) return end;
    const auto after_number = [&](std::size_t begin, auto read) {
        const auto found = read(text, begin);
        return found == begin ? end : found;
    };
    if (word.number) return after_number(word.begin, postcode_end);
    if ((roles_of(word) & (kUnit | kHouse | kPart)) != 0) {
        const auto number = word_after(text, word.end);
        const auto last = number ? digits_end(text, number.begin) : 0;
        if (!number.number || last - number.begin > kLongestFlat) return end;
        const auto flat = house_end(text, last);
        return ends_number(text, flat) ? flat : end;
    }
    for (std::size_t i = 0; i < kMostNames && word; ++i) {
        if (!word.capital) return end;
        if (const auto found = after_number(word.begin, british_end); found != end) return found;
        const auto next = word_after(text, word.end);
        // A number behind a Latin word may be anything's: Order 12345.
        const bool cyrillic = (static_cast<unsigned char>(text[word.begin]) & 0x80U) != 0;
        const bool polish = next.number && digits_end(text, next.begin) == next.begin + 2;
        if (next.number) return cyrillic || polish ? after_number(next.begin, postcode_end) : end;
        word = next;
    }
    return end;
}

/// Of an address that was found by one of its numbers, all that stands behind and the postal code
/// before: half a mask is none.
Span whole(std::string_view text, Span found) noexcept {
    constexpr std::size_t kMostParts = 5;
    constexpr std::size_t kMostNames = 2;
    std::size_t end = found.end;
    for (std::size_t i = 0; i < kMostParts; ++i) {
        const auto next = part_end(text, end);
        if (next == end) break;
        end = next;
    }
    // 101000, Москва, ул. Ленина, д. 5
    auto word = word_before(text, found.begin);
    for (std::size_t i = 0; i < kMostNames && word && !word.number && word.capital; ++i)
        word = word_before(text, word.begin);
    if (!word.number) return span(found.begin, end);
    const auto begin = word.begin;
    const bool free = begin == 0 || is_space(text[begin - 1]) || text[begin - 1] == ',';
    const auto code = free ? postcode_end(text, begin) : begin;
    return span(code == begin ? found.begin : begin, end);
}

}  // namespace

std::optional<Valid> validate_address(std::string_view text, const Stretch& it) noexcept {
    if (it.count() > 1 || is_money(text, it.span) || is_in_link(text, it.span.begin))
        return std::nullopt;
    if (!is_house_number(text, it)) return std::nullopt;
    for (auto* const form : {unit, street_before, street_after}) {
        if (const auto found = form(text, it)) return Valid{whole(text, *found)};
    }
    return std::nullopt;
}

std::optional<Valid> validate_address_named(std::string_view text, const Stretch& it) noexcept {
    constexpr std::size_t kLeastName = 3;
    if (it.count() > 1 || is_glued(text, it.span) || is_money(text, it.span)) return std::nullopt;
    const auto begin = it.span.begin;
    auto end = house_end(text, it.span.end);
    auto after = word_after(text, end);
    for (std::size_t i = 0; i < 2 && after && after.number && !is_ordinal(after); ++i)
        after = word_after(text, after.end);
    const auto named = [&](const Word& word) {
        return word && !word.number && word.size >= kLeastName && (roles_of(word) & kNever) == 0;
    };
    if (named(after) && after.capital) {
        for (std::size_t i = 0; i < 4 && after && is_name(after, roles_of(after)); ++i) {
            end = after.end;
            after = word_after(text, after.end);
        }
        return Valid{span(begin, end), false, Need::close};
    }
    const auto before = word_before(text, begin);
    if (named(before) && before.capital) return Valid{span(before.begin, end), false, Need::close};
    if (named(after)) return Valid{span(begin, after.end), false, Need::label};
    return std::nullopt;
}

}  // namespace hark::triage
