#include "triage/keywords.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "triage/letters.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

void append(std::string& out, char32_t letter) {
    if (letter < 0x80) {
        out.push_back(static_cast<char>(letter));
        return;
    }
    out.push_back(static_cast<char>(0xC0U | (letter >> 6U)));
    out.push_back(static_cast<char>(0x80U | (letter & 0x3FU)));
}

/// Words between single spaces, one space before the first and after the last.
void fold_words(std::string_view text, std::string& out, std::vector<std::uint32_t>& origin) {
    out.assign(1, ' ');
    origin.assign(1, 0);
    for (std::size_t at = 0; at < text.size();) {
        const auto letter = letter_at(text, at);
        const auto folded = folded_letter(letter.code_point);
        if (folded != ' ' || out.back() != ' ') append(out, folded);
        origin.resize(out.size(), static_cast<std::uint32_t>(at));
        at += letter.bytes;
    }
    if (out.back() != ' ') {
        out.push_back(' ');
        origin.push_back(static_cast<std::uint32_t>(text.size()));
    }
}

std::size_t back_by(std::string_view text, std::size_t at, std::size_t code_points) noexcept {
    for (; at > 0 && code_points > 0; --code_points) {
        --at;
        while (at > 0 && is_continuation(text[at])) --at;
    }
    return at;
}

std::size_t forward_by(std::string_view text, std::size_t at, std::size_t code_points) noexcept {
    for (; at < text.size() && code_points > 0; --code_points) {
        ++at;
        while (at < text.size() && is_continuation(text[at])) ++at;
    }
    return at;
}

// Code points between a word that names a number and the number itself.
constexpr std::size_t kCloseBefore = 40;
constexpr std::size_t kCloseAfter = 16;
constexpr std::size_t kLabelReach = 28;

constexpr std::size_t kKeyBytes = 4;

/// What a bucket is told by: three letters, of other scripts than Latin two.
constexpr std::size_t key_bytes(char first) noexcept {
    return (static_cast<unsigned char>(first) & 0x80U) != 0 ? kKeyBytes : 3;
}

// What numbers of a shop's own are called; they are nobody's personal data.
constexpr std::string_view kOtherNumbers[] = {
    "order*",   "tracking*",   "track",      "parcel*",    "shipment*",   "invoice*",  "ticket*",
    "case",     "ref",         "reference",  "booking*",   "reservation", "sku",       "article",
    "item",     "serial",      "model",      "version*",   "transaction", "barcode",   "isbn",
    "ean",      "upc",         "score*",     "zamówieni*", "przesyłk*",   "paczk*",    "faktur*",
    "bilet*",   "zgłoszeni*",  "rezerwacj*", "seryjn*",    "sprawy",      "заказ*",    "трек*",
    "посылк*",  "накладн*",    "чек*",       "билет*",     "заявк*",      "обращени*", "брон*",
    "артикул*", "серийн*",     "штрихкод*",  "bestell*",   "sendung*",    "rechnung*", "auftrag*",
    "pedido*",  "seguimiento", "factura*",
};

/// No digit and no end of a sentence's line lies between.
bool is_direct(std::string_view between) noexcept {
    return std::none_of(between.begin(), between.end(), is_digit);
}

/// Whether the folded text holds nothing but words that may stand between a label and its number.
bool is_filler(std::string_view folded) noexcept {
    constexpr std::string_view kFillers[] = {
        "number", "no",      "nr", "num", "is",  "it",     "s",      "was",    "the", "id",
        "code",   "card",    "my", "n",   "and", "here",   "numer",  "o",      "to",  "jest",
        "moj",    "numerze", "u",  "und", "ist", "nummer", "lautet", "numero", "es",  "номер",
        "это",    "серия",   "и",  "у",   "мой", "с",      "en",     "na",     "at"};
    std::size_t at = 0;
    while (at < folded.size()) {
        if (folded[at] == ' ') {
            ++at;
            continue;
        }
        const auto end = std::min(folded.find(' ', at), folded.size());
        const auto word = folded.substr(at, end - at);
        if (std::find(std::begin(kFillers), std::end(kFillers), word) == std::end(kFillers))
            return false;
        at = end;
    }
    return true;
}

template <typename Places>
auto first_from(const Places& found, std::size_t begin) noexcept {
    return std::lower_bound(found.begin(), found.end(), begin,
                            [](const auto& place, std::size_t at) { return place.begin < at; });
}

}  // namespace

void Keywords::use(const RuleBook& book) {
    for (auto& bucket : keywords_) bucket.clear();
    short_.clear();
    places_of_rule_.assign(book.rules.size(), 0);
    places_.assign(1, {});
    for (const auto word : kOtherNumbers) add(word, 0);
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
        const auto& keywords = book.rules[i].keywords;
        if (keywords.empty()) continue;
        const auto places = static_cast<std::uint32_t>(places_.size());
        places_of_rule_[i] = places;
        places_.emplace_back();
        for (const auto& keyword : keywords) add(keyword, places);
    }
}

void Keywords::add(std::string_view keyword, std::uint32_t places) {
    std::string folded;
    fold_words(keyword, folded, origin_);
    folded.erase(0, 1);
    if (keyword.ends_with('*')) folded.pop_back();
    if (folded.empty()) return;
    auto& bucket =
        folded.size() < key_bytes(folded[0]) ? short_ : keywords_[bucket_of(folded.data())];
    bucket.push_back({std::move(folded), places});
}

std::size_t Keywords::bucket_of(const char* word) noexcept {
    std::uint32_t key = 0;
    std::memcpy(&key, word, key_bytes(*word));
    return (key * 2'654'435'761U) >> 22U;
}

void Keywords::start(std::string_view text) noexcept {
    text_ = text;
    sought_ = false;
}

const std::vector<Keywords::Place>& Keywords::places_of(std::uint32_t index) noexcept {
    if (!sought_) seek();
    return places_[index];
}

bool Keywords::near(RuleIndex rule, Span span) noexcept {
    const auto index = places_of_rule_[rule];
    if (index == 0) return false;
    const auto& found = places_of(index);
    const auto first = back_by(text_, span.begin, kKeywordReach);
    const auto last = forward_by(text_, span.end, kKeywordReach);
    const auto next = first_from(found, first);
    return next != found.end() && next->begin < last;
}

bool Keywords::close(RuleIndex rule, Span span) noexcept {
    const auto index = places_of_rule_[rule];
    if (index == 0) return false;
    const auto& found = places_of(index);
    auto after = first_from(found, span.begin);
    if (after != found.begin()) {
        const auto before = (after - 1)->begin;
        if (before >= back_by(text_, span.begin, kCloseBefore) &&
            is_direct(text_.substr(before, span.begin - before)))
            return true;
    }
    while (after != found.end() && after->begin < span.end) ++after;
    return after != found.end() && after->begin < forward_by(text_, span.end, kCloseAfter) &&
           is_direct(text_.substr(span.end, after->begin - span.end));
}

bool Keywords::labels(RuleIndex rule, Span span) noexcept {
    const auto index = places_of_rule_[rule];
    if (index == 0) return false;
    const auto& found = places_of(index);
    // The longest keyword that ends before the datum leaves the least between.
    const auto reach = back_by(text_, span.begin, kCloseBefore);
    for (auto it = first_from(found, reach); it != found.end() && it->begin < span.begin; ++it) {
        if (it->end > span.begin) continue;
        // The end of a name, as in @shop_account.
        if (it->begin > 0 && (text_[it->begin - 1] == '_' || text_[it->begin - 1] == '@')) continue;
        fold_words(text_.substr(it->end, span.begin - it->end), between_, between_origin_);
        if (is_filler(between_)) return true;
    }
    return false;
}

bool Keywords::names_other(RuleIndex rule, Span span) noexcept {
    const auto& others = places_of(0);
    const auto after = first_from(others, span.begin);
    if (after == others.begin()) return false;
    const auto other = (after - 1)->begin;
    if (other < back_by(text_, span.begin, kLabelReach)) return false;
    if (!is_direct(text_.substr(other, span.begin - other))) return false;
    const auto index = places_of_rule_[rule];
    if (index == 0) return true;
    const auto& own = places_of(index);
    const auto nearer = first_from(own, other + 1);
    return nearer == own.end() || nearer->begin >= span.begin;
}

void Keywords::seek() noexcept {
    sought_ = true;
    for (auto& places : places_) places.clear();
    fold_words(text_, folded_text_, origin_);
    // Each word is preceded by a space, the last one followed by one, and by padding for the key.
    folded_text_.append(kKeyBytes, ' ');
    const auto size = origin_.size();
    for (std::size_t at = 0; at < size; ++at) {
        if (folded_text_[at] != ' ' || ++at >= size) continue;
        take_from(keywords_[bucket_of(folded_text_.data() + at)], at, size);
        take_from(short_, at, size);
    }
}

void Keywords::take_from(const std::vector<Keyword>& bucket, std::size_t at,
                         std::size_t size) noexcept {
    for (const auto& [word, places] : bucket) {
        if (folded_text_.compare(at, word.size(), word) != 0) continue;
        // A space at the end is not the word's.
        const auto end = at + word.size() - (word.back() == ' ' ? 1 : 0);
        places_[places].push_back(
            {origin_[at], end < size ? origin_[end] : static_cast<std::uint32_t>(text_.size())});
    }
}

}  // namespace hark::triage
