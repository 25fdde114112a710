#include "platforms/telegram/polling.hpp"

#include <algorithm>
#include <charconv>

#include "platforms/event.hpp"

namespace hark::platforms::telegram {

namespace {

using namespace std::chrono_literals;

constexpr auto kWait = 50s;   // what Telegram waits at most before it answers that nothing came
constexpr auto kSlack = 15s;  // for the way there and back
constexpr auto kKept = 24h;   // how long Telegram keeps updates
// After a week without updates Telegram counts on from anywhere: an older position would skip them.
constexpr auto kCounted = 6 * 24h;

constexpr std::string_view kRequest =
    R"("timeout":50,"limit":100,"allowed_updates":["message","edited_message","channel_post",)"
    R"("edited_channel_post","business_message","edited_business_message",)"
    R"("deleted_business_messages","guest_message"]})";

bool is_bot_token(std::string_view token) {
    return token.find(':') != std::string_view::npos &&
           std::all_of(token.begin(), token.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == ':' || c == '_' || c == '-';
           });
}

std::optional<std::int64_t> number(std::string_view digits) {
    std::int64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::int64_t seconds_of(Timestamp time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

Polling::Polling(Settings& source)
    : base_(source.text("url", "https://api.telegram.org")), tokens_(source.secrets("bot_token")) {
    if (!base_.starts_with("https://") && !base_.starts_with("http://"))
        source.fault("url", "`url` is an https:// address");
    if (!tokens_.empty() && source.has("path"))
        source.fault("bot_token",
                     "Telegram gives updates by webhook or by polling: leave out "
                     "`path` or `bot_token`");
    if (!tokens_.all(is_bot_token))
        source.fault("bot_token", "`bot_token` is digits, a colon, and A-Z a-z 0-9 _ -");
}

Cursor Polling::cursor_after(std::string_view update_id, Timestamp received_at) {
    const auto id = number(update_id);
    if (!id) return {};
    return Cursor(std::to_string(*id + 1) + " " + std::to_string(seconds_of(received_at)));
}

Step Polling::next(const Progress& progress) {
    if (tokens_.empty()) return std::monostate{};
    if (!polled_) heard_ = progress.last_heard;
    Call call;
    call.method = "POST";
    call.url = base_ + "/bot" + tokens_.current() + "/getUpdates";
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = "{";
    const auto cursor = progress.cursor.text();
    const auto blank = std::min(cursor.find(' '), cursor.size());
    const auto offset = number(cursor.substr(0, blank));
    const auto since = number(cursor.substr(std::min(blank + 1, cursor.size())));
    if (offset && since && progress.now - Timestamp{std::chrono::seconds(*since)} < kCounted)
        call.body += "\"offset\":" + std::to_string(*offset) + ",";
    call.body += kRequest;
    call.timeout = kWait + kSlack;
    return call;
}

Outcome Polling::replied(const HttpResponse& response) {
    // Of a token that is no token at all Telegram says that there is no such method.
    auto outcome = tokens_.judge(response.status == 404 ? 401 : response.status);
    if (response.status == 409) {
        outcome.lasting = true;
        outcome.problem =
            "another program polls this bot, or a webhook is set for it (HTTP status 409)";
    }
    if (response.status == 429) {
        const auto wait =
            number(token_behind(parser_, response.body, {"parameters", "retry_after"}));
        if (wait && *wait > 0)
            outcome.wait = std::chrono::seconds(std::min<std::int64_t>(*wait, 3600));
    }
    if (!outcome.problem.empty()) return outcome;
    const bool expired = heard_ != Timestamp{} && response.received_at - heard_ > kKept;
    if (!polled_ && expired)
        outcome.gap = GapNotice{"cursor_too_old", heard_, response.received_at - kKept};
    polled_ = true;
    return outcome;
}

}  // namespace hark::platforms::telegram
