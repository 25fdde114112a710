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
    void open_next();
    void not_opened();
    void begin_anew();
    void release() {
        if (readable.is_open()) readable.release();
    }
    [[nodiscard]] std::string path_of_inode(std::uint64_t inode) const;

    void turn();
    void wait_for_room();
    bool hand_over();
    bool gather(bool last);
    void add_cut();
    void add(std::string_view bytes, Errc error, bool placed, std::size_t whole_bytes = 0);
    void handle_batch();
    void read_more();
    void read_when_readable();
    void read_now();
    void at_end();
    void finish() {
        store_cursor();
        // Whoever writes into a pipe from now on is not left to believe that somebody reads.
        release();
        reader.close();
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
    std::string cut;                ///< the begin of a line that is too long, until its end is seen
    std::size_t cut_of = 0;         ///< how long that is so far; 0: there is none
    Errc damage = Errc::ok;         ///< of the file, to be told after its last whole line
    bool ended = false;             ///< the file has nothing more at present
    const char* leaving = nullptr;  ///< and never will, for this reason: the next one is opened
    std::atomic<int> problem{0};    ///< errno: why the file is not read
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
    } else {
        not_opened();
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
    problem = 0;
    begin_anew();
    return true;
}

/// What stands under the name, in place of nothing or of what is read to its end.
void FileSource::State::open_next() {
    const auto* const reason = leaving;
    if (!open_path(options.path)) {
        not_opened();
        look_for_more();
        return;
    }
    if (reason != nullptr) note(telemetry::Level::info, reason, "it is read from its begin");
    again();
}

/// By errno; each is told once.
void FileSource::State::not_opened() {
    if (problem.exchange(errno) == errno) return;
    note(telemetry::Level::warn, "file_not_opened",
         options.path + ": " + std::generic_category().message(errno));
}

void FileSource::State::begin_anew() {
    lines.clear();
    offset = 0;
    cut_of = 0;
    ended = false;
    leaving = nullptr;
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
    const bool last = ended && (leaving != nullptr || !follows());
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
        const auto text = offset == 0 ? without_byte_order_mark(line.text) : line.text;
        offset += line.bytes;
        switch (line.part) {
            case LineBuffer::Part::none:
                if (last && cut_of > 0) add_cut();
                return false;
            case LineBuffer::Part::line:
                ++line_number;
                if (!text.empty()) add(text, Errc::ok, true);
                break;
            case LineBuffer::Part::begin:
                ++line_number;
                cut.assign(text.substr(0, limits::kDeadLetterBytes));
                cut_of = line.bytes;
                break;
            case LineBuffer::Part::passed: cut_of += line.bytes; break;
            case LineBuffer::Part::end:
                cut_of += line.bytes - 1;
                add_cut();
                return true;  // before another needs its place
        }
    }
    return true;
}

void FileSource::State::add_cut() {
    cut.reserve(cut.size() + limits::kFramePadding);
    add(cut, Errc::too_large, true, std::exchange(cut_of, 0));
}

void FileSource::State::add(std::string_view bytes, Errc error, bool placed,
                            std::size_t whole_bytes) {
    auto& frame = frames[batch];
    frame.bytes = bytes;
    frame.whole_bytes = whole_bytes;
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
        problem = piece.problem;
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
    if (leaving != nullptr) open_next();
    else if (follows()) look_for_more();
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
    if (reader.descriptor() < 0) {
        open_next();
        return;
    }
    struct stat named {};
    const bool replaced = ::stat(options.path.c_str(), &named) == 0 &&
                          named.st_ino != reader.inode() && named.st_size > 0;
    leaving = nullptr;
    if (reader.was_rewritten()) leaving = "file_truncated";
    else if (replaced && reader.at_end_of_file()) leaving = "file_rotated";
    else ended = false;
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
const std::string& FileSource::name() const noexcept {
    return state_->options.name;
}
FileStatus FileSource::status() const {
    if (state_->finished) return {"finished", {}};
    const int problem = state_->problem;
    if (problem == 0) return {"reading", {}};
    return {problem == ENOENT ? "waiting" : "failing",
            state_->options.path + ": " + std::generic_category().message(problem)};
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
