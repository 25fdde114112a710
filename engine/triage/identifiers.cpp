#include "triage/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/digits.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::string_view kEmail = "EMAIL";
constexpr std::string_view kPhone = "PHONE";
constexpr std::string_view kId = "ID";
constexpr std::string_view kDialling = "wa.me/";
constexpr std::size_t kFewestDigits = 7;  // of a telephone number

enum Sign : std::uint8_t { kDigit = 1, kAt = 2, kOfId = 4, kOfUrl = 8, kOfPart = 16 };

/// What each byte may be of: a datum's digits, and what there must be beside them in an id, in a
/// url and in a part of its path.
constexpr auto kSigns = [] {
    std::array<std::uint8_t, 256> signs{};
    for (char c = '0'; c <= '9'; ++c) signs[static_cast<std::uint8_t>(c)] = kDigit;
    signs['@'] = kAt;
    signs['+'] = kOfId | kOfUrl | kOfPart;
    signs[' '] = signs['('] = kOfId;
    signs['%'] = signs['='] = kOfUrl;
    signs[':'] = kOfPart;
    return signs;
}();

/// One pass that nearly all values end with.
bool may_hold(std::string_view value, std::uint8_t beside) noexcept {
    std::uint8_t seen = 0;
    for (const char c : value) seen |= kSigns[static_cast<std::uint8_t>(c)];
    if ((seen & kAt) != 0) return true;
    if ((seen & kDigit) == 0 || (seen & beside) == 0) return false;
    return static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_digit)) >=
           kFewestDigits;
}

/// Bytes in base64 that have a telephone number's digits among them.
bool hides_number(std::string_view base64) noexcept {
    std::uint32_t bits = 0;
    int count = 0;
    std::size_t digits = 0;
    for (const char c : base64) {
        const int six = base64_digit(c);
        if (six < 0) break;
        bits = bits << 6U | static_cast<std::uint32_t>(six);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        digits = is_digit(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU))
                     ? digits + 1
                     : 0;
        if (digits == kFewestDigits) return true;
    }
    return false;
}

void append_decoded(std::string_view value, std::string& out) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool room = value[i] == '%' && i + 2 < value.size();
        const int high = room ? hex_digit(value[i + 1]) : -1;
        const int low = room ? hex_digit(value[i + 2]) : -1;
        if (high < 0 || low < 0) {
            out.push_back(value[i] == '+' && i > 0 ? ' ' : value[i]);
            continue;
        }
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
}

Span span(std::size_t begin, std::size_t end) noexcept {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

bool touches_digit(std::string_view value, Span at) noexcept {
    return (at.begin > 0 && is_digit(value[at.begin - 1])) ||
           (at.end < value.size() && is_digit(value[at.end]));
}

}  // namespace

void Identifiers::use(const RuleBook& book) {
    book_ = &book;
    finder_.use(book);
    const auto email = std::find_if(book.rules.begin(), book.rules.end(), [](const Rule& rule) {
        return rule.validator == "email" && rule.mode == Mode::live;
    });
    email_ =
        email == book.rules.end() ? kNoRule : static_cast<RuleIndex>(email - book.rules.begin());
}

void Identifiers::find(const Mention& mention, std::vector<Exposed>& out) noexcept {
    const auto phone = mention.phone.size() < kFewestDigits ? std::string_view{} : mention.phone;
    find_in_id(Member::id, mention.id, phone, out);
    find_in_url(mention.url, out);
    find_in_id(Member::thread, mention.thread, phone, out);
    find_in_id(Member::parent, mention.parent, phone, out);
    find_in_id(Member::author_id, mention.author.id, phone, out);
    find_in_id(Member::author_name, mention.author.name, phone, out);
    // Elsewhere in the fediverse `anna@example.social` is a handle.
    const auto& handle = mention.author.handle;
    if (handle.find('@') == std::string_view::npos)
        find_in_id(Member::author_handle, handle, phone, out);
}

void Identifiers::find_in_id(Member member, std::string_view value, std::string_view phone,
                             std::vector<Exposed>& out) noexcept {
    if (value.empty()) return;
    const auto first = out.size();
    // WhatsApp's ids of messages have the number of who wrote or read them.
    constexpr std::string_view kMessage = "wamid.";
    const auto message =
        value.starts_with("whatsapp:") ? value.find(kMessage) : std::string_view::npos;
    if (message != std::string_view::npos && hides_number(value.substr(message + kMessage.size())))
        out.push_back(
            {member, kId, span(message, std::min(value.find(':', message), value.size()))});
    for (auto at = phone.empty() ? std::string_view::npos : value.find(phone);
         at != std::string_view::npos; at = value.find(phone, at + phone.size())) {
        const auto number = span(at, at + phone.size());
        if (!touches_digit(value, number)) out.push_back({member, kPhone, number});
    }
    if (out.size() > first) return;
    if (!may_hold(value, kOfId)) return;
    search(value);
    for (const auto& [rule, tier, where] : found_) {
        const std::string_view type = book_->rules[rule].pii_type;
        if (type == kEmail || type == kPhone) out.push_back({member, type, where});
    }
}

void Identifiers::search(std::string_view text) noexcept {
    candidates_.clear();
    found_.clear();
    for (std::size_t at = 1; email_ != kNoRule && at + 1 < text.size(); ++at) {
        if (text[at] == '@') candidates_.push_back({email_, span(at - 1, at + 2)});
    }
    finder_.find(text, candidates_, found_);
}

/// A part of the path or a value of the query is masked as a whole: in it a datum may be written in
/// many ways.
void Identifiers::find_in_url(std::string_view url, std::vector<Exposed>& out) noexcept {
    const auto scheme = url.find("://");
    const bool is_plain = scheme != std::string_view::npos;
    const auto rest = is_plain ? url.substr(scheme + 3) : url;
    const bool dials = rest.starts_with(kDialling) || !is_plain;  // wa.me/…, tel:…
    if (!dials && !may_hold(rest, kOfUrl) && rest.find("%40") == std::string_view::npos) return;
    Piece piece;
    std::string_view host;
    for (auto at = url.size() - rest.size(); at < url.size();) {
        const auto end = std::min(url.find_first_of("/?&#=;", at), url.size());
        piece.value = url.substr(at, end - at);
        piece.is_dialled = kDialling.starts_with(host) && host.size() + 1 == kDialling.size();
        if (const auto type = type_in(piece); !type.empty())
            out.push_back({Member::url, type, span(at, end)});
        if (host.empty()) host = piece.value;
        const bool names = end < url.size() && url[end] == '=';
        piece.key = names ? piece.value : std::string_view{};
        at = end + 1;
    }
}

/// Of the datum that surely stands in it; empty: none does.
std::string_view Identifiers::type_in(const Piece& piece) noexcept {
    const auto& value = piece.value;
    const bool encoded = value.find('%') != std::string_view::npos;
    const bool says = !piece.key.empty() || piece.is_dialled;
    const bool has_at = encoded && value.find("%40") != std::string_view::npos;
    // `/@anna@example.social` is somebody's page.
    if (value.starts_with('@')) return {};
    if (!has_at && !may_hold(value, says || encoded ? kDigit : kOfPart)) return {};
    text_.assign(piece.key);
    if (!piece.key.empty()) text_.append(": ");
    if (piece.is_dialled && !value.starts_with('+')) text_.push_back('+');
    const auto begin = text_.size();
    append_decoded(value, text_);
    search(text_);
    for (const auto& [rule, tier, where] : found_) {
        const std::string_view type = book_->rules[rule].pii_type;
        if (where.end > begin && (type == kEmail || type == kPhone)) return type;
    }
    return {};
}

}  // namespace hark::triage
