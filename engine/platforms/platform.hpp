#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/frame.hpp"
#include "core/mention.hpp"
#include "core/rule.hpp"
#include "core/settings.hpp"
#include "platforms/outbound.hpp"

namespace hark::platforms {

/// A webhook request as the platform sees it. Views are valid during the call.
struct HttpRequest {
    std::string_view method;  ///< `GET`, `POST`
    std::string_view query;   ///< what follows the `?`, still percent-encoded
    std::string_view
        body;  ///< limits::kFramePadding readable bytes follow; gzip is already unpacked
    Timestamp received_at{};
    std::string_view peer;  ///< the address at the connection's other end: a proxy's, behind one
    /// Value of the header of this name (case-insensitive), without surrounding blanks; empty when
    /// it is absent, or given twice: then nobody knows who wrote which.
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

/// One platform as one source uses it on one shard: it may keep a parser and scratch, and is used
/// on that shard only. Nothing here throws on the data path, and nothing here does I/O: a platform
/// says what to ask and reads what was answered.
///
/// Sources that Hark goes to. Whoever drives one asks next() and does what it says:
///  - a Call: it waits the call's delay, makes the call, gives the reply to replied(), perhaps
///    decodes its body, and asks next() again. So a poll is next() giving the same Call with the
///    new cursor and its interval as delay; a token is a Call before it. The next step after a
///    reply that was decoded is asked when all that came of it is acknowledged, so a cursor in a
///    request says that everything before it is safe, and may make the server forget it.
///  - a StreamRequest: it opens the stream and decodes each message until the stream ends, then
///    asks next() again after a back-off. A refusal by HTTP status goes to replied() first, so that
///    a token that was rotated or an address that is stale can be fetched anew by a Call.
/// Failures, rate-limit headers, time-outs, TLS, silence and full pipelines are the driver's.
/// What a source with a `path` gives by next() is done beside its webhooks, by the first shard's
/// platform alone (a subscription that has to be renewed).
///
/// Asking next() promises nothing: it may be asked twice, or its answer be dropped. What a step
/// changes is changed in replied(), decode() and react().
class Platform {
public:
    virtual ~Platform() = default;

    /// Handshake or signature check. The default refuses: 404, this platform has no webhooks.
    virtual Reception receive(const HttpRequest& request);

    /// Before anything else, once: the brands of the configuration, for platforms that tell the
    /// other side what to send. They outlive the platform. The default does not care.
    virtual void set_brands(std::span<const Brand> brands);

    /// Before anything else, once, for the platforms of the shards after the first: `first` is of
    /// the same source, and its next() is asked. For what any shard's receive() hears and that
    /// next() must know. The default shares nothing.
    virtual void share_with(Platform& first);

    /// What comes in is meant for us (a bot's chat, comments under our own posts): without a word
    /// of the configuration all of it is kept. The default, false: it is everybody's, and a source
    /// that Hark goes to keeps what names a brand.
    [[nodiscard]] virtual bool is_ours() const;

    /// Where the stream is and how to resume: for platforms whose next() is always that.
    /// nullopt: this source is no stream. `from` is empty on the first start.
    [[nodiscard]] virtual std::optional<StreamRequest> stream(const Cursor& from) const;

    /// What to do now. The default is stream().
    [[nodiscard]] virtual Step next(const Progress& progress);

    /// A Call's reply, or the refusal of a stream (purpose 0). The default is outcome_of() its
    /// status.
    virtual Outcome replied(const HttpResponse& response);

    /// Fills `out` (cleared by the caller) with what the frame holds. Views point into the frame,
    /// the arena or static storage. Not ok: nothing in the frame could be used. Unknown kinds of
    /// events are counted in `ignored`, not errors. `out.cursor` counts even when it is not ok:
    /// without one a poll would ask for the same page for ever.
    virtual Errc decode(const Frame& frame, Arena& arena, Mentions& out) = 0;

    /// What must happen after this moment, for a platform that is talked with (a gateway that is
    /// greeted and wants heartbeats), that asks for a reconnect, or that knows of a gap. After a
    /// message or reply, decode() of its frame was the call before. The default: nothing.
    [[nodiscard]] virtual std::optional<Reaction> react(Moment moment);
};

/// Reads the platform's own keys of a source (secrets, tokens, addresses) and reports what is wrong
/// with them; the result can be used only if nothing was. Called once a shard. nullptr: no such
/// platform.
[[nodiscard]] std::unique_ptr<Platform> make_platform(std::string_view name, Settings& source);

/// Whether it has a receive() of its own, so that a `path` makes sense.
[[nodiscard]] bool takes_webhooks(std::string_view name) noexcept;

/// Names that make_platform knows, sorted.
[[nodiscard]] std::span<const std::string_view> platform_names() noexcept;

}  // namespace hark::platforms
