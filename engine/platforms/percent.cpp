#include "platforms/percent.hpp"

#include "platforms/signature.hpp"

namespace hark::platforms {

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded.push_back(text[i] == '+' ? ' ' : text[i]);
            continue;
        }
        const auto digits = text.substr(i + 1, 2);
        const auto byte = digits.size() == 2 ? decode_hex(digits) : std::nullopt;
        if (!byte) return std::nullopt;
        decoded += *byte;
        i += 2;
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (plain) out += c;
        else out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
    return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto parameter = query.substr(0, query.find('&'));
        query.remove_prefix(parameter.size() < query.size() ? parameter.size() + 1
                                                            : parameter.size());
        const auto equals = parameter.find('=');
        if (percent_decode(parameter.substr(0, equals)) != name) continue;
        if (equals == std::string_view::npos) return std::string();
        return percent_decode(parameter.substr(equals + 1));
    }
    return std::nullopt;
}

}  // namespace hark::platforms
