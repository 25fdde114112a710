#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/limits.hpp"

/// What all platforms read JSON with: simdjson finds the structure of the frame's own padded bytes
/// (and that they are UTF-8), and the walk over it is ours: a decoder sees each member once, in the
/// order in which they come, and takes of it what it wants. Of duplicate keys the first counts
/// (each reader keeps what it has). Nothing here throws or recurses.
namespace hark::platforms {

/// What a token is, told by its first character.
enum class JsonToken : std::uint8_t { scalar, opens, no_value };
inline constexpr auto kJsonTokens = [] {
    std::array<JsonToken, 256> tokens{};
    tokens['{'] = tokens['['] = JsonToken::opens;
    tokens['}'] = tokens[']'] = tokens[','] = tokens[':'] = JsonToken::no_value;
    return tokens;
}();

/// Bytes that can be read from the quote of a key on, however short it is: a frame has more behind
/// its end.
inline constexpr std::size_t kKeyBytes = 32;
static_assert(kKeyBytes <= limits::kFramePadding);

/// Where the walk over one document is. A token is told by the place of its offset in `bytes`.
struct JsonWalk {
    using Token = const std::uint32_t*;

    const char* bytes = nullptr;
    Token end = nullptr;   ///< behind the last; it and the next are the first bracket once more
    Token next = nullptr;  ///< behind the object or array that was read last
    // Where the bytes are known to have no backslash: never behind the place of the walk.
    const char* plain_from = nullptr;
    const char* plain_to = nullptr;
    std::size_t depth = 0;
    Arena keys{};  ///< keys that had escapes

    /// The first character of a token; behind the last one a bracket that opens, which no walk
    /// looks for.
    [[nodiscard]] char first_of(Token token) const noexcept { return bytes[*token]; }
    [[nodiscard]] JsonToken kind_of(Token token) const noexcept {
        return kJsonTokens[static_cast<std::uint8_t>(first_of(token))];
    }
    /// What to say of a token that must not be there.
    [[nodiscard]] Errc unexpected(Token token) const noexcept {
        return token < end ? Errc::malformed_json : Errc::truncated;
    }
    /// Whether there is no backslash from `from` to `to`. What is looked at is remembered, so that
    /// a walk looks at each byte about once.
    [[nodiscard]] bool is_plain(const char* from, const char* to) noexcept {
        return (from >= plain_from && to <= plain_to) || look_for_escapes(from, to);
    }
    /// The walk begins, or goes back.
    void forget_plain() noexcept { plain_from = plain_to = bytes; }
    [[nodiscard]] bool look_for_escapes(const char* from, const char* to) noexcept;
    /// Reads a key and its colon, moving `token` behind both.
    [[nodiscard]] Errc take_key(Token& token, std::string_view& key);
    /// What a key that had escapes says; nothing when it cannot be read: it is nobody's name then.
    [[nodiscard]] std::string_view unescaped_key(std::string_view key);
    /// Moves `next` behind the object or array at `token`.
    [[nodiscard]] Errc skip_nested(Token token) noexcept;
    /// Moves `token` behind the value of this kind that is there, and was looked at.
    [[nodiscard, gnu::always_inline]] Errc pass(Token& token, JsonToken kind) noexcept {
        if (kind == JsonToken::scalar) {
            ++token;
            return Errc::ok;
        }
        // Whoever used an object or array has read all of it, or nothing.
        if (next == token) {
            if (const auto error = skip_nested(token); error != Errc::ok) return error;
        }
        token = next;
        return Errc::ok;
    }
};

/// What may part two tokens (RFC 8259, section 2); other control characters are part of one.
[[nodiscard]] constexpr bool is_json_blank(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// A value of the document in hand: a view, as long as the walk has not come to the next one. Never
/// the last token, which is a bracket that closes.
struct JsonValue {
    JsonWalk* walk = nullptr;
    const std::uint32_t* at = nullptr;

    [[nodiscard]] const char* begin() const noexcept { return walk->bytes + *at; }
    [[nodiscard]] char first() const noexcept { return *begin(); }
    /// Where its token ends; of an object or array, its first bracket. Never before begin(): no
    /// token begins with a blank.
    [[nodiscard]] const char* end() const noexcept {
        const char* stop = walk->bytes + at[1];
        while (is_json_blank(stop[-1])) --stop;
        return stop;
    }
};

/// A value that is known to be an object.
using JsonObject = JsonValue;

/// Bit i: of the sixteen bytes behind `a` and behind `b`, those at i are the same.
[[nodiscard]] inline std::uint32_t same_bytes(const char* a, const char* b) noexcept {
#if defined(__SSE2__)
    const auto one = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a));
    const auto other = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(one, other)));
#else
    std::uint32_t same = 0;
    for (std::size_t i = 0; i < 16; ++i) same |= (a[i] == b[i] ? 1U : 0U) << i;
    return same;
#endif
}

/// What a document is read with; keeps its memory from one to the next. Not thread-safe.
class JsonParser {
public:
    /// Finds the structure of `bytes`, which are at least one token then.
    [[nodiscard]] Errc open(std::string_view bytes);
    [[nodiscard]] JsonWalk& walk() noexcept { return walk_; }

private:
    std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer_;
    JsonWalk walk_;
};

[[nodiscard]] Errc json_error(simdjson::error_code error) noexcept;

/// The value as it is written, blanks trimmed; of an object or array only its first bracket.
/// Reading it does not consume the value.
[[nodiscard]] inline std::string_view json_raw(JsonValue value) noexcept {
    const char* const begin = value.begin();
    return {begin, static_cast<std::size_t>(value.end() - begin)};
}

/// An object or array from bracket to bracket. Not ok: it is broken.
[[nodiscard]] Errc json_whole(JsonValue value, std::string_view& out);

/// The inside of a string literal that is known to hold a backslash.
[[nodiscard]] Errc json_unescape(std::string_view inside, Arena& arena, std::string_view& out);

/// A string without escapes and blanks behind it, as a view into the frame. False: it is none.
[[nodiscard]] inline bool json_plain_text(JsonValue value, std::string_view& out) noexcept {
    // What begins with a quote has its end before the next token.
    const char* const begin = value.begin() + 1;
    const char* const end = value.walk->bytes + value.at[1] - 1;
    if (begin[-1] != '"' || *end != '"' || !value.walk->is_plain(begin, end)) return false;
    out = {begin, static_cast<std::size_t>(end - begin)};
    return true;
}

/// json_text() for what json_plain_text() is not.
[[nodiscard]] Errc json_odd_text(JsonValue value, Arena& arena, std::string_view& out);

/// A string, as a view into the frame when it has no escapes, else unescaped into the arena. null
/// leaves `out` empty. Half a surrogate pair is lone_surrogate, anything but a string wrong_type;
/// an escaped NUL becomes U+FFFD.
[[nodiscard]] inline Errc json_text(JsonValue value, Arena& arena, std::string_view& out) {
    return json_plain_text(value, out) ? Errc::ok : json_odd_text(value, arena, out);
}

/// ok when nothing is nested deeper than limits::kJsonDepth: for bytes that json_document() does
/// not read.
[[nodiscard]] Errc json_depth(std::string_view bytes) noexcept;

/// Calls `use(value)` for the value at `token`, which is moved behind it.
template <typename Use>
[[nodiscard, gnu::always_inline]] inline Errc json_value(JsonWalk& walk, JsonWalk::Token& token,
                                                         Use use) {
    const auto kind = walk.kind_of(token);
    if (kind == JsonToken::no_value) return Errc::malformed_json;
    walk.next = token;
    const auto broken = use(JsonValue{&walk, token});
    return broken == Errc::ok ? walk.pass(token, kind) : broken;
}

/// Calls `read(token)` for what stands between two brackets, which moves the token behind it.
/// Inside its callers, so that the place and the key stay in registers.
template <typename Read>
[[nodiscard, gnu::always_inline]] inline Errc json_inside(JsonValue value, char bracket,
                                                          Read read) {
    auto& walk = *value.walk;
    const char* const bytes = walk.bytes;
    if (++walk.depth > limits::kJsonDepth) return Errc::too_deep;
    auto token = value.at + 1;
    if (bytes[*token] == bracket) {
        ++token;
    } else {
        for (char c = ','; c == ',';) {
            if (const auto error = read(token); error != Errc::ok) return error;
            c = bytes[*token++];
            if (c != ',' && c != bracket) return walk.unexpected(token - 1);
        }
    }
    walk.next = token;
    --walk.depth;
    return Errc::ok;
}

/// Calls `use(key, value)` for every member. What is not ok ends the walk and is returned.
template <typename Use>
[[nodiscard]] Errc json_members(JsonValue value, Use use) {
    if (value.first() != '{') return Errc::wrong_type;
    return json_inside(value, '}', [&](JsonWalk::Token& token) {
        std::string_view key;
        const auto error = value.walk->take_key(token, key);
        if (error != Errc::ok) return error;
        return json_value(*value.walk, token, [&](JsonValue member) { return use(key, member); });
    });
}

/// Calls `use(value)` for every item.
template <typename Use>
[[nodiscard]] Errc json_items(JsonValue value, Use use) {
    if (value.first() != '[') return Errc::wrong_type;
    return json_inside(value, ']',
                       [&](JsonWalk::Token& token) { return json_value(*value.walk, token, use); });
}

/// Parses `bytes` (limits::kFramePadding readable bytes must follow) and calls `use(root)`, which
/// must walk the root to its end. Anything after the document is refused. The parser keeps the
/// document until its next one.
template <typename Use>
[[nodiscard]] Errc json_document(JsonParser& parser, std::string_view bytes, Use use) {
    if (const auto error = parser.open(bytes); error != Errc::ok) return error;
    auto& walk = parser.walk();
    if (const auto broken = use(JsonValue{&walk, walk.next}); broken != Errc::ok) return broken;
    return walk.next == walk.end ? Errc::ok : Errc::malformed_json;
}

inline Errc JsonWalk::take_key(Token& token, std::string_view& key) {
    if (first_of(token) != '"') return unexpected(token);
    const char* const begin = bytes + token[0] + 1;
    const char* stop = bytes + token[1] - 1;
    // The quote that closes it, and mostly the colon at once.
    if (stop[0] != '"' || stop[1] != ':') {
        if (stop[1] != ':') return unexpected(token + 1);
        while (is_json_blank(*stop)) --stop;
    }
    key = {begin, static_cast<std::size_t>(stop - begin)};
    token += 2;
    // A key is never before what was looked at, so that one comparison will do.
    if (stop > plain_to && !look_for_escapes(begin, stop)) key = unescaped_key(key);
    return Errc::ok;
}

}  // namespace hark::platforms
