#include "platforms/generic/endpoint.hpp"

#include <array>

#include "core/limits.hpp"
#include "platforms/generic/pointer.hpp"
#include "platforms/percent.hpp"

namespace hark::platforms::generic {

namespace dom = simdjson::dom;
using namespace std::chrono_literals;

Endpoint::Endpoint(Settings& source) {
    if (!source.has("url")) return;
    read_address(source);
    read_place_keys(source);
    headers_ = source.text_map("headers");
    for (auto& header : source.secret_map("secret_headers")) headers_.push_back(std::move(header));
    hello_ = source.text("hello", "") + source.secret_text("secret_hello");
    if (!hello_.empty() && way_ != Way::websocket)
        source.fault("hello", "`hello` is said to a wss:// address only");
    interval_ = source.duration("interval", 60s, 1s, 24h);
    reply_timeout_ = source.duration("reply_timeout", limits::kCallTimeout, 1s, 10min);
    body_ = source.text("body", "");
}

void Endpoint::read_address(Settings& source) {
    static constexpr std::array<std::string_view, 3> kWays = {"poll", "lines", "events"};
    url_ = source.required_text("url");
    const auto way = source.one_of("read", kWays, "poll");
    if (url_.starts_with("wss://") || url_.starts_with("ws://")) {
        way_ = Way::websocket;
        if (source.has("read")) source.fault("read", "`read` is for https:// addresses");
    } else if (url_.starts_with("https://") || url_.starts_with("http://")) {
        way_ = way == "poll" ? Way::poll : way == "lines" ? Way::lines : Way::events;
    } else if (!url_.empty()) {
        source.fault("url", "`url` is a wss:// or https:// address");
    }
}

void Endpoint::read_place_keys(Settings& source) {
    const auto pointer = [&](std::string_view key) {
        auto text = source.text(key, "");
        if (!text.empty() && !text.starts_with('/')) {
            source.fault(key, "`" + std::string(key) + "` is a JSON Pointer such as /meta/next");
        }
        return text;
    };
    cursor_pointer_ = pointer("cursor");
    more_pointer_ = pointer("more");
    cursor_parameter_ = source.text("cursor_parameter", "");
    cursor_header_ = source.text("cursor_header", "");
    const int ways = int{!cursor_parameter_.empty()} + int{!cursor_header_.empty()};
    if (ways != (cursor_pointer_.empty() ? 0 : 1))
        source.fault("cursor",
                     "`cursor` goes with exactly one of `cursor_parameter` and `cursor_header`");
}

Step Endpoint::next(const Progress& progress) const {
    if (way_ == Way::none) return std::monostate{};
    return request(progress.cursor);
}

Step Endpoint::request(const Cursor& cursor) const {
    auto url = url_;
    auto headers = headers_;
    if (!cursor.empty() && !cursor_parameter_.empty())
        url.append(url.find('?') == std::string::npos ? "?" : "&")
            .append(percent_encode(cursor_parameter_))
            .append("=")
            .append(percent_encode(cursor.text()));
    if (!cursor.empty() && !cursor_header_.empty())
        headers.emplace_back(cursor_header_, std::string(cursor.text()));
    if (way_ == Way::poll) {
        Call call;
        call.method = body_.empty() ? "GET" : "POST";
        call.url = std::move(url);
        call.headers = std::move(headers);
        call.body = body_;
        call.delay = answered_ && !more_ ? interval_ : 0ms;
        call.timeout = reply_timeout_;
        return call;
    }
    StreamRequest stream;
    stream.url = std::move(url);
    stream.headers = std::move(headers);
    stream.hello = hello_;
    stream.resumes = !cursor_pointer_.empty();
    if (way_ == Way::lines) stream.framing = Framing::lines;
    if (way_ == Way::events) stream.framing = Framing::events;
    return stream;
}

void Endpoint::read_place(dom::element root, Arena& arena, Mentions& out) {
    answered_ = true;
    std::string_view place;
    if (token_at(root, cursor_pointer_, arena, place) == Errc::ok && !place.empty() &&
        place.size() <= Cursor::kMaxBytes)
        out.cursor = Cursor(place);
    dom::element more;
    more_ = false;
    if (!at(root, more_pointer_, more)) return;
    std::string_view text;
    if (more.get(more_) == simdjson::SUCCESS) return;
    more_ = token_at(root, more_pointer_, arena, text) == Errc::ok && !text.empty() && text != "0";
}

}  // namespace hark::platforms::generic
