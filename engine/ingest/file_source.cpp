#include "ingest/file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "ingest/ack_window.hpp"
#include "ingest/line_buffer.hpp"
#include "ingest/unpack.hpp"
#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kLinesATurn = 256;  // then others on the shard have theirs
constexpr std::size_t kPackedBytes = 64 * limits::kKiB;
constexpr std::size_t kDeadLetterPrefix = 64 * limits::kKiB;  // of a line that is too long

/// `inode:offset`; the offset counts unpacked bytes.
struct Place {
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
};

Cursor to_cursor(Place place) noexcept {
    std::array<char, 48> text;
    auto* end = std::to_chars(text.data(), text.data() + 20, place.inode).ptr;
    *end++ = ':';
    end = std::to_chars(end, text.data() + text.size(), place.offset).ptr;
    return Cursor({text.data(), static_cast<std::size_t>(end - text.data())});
}

Place to_place(const Cursor& cursor) noexcept {
    const auto text = cursor.text();
    const auto colon = text.find(':');
    Place place;
    if (colon == text.npos) return place;
    std::from_chars(text.data(), text.data() + colon, place.inode);
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), place.offset);
    return place;
}

std::runtime_error error_at(const std::string& path) {
    return std::runtime_error(path + ": " + std::generic_category().message(errno));
}

}  // namespace

struct FileSource::State {
    State(runtime::Shard& shard, const FileOptions& given, FrameHandler& to, CursorStore& store,
          telemetry::Metrics& metrics)
        : io(shard.io()),
          options(given),
          handler(to),
          cursors(store),
          lines(given.line_bytes),
          timer(io),
          input(io),
          last_event(metrics.gauge("hark_source_last_event_timestamp_seconds",
                                   "When the source last gave something",
                                   {{"source", given.name}})) {}
    ~State() {
        if (file >= 0 && !is_stdin()) ::close(file);
        if (is_stdin() && input.is_open()) input.release();
    }

    [[nodiscard]] bool is_stdin() const { return options.path == "-"; }

    void open_first();
    bool open_path(const std::string& path);
    void skip(std::uint64_t bytes);
    [[nodiscard]] std::string path_of_inode(std::uint64_t inode) const;

    void turn();
    bool hand_over();
    void handle(const LineBuffer::Line& line);
    void read_more();
    [[nodiscard]] std::ptrdiff_t read_packed(std::span<char> room);
    void at_end();
    void finish() {
        if (!window.cursor().empty()) cursors.set(options.name, window.cursor());
        finished.store(true);
    }
    void look_for_more();
    void again() {
        asio::post(io, [this] { turn(); });
    }

    asio::io_context& io;
    FileOptions options;
    FrameHandler& handler;
    CursorStore& cursors;
    LineBuffer lines;
    AckWindow window;
    asio::steady_timer timer;
    asio::posix::stream_descriptor input;  ///< standard input when it is a pipe, terminal or socket
    telemetry::Gauge& last_event;

    int file = -1;
    bool regular = true;
    std::unique_ptr<Unpacker> unpacker;
    std::vector<char> packed;
    std::size_t packed_begin = 0;
    std::size_t packed_end = 0;
    bool file_ended = false;
    Place place;  ///< of the next line
    std::uint64_t line_number = 0;
    bool stopped = false;
    std::atomic<bool> finished{false};
    std::atomic<std::uint64_t> bad{0};
    std::function<void(std::uint64_t, Errc)> tell_bad;
};

void FileSource::State::open_first() {
    if (is_stdin()) {
        file = STDIN_FILENO;
        struct stat info {};
        regular = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
        if (!regular) input.assign(file);
        return;
    }
    const auto wanted = to_place(cursors.get(options.name));
    const auto renamed = wanted.inode == 0 ? std::string{} : path_of_inode(wanted.inode);
    if (!open_path(renamed.empty() ? options.path : renamed)) {
        if (!options.follow) throw error_at(options.path);
        return;
    }
    if (place.inode == wanted.inode) skip(wanted.offset);
}

/// The name in the file's folder that has this inode now: a rotation may have renamed it.
std::string FileSource::State::path_of_inode(std::uint64_t inode) const {
    const std::filesystem::path path(options.path);
    std::error_code error;
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (!entry.path().filename().string().starts_with(path.filename().string())) continue;
        struct stat info {};
        if (::stat(entry.path().c_str(), &info) == 0 && info.st_ino == inode)
            return entry.path().string();
    }
    return {};
}

bool FileSource::State::open_path(const std::string& path) {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (opened < 0) return false;
    if (::fstat(opened, &info) != 0 || S_ISDIR(info.st_mode)) {
        ::close(opened);
        errno = EISDIR;
        return false;
    }
    if (file >= 0) ::close(file);
    file = opened;
    place = {info.st_ino, 0};
    unpacker.reset();
    packed_begin = packed_end = 0;
    lines.clear();
    return true;
}

/// Passes over what an earlier run had acknowledged. Shorter than that: truncated since, so it
/// begins anew.
void FileSource::State::skip(std::uint64_t bytes) {
    while (place.offset < bytes) {
        auto room = lines.room();
        room = room.first(std::min<std::uint64_t>(room.size(), bytes - place.offset));
        const auto size = read_packed(room);
        if (size <= 0) {
            telemetry::log(telemetry::Level::warn, "file_shorter_than_cursor",
                           {{"source", options.name}});
            (void)open_path(options.path);
            return;
        }
        place.offset += static_cast<std::uint64_t>(size);
    }
}

void FileSource::State::turn() {
    if (stopped) return;
    if (!handler.has_room()) {
        handler.when_room([this] { again(); });
        return;
    }
    if (hand_over()) again();
    else if (file_ended) at_end();
    else read_more();
}

/// Some lines to the handler. True when there may be more in the buffer.
bool FileSource::State::hand_over() {
    const bool last = file_ended && !options.follow;
    for (std::size_t i = 0; i < kLinesATurn; ++i) {
        if (!handler.has_room()) return true;
        const auto line = lines.next(last);
        if (!line.found) return false;
        place.offset += line.bytes;
        if (line.text.empty() && !line.too_long) {
            if (line.bytes <= 2) ++line_number;
            continue;
        }
        ++line_number;
        handle(line);
    }
    return true;
}

void FileSource::State::handle(const LineBuffer::Line& line) {
    Frame frame;
    frame.bytes = line.too_long ? line.text.substr(0, kDeadLetterPrefix) : line.text;
    frame.error = line.too_long ? Errc::too_large : Errc::ok;
    frame.received_at = now();
    frame.acknowledger = &window;
    frame.token = window.open();
    const auto handled = handler.handle(options.source, frame);
    if (handled.error != Errc::ok) {
        bad.fetch_add(1, std::memory_order_relaxed);
        if (tell_bad) tell_bad(line_number, handled.error);
    }
    window.set_cursor(frame.token, is_stdin() ? Cursor{} : to_cursor(place));
}

void FileSource::State::read_more() {
    if (file < 0) return look_for_more();
    if (!regular) {
        input.async_wait(asio::posix::descriptor_base::wait_read,
                         [this](const boost::system::error_code& error) {
                             if (error || stopped) return;
                             const auto size = read_packed(lines.room());
                             if (size > 0) lines.added(static_cast<std::size_t>(size));
                             if (size == 0) file_ended = true;
                             turn();
                         });
        return;
    }
    const auto size = read_packed(lines.room());
    if (size > 0) lines.added(static_cast<std::size_t>(size));
    else file_ended = true;
    last_event.set(static_cast<double>(
        std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count()));
    again();
}

/// Unpacked bytes into `room`; 0 at the end, -1 when a packed piece gave nothing yet (pipes only).
std::ptrdiff_t FileSource::State::read_packed(std::span<char> room) {
    if (packed.empty()) packed.resize(kPackedBytes);
    while (true) {
        if (packed_begin == packed_end) {
            packed_begin = 0;
            const auto size = ::read(file, packed.data(), packed.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 && errno == EAGAIN) return -1;
            packed_end = size > 0 ? static_cast<std::size_t>(size) : 0;
        }
        const std::span<const char> in(packed.data() + packed_begin, packed_end - packed_begin);
        if (unpacker == nullptr) {
            if (in.empty()) return 0;
            unpacker = Unpacker::by_magic(in);
        }
        const auto step = unpacker->step(in, room);
        packed_begin += step.taken;
        if (step.error != Errc::ok ||
            (in.empty() && step.given == 0 && !unpacker->at_boundary() && !options.follow)) {
            const auto reason = step.error != Errc::ok ? step.error : Errc::truncated;
            telemetry::log(telemetry::Level::error, "file_damaged",
                           {{"source", options.name}, {"reason", std::string(to_string(reason))}});
            bad.fetch_add(1, std::memory_order_relaxed);
            if (tell_bad) tell_bad(line_number + 1, reason);
            unpacker.reset();
            packed_begin = packed_end;
            return static_cast<std::ptrdiff_t>(step.given);
        }
        if (step.given > 0) return static_cast<std::ptrdiff_t>(step.given);
        if (in.empty()) return 0;
    }
}

void FileSource::State::at_end() {
    if (options.follow && !is_stdin()) return look_for_more();
    if (window.empty()) {
        finish();
        return;
    }
    window.on_empty([this] { finish(); });
}

/// Following: after a while, more bytes, another file under the name, or the same one cut short.
void FileSource::State::look_for_more() {
    timer.expires_after(options.poll_interval);
    timer.async_wait([this](const boost::system::error_code& error) {
        if (error || stopped) return;
        struct stat named {};
        struct stat open {};
        const bool there = ::stat(options.path.c_str(), &named) == 0;
        const bool replaced = there && (file < 0 || named.st_ino != place.inode);
        const bool had_file = file >= 0 && ::fstat(file, &open) == 0;
        const bool cut_short = had_file && regular && open.st_size < ::lseek(file, 0, SEEK_CUR);
        if (cut_short) {
            telemetry::log(telemetry::Level::info, "file_truncated", {{"source", options.name}});
            (void)open_path(options.path);
        } else if (replaced && (file < 0 || open.st_size == ::lseek(file, 0, SEEK_CUR))) {
            if (file >= 0)
                telemetry::log(telemetry::Level::info, "file_rotated", {{"source", options.name}});
            (void)open_path(options.path);
        }
        file_ended = false;
        turn();
    });
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
    boost::system::error_code error;
    if (state_->input.is_open()) state_->input.cancel(error);
}

void FileSource::store_cursor() {
    if (!state_->window.cursor().empty())
        state_->cursors.set(state_->options.name, state_->window.cursor());
}

bool FileSource::done() const noexcept {
    return state_->finished.load();
}
bool FileSource::drained() const noexcept {
    return state_->window.empty();
}
std::uint64_t FileSource::bad_lines() const noexcept {
    return state_->bad.load();
}
void FileSource::on_bad_line(std::function<void(std::uint64_t, Errc)> tell) {
    state_->tell_bad = std::move(tell);
}

}  // namespace hark::ingest
