#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/frame.hpp"
#include "core/mention.hpp"
#include "core/settings.hpp"

namespace hark::platforms {

/// A webhook request as the platform sees it. Views are valid during the call.
struct HttpRequest {
    std::string_view method;  ///< `GET`, `POST`
    std::string_view query;   ///< what follows the `?`, still percent-encoded
    std::string_view
        body;  ///< limits::kFramePadding readable bytes follow; gzip is already unpacked
    Timestamp received_at{};
    /// Value of the first header of this name (case-insensitive), without surrounding blanks; empty
    /// when absent.
    [[nodiscard]] virtual std::string_view header(std::string_view name) const noexcept = 0;

protected:
    ~HttpRequest() = default;
};

struct HttpReply {
    unsigned status = 200;
    std::string_view content_type = "text/plain";  ///< static storage
    std::string body;
};

/// What to do with a webhook request.
struct Reception {
    bool decode =
        false;  ///< true: decode the body, and send `reply` when everything is acknowledged
    /// What to decode in place of the body where that is encrypted: limits::kFramePadding readable
    /// bytes follow, valid until the platform's next receive(). Null: the body itself.
    std::string_view frame;
    Errc error = Errc::ok;  ///< why it was refused, for the counter; ok for handshakes
    HttpReply reply;
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
    std::string url;  ///< with the cursor in its query where the platform has one
    Framing framing = Framing::websocket;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string subprotocol;         ///< Sec-WebSocket-Protocol; empty: none
    bool permessage_deflate = true;  ///< of a WebSocket, as are the members below
    std::span<const std::byte>
        zstd_dictionary;  ///< not empty: binary messages are zstd frames with this dictionary
    std::string hello;    ///< a text message to send after the upgrade; empty: none
};

/// One platform as one source uses it on one shard: it may keep a parser and scratch, and is used
/// on that shard only. Nothing here throws on the data path.
class Platform {
public:
    virtual ~Platform() = default;

    /// Handshake or signature check. The default refuses: 404, this platform has no webhooks.
    virtual Reception receive(const HttpRequest& request);

    /// Where the stream is and how to resume. nullopt: this source is no stream. `from` is empty on
    /// the first start.
    [[nodiscard]] virtual std::optional<StreamRequest> stream(const Cursor& from) const;

    /// Fills `out` (cleared by the caller) with what the frame holds. Views point into the frame,
    /// the arena or static storage. Not ok: nothing in the frame could be used. Unknown kinds of
    /// events are counted in `ignored`, not errors.
    virtual Errc decode(const Frame& frame, Arena& arena, Mentions& out) = 0;
};

/// Reads the platform's own keys of a source (secrets, tokens, addresses) and reports what is wrong
/// with them; the result can be used only if nothing was. Called once a shard. nullptr: no such
/// platform.
[[nodiscard]] std::unique_ptr<Platform> make_platform(std::string_view name, Settings& source);

/// Names that make_platform knows, sorted.
[[nodiscard]] std::span<const std::string_view> platform_names() noexcept;

}  // namespace hark::platforms
