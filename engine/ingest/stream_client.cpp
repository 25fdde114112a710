#include "ingest/stream_client.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "ingest/ack_window.hpp"
#include "ingest/http_call.hpp"
#include "ingest/link_board.hpp"
#include "ingest/stream_link.hpp"
#include "ingest/stream_retry.hpp"
#include "ingest/stream_url.hpp"
#include "runtime/backoff.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using platforms::Moment;
using telemetry::Level;
using Clock = std::chrono::steady_clock;

// Tries to fill a gap before it is told, and what lies between them.
constexpr int kFillTries = 3;
constexpr std::chrono::seconds kFillPause{2};
constexpr std::chrono::hours kLongestWait{1};

// The cursor of a stream that does not resume: when it was last heard, so that a stop shows as a
// gap. A platform never sees it.
constexpr std::string_view kHeard = "heard:";

Timestamp heard_of(const Cursor& cursor) {
    auto text = cursor.text();
    if (!text.starts_with(kHeard)) return {};
    text.remove_prefix(kHeard.size());
    std::int64_t micros = 0;
    std::from_chars(text.data(), text.data() + text.size(), micros);
    return Timestamp(std::chrono::microseconds(micros));
}
/// To the second: it is written to disk whenever it changes.
Cursor heard_at(Timestamp time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
    return Cursor(std::string(kHeard) + std::to_string(std::chrono::microseconds(seconds).count()));
}

bool is_address(const platforms::StreamRequest& request) {
    const auto url = parse_stream_url(request.url);
    return url && url->websocket == (request.framing == platforms::Framing::websocket);
}

}  // namespace

/// begin() asks the platform; a Call ends in replied(), a stream in link_ended(), and both come
/// back to begin(), at once or after pause().
struct StreamClient::State final : LinkListener {
    State(runtime::Shard& shard, const StreamOptions& given, platforms::Platform& from,
          FrameHandler& to, CursorStore& store, telemetry::Metrics& metrics);

    void begin();
    void make(platforms::Call call);
    void replied(ServerReply* reply, const std::string& problem);
    void failed(const platforms::Outcome& outcome, std::string_view event);
    void pause(std::chrono::milliseconds wait);
    [[nodiscard]] platforms::Outcome judge(ServerReply& reply, std::uint32_t purpose);

    void link_opened() override;
    void link_message(std::string_view bytes, std::size_t whole_bytes, Errc error) override;
    void link_heartbeat() override;
    void link_ended(LinkEnd& end) override;
    void left_stream(Clock::duration open_for);
    [[nodiscard]] bool has_room() const override { return handler.has_room() && window.has_room(); }
    void when_room(std::function<void()> wake) override;

    [[nodiscard]] std::optional<platforms::Reaction> hand_over(Frame frame, Moment moment);
    void follow(platforms::Reaction& reaction);
    void tell(const platforms::GapNotice& notice);
    void fill(platforms::Call call);
    void filled(ServerReply* reply, const std::string& problem);
    void not_filled(const std::string& problem);
    [[nodiscard]] platforms::Progress progress() const;
    void stop();
    void end();

    asio::io_context& io;
    StreamOptions options;
    platforms::Platform& platform;
    FrameHandler& handler;
    CursorStore& cursors;
    asio::ssl::context tls;
    LinkBoard board;
    AckWindow window;
    asio::steady_timer timer;
    Steps steps;
    runtime::Backoff backoff;
    Caller caller;
    Caller filler;
    StreamLink link;
    Cursor resume;  ///< after the last frame that was handed over
    Timestamp last_heard{};
    unsigned close_code = 0;
    int limited = 0;  ///< times in a row that the server said it is asked too often
    /// What failed last, by its Call's purpose (0: the stream); other calls that go well meanwhile
    /// do not mend it.
    std::optional<std::uint32_t> failing;
    platforms::Call present;
    Clock::time_point asked_at;
    bool brought_news = true;
    bool waits_for_all = false;  ///< what was handed over last was a reply
    bool resumes = true;         ///< the stream that is open, or was last
    std::optional<platforms::GapNotice> to_fill;
    int fill_tries = 0;
    bool stopped = false;
    bool ended = true;
};

StreamClient::State::State(runtime::Shard& shard, const StreamOptions& given,
                           platforms::Platform& from, FrameHandler& to, CursorStore& store,
                           telemetry::Metrics& metrics)
    : io(shard.io()),
      options(given),
      platform(from),
      handler(to),
      cursors(store),
      tls(make_client_tls(given.ca_file)),
      board(given.name, metrics),
      timer(io),
      backoff(given.backoff_first, given.backoff_max),
      caller(io, tls, given.connect_timeout),
      filler(io, tls, given.connect_timeout),
      link(io, tls,
           {given.message_bytes, given.connect_timeout, given.idle_timeout, given.ping_interval},
           *this),
      resume(store.get(given.name)),
      last_heard(heard_of(resume)) {
    if (last_heard != Timestamp{}) resume = {};
    const auto first = platform.next(progress());
    const auto* const request = std::get_if<platforms::StreamRequest>(&first);
    if (first.index() == 0 || (request != nullptr && !is_address(*request)))
        throw std::runtime_error("source " + options.name +
                                 ": its platform gives no address of a stream");
}

platforms::Progress StreamClient::State::progress() const {
    return {resume, now(), last_heard, close_code};
}

void StreamClient::State::begin() {
    steps.begin();
    if (waits_for_all && !window.empty()) {
        window.when_empty(steps.then([this] { begin(); }));
        return;
    }
    if (!has_room()) {
        when_room(steps.then([this] { begin(); }));
        return;
    }
    auto step = platform.next(progress());
    if (auto* const call = std::get_if<platforms::Call>(&step)) {
        make(std::move(*call));
    } else if (auto* const request = std::get_if<platforms::StreamRequest>(&step)) {
        if (is_address(*request)) {
            resumes = request->resumes;
            waits_for_all = false;
            const auto url = *parse_stream_url(request->url);
            link.open(url, std::move(*request));
        } else {
            platforms::Outcome outcome;
            outcome.problem = "the platform gave no address of a stream";
            failed(outcome, "stream_not_opened");
        }
    }
}

/// A server that never waits is not asked in a loop.
void StreamClient::State::make(platforms::Call call) {
    present = std::move(call);
    if (!brought_news) {
        const auto since = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - asked_at);
        present.delay = std::max(present.delay, options.call_spacing - since);
    }
    asked_at = Clock::now() + present.delay;
    caller.call(present, steps.then([this](ServerReply* reply, const std::string& problem) {
        replied(reply, problem);
    }));
}

void StreamClient::State::replied(ServerReply* reply, const std::string& problem) {
    platforms::Outcome outcome;
    outcome.problem = problem;
    if (reply != nullptr) outcome = judge(*reply, present.purpose);
    const auto before = resume;
    brought_news = !outcome.decode;
    if (outcome.decode) {
        Frame frame;
        frame.bytes = reply->body;
        frame.purpose = present.purpose;
        waits_for_all = true;
        auto reaction = hand_over(frame, Moment::reply);
        brought_news = !(resume == before);
        if (reaction && !reaction->reconnect.empty()) {
            outcome.problem = reaction->reconnect;
            outcome.lasting = reaction->lasting;
            outcome.wait = std::max(outcome.wait, reaction->wait);
        }
    }
    if (outcome.gap) tell(*outcome.gap);
    if (!outcome.problem.empty()) {
        failing = present.purpose;
        failed(outcome, "call_failed");
        return;
    }
    if (failing.value_or(present.purpose) == present.purpose) {
        failing.reset();
        limited = 0;
        backoff.reset();
    }
    board.up();
    pause(outcome.wait);
}

/// What the reply says to the platform, and what it asks of whoever made the call.
platforms::Outcome StreamClient::State::judge(ServerReply& reply, std::uint32_t purpose) {
    const auto& seen = reply.view(purpose);
    auto outcome = platform.replied(seen);
    const bool is_limited = is_rate_limited(seen.status);
    outcome.wait = std::max(outcome.wait, wait_asked_for(seen));
    if (is_limited && outcome.wait == std::chrono::milliseconds{})
        outcome.wait = std::min<std::chrono::milliseconds>(
            options.rate_limit_wait * (1 << std::min(limited, 10)), kLongestWait);
    if (is_limited) ++limited;
    return outcome;
}

void StreamClient::State::failed(const platforms::Outcome& outcome, std::string_view event) {
    board.down(outcome.lasting, event, outcome.problem);
    const auto wait = outcome.lasting ? std::max(outcome.wait, options.refused_wait) : outcome.wait;
    pause(std::max(wait, backoff.next()));
}

void StreamClient::State::pause(std::chrono::milliseconds wait) {
    steps.begin();
    timer.expires_after(wait);
    timer.async_wait(steps.then([this](const error_code& error) {
        if (!error) begin();
    }));
}

void StreamClient::State::link_opened() {
    board.up();
    board.note(Level::info, "stream_open", resume.empty() ? "from now on" : "resumed");
    close_code = 0;
    limited = 0;
    if (!resumes && last_heard != Timestamp{} && !to_fill) {
        to_fill.emplace();
        to_fill->reason = "not_resumed";
        to_fill->from = last_heard;
    }
    if (to_fill) to_fill->to = now();
    auto reaction = platform.react(Moment::opened);
    if (reaction) follow(*reaction);
    if (!to_fill || filler.busy()) return;
    tell(*to_fill);
    to_fill.reset();
}

void StreamClient::State::link_message(std::string_view bytes, std::size_t whole_bytes,
                                       Errc error) {
    board.message();
    Frame frame;
    frame.bytes = bytes;
    frame.whole_bytes = whole_bytes;
    frame.error = error;
    auto reaction = hand_over(frame, Moment::message);
    if (reaction) follow(*reaction);
}

void StreamClient::State::link_heartbeat() {
    auto reaction = platform.react(Moment::heartbeat);
    if (reaction) follow(*reaction);
}

void StreamClient::State::link_ended(LinkEnd& end) {
    left_stream(end.open_for);
    if (end.was_mute) board.was_mute();
    close_code = end.close_code;
    platforms::Outcome outcome;
    if (end.refusal.status != 0) outcome = judge(end.refusal, 0);
    if (outcome.problem.empty()) outcome.problem = end.problem;
    outcome.lasting = outcome.lasting || end.lasting;
    if (outcome.gap) tell(*outcome.gap);
    failed(outcome, end.was_mute   ? "stream_mute"
                    : end.was_open ? "stream_closed"
                                   : "stream_not_opened");
}

/// It has ended, or was never opened.
void StreamClient::State::left_stream(Clock::duration open_for) {
    if (open_for > options.healthy_after) backoff.reset();
    failing = 0;
    filler.cancel();
    board.reconnects();
}

void StreamClient::State::when_room(std::function<void()> wake) {
    if (!handler.has_room()) handler.when_room(std::move(wake));
    else window.when_room(std::move(wake));
}

/// The frame, then a gap that it made known, so that its place is stored only when both are safe.
/// While a gap is being filled the stream's own place is not: the fill's is.
std::optional<platforms::Reaction> StreamClient::State::hand_over(Frame frame, Moment moment) {
    frame.received_at = now();
    frame.acknowledger = &window;
    frame.token = window.open();
    last_heard = frame.received_at;
    const auto handled = handler.handle(options.source, frame);
    board.heard(frame.received_at, handled.event_time);
    auto place = handled.cursor;
    if (moment == Moment::message && to_fill) place = {};
    if (!place.empty()) resume = place;
    auto reaction =
        frame.error == Errc::ok ? platform.react(moment) : std::optional<platforms::Reaction>{};
    const bool has_gap = reaction && reaction->gap;
    window.set_cursor(frame.token, has_gap ? Cursor{} : place);
    if (has_gap) {
        tell(*reaction->gap);
        const auto token = window.open();
        window.set_cursor(token, place);
        window.acknowledged(token);
    }
    return reaction;
}

void StreamClient::State::follow(platforms::Reaction& reaction) {
    if (!link.is_open()) return;
    if (!reaction.say.empty()) link.say(std::move(reaction.say));
    if (reaction.heartbeat > std::chrono::milliseconds{}) link.beat_every(reaction.heartbeat);
    if (reaction.call) fill(*std::move(reaction.call));
    if (reaction.reconnect.empty()) return;
    left_stream(link.open_for());
    link.drop();
    platforms::Outcome outcome;
    outcome.problem = reaction.reconnect;
    outcome.lasting = reaction.lasting;
    outcome.wait = reaction.wait;
    failed(outcome, "stream_left");
}

void StreamClient::State::tell(const platforms::GapNotice& notice) {
    Gap gap;
    gap.from = notice.from != Timestamp{} ? notice.from : last_heard;
    gap.to = notice.to != Timestamp{} ? notice.to : now();
    gap.reason = notice.reason;
    Frame frame;
    frame.received_at = now();
    frame.acknowledger = &window;
    frame.token = window.open();
    frame.gap = &gap;
    board.note(Level::warn, "gap", notice.reason);
    handler.handle(options.source, frame);
    window.set_cursor(frame.token, {});
}

void StreamClient::State::fill(platforms::Call call) {
    if (!to_fill) {
        to_fill.emplace();
        to_fill->from = last_heard;
        to_fill->to = now();
    }
    if (!has_room()) call.delay = std::max<std::chrono::milliseconds>(call.delay, kFillPause);
    present = std::move(call);
    filler.call(present,
                [this](ServerReply* reply, const std::string& problem) { filled(reply, problem); });
}

void StreamClient::State::filled(ServerReply* reply, const std::string& problem) {
    platforms::Outcome outcome;
    outcome.problem = problem;
    if (reply != nullptr) outcome = judge(*reply, present.purpose);
    if (!outcome.problem.empty()) {
        present.delay = std::max<std::chrono::milliseconds>(outcome.wait, kFillPause);
        if (outcome.lasting || ++fill_tries >= kFillTries) not_filled(outcome.problem);
        else fill(present);
        return;
    }
    fill_tries = 0;
    Frame frame;
    frame.bytes = reply->body;
    frame.purpose = present.purpose;
    auto reaction = outcome.decode ? hand_over(frame, Moment::reply) : std::nullopt;
    if (reaction) follow(*reaction);
    if (!filler.busy() && link.is_open()) to_fill.reset();
}

void StreamClient::State::not_filled(const std::string& problem) {
    board.note(Level::warn, "gap_not_filled", problem);
    fill_tries = 0;
    to_fill->reason = "not_filled";
    tell(*to_fill);
    to_fill.reset();
}

void StreamClient::State::stop() {
    if (std::exchange(stopped, true) || ended) return;
    steps.begin();
    timer.cancel();
    caller.cancel();
    filler.cancel();
    if (!link.is_open()) end();
    else link.close([this] { end(); });
}

void StreamClient::State::end() {
    link.drop();
    board.stopped();
    ended = true;
}

StreamClient::StreamClient(runtime::Shard& shard, const StreamOptions& options,
                           platforms::Platform& platform, FrameHandler& handler,
                           CursorStore& cursors, telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(shard, options, platform, handler, cursors, metrics)) {}

StreamClient::~StreamClient() = default;

void StreamClient::start() {
    state_->ended = false;
    state_->pause({});
}

void StreamClient::stop() {
    state_->stop();
}

void StreamClient::store_cursor() {
    auto& state = *state_;
    if (!state.window.cursor().empty())
        state.cursors.set(state.options.name, state.window.cursor());
    else if (!state.resumes && state.link.is_open() && state.window.empty() && !state.to_fill)
        state.cursors.set(state.options.name, heard_at(state.link.last_alive()));
    if (state.link.is_open()) state.last_heard = state.link.last_alive();
    state.board.tick(state.last_heard);
}

bool StreamClient::connected() const noexcept {
    return state_->board.is_up();
}
LinkStatus StreamClient::status() const {
    return state_->board.status();
}
const std::string& StreamClient::name() const noexcept {
    return state_->options.name;
}
bool StreamClient::drained() const noexcept {
    return state_->ended && state_->window.empty();
}

}  // namespace hark::ingest
