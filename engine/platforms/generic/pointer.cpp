#include "platforms/generic/pointer.hpp"

#include <charconv>

namespace hark::platforms::generic {

namespace dom = simdjson::dom;

bool at(dom::element item, const std::string& pointer, dom::element& out) {
    if (pointer.empty()) return false;
    return item.at_pointer(pointer).get(out) == simdjson::SUCCESS && !out.is_null();
}

Errc text_of(dom::element value, Arena& arena, std::string_view& out) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return Errc::wrong_type;
    if (text.find('\0') != std::string_view::npos) {
        std::string replaced;
        for (const char c : text) replaced += c == '\0' ? "\xEF\xBF\xBD" : std::string(1, c);
        out = arena.copy(replaced);
        return Errc::ok;
    }
    // The parser's own memory holds one frame; what is read lives as long as the batch. An empty
    // text is somewhere all the same.
    out = text.empty() ? std::string_view("") : arena.copy(text);
    return Errc::ok;
}

Errc token_at(dom::element item, const std::string& pointer, Arena& arena, std::string_view& out) {
    dom::element value;
    if (!at(item, pointer, value)) return Errc::ok;
    std::int64_t number = 0;
    std::uint64_t large = 0;
    char digits[24];
    char* end = digits;
    if (value.get(number) == simdjson::SUCCESS)
        end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    else if (value.get(large) == simdjson::SUCCESS)
        end = std::to_chars(digits, digits + sizeof digits, large).ptr;
    else return text_of(value, arena, out);
    out = arena.copy({digits, static_cast<std::size_t>(end - digits)});
    return Errc::ok;
}

}  // namespace hark::platforms::generic
