#include "ingest/file_source.hpp"

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/byte_order_mark.hpp"
#include "ingest/ack_window.hpp"
#include "ingest/file_reader.hpp"
#include "ingest/line_buffer.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kBatchesATurn = 16;  // then others on the shard have theirs

}  // namespace

struct FileSource::State {
    State(runtime::Shard& shard, const FileOptions& given, FrameHandler& to, CursorStore& store,
          telemetry::Metrics& metrics)
        : io(shard.io()),
          options(given),
          handler(to),
          cursors(store),
          reader(given.follow && given.path != "-"),
          lines(given.line_bytes),
          timer(io),
          readable(io),
          last_event(metrics.gauge("hark_source_last_event_timestamp_seconds",
                                   "When the source last gave something",
                                   {{"source", given.name}})) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { release(); }

    [[nodiscard]] bool is_stdin() const { return options.path == "-"; }
    [[nodiscard]] bool follows() const { return options.follow && !is_stdin(); }

    void open_first();
    void resume(const FilePlace& wanted);
    bool open_path(const std::string& path);
    void begin_anew();
    void release() {
        if (readable.is_open()) readable.release();
    }
    [[nodiscard]] std::string path_of_inode(std::uint64_t inode) const;

    void turn();
    void wait_for_room();
    bool hand_over();
    bool gather(bool last);
    void add(std::string_view bytes, Errc error, bool placed);
    void handle_batch();
    void read_more();
    void read_when_readable();
    void read_now();
    void at_end();
    void finish() {
        store_cursor();
        finished = true;
    }
    void store_cursor() {
        if (!window.cursor().empty()) cursors.set(options.name, window.cursor());
    }
    void look_for_more();
    void look();
    void again() {
        asio::post(io, [this] { turn(); });
    }
    void note(telemetry::Level level, std::string_view event, const std::string& reason) {
        telemetry::log(level, event, {{"source", options.name}, {"reason", reason}});
    }

    asio::io_context& io;
    FileOptions options;
    FrameHandler& handler;
    CursorStore& cursors;
    FileReader reader;
    LineBuffer lines;
    AckWindow window;
    asio::steady_timer timer;
    asio::posix::stream_descriptor readable;  ///< borrows what the reader waits for
    telemetry::Gauge& last_event;

    // Lines that go to the handler together.
    struct Place {
        std::uint64_t line_number = 0;
        Cursor cursor;
    };
    std::array<Frame, limits::kFramesAtOnce> frames;
    std::array<Handled, limits::kFramesAtOnce> handled;
    std::array<Place, limits::kFramesAtOnce> places;
    std::size_t batch = 0;  ///< how many

    std::uint64_t offset = 0;  ///< of the next line
    std::uint64_t line_number = 0;
    Errc damage = Errc::ok;  ///< of the file, to be told after its last whole line
    int open_problem = 0;    ///< errno, so that each is logged once
    bool ended = false;      ///< the file has nothing more at present
    bool leaving = false;    ///< and never will: the next one is opened
    bool stopped = false;
    std::atomic<bool> finished{false};
    std::atomic<std::uint64_t> bad{0};
    std::function<void(std::uint64_t, Errc)> tell_bad;
};

void FileSource::State::open_first() {
    if (is_stdin()) {
        reader.open_stdin();
        begin_anew();
        return;
    }
    const auto wanted = to_place(cursors.get(options.name));
    const auto renamed = wanted.inode == 0 ? std::string{} : path_of_inode(wanted.inode);
    if (open_path(renamed.empty() ? options.path : renamed)) {
        if (wanted.inode != 0) resume(wanted);
    } else if (!follows()) {
        throw std::runtime_error(options.path + ": " + std::generic_category().message(errno));
    }
}

void FileSource::State::resume(const FilePlace& wanted) {
    if (reader.resume(wanted)) {
        offset = wanted.offset;
        return;
    }
    note(telemetry::Level::warn, "file_not_resumed",
         "the file that was read is gone or changed: the present one is read from its begin");
    if (!open_path(options.path) && !follows())
        throw std::runtime_error(options.path + ": " + std::generic_category().message(errno));
}

/// The name in the file's folder that has this inode now: a rotation may have renamed it.
std::string FileSource::State::path_of_inode(std::uint64_t inode) const {
    const std::filesystem::path path(options.path);
    const auto begin = path.filename().string();
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->path().filename().string().starts_with(begin)) continue;
        struct stat info {};
        if (::stat(at->path().c_str(), &info) == 0 && info.st_ino == inode)
            return at->path().string();
    }
    return {};
}

/// False, with errno: the old file stays open.
bool FileSource::State::open_path(const std::string& path) {
    release();
    if (!reader.open(path)) return false;
    open_problem = 0;
    begin_anew();
    return true;
}

void FileSource::State::begin_anew() {
    lines.clear();
    offset = 0;
    ended = leaving = false;
    if (reader.waits()) readable.assign(reader.descriptor());
}

void FileSource::State::turn() {
    if (stopped) return;
    if (!handler.has_room() || !window.has_room()) wait_for_room();
    else if (hand_over()) again();
    else if (ended) at_end();
    else read_more();
}

void FileSource::State::wait_for_room() {
    if (!handler.has_room()) handler.when_room([this] { again(); });
    else window.when_room([this] { again(); });
}

/// Some lines to the handler. True when there may be more in the buffer.
bool FileSource::State::hand_over() {
    const bool last = ended && (leaving || !follows());
    for (std::size_t i = 0; i < kBatchesATurn; ++i) {
        if (!handler.has_room() || !window.has_room()) return true;
        const bool more = gather(last);
        handle_batch();
        if (!more) return false;
    }
    return true;
}

/// False: there is no whole line any more.
bool FileSource::State::gather(bool last) {
    const auto begin = offset;
    while (batch < frames.size() && offset - begin < limits::kBytesAtOnce && window.has_room()) {
        const auto line = lines.next(last);
        if (line.part == LineBuffer::Part::none) return false;
        auto text = line.text;
        if (offset == 0 && text.starts_with(kByteOrderMark))
            text.remove_prefix(kByteOrderMark.size());
        offset += line.bytes;
        if (line.part == LineBuffer::Part::passed) continue;
        ++line_number;
        // A line that is too long has no place: a restart in its middle would take its rest for a
        // line.
        if (line.part == LineBuffer::Part::begin)
            add(text.substr(0, limits::kDeadLetterBytes), Errc::too_large, false);
        else if (!text.empty()) add(text, Errc::ok, true);
    }
    return true;
}

void FileSource::State::add(std::string_view bytes, Errc error, bool placed) {
    auto& frame = frames[batch];
    frame.bytes = bytes;
    frame.error = error;
    frame.received_at = batch == 0 ? now() : frames[0].received_at;
    frame.acknowledger = &window;
    frame.token = window.open();
    const bool has_place = placed && !is_stdin() && !reader.waits();
    places[batch] = {line_number, has_place ? to_cursor(reader.place(offset)) : Cursor{}};
    ++batch;
}

void FileSource::State::handle_batch() {
    const auto count = std::exchange(batch, 0);
    if (count == 0) return;
    handler.handle(options.source, std::span(frames).first(count), std::span(handled).first(count));
    for (std::size_t i = 0; i < count; ++i) {
        if (handled[i].error != Errc::ok) {
            bad.fetch_add(1, std::memory_order_relaxed);
            if (tell_bad) tell_bad(places[i].line_number, handled[i].error);
        }
        window.set_cursor(frames[i].token, places[i].cursor);
    }
}

void FileSource::State::read_more() {
    if (reader.descriptor() < 0) look_for_more();
    else if (reader.waits() && !reader.has_unread()) read_when_readable();
    else read_now();
}

void FileSource::State::read_when_readable() {
    readable.async_wait(asio::posix::descriptor_base::wait_read,
                        [this](const boost::system::error_code& error) {
                            if (stopped || error == asio::error::operation_aborted) return;
                            if (error) reader.never_waits();
                            read_now();
                        });
}

void FileSource::State::read_now() {
    const auto piece = reader.read(lines.room());
    if (piece.size > 0) {
        lines.added(piece.size);
        last_event.set(std::chrono::duration<double>(now().time_since_epoch()).count());
    }
    ended = piece.ended;
    if (piece.error != Errc::ok) {
        note(telemetry::Level::error, "file_damaged",
             piece.problem != 0 ? std::generic_category().message(piece.problem)
                                : std::string(to_string(piece.error)));
        damage = piece.error;
    }
    again();
}

void FileSource::State::at_end() {
    if (damage != Errc::ok) {
        ++line_number;
        add(reader.unread().substr(0, limits::kDeadLetterBytes), std::exchange(damage, Errc::ok),
            false);
        handle_batch();
    }
    if (leaving) {
        if (open_path(options.path)) again();
        else look_for_more();
    } else if (follows()) look_for_more();
    else if (window.empty()) finish();
    else window.when_empty([this] { finish(); });
}

void FileSource::State::look_for_more() {
    timer.expires_after(options.poll_interval);
    timer.async_wait([this](const boost::system::error_code& error) {
        if (!error && !stopped) look();
    });
}

/// More bytes, another file under the name, or the same one cut short. Another file counts when
/// there is something in it: until then its writer may still write to the old one.
void FileSource::State::look() {
    struct stat named {};
    const bool there = ::stat(options.path.c_str(), &named) == 0;
    if (reader.descriptor() < 0) {
        if (open_path(options.path)) {
            again();
            return;
        }
        if (errno != open_problem && errno != ENOENT)
            note(telemetry::Level::warn, "file_not_opened", std::generic_category().message(errno));
        open_problem = errno;
        look_for_more();
        return;
    }
    const bool replaced = there && named.st_ino != reader.inode() && named.st_size > 0;
    if (reader.was_rewritten()) {
        note(telemetry::Level::info, "file_truncated", "it is read from its begin");
        leaving = true;
    } else if (replaced && reader.at_end_of_file()) {
        note(telemetry::Level::info, "file_rotated", "the new one is read from its begin");
        leaving = true;
    } else {
        ended = false;
    }
    turn();
}

FileSource::FileSource(runtime::Shard& shard, const FileOptions& options, FrameHandler& handler,
                       CursorStore& cursors, telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(shard, options, handler, cursors, metrics)) {
    state_->open_first();
}

FileSource::~FileSource() = default;

void FileSource::start() {
    state_->again();
}

void FileSource::stop() {
    state_->stopped = true;
    state_->timer.cancel();
    boost::system::error_code ignored;
    if (state_->readable.is_open()) state_->readable.cancel(ignored);
}

void FileSource::store_cursor() {
    state_->store_cursor();
}

bool FileSource::done() const noexcept {
    return state_->finished;
}
bool FileSource::drained() const noexcept {
    return state_->window.empty();
}
std::uint64_t FileSource::bad_lines() const noexcept {
    return state_->bad;
}
void FileSource::on_bad_line(std::function<void(std::uint64_t, Errc)> tell) {
    state_->tell_bad = std::move(tell);
}

}  // namespace hark::ingest
