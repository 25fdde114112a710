#include "app/config_values.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace hark::app {

namespace {

constexpr std::size_t kPhoneDigits = 5;  // with the country's code

bool is_of(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}

/// `HOST`, `HOST:PORT`, `[::1]:PORT`, each perhaps with `PROTOCOL://` before it.
bool is_broker(std::string_view text) {
    if (const auto protocol = text.find("://"); protocol != std::string_view::npos)
        text.remove_prefix(protocol + 3);
    const auto colon = text.rfind(':');
    const bool bracketed = text.starts_with('[');
    const auto host_end =
        bracketed ? std::min(text.find(']'), text.size() - 1) + 1 : std::min(colon, text.size());
    const auto host = text.substr(0, host_end);
    if (host.empty() || host.find_first_of(bracketed ? ";/" : ":;/") != std::string_view::npos)
        return false;
    const auto port = text.substr(host_end);
    if (port.empty()) return true;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    return port.front() == ':' && error == std::errc{} && end == port.data() + port.size() &&
           number > 0;
}

}  // namespace

bool is_topic_part(std::string_view text) {
    return !text.empty() && is_of(text,
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-");
}

bool is_webhook_path(std::string_view path) {
    return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) {
               return c > ' ' && c < '\x7F' && c != '?' && c != '#';
           });
}

bool is_phone(std::string_view text) {
    return is_of(text, "+0123456789 ()-./") && std::count_if(text.begin(), text.end(), [](char c) {
                                                   return c >= '0' && c <= '9';
                                               }) >= static_cast<std::ptrdiff_t>(kPhoneDigits);
}

bool is_account(std::string_view text) {
    const auto colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size();
}

bool are_brokers(std::string_view list) {
    constexpr std::string_view kBetween = ", ";
    bool any = false;
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(kBetween), list.size()));
        if (list.empty()) return any;
        const auto size = std::min(list.find_first_of(kBetween), list.size());
        if (!is_broker(list.substr(0, size))) return false;
        any = true;
        list.remove_prefix(size);
    }
}

bool is_address(const std::string& text) {
    boost::system::error_code error;
    (void)boost::asio::ip::make_address(text, error);
    return !error;
}

}  // namespace hark::app
