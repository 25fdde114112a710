#include "triage/keywords.hpp"

#include <algorithm>

namespace hark::triage {

namespace {

struct Letter {
    char32_t code_point = 0;
    std::uint32_t bytes = 1;
};

/// Bytes that are no UTF-8 count as one letterless code point each.
Letter letter_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const auto lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    if (lead >= 0xC2 && lead < 0xE0 && (byte(1) & 0xC0U) == 0x80) {
        return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
    }
    return {0, 1};
}

/// The letter as keywords are written, or a space. Longer sequences than two bytes are never
/// letters of the served languages.
char32_t folded_letter(char32_t letter) noexcept {
    if (letter >= 'A' && letter <= 'Z') return letter + 32;
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) return letter;
    if (letter >= 0x410 && letter <= 0x42F) return letter + 32;
    if (letter >= 0x430 && letter <= 0x44F) return letter;
    switch (letter) {
        case 0x401:
        case 0x451: return 0x435;  // ё
        case 0x104:
        case 0x105: return 'a';
        case 0x106:
        case 0x107: return 'c';
        case 0x118:
        case 0x119: return 'e';
        case 0x141:
        case 0x142: return 'l';
        case 0x143:
        case 0x144: return 'n';
        case 0xD3:
        case 0xF3: return 'o';
        case 0x15A:
        case 0x15B: return 's';
        case 0x179:
        case 0x17A:
        case 0x17B:
        case 0x17C: return 'z';
        default: return ' ';
    }
}

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

bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
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

}  // namespace

void Keywords::use(const RuleBook& book) {
    places_of_rule_.assign(book.rules.size(), 0);
    places_.assign(1, {});
    std::vector<std::uint32_t> origin;
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
        const auto& keywords = book.rules[i].keywords;
        if (keywords.empty()) continue;
        places_of_rule_[i] = static_cast<std::uint32_t>(places_.size());
        auto& words = places_.emplace_back().words;
        for (const auto& keyword : keywords) {
            auto& word = words.emplace_back();
            fold_words(keyword, word, origin);
            if (keyword.ends_with('*')) word.pop_back();
        }
    }
}

void Keywords::start(std::string_view text) noexcept {
    text_ = text;
    folded_ = false;
    for (auto& places : places_) places.sought = false;
}

bool Keywords::near(RuleIndex rule, Span span) noexcept {
    const auto index = places_of_rule_[rule];
    if (index == 0) return false;
    auto& places = places_[index];
    if (!places.sought) seek(places);
    const auto first = back_by(text_, span.begin, kKeywordReach);
    const auto last = forward_by(text_, span.end, kKeywordReach);
    const auto next = std::lower_bound(places.positions.begin(), places.positions.end(), first);
    return next != places.positions.end() && *next < last;
}

void Keywords::seek(Places& places) noexcept {
    if (!folded_) fold_words(text_, folded_text_, origin_);
    folded_ = true;
    places.sought = true;
    places.positions.clear();
    for (const auto& word : places.words) {
        auto at = folded_text_.find(word);
        for (; at != std::string::npos; at = folded_text_.find(word, at + 1)) {
            places.positions.push_back(origin_[at + 1]);
        }
    }
    std::sort(places.positions.begin(), places.positions.end());
}

}  // namespace hark::triage
