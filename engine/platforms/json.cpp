#include "platforms/json.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace hark::platforms {

namespace {

constexpr auto kHexDigits = [] {
    std::array<std::int8_t, 256> digits{};
    digits.fill(-1);
    for (int i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i)
        digits['a' + i] = digits['A' + i] = static_cast<std::int8_t>(10 + i);
    return digits;
}();

/// How many levels a token goes down, told by its first character.
constexpr auto kSteps = [] {
    std::array<std::int8_t, 256> steps{};
    steps['{'] = steps['['] = 1;
    steps['}'] = steps[']'] = -1;
    return steps;
}();

/// Four hexadecimal digits at the front; negative when they are not.
std::int32_t hex4(std::string_view text) noexcept {
    if (text.size() < 4) return -1;
    const auto digit = [text](std::size_t i) {
        return std::int32_t{kHexDigits[static_cast<std::uint8_t>(text[i])]};
    };
    // What is none is -1, and stays negative in all that is shifted and added.
    return digit(0) * 0x1000 | digit(1) * 0x100 | digit(2) * 0x10 | digit(3);
}

/// Stands for U+0000, which is good JSON and no part of a text: whoever writes one into his post is
/// heard all the same.
constexpr std::int32_t kReplacement = 0xFFFD;

/// What follows `\u`; moves `rest` behind it.
Errc take_code(std::string_view& rest, std::int32_t& code) noexcept {
    code = hex4(rest);
    if (code < 0) return Errc::malformed_json;
    rest.remove_prefix(4);
    if (code == 0) code = kReplacement;
    if (code < 0xD800 || code > 0xDFFF) return Errc::ok;
    if (code > 0xDBFF || !rest.starts_with("\\u")) return Errc::lone_surrogate;
    const auto low = hex4(rest.substr(2));
    if (low < 0xDC00 || low > 0xDFFF) return Errc::lone_surrogate;
    rest.remove_prefix(6);
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    return Errc::ok;
}

/// What the character behind a backslash stands for; NUL when it may not stand there.
constexpr auto kSimpleEscapes = [] {
    std::array<char, 256> meant{};
    meant['"'] = '"';
    meant['\\'] = '\\';
    meant['/'] = '/';
    meant['b'] = '\b';
    meant['f'] = '\f';
    meant['n'] = '\n';
    meant['r'] = '\r';
    meant['t'] = '\t';
    return meant;
}();

/// Moves `from` behind an escape and writes to `to` what it stands for.
inline Errc take_escape(const char*& from, const char* end, char*& to) noexcept {
    if (end - from < 2) return Errc::malformed_json;
    const char kind = from[1];
    from += 2;
    if (kind != 'u') {
        *to = kSimpleEscapes[static_cast<std::uint8_t>(kind)];
        return *to++ == '\0' ? Errc::malformed_json : Errc::ok;
    }
    std::string_view rest(from, static_cast<std::size_t>(end - from));
    std::int32_t code = 0;
    const auto error = take_code(rest, code);
    from = rest.data();
    if (error == Errc::ok) to = put_utf8(to, code);
    return error;
}

/// Counted in bytes, block by block, which compilers turn into a few vector instructions.
std::size_t brackets(std::string_view bytes) noexcept {
    constexpr std::size_t kBlock = 192;  // what a byte can count
    std::size_t count = 0;
    const auto count_in = [&count](const char* begin, std::size_t size) {
        std::uint8_t some = 0;
        for (std::size_t i = 0; i < size; ++i) some += (begin[i] | 0x20) == '{' ? 1 : 0;
        count += some;
    };
    std::size_t at = 0;
    for (; at + kBlock <= bytes.size(); at += kBlock) count_in(bytes.data() + at, kBlock);
    count_in(bytes.data() + at, bytes.size() - at);
    return count;
}

}  // namespace

Errc json_error(simdjson::error_code error) noexcept {
    switch (error) {
        case simdjson::SUCCESS: return Errc::ok;
        case simdjson::UTF8_ERROR: return Errc::invalid_utf8;
        case simdjson::DEPTH_ERROR: return Errc::too_deep;
        case simdjson::CAPACITY: return Errc::too_large;
        case simdjson::NUMBER_OUT_OF_RANGE: return Errc::number_range;
        case simdjson::INCORRECT_TYPE:
        case simdjson::SCALAR_DOCUMENT_AS_VALUE: return Errc::wrong_type;
        case simdjson::NO_SUCH_FIELD: return Errc::missing_member;
        case simdjson::STRING_ERROR: return Errc::lone_surrogate;
        case simdjson::EMPTY:
        case simdjson::UNCLOSED_STRING:
        case simdjson::INCOMPLETE_ARRAY_OR_OBJECT: return Errc::truncated;
        default: return Errc::malformed_json;
    }
}

Errc JsonParser::open(std::string_view bytes) {
    if (indexer_ == nullptr || indexer_->capacity() < bytes.size()) {
        // The depth is that of simdjson's own parsers, which nobody uses here.
        const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            std::bit_ceil(bytes.size()), 1, indexer_);
        if (error != simdjson::SUCCESS) return json_error(error);
    }
    const auto error = indexer_->stage1(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        bytes.size(), simdjson::stage1_mode::regular);
    if (error != simdjson::SUCCESS) return json_error(error);
    auto* const tokens = indexer_->structural_indexes.get();
    auto* const end = tokens + indexer_->n_structural_indexes;
    walk_.bytes = bytes.data();
    walk_.next = tokens;
    walk_.end = end;
    walk_.forget_plain();
    walk_.depth = 0;
    walk_.keys.reset();
    const char first = bytes[tokens[0]];
    const char last = bytes[end[-1]];
    if (first != '{' && first != '[') return Errc::wrong_type;
    end[0] = end[1] = tokens[0];  // simdjson has a few more of its own there
    if (last == (first == '{' ? '}' : ']')) return Errc::ok;
    // It is cut off, or something stands behind it.
    const auto cut = walk_.skip_nested(tokens);
    return cut == Errc::ok ? Errc::malformed_json : cut;
}

bool JsonWalk::look_for_escapes(const char* from, const char* to) noexcept {
    const char* const stop = bytes + end[-1];
    const auto* const found = std::memchr(from, '\\', static_cast<std::size_t>(stop - from));
    plain_from = from;
    plain_to = found == nullptr ? stop : static_cast<const char*>(found);
    return to <= plain_to;
}

std::string_view JsonWalk::unescaped_key(std::string_view key) {
    std::string_view out;
    (void)json_unescape(key, keys, out);
    // Names are told by a key's quotes, too.
    char* const padded = keys.allocate(out.size() + kKeyBytes);
    std::fill_n(padded, out.size() + kKeyBytes, '\0');
    padded[0] = padded[1 + out.size()] = '"';
    std::copy(out.begin(), out.end(), padded + 1);
    return {padded + 1, out.size()};
}

Errc JsonWalk::skip_nested(Token token) noexcept {
    const auto room = static_cast<int>(limits::kJsonDepth - depth);
    const auto step_of = [this](Token at) {
        return kSteps[static_cast<std::uint8_t>(first_of(at))];
    };
    for (int open = 0;; ++token) {
        // Two at once: a jump less.
        while ((step_of(token) | step_of(token + 1)) == 0) token += 2;
        const auto step = step_of(token);
        if (step == 0) continue;
        if (token == end) return Errc::truncated;  // no token before it: a bracket stands there
        open += step;
        if (open > room) return Errc::too_deep;
        if (open <= 0) break;
    }
    next = token + 1;
    return Errc::ok;
}

Errc json_whole(JsonValue value, std::string_view& out) {
    auto& walk = *value.walk;
    if (const auto error = walk.skip_nested(value.at); error != Errc::ok) return error;
    const char* const end = walk.bytes + walk.next[-1] + 1;
    out = {value.begin(), static_cast<std::size_t>(end - value.begin())};
    return Errc::ok;
}

Errc json_odd_text(JsonValue value, Arena& arena, std::string_view& out) {
    auto token = json_raw(value);
    if (token == "null") return Errc::ok;
    if (!token.starts_with('"')) return Errc::wrong_type;
    if (token.size() < 2 || token.back() != '"') return Errc::malformed_json;
    token.remove_prefix(1);
    token.remove_suffix(1);
    if (!value.walk->is_plain(token.data(), token.data() + token.size()))
        return json_unescape(token, arena, out);
    out = token;
    return Errc::ok;
}

Errc json_unescape(std::string_view inside, Arena& arena, std::string_view& out) {
    // Unescaping never makes a text longer; what is plain is copied by blocks.
    constexpr std::size_t kBlock = 16;
    constexpr auto kBackslashes = [] {
        std::array<char, kBlock> all{};
        all.fill('\\');
        return all;
    }();
    char* const begin = arena.allocate(inside.size() + kBlock);
    char* to = begin;
    const char* from = inside.data();
    const char* const end = from + inside.size();
    while (from < end) {
        const auto left = static_cast<std::size_t>(end - from);
        const bool whole = left >= kBlock;
        if (whole) std::memcpy(to, from, kBlock);
        else std::memcpy(to, from, left);  // nothing behind it is ours to read
        const auto escapes = same_bytes(whole ? from : to, kBackslashes.data());
        const auto plain = escapes == 0 ? static_cast<int>(kBlock) : std::countr_zero(escapes);
        to += plain;
        from += plain;
        if (from >= end) break;
        // Where letters are escaped, one escape follows the other.
        while (from < end && *from == '\\') {
            const auto error = take_escape(from, end, to);
            if (error != Errc::ok) return error;
        }
    }
    to -= from - end;  // the last block's end
    const auto used = static_cast<std::size_t>(to - begin);
    arena.shrink(inside.size() + kBlock - used);
    out = {begin, used};
    return Errc::ok;
}

Errc json_depth(std::string_view bytes) noexcept {
    if (brackets(bytes) <= limits::kJsonDepth) return Errc::ok;
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (c == '"') in_string = !in_string;
        else if (c == '\\' && in_string) ++i;
        else if (in_string) continue;
        else if (c == '{' || c == '[') ++depth;
        else if ((c == '}' || c == ']') && depth > 0) --depth;
        if (depth > limits::kJsonDepth) return Errc::too_deep;
    }
    return Errc::ok;
}

}  // namespace hark::platforms
