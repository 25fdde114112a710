#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace hark::ingest {

/// What a status is called (RFC 9110); platforms read the number only.
[[nodiscard]] inline std::string_view reason_phrase(unsigned status) noexcept {
    switch (status) {
        case 200: return "OK";
        case 204: return "No Content";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 431: return "Request Header Fields Too Large";
        case 503: return "Service Unavailable";
        default: return "Status";
    }
}

struct HttpAnswer {
    unsigned status = 200;
    std::string_view content_type = "text/plain";
    std::string_view body;
    bool close = false;
    bool no_body = false;         ///< the answer to HEAD
    bool say_keep_alive = false;  ///< to HTTP/1.0, which closes unless it is told that we do not
};

/// Writes the answer into `out`, reusing its memory.
inline void write_answer(const HttpAnswer& answer, std::string& out) {
    char digits[20];
    const auto number = [&](std::size_t value) {
        return std::string_view(
            digits, static_cast<std::size_t>(
                        std::to_chars(digits, digits + sizeof digits, value).ptr - digits));
    };
    out.assign("HTTP/1.1 ")
        .append(number(answer.status))
        .append(" ")
        .append(reason_phrase(answer.status))
        .append("\r\n");
    if (answer.status == 405) out += "Allow: GET, HEAD, POST\r\n";
    if (answer.status == 503) out += "Retry-After: 1\r\n";
    if (answer.close) out += "Connection: close\r\n";
    else if (answer.say_keep_alive) out += "Connection: keep-alive\r\n";
    if (answer.status != 204) {
        if (!answer.body.empty())
            out.append("Content-Type: ").append(answer.content_type).append("\r\n");
        out.append("Content-Length: ").append(number(answer.body.size())).append("\r\n");
    }
    out += "\r\n";
    if (answer.status != 204 && !answer.no_body) out += answer.body;
}

}  // namespace hark::ingest
