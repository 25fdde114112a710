#include "ingest/file_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/limits.hpp"

namespace hark::ingest {

namespace {

constexpr std::size_t kPackedBytes = 64 * limits::kKiB;

/// FNV-1a. Whoever can write the file needs no collision to disturb its reading.
std::uint64_t fingerprint(std::span<const char> bytes) noexcept {
    std::uint64_t value = 0xCBF29CE484222325;
    for (const char c : bytes) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return value;
}

/// After a read(2) that failed: an empty pipe, or a disk that does not give what it should.
FileReader::Piece not_read() noexcept {
    if (errno == EAGAIN) return {};
    return {0, Errc::truncated, true, errno};
}

}  // namespace

Cursor to_cursor(const FilePlace& place) noexcept {
    std::array<char, Cursor::kMaxBytes> text;
    char* const end = text.data() + text.size();
    char* at = std::to_chars(text.data(), end, place.inode).ptr;
    *at++ = ':';
    at = std::to_chars(at, end, place.offset).ptr;
    *at++ = ':';
    at = std::to_chars(at, end, place.fingerprint, 16).ptr;
    return Cursor({text.data(), static_cast<std::size_t>(at - text.data())});
}

FilePlace to_place(const Cursor& cursor) noexcept {
    const auto text = cursor.text();
    const char* const end = text.data() + text.size();
    FilePlace place;
    auto read = std::from_chars(text.data(), end, place.inode);
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == ':')
        read = std::from_chars(read.ptr + 1, end, place.offset);
    if (read.ec == std::errc{} && read.ptr != end && *read.ptr == ':')
        read = std::from_chars(read.ptr + 1, end, place.fingerprint, 16);
    return read.ec == std::errc{} && read.ptr == end ? place : FilePlace{};
}

FileReader::FileReader(bool grows) : grows_(grows), bytes_(kPackedBytes + limits::kFramePadding) {}

FileReader::~FileReader() {
    close();
}

void FileReader::close() noexcept {
    if (owned_) ::close(file_);
    owned_ = false;
    file_ = -1;
}

bool FileReader::open(const std::string& path) {
    // Not blocking: a pipe without a writer must not hold up the shard.
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (opened < 0) return false;
    struct stat info {};
    const int problem = ::fstat(opened, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;
    if (problem != 0) {
        ::close(opened);
        errno = problem;
        return false;
    }
    if (owned_) ::close(file_);
    file_ = opened;
    owned_ = true;
    forget();
    return true;
}

void FileReader::open_stdin() {
    file_ = STDIN_FILENO;
    forget();
}

void FileReader::forget() noexcept {
    struct stat info {};
    const bool known = ::fstat(file_, &info) == 0;
    inode_ = info.st_ino;
    waits_ = known && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) || S_ISCHR(info.st_mode));
    broken_ = false;
    known_ = false;
    unpacker_.reset();
    begin_ = end_ = 0;
    head_size_ = 0;
}

std::ptrdiff_t FileReader::read_some(std::span<char> room) noexcept {
    std::ptrdiff_t size = 0;
    do size = ::read(file_, room.data(), room.size());
    while (size < 0 && errno == EINTR);
    return size;
}

FileReader::Piece FileReader::read(std::span<char> room) {
    if (broken_) return {0, Errc::ok, true, 0};
    if (known_ && unpacker_ == nullptr) return give(room, read_plain(room));
    bool ended = false;
    if (!known_ || begin_ == end_) {
        if (begin_ == end_) begin_ = end_ = 0;
        const auto size = read_some(std::span(bytes_).first(kPackedBytes).subspan(end_));
        if (size < 0) return give(room, not_read());
        end_ += static_cast<std::size_t>(size);
        ended = size == 0;
    }
    if (!known_) {
        auto packing = detect_packing(std::span(bytes_).first(end_), ended && !grows_);
        known_ = packing.known;
        unpacker_ = std::move(packing.unpacker);
        if (!known_) return {0, Errc::ok, ended, 0};
        if (unpacker_ == nullptr) return give(room, read_plain(room));
    }
    return give(room, unpack(room, ended));
}

/// What detecting had read goes first.
FileReader::Piece FileReader::read_plain(std::span<char> room) {
    if (begin_ != end_) {
        const auto size = std::min(room.size(), end_ - begin_);
        std::memcpy(room.data(), bytes_.data() + begin_, size);
        begin_ += size;
        return {size, Errc::ok, false, 0};
    }
    const auto size = read_some(room);
    if (size < 0) return not_read();
    return {static_cast<std::size_t>(size), Errc::ok, size == 0, 0};
}

FileReader::Piece FileReader::unpack(std::span<char> room, bool ended) {
    const auto in = std::span<const char>(bytes_).subspan(begin_, end_ - begin_);
    const auto step = unpacker_->step(in, room);
    begin_ += step.taken;
    const bool torn = ended && step.given == 0 && !grows_ && !unpacker_->at_boundary();
    return {step.given, torn ? Errc::truncated : step.error, ended && step.given == 0, 0};
}

FileReader::Piece FileReader::give(std::span<char> room, Piece piece) noexcept {
    if (piece.error != Errc::ok) {
        broken_ = true;
        piece.ended = true;
    }
    if (head_size_ < kHeadBytes && piece.size > 0) {
        const auto more = std::min(piece.size, kHeadBytes - head_size_);
        std::memcpy(head_.data() + head_size_, room.data(), more);
        head_size_ += more;
        if (head_size_ == kHeadBytes) head_fingerprint_ = fingerprint(head_);
    }
    return piece;
}

std::string_view FileReader::unread() const noexcept {
    return {bytes_.data() + begin_, end_ - begin_};
}

bool FileReader::resume(const FilePlace& wanted) {
    if (waits_ || wanted.inode != inode_) return false;
    std::vector<char> passed(kPackedBytes);
    std::uint64_t at = 0;
    const auto pass_to = [&](std::uint64_t offset) {
        while (at < offset) {
            const auto room = std::min<std::uint64_t>(passed.size(), offset - at);
            const auto piece = read(std::span(passed).first(room));
            at += piece.size;
            if (piece.ended && piece.size == 0) return false;
        }
        return true;
    };
    if (!pass_to(std::min<std::uint64_t>(wanted.offset, kHeadBytes))) return false;
    if (place(wanted.offset).fingerprint != wanted.fingerprint) return false;
    if (wanted.offset <= kHeadBytes) return true;
    if (unpacker_ != nullptr) return pass_to(wanted.offset);
    struct stat info {};
    begin_ = end_ = 0;
    return ::fstat(file_, &info) == 0 &&
           static_cast<std::uint64_t>(info.st_size) >= wanted.offset &&
           ::lseek(file_, static_cast<off_t>(wanted.offset), SEEK_SET) >= 0;
}

FilePlace FileReader::place(std::uint64_t offset) noexcept {
    const bool whole = offset >= kHeadBytes && head_size_ == kHeadBytes;
    const auto known = std::min<std::uint64_t>(offset, head_size_);
    return {inode_, offset, whole ? head_fingerprint_ : fingerprint(std::span(head_).first(known))};
}

bool FileReader::at_end_of_file() const noexcept {
    struct stat info {};
    return ::fstat(file_, &info) == 0 && info.st_size == ::lseek(file_, 0, SEEK_CUR);
}

bool FileReader::was_rewritten() const noexcept {
    struct stat info {};
    if (file_ < 0 || waits_ || ::fstat(file_, &info) != 0) return false;
    if (info.st_size < ::lseek(file_, 0, SEEK_CUR)) return true;
    if (unpacker_ != nullptr || head_size_ == 0) return false;
    std::array<char, kHeadBytes> now;
    const auto size = ::pread(file_, now.data(), head_size_, 0);
    return size >= 0 && (static_cast<std::size_t>(size) != head_size_ ||
                         std::memcmp(now.data(), head_.data(), head_size_) != 0);
}

}  // namespace hark::ingest
