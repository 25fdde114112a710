#include "triage/pii_device.hpp"

#include <array>

#include "triage/pii_arithmetic.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

bool is_hex(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Letter or digit values of ISO 3779; -1: not allowed.
int vin_value(char c) noexcept {
    constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    constexpr std::string_view kValues = "12345678123457923456789";
    if (is_digit(c)) return digit(c);
    const auto at = kLetters.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    return at == std::string_view::npos ? -1 : digit(kValues[at]);
}

}  // namespace

std::optional<Valid> validate_ipv4(std::string_view, const Stretch& it) noexcept {
    if (it.count() != 4 || !it.evenly('.')) return std::nullopt;
    if (it.first > 0 || it.last + 1 < it.number.count) return std::nullopt;
    for (std::size_t i = 0; i < 4; ++i) {
        const auto group = it.group(i);
        if (group.size() > 3 || number_of(group) > 255) return std::nullopt;
        if (group.size() > 1 && group[0] == '0') return std::nullopt;
    }
    // This network, this very machine.
    if (it.group(0) == "0" || it.group(0) == "127" || it.digits.size() > 12) return std::nullopt;
    return Valid{it.span, false, it.digits.size() < 6 ? Need::keyword : Need::nothing};
}

std::optional<Valid> validate_ipv6(std::string_view text, Span candidate) noexcept {
    std::size_t at = candidate.begin;
    while (at > 0 && (is_hex(text[at - 1]) || text[at - 1] == ':')) --at;
    const auto begin = at;
    if (begin > 0 && (is_ascii_alnum(text[begin - 1]) || text[begin - 1] == '.'))
        return std::nullopt;
    std::size_t groups = 0;
    std::size_t size = 0;
    std::size_t gaps = 0;
    bool letters = false;
    for (; at < text.size() && at - begin < 45; ++at) {
        if (is_hex(text[at])) {
            groups += size == 0 ? 1 : 0;
            letters = letters || !is_digit(text[at]);
            if (++size > 4) return std::nullopt;
        } else if (text[at] == ':') {
            if (size == 0 && at > begin) ++gaps;
            size = 0;
        } else {
            break;
        }
    }
    if (at < text.size() && is_ascii_alnum(text[at])) return std::nullopt;
    if (text[at - 1] == ':' && (at < begin + 2 || text[at - 2] != ':')) --at;
    const bool whole = gaps == 0 && groups == 8;
    const bool cut = gaps == 1 && groups >= 3 && groups <= 7;
    if ((!whole && !cut) || (!letters && !whole)) return std::nullopt;
    return Valid{{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)}};
}

std::optional<Valid> validate_mac(std::string_view text, Span candidate) noexcept {
    const auto datum = text.substr(candidate.begin, 17);
    if (datum.size() != 17) return std::nullopt;
    for (std::size_t i = 0; i < 17; ++i) {
        const bool right = i % 3 == 2 ? datum[i] == datum[2] : is_hex(datum[i]);
        if (!right) return std::nullopt;
    }
    const Span span{candidate.begin, candidate.begin + 17};
    if (span.begin > 0 &&
        (is_ascii_alnum(text[span.begin - 1]) || text[span.begin - 1] == datum[2]))
        return std::nullopt;
    if (span.end < text.size() && (is_ascii_alnum(text[span.end]) || text[span.end] == datum[2]))
        return std::nullopt;
    return Valid{span};
}

std::optional<Valid> validate_imei(std::string_view, const Stretch& it) noexcept {
    const bool grouped = it.sizes({2, 6, 6, 1}) || it.sizes({6, 2, 6, 1});
    if ((it.count() > 1 && !grouped) || !passes_luhn(it.digits)) return std::nullopt;
    if (all_equal(it.digits)) return std::nullopt;
    return Valid{it.span, true, grouped ? Need::nothing : Need::keyword};
}

std::optional<Valid> validate_vin(std::string_view text, Span candidate) noexcept {
    constexpr std::array<int, 17> kWeights = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    const auto datum = text.substr(candidate.begin, 17);
    const Span span{candidate.begin, candidate.begin + 17};
    if (datum.size() != 17 || is_glued(text, span) || is_in_link(text, span.begin))
        return std::nullopt;
    int sum = 0;
    int digits = 0;
    for (std::size_t i = 0; i < 17; ++i) {
        const int value = vin_value(datum[i]);
        if (value < 0) return std::nullopt;
        digits += is_digit(datum[i]) ? 1 : 0;
        sum += kWeights[i] * value;
    }
    if (digits < 4 || digits > 15) return std::nullopt;
    const char control = sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11);
    if (datum[8] == control || (control == 'X' && datum[8] == 'x')) return Valid{span, true};
    return Valid{span, false, Need::close};
}

std::optional<Valid> validate_coordinates(std::string_view text, Span candidate) noexcept {
    std::size_t at = candidate.begin;
    if (at > 0 && (is_ascii_alnum(text[at - 1]) || text[at - 1] == '.')) return std::nullopt;
    const auto degrees = [&](int most) {
        if (at < text.size() && text[at] == '-') ++at;
        const auto whole = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        if (at == whole || at - whole > 3 || number_of(text.substr(whole, at - whole)) > most)
            return false;
        if (at >= text.size() || text[at] != '.') return false;
        const auto decimals = ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - decimals >= 4 && at - decimals <= 9;
    };
    if (!degrees(90)) return std::nullopt;
    while (at < text.size() && (text[at] == ',' || text[at] == ' ')) ++at;
    if (!degrees(180)) return std::nullopt;
    const Span span{candidate.begin, static_cast<std::uint32_t>(at)};
    if (at < text.size() && (is_ascii_alnum(text[at]) || is_money(text, span))) return std::nullopt;
    return Valid{span};
}

}  // namespace hark::triage
