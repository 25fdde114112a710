#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/cursor.hpp"
#include "core/limits.hpp"
#include "core/timestamp.hpp"

/// What a platform says of the servers that Hark goes to: streams, polls, and the calls that come
/// before them. `platform.hpp` tells when each is asked for.
namespace hark::platforms {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request, whose reply goes to Platform::replied(). Redirects are not followed.
struct Call {
    std::string method = "GET";
    std::string url = {};  ///< https:// or http://
    Headers headers = {};  ///< beside Host, User-Agent, Accept and Content-Length
    std::string body = {};
    /// The platform's own word for what this call is for; comes back with the reply, and in
    /// Frame::purpose when the reply is decoded. Not 0: that is the messages of a stream.
    std::uint32_t purpose = 1;
    /// To be waited before the call: the interval of a poll (0 when there is more to be had), the
    /// life of a lease.
    std::chrono::milliseconds delay{};
    /// For the whole reply. With long polling: what the server may take, and some seconds more.
    std::chrono::milliseconds timeout = limits::kCallTimeout;
};

/// How messages come over a stream.
enum class Framing : std::uint8_t {
    websocket,         ///< wss:// or ws://
    lines,             ///< https:// or http://, a response that does not end, a message a line
    events,            ///< the same as text/event-stream: the data of each event
    enveloped_events,  ///< the same, each as `{"event": its name, "payload": its data}`
};

/// How to open a platform's stream.
struct StreamRequest {
    std::string url = {};  ///< with the cursor in its query where the platform has one
    Framing framing = Framing::websocket;
    Headers headers = {};
    std::string subprotocol = {};         ///< Sec-WebSocket-Protocol; empty: none
    bool permessage_deflate = true;  ///< of a WebSocket, as are the members below
    std::span<const std::byte>
        zstd_dictionary = {};  ///< not empty: binary messages are zstd frames with this dictionary
    std::string hello = {};    ///< a text message to send after the upgrade; empty: none
    /// Close codes after which asking again soon would not help: wrong token, forbidden intent.
    std::vector<std::uint16_t> lasting_close_codes = {};
    /// It may well be silent for longer than the source's `idle_timeout`: pings and pongs count as
    /// life too. For streams of few messages; a firehose can go mute with its pongs coming.
    bool may_be_quiet = false;
    /// Whatever the framing: it is never silent for longer while it is well, signs of life
    /// included; 0: not known. The source's idle_timeout counts too.
    std::chrono::milliseconds silence{};
    /// Whatever the framing: false when the server goes on with what comes now. Then every break,
    /// and every stop of the program, is told as a gap, unless a call of Moment::opened fills it.
    bool resumes = true;
};

/// A reply to a Call, or a server's refusal of a stream. Views are valid during the call.
struct HttpResponse {
    unsigned status = 0;
    std::uint32_t purpose = 0;  ///< the Call's; 0: a stream was refused
    /// At most limits::kReplyBytes (of a refusal kRefusalBytes); limits::kFramePadding readable
    /// bytes follow.
    std::string_view body;
    Timestamp received_at{};
    /// Value of the first header of this name (case-insensitive); empty when absent.
    [[nodiscard]] virtual std::string_view header(std::string_view name) const noexcept = 0;

protected:
    ~HttpResponse() = default;
};

/// Something may have been missed.
struct GapNotice {
    std::string reason = {};  ///< a stable word for consumers and metrics: `cursor_too_old`
    /// Zero: the last time that the source was heard; now.
    Timestamp from{};
    Timestamp to{};
};

/// What a reply was. What was asked before is over; next() is asked again.
struct Outcome {
    bool decode = false;  ///< the body is a frame: decode() follows, then react(Moment::reply)
    /// Not empty: the call failed. In plain words, for the log and `hark sources`; without secrets
    /// and without anybody's text. next() is then asked after a back-off.
    std::string problem = {};
    bool lasting = false;  ///< with a problem: it needs somebody's hand, so ask seldom
    /// Before next(), at least. What the rate-limit headers ask for is waited by itself.
    std::chrono::milliseconds wait{};
    std::optional<GapNotice> gap = {};
};

/// The default judgement of a status: 2xx is a frame to decode; 204 and 304 are nothing new; 400,
/// 401 and 403 are lasting problems; all others problems that pass.
[[nodiscard]] Outcome outcome_of(unsigned status);

/// When react() is asked.
enum class Moment : std::uint8_t {
    opened,     ///< the stream is open, nothing was read yet
    message,    ///< a message of it was decoded
    heartbeat,  ///< it is time for one
    reply,      ///< the body of a Call was decoded
};

/// What a platform wants to happen after a moment of a stream or poll. All parts are independent.
struct Reaction {
    /// Text messages to send, in this order; WebSockets only.
    std::vector<std::string> say = {};
    /// Not zero: Moment::heartbeat comes every so often until the connection ends, the first after
    /// a random part of it.
    std::chrono::milliseconds heartbeat{};
    /// To be made beside the open stream, now or after its delay; its reply is decoded between two
    /// messages. While one call follows another the stream's cursor is not stored, so that a stop
    /// meanwhile fills the gap again. A call that fails for good is told as a gap. At
    /// Moment::reply of a poll (no stream is open) it is ignored: next() is asked.
    std::optional<Call> call = {};
    /// Not empty: leave this connection and ask next(), for this reason in plain words.
    std::string reconnect = {};
    std::chrono::milliseconds wait{};  ///< with `reconnect`: at least so long before next()
    bool lasting = false;              ///< with `reconnect`: it needs somebody's hand
    std::optional<GapNotice> gap = {};
};

/// Where a source stands when next() is asked.
struct Progress {
    /// After the last frame that was handed over; when that was a reply, everything handed over is
    /// acknowledged. Empty: nothing is known, begin now.
    Cursor cursor;
    Timestamp now{};
    Timestamp last_heard{};   ///< when the last frame came, in an earlier run too; zero: unknown
    unsigned close_code = 0;  ///< of the WebSocket that ended last; 0: none was given
};

/// What is left at `now` of an interval that began at `since`: 0 when it never began, all of it
/// when the clock was set back meanwhile.
[[nodiscard]] inline std::chrono::milliseconds left_of(std::chrono::milliseconds interval,
                                                       Timestamp since, Timestamp now) noexcept {
    if (since == Timestamp{}) return {};
    const auto passed = std::chrono::floor<std::chrono::milliseconds>(now - since);
    return std::clamp(interval - passed, std::chrono::milliseconds{}, interval);
}

/// What a source has to do next. monostate: nothing, for good.
using Step = std::variant<std::monostate, Call, StreamRequest>;

}  // namespace hark::platforms
