#include "platforms/discord/gateway.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace hark::platforms::discord {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kQuery = "/?v=10&encoding=json";
constexpr std::size_t kLongestId = 40;  // a session's has 32 characters
constexpr std::size_t kLongestUrl = 200;

// What a wrong token, shard, version or intent is answered with: asking again would not help.
constexpr std::array<std::uint16_t, 6> kLasting = {4004, 4010, 4011, 4012, 4013, 4014};
// What ends the session too: a sequence number that is none, and a session that timed out.
constexpr std::array<unsigned, 2> kSessionEnded = {4007, 4009};

struct Intent {
    std::string_view name;
    std::uint32_t bit;
};

constexpr std::array<Intent, 4> kIntents = {{
    {"guilds", 1U << 0},
    {"guild_messages", 1U << 9},
    {"direct_messages", 1U << 12},
    {"message_content", 1U << 15},
}};

std::uint32_t read_intents(Settings& source) {
    auto names = source.texts("intents");
    if (!source.has("intents")) names = {"guild_messages", "direct_messages", "message_content"};
    std::uint32_t bits = 0;
    for (const auto& name : names) {
        const auto* const found = std::find_if(kIntents.begin(), kIntents.end(),
                                               [&](const auto& i) { return i.name == name; });
        if (found != kIntents.end()) bits |= found->bit;
        else
            source.fault("intents", "`" + name +
                                        "` is none of guilds, guild_messages, direct_messages, "
                                        "message_content");
    }
    return bits;
}

bool is_token(std::string_view token) {
    return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

bool is_word(std::string_view text) {
    return text.size() <= kLongestId && is_token(text);
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 15 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Gateway::Gateway(Settings& source)
    : base_(source.text("url", "wss://gateway.discord.gg")), intents_(read_intents(source)) {
    if (!base_.starts_with("wss://") && !base_.starts_with("ws://"))
        source.fault("url", "`url` is a wss:// address");
    const auto tokens = source.secrets("bot_token");
    if (!tokens.empty()) token_ = tokens.front();
    if (tokens.size() > 1 || (!tokens.empty() && !is_token(token_)))
        source.fault("bot_token", "`bot_token` is one token of A-Z a-z 0-9 . _ -");
    if (!tokens.empty() && source.has("path"))
        source.fault("bot_token",
                     "a source is the gateway or webhooks: leave out `path` or "
                     "`bot_token`");
}

Step Gateway::next(const Progress& progress) {
    if (token_.empty()) return std::monostate{};
    const auto cursor = progress.cursor.text();
    const auto blank = std::min(cursor.find(' '), cursor.size());
    const auto sequence = cursor.substr(0, blank);
    const auto session = cursor.substr(std::min(blank + 1, cursor.size()));
    const bool ended = std::find(kSessionEnded.begin(), kSessionEnded.end(), progress.close_code) !=
                       kSessionEnded.end();
    const bool known = !invalid_ && !ended && is_number(sequence) && is_word(session);
    // Only the position is taken over that is safe in the sink; the session it is of stays.
    sequence_ = known ? std::string(sequence) : std::string();
    if (!known || session != session_id_) resume_url_.clear();
    session_id_ = known ? std::string(session) : std::string();
    StreamRequest request;
    request.url = (resume_url_.empty() ? base_ : resume_url_) + std::string(kQuery);
    request.permessage_deflate = false;
    request.lasting_close_codes.assign(kLasting.begin(), kLasting.end());
    request.resumes = known;
    return request;
}

Cursor Gateway::heard(const Control& control) {
    op_ = control.op;
    if (is_number(control.sequence)) sequence_ = control.sequence;
    heartbeat_ms_ = control.heartbeat_ms;
    if (is_word(control.session_id)) {
        session_id_ = control.session_id;
        bot_id_ = control.user_id;
        invalid_ = false;
        const auto scheme = base_.substr(0, base_.find(':') + 1);
        const bool usable =
            control.resume_url.size() <= kLongestUrl && control.resume_url.starts_with(scheme);
        resume_url_ = usable ? control.resume_url : std::string_view();
        while (resume_url_.ends_with('/')) resume_url_.pop_back();
    }
    if (op_ == "9" && !control.resumable) invalid_ = true;
    if (op_ == "11") answered_ = true;
    if (token_.empty() || session_id_.empty() || sequence_.empty()) return {};
    std::array<char, Cursor::kMaxBytes> text{};
    auto* end = std::copy(sequence_.begin(), sequence_.end(), text.begin());
    *end++ = ' ';
    end = std::copy(session_id_.begin(), session_id_.end(), end);
    return Cursor({text.data(), static_cast<std::size_t>(end - text.data())});
}

std::optional<Reaction> Gateway::react(Moment moment) {
    if (moment == Moment::heartbeat) {
        if (!answered_) return leave("Discord does not answer heartbeats");
        answered_ = false;
        return Reaction{.say = {heartbeat()}};
    }
    if (moment != Moment::message) return std::nullopt;
    if (op_ == "10") return greet(heartbeat_ms_);
    if (op_ == "1") return Reaction{.say = {heartbeat()}};
    if (op_ == "7") return leave("Discord asks for a reconnect");
    if (op_ != "9") return std::nullopt;
    auto reaction = leave(invalid_ ? "the session is not known any more"
                                   : "the session is to be "
                                     "resumed anew");
    // Discord wants one to five seconds, at random, before the next greeting.
    reaction.wait =
        std::chrono::milliseconds(std::uniform_int_distribution<int>(1000, 5000)(random_));
    return reaction;
}

Reaction Gateway::greet(std::string_view heartbeat_ms) {
    Reaction reaction;
    unsigned interval = 0;
    std::from_chars(heartbeat_ms.data(), heartbeat_ms.data() + heartbeat_ms.size(), interval);
    constexpr unsigned kLeast = 1000;  // a server's slip must not have us sending without a pause
    reaction.heartbeat = std::chrono::milliseconds(std::max(interval, kLeast));
    answered_ = true;
    const auto token = "\"token\":\"" + token_ + "\"";
    if (session_id_.empty()) {
        reaction.say.push_back(
            "{\"op\":2,\"d\":{" + token + ",\"intents\":" + std::to_string(intents_) +
            R"(,"properties":{"os":"linux","browser":"hark","device":"hark"}}})");
    } else {
        reaction.say.push_back("{\"op\":6,\"d\":{" + token + ",\"session_id\":\"" + session_id_ +
                               "\",\"seq\":" + sequence_ + "}}");
    }
    return reaction;
}

Reaction Gateway::leave(std::string reason) const {
    Reaction reaction;
    reaction.reconnect = std::move(reason);
    return reaction;
}

std::string Gateway::heartbeat() const {
    return "{\"op\":1,\"d\":" + (sequence_.empty() ? "null" : sequence_) + "}";
}

}  // namespace hark::platforms::discord
