#include "platforms/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace hark::platforms {

namespace {

constexpr std::size_t kMappedBytes = 12;  // before the IPv4 address in an IPv6 one

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

Networks::Networks(Settings& source, std::string_view key,
                   std::initializer_list<std::string_view> fallback) {
    std::vector<std::string> texts = source.texts(key);
    if (!source.has(key)) texts.assign(fallback.begin(), fallback.end());
    for (const auto& text : texts) {
        const auto network = parse_network(text);
        if (network) networks_.push_back(*network);
        else source.fault(key, "`" + text + "` is no address and no network like 192.0.2.0/24");
    }
}

std::optional<Networks::Address> Networks::parse(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    Address address{};
    if (text.find(':') != std::string_view::npos) {
        if (inet_pton(AF_INET6, terminated.data(), address.data()) != 1) return std::nullopt;
        return address;
    }
    address[kMappedBytes - 2] = address[kMappedBytes - 1] = 0xFF;
    if (inet_pton(AF_INET, terminated.data(), &address[kMappedBytes]) != 1) return std::nullopt;
    return address;
}

std::optional<Networks::Network> Networks::parse_network(std::string_view text) noexcept {
    const auto slash = text.find('/');
    const auto address = parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{*address, 8 * sizeof(Address)};
    if (slash == std::string_view::npos) return network;
    const bool is_v4 = text.find(':') == std::string_view::npos;
    const unsigned before = is_v4 ? 8 * kMappedBytes : 0;
    const auto digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, bits);
    if (error != std::errc{} || stop != end || bits > network.bits - before) return std::nullopt;
    network.bits = before + bits;
    return network;
}

bool Networks::contains(std::string_view address) const noexcept {
    const auto bytes = parse(address);
    if (!bytes) return false;
    return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
        const auto whole = network.bits / 8;
        const auto rest = network.bits % 8;
        if (!std::equal(bytes->begin(), bytes->begin() + whole, network.address.begin()))
            return false;
        return rest == 0 || ((*bytes)[whole] ^ network.address[whole]) >> (8 - rest) == 0;
    });
}

std::string_view sender_of(const HttpRequest& request, const Networks& proxies) noexcept {
    auto sender = request.peer;
    auto forwarded = request.header("X-Forwarded-For");
    while (!forwarded.empty() && proxies.contains(sender)) {
        const auto comma = forwarded.rfind(',');
        const auto begin = comma == std::string_view::npos ? 0 : comma + 1;
        sender = trimmed(forwarded.substr(begin));
        forwarded = forwarded.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    return sender;
}

}  // namespace hark::platforms
